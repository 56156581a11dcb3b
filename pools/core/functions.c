/* functions.c - see functions.h. The free boxes are a stack; its top changes
 * together with a count of the changes, so that a top that came back is noticed. */
#include "pools/core/functions.h"

#include <sys/mman.h>

enum {
    FUNCTIONS = 1 << POOL_FUNCTION_BITS,
    PROBES = POOL_SIZE(64, 2),          /* places after its hash at which a function is looked for */
    BOXES_MORE = POOL_SIZE(1 << 16, 64) /* threads in the middle of a call */
};

/* Takes place 0, which is no number. */
static int nobody(void *unused)
{
    (void)unused;
    return 0;
}

int pool_functions_init(struct pool_functions *functions, size_t slots)
{
    size_t table = FUNCTIONS * sizeof *functions->table;
    void *memory;
    functions->boxes_end = slots + BOXES_MORE + 1;
    functions->bytes = table + functions->boxes_end * sizeof *functions->boxes;
    /* From the kernel: zeroed, and no memory until it is touched. */
    memory = mmap(NULL, functions->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        functions->table = NULL;
        return -ENOMEM;
    }
    madvise(memory, functions->bytes, MADV_NOHUGEPAGE); /* else one function may take 2 MB */
    functions->table = memory;
    functions->boxes = (struct pool_box *)((char *)memory + table);
    atomic_init(&functions->table[POOL_FUNCTION_BOXED], nobody);
    atomic_init(&functions->boxes_never_yet, 1);
    return 0;
}

void pool_functions_destroy(struct pool_functions *functions)
{
    if (functions->table)
        munmap(functions->table, functions->bytes);
}

unsigned pool_function_enter(struct pool_functions *functions, pool_job_fn *fn)
{
    unsigned hash = pool_function_hash(fn);
    for (unsigned i = 0; i < PROBES; i++) {
        unsigned at = (hash + i) % FUNCTIONS;
        pool_job_fn *seen = atomic_load_explicit(&functions->table[at], memory_order_relaxed);
        POOL_STEP("functions: looked at a place");
        if (!seen && atomic_compare_exchange_strong_explicit(&functions->table[at], &seen, fn, memory_order_relaxed,
                                                             memory_order_relaxed))
            return at;
        if (seen == fn && at != POOL_FUNCTION_BOXED)
            return at;
    }
    return POOL_FUNCTION_BOXED;
}

/* The top of the stack of free boxes, or 0. */
static uint64_t box_pop(struct pool_functions *functions)
{
    for (;;) {
        /* Acquire: the box's last user is done with it; pairs with the swap below. */
        uint64_t changes = dword_tag(&functions->boxes_free);
        uint64_t top = atomic_load_explicit(&functions->boxes_free.value, memory_order_relaxed);
        uint64_t next;
        if (!top)
            return 0;
        next = atomic_load_explicit(&functions->boxes[top].next, memory_order_relaxed);
        POOL_STEP("functions: looked at a free box");
        if (dword_swap(&functions->boxes_free, changes, top, changes + 1, next))
            return top;
    }
}

static uint64_t box_new(struct pool_functions *functions)
{
    uint64_t box = atomic_load_explicit(&functions->boxes_never_yet, memory_order_relaxed);
    while (box < functions->boxes_end &&
           !atomic_compare_exchange_weak_explicit(&functions->boxes_never_yet, &box, box + 1, memory_order_relaxed,
                                                  memory_order_relaxed))
        continue;
    return box < functions->boxes_end ? box : 0;
}

uint64_t pool_box_take(struct pool_functions *functions, const struct pool_job *job)
{
    uint64_t box = box_pop(functions);
    if (!box)
        box = box_new(functions);
    if (!box)
        return 0;
    POOL_STEP("functions: took a box");
    /* Relaxed: the box's number is handed on by a release, with the slot. */
    atomic_store_explicit(&functions->boxes[box].fn, job->fn, memory_order_relaxed);
    atomic_store_explicit(&functions->boxes[box].arg, job->arg, memory_order_relaxed);
    return box;
}

void pool_box_give(struct pool_functions *functions, uint64_t box)
{
    for (;;) {
        uint64_t changes = dword_tag(&functions->boxes_free);
        uint64_t top = atomic_load_explicit(&functions->boxes_free.value, memory_order_relaxed);
        atomic_store_explicit(&functions->boxes[box].next, top, memory_order_relaxed);
        POOL_STEP("functions: about to give a box");
        /* Release: pairs with the acquire in box_pop. */
        if (dword_swap(&functions->boxes_free, changes, top, changes + 1, box))
            return;
    }
}

void pool_box_read(struct pool_functions *functions, uint64_t box, struct pool_task *task)
{
    if (box >= functions->boxes_end)
        box = 0; /* a torn look at a slot: an argument, not a box */
    task->fn = atomic_load_explicit(&functions->boxes[box].fn, memory_order_relaxed);
    task->arg = atomic_load_explicit(&functions->boxes[box].arg, memory_order_relaxed);
}
