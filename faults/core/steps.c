/* steps.c - see steps.h.
 *
 * Nothing here may use what it interposes: threads wait by the system call itself. */
#include "faults/core/steps.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "faults/core/births.h"
#include "faults/core/settle.h"
#include "pools/core/futex.h"

const char *steps_call_name(int call)
{
    static const char *const names[STEPS_CALLS] = {"pthread_mutex_lock",
                                                   "pthread_mutex_unlock",
                                                   "pthread_cond_wait",
                                                   "pthread_cond_timedwait",
                                                   "pthread_cond_signal",
                                                   "pthread_cond_broadcast",
                                                   "sem_wait",
                                                   "sem_post",
                                                   "a futex wait (syscall)",
                                                   "a futex wake (syscall)",
                                                   "a nap",
                                                   "an allocation",
                                                   "free"};
    return call >= 0 && call < STEPS_CALLS ? names[call] : "nothing";
}

#ifdef FAULTS_WRAP
bool steps_possible(void)
{
    return false;
}
static long raw_syscall(long number, void *word, int operation, uint32_t value, const struct timespec *timeout)
{
    return syscall(number, word, operation, value, timeout, NULL, 0);
}
#else
bool steps_possible(void)
{
    return true;
}

/* The real function; of a condition variable's the version that this program would get. */
static void *next_of(const char *name, const char *version)
{
    void *found = version ? dlvsym(RTLD_NEXT, name, version) : NULL;
    return found ? found : dlsym(RTLD_NEXT, name);
}

#define REAL(name, version)                                                                                            \
    static __typeof__(&name) real_##name(void)                                                                         \
    {                                                                                                                  \
        static void *_Atomic found;                                                                                    \
        void *now = atomic_load_explicit(&found, memory_order_relaxed);                                                \
        if (!now) {                                                                                                    \
            now = next_of(#name, version);                                                                             \
            atomic_store_explicit(&found, now, memory_order_relaxed);                                                  \
        }                                                                                                              \
        return (__typeof__(&name))(uintptr_t)now;                                                                      \
    }
REAL(pthread_mutex_lock, NULL)
REAL(pthread_mutex_unlock, NULL)
REAL(pthread_cond_wait, "GLIBC_2.3.2")
REAL(pthread_cond_timedwait, "GLIBC_2.3.2")
REAL(pthread_cond_clockwait, NULL)
REAL(pthread_cond_signal, "GLIBC_2.3.2")
REAL(pthread_cond_broadcast, "GLIBC_2.3.2")
REAL(sem_wait, NULL)
REAL(sem_timedwait, NULL)
REAL(sem_post, NULL)
REAL(usleep, NULL)
REAL(nanosleep, NULL)
REAL(syscall, NULL)
REAL(malloc, NULL)
REAL(calloc, NULL)
REAL(free, NULL)

static long raw_syscall(long number, void *word, int operation, uint32_t value, const struct timespec *timeout)
{
    return real_syscall()(number, word, operation, value, timeout, NULL, 0);
}
#endif

static void sleep_on(_Atomic uint32_t *word, uint32_t value, int64_t ns)
{
    struct timespec timeout = {ns / 1000000000, ns % 1000000000};
    raw_syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, ns < 0 ? NULL : &timeout);
}

static void wake_all(_Atomic uint32_t *word)
{
    raw_syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL);
}

bool steps_note_hold(_Atomic uint64_t *holder, uint64_t me)
{
    uint64_t other = atomic_load(holder);
    while (other >> 32 <= me >> 32)
        if (atomic_compare_exchange_weak(holder, &other, me))
            return true;
    return false;
}

/* What is asked for, and what came of it. */
static struct steps_plan plan;
static const struct record *clients;
static _Atomic uint32_t armed;  /* number of the arming; 0: not */
static _Atomic uint32_t events; /* a futex: somebody is held, or it is the end */
static _Atomic uint32_t latest; /* number of the last arming */
/* Futexes: up to which arming is let go who is held first, and who in its place. */
static _Atomic uint32_t let_go[2];
static _Atomic uint64_t holding[2]; /* arming and thread + 1, while held */
static _Atomic int threads, waits;  /* numbers given, and waits seen */
static _Atomic bool reached, idle, ends;
static _Atomic int held_id; /* of the pool's thread that was held last, and where it came from */
#ifndef FAULTS_WRAP
static const void *_Atomic held_from;
#endif
static _Atomic bool held_before; /* a call, not at its end */
static _Atomic bool freed;       /* pool_free has returned */
static _Atomic int late;         /* steps of the pool's threads since then */

