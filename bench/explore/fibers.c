/* fibers.c - threads of a schedule, all on one kernel thread.
 *
 * Each has the stack and the thread-locals of a real pthread that sleeps for ever, its
 * carrier. A switch saves the registers that a call keeps, and sets the stack and the
 * thread pointer: so __thread, errno, pthread_self, sigsetjmp, C++ exceptions and
 * pthread_exit work as in a thread. Before a schedule the thread-locals of each carrier,
 * those of libraries and the C library's own among them, are copied back.
 *
 * A carrier's stack lies at a fixed address, for the sake of replays. */
#include "bench/explore/runtime.h"

#include <errno.h>
#include <link.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#ifdef __x86_64__
#include <asm/prctl.h>
#endif

enum {
    STACK_SIZE = 512 << 10,
    STACK_GUARD = 64 << 10,
    STACK_GAP = 4 << 10, /* between a sleeping carrier's frames and its fiber's */
    MODULES_MAX = 16,    /* libraries with thread-locals */
};
#define STACKS_AT ((char *)0x3000000000) /* free on each of the two processors */

/* A stretch of a carrier's thread-locals, and what it is before a schedule. */
struct kept {
    void *at, *copy;
    size_t size;
};

struct carrier {
    pthread_t self;
    uintptr_t tls;
    char *bottom, *top, *sleeps; /* of its stack; where its own frames end */
    struct kept kept[MODULES_MAX + 1];
    int kept_count;
    _Atomic uint32_t is_there;
};

static struct carrier carriers[EXPLORE_THREADS_MAX];
static int carrier_count;
static void *outside_sp;
static uintptr_t outside_tls;

/* The thread pointer. */

#if defined(__x86_64__)
static bool can_write_base;

static uintptr_t tls_get(void)
{
    uintptr_t base;
    __asm__ volatile("mov %%fs:0, %0" : "=r"(base)); /* the first word of a thread's block is its own address */
    return base;
}

/* save: where the old stack pointer goes. Callee-saved registers lie on the stack. */
void fiber_swap(void **save, void *load, uintptr_t tls);
__asm__(".text\n"
        ".globl fiber_swap\n"
        ".type fiber_swap, @function\n"
        "fiber_swap:\n"
        "    pushq %rbp\n    pushq %rbx\n    pushq %r12\n    pushq %r13\n    pushq %r14\n    pushq %r15\n"
        "    movq %rsp, (%rdi)\n"
        "    movq %rsi, %rsp\n"
        "    wrfsbase %rdx\n"
        "    popq %r15\n    popq %r14\n    popq %r13\n    popq %r12\n    popq %rbx\n    popq %rbp\n"
        "    ret\n"
        ".size fiber_swap, .-fiber_swap\n"
        ".globl fiber_swap_slow\n"
        ".type fiber_swap_slow, @function\n"
        "fiber_swap_slow:\n"
        "    pushq %rbp\n    pushq %rbx\n    pushq %r12\n    pushq %r13\n    pushq %r14\n    pushq %r15\n"
        "    movq %rsp, (%rdi)\n"
        "    movq %rsi, %rsp\n"
        "    movq %rdx, %rsi\n"
        "    movl $0x1002, %edi\n" /* ARCH_SET_FS */
        "    movl $158, %eax\n"    /* arch_prctl */
        "    syscall\n"
        "    popq %r15\n    popq %r14\n    popq %r13\n    popq %r12\n    popq %rbx\n    popq %rbp\n"
        "    ret\n"
        ".size fiber_swap_slow, .-fiber_swap_slow\n");
void fiber_swap_slow(void **save, void *load, uintptr_t tls);

/* What fiber_swap finds on a stack that was never on. */
static void *first_frame(char *top)
{
    uintptr_t *sp = (uintptr_t *)(((uintptr_t)top & ~(uintptr_t)15) - 8);
    *--sp = (uintptr_t)fiber_main; /* as if called: the stack is 8 off at its entry */
    for (int i = 0; i < 6; i++)
        *--sp = 0;
    return sp;
}
#elif defined(__aarch64__)

static uintptr_t tls_get(void)
{
    uintptr_t base;
    __asm__ volatile("mrs %0, tpidr_el0" : "=r"(base));
    return base;
}

void fiber_swap(void **save, void *load, uintptr_t tls);
__asm__(".text\n"
        ".globl fiber_swap\n"
        ".type fiber_swap, %function\n"
        "fiber_swap:\n"
        "    stp x29, x30, [sp, #-160]!\n"
        "    stp x19, x20, [sp, #16]\n    stp x21, x22, [sp, #32]\n    stp x23, x24, [sp, #48]\n"
        "    stp x25, x26, [sp, #64]\n    stp x27, x28, [sp, #80]\n"
        "    stp d8, d9, [sp, #96]\n    stp d10, d11, [sp, #112]\n    stp d12, d13, [sp, #128]\n"
        "    stp d14, d15, [sp, #144]\n"
        "    mov x9, sp\n    str x9, [x0]\n"
        "    mov sp, x1\n"
        "    msr tpidr_el0, x2\n"
        "    ldp x19, x20, [sp, #16]\n    ldp x21, x22, [sp, #32]\n    ldp x23, x24, [sp, #48]\n"
        "    ldp x25, x26, [sp, #64]\n    ldp x27, x28, [sp, #80]\n"
        "    ldp d8, d9, [sp, #96]\n    ldp d10, d11, [sp, #112]\n    ldp d12, d13, [sp, #128]\n"
        "    ldp d14, d15, [sp, #144]\n"
        "    ldp x29, x30, [sp], #160\n"
        "    ret\n"
        ".size fiber_swap, .-fiber_swap\n");
#define fiber_swap_slow fiber_swap

static void *first_frame(char *top)
{
    uintptr_t *sp = (uintptr_t *)((uintptr_t)top & ~(uintptr_t)15) - 20;
    memset(sp, 0, 160);
    sp[1] = (uintptr_t)fiber_main; /* x30 */
    return sp;
}
#else
#error "fibers.c: x86-64 and aarch64 only"
#endif

static inline void swap(void **save, void *load, uintptr_t tls)
{
#ifdef __x86_64__
    if (!can_write_base) {
        fiber_swap_slow(save, load, tls);
        return;
    }
#endif
    fiber_swap(save, load, tls);
}

/* Carriers. */

static void keep(struct carrier *carrier, void *at, size_t size)
{
    struct kept *kept = &carrier->kept[carrier->kept_count];
    if (carrier->kept_count > MODULES_MAX || !(kept->copy = malloc(size)))
        return;
    kept->at = at;
    kept->size = size;
    memcpy(kept->copy, at, size);
    carrier->kept_count++;
}

/* Thread-locals of libraries that came later lie elsewhere. */
static int keep_module(struct dl_phdr_info *info, size_t size, void *arg)
{
    struct carrier *carrier = arg;
    char *at = info->dlpi_tls_data;
    (void)size;
    for (int i = 0; i < info->dlpi_phnum && at; i++)
        if (info->dlpi_phdr[i].p_type == PT_TLS && (at < carrier->bottom || at >= carrier->top))
            keep(carrier, at, info->dlpi_phdr[i].p_memsz);
    return 0;
}

/* Makes those that this thread has none of yet. */
static int touch_module(struct dl_phdr_info *info, size_t size, void *arg)
{
    extern void *__tls_get_addr(size_t * index);
    size_t index[2] = {info->dlpi_tls_modid, 0};
    (void)size, (void)arg;
    if (info->dlpi_tls_modid && !info->dlpi_tls_data)
        __tls_get_addr(index);
    return 0;
}

/* Sleeps for ever; not by a call that is interposed, or that would be a point. */
static void sleep_for_ever(struct carrier *carrier)
{
    _Atomic uint32_t *word = &carrier->is_there;
    for (;;) {
#if defined(__x86_64__)
        long result = SYS_futex;
        register long timeout __asm__("r10") = 0;
        __asm__ volatile("syscall"
                         : "+a"(result)
                         : "D"(word), "S"(FUTEX_WAIT_PRIVATE), "d"(1), "r"(timeout)
                         : "rcx", "r11", "memory");
#else
        register long number __asm__("x8") = SYS_futex;
        register long first __asm__("x0") = (long)word;
        register long second __asm__("x1") = FUTEX_WAIT_PRIVATE;
        register long third __asm__("x2") = 1;
        register long fourth __asm__("x3") = 0;
        __asm__ volatile("svc 0" : "+r"(first) : "r"(number), "r"(second), "r"(third), "r"(fourth) : "memory");
#endif
    }
}