static bool is_held(int which)
{
    return (uint32_t)(atomic_load(&holding[which]) >> 32) > atomic_load(&let_go[which]);
}

/* A thread's own. */
static __thread bool is_the_client;
#ifndef FAULTS_WRAP
static __thread uint32_t my_arming;
static __thread int my_number, my_steps;
static __thread bool inside;
static __thread uint64_t my_random;

enum { BARRED = 3 }; /* the allocator, the C library, the loader */
static struct {
    uintptr_t low, high;
} barred[BARRED];

/* The first instructions of the dynamic loader; 0: there is none. */
static int find_loader(struct dl_phdr_info *info, size_t size, void *found)
{
    (void)size;
    if (info->dlpi_addr != getauxval(AT_BASE))
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_LOAD && info->dlpi_phdr[i].p_flags & PF_X)
            *(uintptr_t *)found = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
    return 1;
}

static uintptr_t loader_code(void)
{
    uintptr_t found = 0;
    if (getauxval(AT_BASE))
        dl_iterate_phdr(find_loader, &found);
    return found;
}

/* The object that holds an address becomes barred. */
static int bar(struct dl_phdr_info *info, size_t size, void *address)
{
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        uintptr_t low = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr, high = low + info->dlpi_phdr[i].p_memsz;
        if (info->dlpi_phdr[i].p_type != PT_LOAD || !(info->dlpi_phdr[i].p_flags & PF_X) || (uintptr_t)address < low ||
            (uintptr_t)address >= high)
            continue;
        for (int j = 0; j < BARRED; j++) {
            if (barred[j].high && barred[j].low != low)
                continue;
            barred[j].low = low;
            barred[j].high = high;
            return 1;
        }
    }
    return 0;
}

static bool is_barred(const void *from)
{
    for (int i = 0; i < BARRED; i++)
        if ((uintptr_t)from >= barred[i].low && (uintptr_t)from < barred[i].high)
            return true;
    return false;
}

struct object {
    uintptr_t address;
    bool stays;
};

/* Whether it is this one, and whether it says that it is never unloaded. */
static int look_at_object(struct dl_phdr_info *info, size_t size, void *data)
{
    struct object *object = data;
    const ElfW(Dyn) *entry = NULL;
    bool here = false;
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        uintptr_t low = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
        here |= info->dlpi_phdr[i].p_type == PT_LOAD && object->address >= low &&
                object->address - low < info->dlpi_phdr[i].p_memsz;
        if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
            entry = (const ElfW(Dyn) *)low;
    }
    for (; here && entry && entry->d_tag != DT_NULL; entry++)
        object->stays |= entry->d_tag == DT_FLAGS_1 && entry->d_un.d_val & DF_1_NODELETE;
    return here;
}

/* A thread may stay in the code of such a library after free: it is there. */
static bool is_never_unloaded(const void *from)
{
    struct object object = {.address = (uintptr_t)from};
    dl_iterate_phdr(look_at_object, &object);
    return object.stays;
}

static bool is_of_client(void)
{
    int me = (int)raw_syscall(SYS_gettid, NULL, 0, 0, NULL);
    for (int i = 0; i < RECORD_CLIENTS; i++)
        if (atomic_load(&clients->clients[i]) == me)
            return true;
    return false;
}

/* Its number, at its first step since steps_arm. -1: it takes none. */
static int number_me(uint32_t arming)
{
    if (my_arming == arming)
        return my_number;
    my_arming = arming;
    my_steps = 0;
    my_number = is_the_client ? 0 : is_of_client() ? -1 : atomic_fetch_add(&threads, 1) + 1;
    my_random = plan.noise * 2654435761u + (uint64_t)(my_number + 1) * 0x9e3779b97f4a7c15u;
    return my_number;
}

static void nap_now_and_then(void)
{
    enum { ONE_IN = 6, NS_MAX = 200000 };
    static _Atomic uint32_t never;
    my_random = my_random * 6364136223846793005u + 1442695040888963407u;
    if ((my_random >> 33) % ONE_IN == 0)
        sleep_on(&never, 0, (int64_t)((my_random >> 40) % NS_MAX));
}

/* A thread may outlive its pool, and be held while the next try begins; or come here only then. */
static void hold(int which, int call, bool after, const void *from)
{
    uint64_t me = (uint64_t)my_arming << 32 | (uint32_t)(my_number + 1);
    uint32_t seen;
    if (my_arming < atomic_load(&latest))
        return;
    if (my_number > 0) {
        atomic_store(&held_id, (int)raw_syscall(SYS_gettid, NULL, 0, 0, NULL));
        atomic_store(&held_from, from);
        atomic_store(&held_before, !after);
    }
    if (!steps_note_hold(&holding[which], me))
        return;
    if (which == 0 && plan.told)
        plan.told((struct steps_held){my_number, my_steps, call, after});
    atomic_fetch_add(&events, 1);
    wake_all(&events);
    while ((seen = atomic_load(&let_go[which])) < my_arming)
        sleep_on(&let_go[which], seen, -1);
    atomic_compare_exchange_strong(&holding[which], &me, 0); /* the next try may hold another one already */
}

static void release(int which)
{
    atomic_store(&let_go[which], atomic_load(&latest));
    wake_all(&let_go[which]);
}

static void take(int call, bool after, const void *from)
{
    bool is_wait = !after && (call == STEPS_WAIT || call == STEPS_TIMED_WAIT || call == STEPS_SEM_WAIT ||
                              call == STEPS_FUTEX_WAIT || call == STEPS_NAP);
    bool none = false;
    if (number_me(atomic_load(&armed)) < 0)
        return;
    my_steps++;
    /* The end of a call that began before free returned may come after it. */
    if (my_number > 0 && !after && atomic_load(&freed) && !is_never_unloaded(from))
        atomic_fetch_add(&late, 1);
    if (plan.noise)
        nap_now_and_then();
    if (my_number == plan.thread && my_steps == plan.step && atomic_compare_exchange_strong(&reached, &none, true)) {
        hold(0, call, after, from);
    } else if (plan.swap && is_wait && my_number != plan.thread && is_held(0) &&
               atomic_fetch_add(&waits, 1) + 1 == plan.swap) {
        release(0);
        hold(1, call, after, from);
    }
}

static void step(int call, bool after, const void *from)
{
    int error = errno;
    if (!atomic_load_explicit(&armed, memory_order_acquire) || inside || births_busy || is_barred(from))
        return;
    inside = true;
    take(call, after, from);
    inside = false;
    errno = error;
}

static _Atomic int end_of;                    /* the thread that is to be held; 0: none */
static _Atomic uint32_t end_held, end_let_go; /* futexes */

static void end_of_wait(void)
{
    int error = errno;
    if (!atomic_load_explicit(&end_of, memory_order_acquire) ||
        atomic_load(&end_of) != (int)raw_syscall(SYS_gettid, NULL, 0, 0, NULL))
        return;
    atomic_store(&end_of, 0);
    atomic_store(&end_held, 1);
    while (!atomic_load(&end_let_go))
        sleep_on(&end_let_go, 0, -1);
    errno = error;
}

#define STEP_BEFORE(call) step(call, false, __builtin_return_address(0))
#define STEP_AFTER(call) step(call, true, __builtin_return_address(0))

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    STEP_BEFORE(STEPS_LOCK);
    return real_pthread_mutex_lock()(mutex);
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    int answer;
    STEP_BEFORE(STEPS_UNLOCK);
    answer = real_pthread_mutex_unlock()(mutex);
    STEP_AFTER(STEPS_UNLOCK);
    return answer;
}

int pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
    int answer;
    STEP_BEFORE(STEPS_WAIT);
    answer = real_pthread_cond_wait()(condition, mutex);
    end_of_wait();
    STEP_AFTER(STEPS_WAIT);
    return answer;
}

int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *until)
{
    int answer;
    STEP_BEFORE(STEPS_TIMED_WAIT);
    answer = real_pthread_cond_timedwait()(condition, mutex, until);
    end_of_wait();
    STEP_AFTER(STEPS_TIMED_WAIT);
    return answer;
}