static __attribute__((noinline)) void *carrier_main(void *arg)
{
    struct carrier *carrier = arg;
    char *frame = __builtin_frame_address(0);
    free(malloc(1)); /* the allocator's thread-locals are made */
    dl_iterate_phdr(touch_module, NULL);
    carrier->tls = tls_get();
    carrier->sleeps = frame - STACK_GAP;
    keep(carrier, frame, (size_t)(carrier->top - frame));
    dl_iterate_phdr(keep_module, carrier);
    atomic_store_explicit(&carrier->is_there, 1, memory_order_release);
    sleep_for_ever(carrier);
    return NULL;
}

static int carrier_start(struct carrier *carrier, int index)
{
    char *at = STACKS_AT + (size_t)index * (STACK_SIZE + STACK_GUARD);
    char *stack = mmap(at, STACK_SIZE + STACK_GUARD, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK | MAP_FIXED_NOREPLACE, -1, 0);
    pthread_attr_t attributes;
    int error;
    if (stack == MAP_FAILED)
        return -errno;
    carrier->bottom = stack + STACK_GUARD;
    carrier->top = carrier->bottom + STACK_SIZE;
    if (mprotect(carrier->bottom, STACK_SIZE, PROT_READ | PROT_WRITE))
        return -errno;
    pthread_attr_init(&attributes);
    pthread_attr_setstack(&attributes, carrier->bottom, STACK_SIZE);
    error = pthread_create(&carrier->self, &attributes, carrier_main, carrier);
    pthread_attr_destroy(&attributes);
    while (!error && !atomic_load_explicit(&carrier->is_there, memory_order_acquire))
        sched_yield();
    return -error;
}

int fiber_take(int count)
{
    int error = 0;
#ifdef __x86_64__
    can_write_base = getauxval(AT_HWCAP2) & 2;
#endif
    while (carrier_count < count && carrier_count < EXPLORE_THREADS_MAX && !error) {
        error = carrier_start(&carriers[carrier_count], carrier_count);
        carrier_count += !error;
    }
    return error;
}

int fiber_carriers(void)
{
    return carrier_count;
}

void fiber_prepare(struct runtime_thread *thread)
{
    struct carrier *carrier = &carriers[thread->index];
    for (int i = 0; i < carrier->kept_count; i++)
        memcpy(carrier->kept[i].at, carrier->kept[i].copy, carrier->kept[i].size);
    thread->tls = carrier->tls;
    thread->self = carrier->self;
    thread->sp = first_frame(carrier->sleeps);
}

void fiber_switch(struct runtime_thread *from, struct runtime_thread *to)
{
    swap(&from->sp, to->sp, to->tls);
}

void fiber_enter(struct runtime_thread *first)
{
    outside_tls = tls_get();
    swap(&outside_sp, first->sp, first->tls);
}

void fiber_leave(void)
{
    void *left;
    swap(&left, outside_sp, outside_tls);
    __builtin_unreachable();
}

bool fiber_owns(const struct runtime_thread *thread, const void *address)
{
    const struct carrier *carrier = &carriers[thread->index];
    return (const char *)address >= carrier->bottom && (const char *)address < carrier->top;
}

/* Along frame pointers: {the caller's frame, where it goes on}. */
int fiber_stack(const struct runtime_thread *thread, const void **pcs, int max)
{
    void *const *frame = thread->frame;
    int depth = 0;
    if (thread->pc && depth < max)
        pcs[depth++] = thread->pc;
    while (depth < max && fiber_owns(thread, frame) && ((uintptr_t)frame & 7) == 0 &&
           (const char *)frame < carriers[thread->index].sleeps - 16) {
        void *const *above = frame[0];
        if (depth == 0 || frame[1] != thread->pc || depth > 1) {
            if (!frame[1])
                break;
            pcs[depth++] = frame[1];
        }
        if (above <= frame)
            break;
        frame = above;
    }
    return depth;
}