int pthread_cond_clockwait(pthread_cond_t *condition, pthread_mutex_t *mutex, clockid_t clock,
                           const struct timespec *until)
{
    int answer;
    STEP_BEFORE(STEPS_TIMED_WAIT);
    answer = real_pthread_cond_clockwait()(condition, mutex, clock, until);
    end_of_wait();
    STEP_AFTER(STEPS_TIMED_WAIT);
    return answer;
}

int pthread_cond_signal(pthread_cond_t *condition)
{
    int answer;
    STEP_BEFORE(STEPS_SIGNAL);
    answer = real_pthread_cond_signal()(condition);
    STEP_AFTER(STEPS_SIGNAL);
    return answer;
}

int pthread_cond_broadcast(pthread_cond_t *condition)
{
    int answer;
    STEP_BEFORE(STEPS_BROADCAST);
    answer = real_pthread_cond_broadcast()(condition);
    STEP_AFTER(STEPS_BROADCAST);
    return answer;
}

int sem_wait(sem_t *semaphore)
{
    int answer;
    STEP_BEFORE(STEPS_SEM_WAIT);
    answer = real_sem_wait()(semaphore);
    STEP_AFTER(STEPS_SEM_WAIT);
    return answer;
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until)
{
    int answer;
    STEP_BEFORE(STEPS_SEM_WAIT);
    answer = real_sem_timedwait()(semaphore, until);
    STEP_AFTER(STEPS_SEM_WAIT);
    return answer;
}

int sem_post(sem_t *semaphore)
{
    int answer;
    STEP_BEFORE(STEPS_SEM_POST);
    answer = real_sem_post()(semaphore);
    STEP_AFTER(STEPS_SEM_POST);
    return answer;
}

int usleep(useconds_t us)
{
    int answer;
    STEP_BEFORE(STEPS_NAP);
    answer = real_usleep()(us);
    STEP_AFTER(STEPS_NAP);
    return answer;
}

int nanosleep(const struct timespec *time, struct timespec *left)
{
    int answer;
    STEP_BEFORE(STEPS_NAP);
    answer = real_nanosleep()(time, left);
    STEP_AFTER(STEPS_NAP);
    return answer;
}

/* A call has six arguments at most; to read more than were given does no harm here. */
long syscall(long number, ...)
{
    long words[6], answer;
    va_list arguments;
    int call;
    va_start(arguments, number);
    for (int i = 0; i < 6; i++)
        words[i] = va_arg(arguments, long);
    va_end(arguments);
    call = (words[1] & FUTEX_CMD_MASK) == FUTEX_WAKE ? STEPS_FUTEX_WAKE : STEPS_FUTEX_WAIT;
    if (number == SYS_futex)
        STEP_BEFORE(call);
    answer = real_syscall()(number, words[0], words[1], words[2], words[3], words[4], words[5]);
    if (number == SYS_futex)
        STEP_AFTER(call);
    return answer;
}

/* The loader may ask for memory while it looks the real one up: it bears that there is none. */
static __thread bool looking;
#define LOOK_UP(name)                                                                                                  \
    __typeof__(&name) real;                                                                                            \
    looking = true;                                                                                                    \
    real = real_##name();                                                                                              \
    looking = false

void *malloc(size_t size)
{
    if (looking)
        return NULL;
    STEP_BEFORE(STEPS_ALLOCATE);
    LOOK_UP(malloc);
    return real(size);
}

void *calloc(size_t count, size_t size)
{
    if (looking)
        return NULL;
    STEP_BEFORE(STEPS_ALLOCATE);
    LOOK_UP(calloc);
    return real(count, size);
}

void free(void *memory)
{
    if (looking)
        return;
    STEP_BEFORE(STEPS_FREE);
    LOOK_UP(free);
    real(memory);
}

static bool stays_loaded(void)
{
    return is_never_unloaded(atomic_load(&held_from));
}

void steps_hold_end(pid_t thread)
{
    atomic_store(&end_held, 0);
    atomic_store(&end_let_go, 0);
    atomic_store_explicit(&end_of, (int)thread, memory_order_release);
}

bool steps_ends_held(void)
{
    return atomic_load(&end_held);
}

void steps_let_end(void)
{
    atomic_store(&end_of, 0);
    atomic_store(&end_let_go, 1);
    wake_all(&end_let_go);
}
#else
void steps_hold_end(pid_t thread)
{
    (void)thread;
}
bool steps_ends_held(void)
{
    return false;
}
void steps_let_end(void)
{
}
static bool stays_loaded(void)
{
    return true;
}
static void release(int which)
{
    (void)which;
}
#endif

/* The client's. */

void steps_begin(const struct record *record)
{
    clients = record;
    is_the_client = true;
#ifndef FAULTS_WRAP
    dl_iterate_phdr(bar, (void *)(uintptr_t)real_malloc());
    dl_iterate_phdr(bar, (void *)(uintptr_t)fopen);
    dl_iterate_phdr(bar, (void *)loader_code());
#endif
}

void steps_arm(const struct steps_plan *asked)
{
    for (int i = 0; i < 2; i++)
        release(i); /* who is left of the last try */
    plan = *asked;
    atomic_store(&reached, false);
    atomic_store(&threads, 0);
    atomic_store(&waits, 0);
    atomic_store(&late, 0);
    atomic_store(&freed, false);
    atomic_store_explicit(&armed, atomic_fetch_add(&latest, 1) + 1, memory_order_release);
}

void steps_disarm(void)
{
    atomic_store(&armed, 0);
}

bool steps_reached(void)
{
    return atomic_load(&reached);
}

bool steps_holds_a_worker(void)
{
    for (int i = 0; i < 2; i++)
        if (is_held(i) && (uint32_t)atomic_load(&holding[i]) > 1)
            return true;
    return false;
}

/* What a thread has used of its CPU up to this moment (schedstat lags by a tick); -1: it is gone.
 * The clock of a thread's number: clock_getcpuclockid(3) has it for processes. */
static int64_t ran_ns(pid_t thread)
{
    struct timespec ran;
    clockid_t clock = (clockid_t)(~(unsigned)thread << 3 | 6);
    return clock_gettime(clock, &ran) ? -1 : ran.tv_sec * INT64_C(1000000000) + ran.tv_nsec;
}

/* In its main function: what comes after is the C library's, and the allocator's. */
static bool is_alive(pid_t thread)
{
    enum { MOST = 64 };
    pid_t living[MOST];
    int count = births_living(living, MOST);
    for (int i = 0; i < count; i++)
        if (living[i] == thread)
            return true;
    return false;
}

bool steps_outlive(void)
{
    enum { NAPS = 500, NAP_NS = 100000, RAN_NS = 300000 };
    static _Atomic uint32_t never;
    pid_t thread = atomic_load(&held_id);
    int64_t before;
    if (!steps_holds_a_worker() || stays_loaded() || !record_knows(clients, thread))
        return false; /* not of the pool's making, as a thread for a timer that the C library starts */
    if (atomic_load(&held_before))
        return true; /* it still has to make that call */
    atomic_store(&freed, true);
    before = ran_ns(thread);
    for (int i = 0; i < NAPS && is_alive(thread); i++) {
        int64_t now = ran_ns(thread);
        if (before >= 0 && now - before > RAN_NS && is_alive(thread))
            return true;
        if (atomic_load(&late))
            return true;
        sleep_on(&never, 0, NAP_NS);
    }
    return atomic_load(&late) > 0;
}

static bool somebody_is_held(void)
{
    for (int i = 0; i < 2; i++)
        if (is_held(i))
            return true;
    return false;
}

void steps_await(int64_t ns)
{
    int64_t until = pool_clock_ns() + ns, left;
    uint32_t seen;
    atomic_store(&idle, true);
    while (seen = atomic_load(&events), !steps_reached() && (left = until - pool_clock_ns()) > 0)
        sleep_on(&events, seen, left);
    atomic_store(&idle, false);
}

void steps_release(void)
{
    enum { NAPS = 100, NAP_NS = 50000, SETTLE_NS = 20000000 };
    static _Atomic uint32_t never;
    while (!atomic_load(&ends)) {
        uint32_t seen = atomic_load(&events);
        if (!somebody_is_held()) {
            if (!atomic_load(&ends))
                sleep_on(&events, seen, -1);
            continue;
        }
        for (int i = 0; i < NAPS && atomic_load(&idle); i++) /* the client was woken, too */
            sleep_on(&never, 0, NAP_NS);
        settle(SETTLE_NS);
        release(0);
        release(1);
    }
}

void steps_end(void)
{
    atomic_store(&ends, true);
    atomic_fetch_add(&events, 1);
    wake_all(&events);
}
