/* limits.c - see limits.h: the measurements. The command is in limits_show.c. */
#include "bench/machine/limits.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdalign.h>

#include "pools/core/affinity.h"
#include "pools/core/futex.h"
#include "pools/core/topology.h"

enum {
    CALLS = 20000,  /* clock, system calls, additions, fences in an epoch */
    TRIPS = 2000,   /* of a cache line */
    SWITCHES = 400, /* there and back */
    WAKES = 24,
    THREADS_MAX = 64,  /* that add at once */
    ASLEEP_NS = 60000, /* after which who waits is surely asleep */
};

static const struct {
    const char *name, *what;
} limits[LIMITS] = {
    [LIMIT_CLOCK] = {"clock", "clock_gettime(CLOCK_MONOTONIC)"},
    [LIMIT_SYSCALL] = {"syscall", "the cheapest system call (getppid)"},
    [LIMIT_ADD] = {"add", "an addition to a number in memory"},
    [LIMIT_ATOMIC] = {"atomic-add", "an atomic addition, one thread"},
    [LIMIT_CONTENDED] = {"contended-add", "the same by a thread on each CPU at once, for each addition"},
    [LIMIT_FENCE] = {"fence", "store, sequentially consistent fence, load"},
    [LIMIT_LINE] = {"line", "a cache line to another CPU and back"},
    [LIMIT_SWITCH] = {"switch", "from one thread to another on the same CPU, by a futex"},
    [LIMIT_WAKE] = {"wake", "futex wake-up on another CPU: from the call to running"},
};

const char *limit_name(enum limit limit)
{
    return limits[limit].name;
}

const char *limit_what(enum limit limit)
{
    return limits[limit].what;
}

/* One thread. */

static double of_clock(void)
{
    int64_t begin = pool_clock_ns(), end = begin;
    for (int i = 0; i < CALLS; i++)
        end = pool_clock_ns();
    return (double)(end - begin) / CALLS;
}

static double of_syscall(void)
{
    int64_t begin = pool_clock_ns();
    for (int i = 0; i < CALLS / 10; i++)
        syscall(SYS_getppid);
    return (double)(pool_clock_ns() - begin) / (CALLS / 10);
}

static double of_add(void)
{
    static volatile uint64_t number;
    int64_t begin = pool_clock_ns();
    for (int i = 0; i < CALLS; i++)
        number = number + 1;
    return (double)(pool_clock_ns() - begin) / CALLS;
}

static double of_fence(void)
{
    static alignas(POOL_CACHE_LINE) _Atomic uint32_t mine, other;
    int64_t begin = pool_clock_ns();
    for (int i = 0; i < CALLS; i++) {
        atomic_store_explicit(&mine, (uint32_t)i, memory_order_relaxed);
        atomic_thread_fence(memory_order_seq_cst);
        if (atomic_load_explicit(&other, memory_order_relaxed))
            return NAN; /* never: nobody writes it */
    }
    return (double)(pool_clock_ns() - begin) / CALLS;
}

/* Several. What they share lies in lines of its own. */

struct shared {
    alignas(POOL_CACHE_LINE) _Atomic uint64_t sum;
    alignas(POOL_CACHE_LINE) _Atomic uint32_t ready, go;
    alignas(POOL_CACHE_LINE) _Atomic uint32_t turn; /* also a futex */
    alignas(POOL_CACHE_LINE) _Atomic int64_t woken_ns;
};

/* Started together: waits for the word without a system call. */
static void get_ready(struct shared *shared)
{
    atomic_fetch_add(&shared->ready, 1);
    while (!atomic_load_explicit(&shared->go, memory_order_acquire))
        pool_pause();
}

static void add_all(_Atomic uint64_t *sum)
{
    for (int i = 0; i < CALLS; i++)
        atomic_fetch_add_explicit(sum, 1, memory_order_relaxed);
}

static void *adds(void *arg)
{
    struct shared *shared = arg;
    get_ready(shared);
    add_all(&shared->sum);
    return NULL;
}

static void *returns_line(void *arg)
{
    struct shared *shared = arg;
    get_ready(shared);
    for (uint32_t i = 0; i < TRIPS; i++) {
        while (atomic_load_explicit(&shared->turn, memory_order_acquire) != 2 * i + 1)
            pool_pause();
        atomic_store_explicit(&shared->turn, 2 * i + 2, memory_order_release);
    }
    return NULL;
}

static void *switches_back(void *arg)
{
    struct shared *shared = arg;
    for (uint32_t i = 0; i < SWITCHES; i++) {
        uint32_t seen;
        while ((seen = atomic_load(&shared->turn)) != 2 * i + 1)
            pool_futex_wait(&shared->turn, seen, -1);
        atomic_store(&shared->turn, 2 * i + 2);
        pool_futex_wake(&shared->turn, 1);
    }
    return NULL;
}

static void *is_woken(void *arg)
{
    struct shared *shared = arg;
    for (uint32_t i = 0; i < WAKES; i++) {
        atomic_store(&shared->ready, i + 1);
        while (atomic_load(&shared->turn) == i)
            pool_futex_wait(&shared->turn, i, -1);
        atomic_store(&shared->woken_ns, pool_clock_ns());
    }
    return NULL;
}

/* A helper on its CPU from its first moment on. It allocates nothing: where jemalloc 5.3 cannot
 * map the memory for a new thread's first allocation, that is a crash. */
static int start_helper(pthread_t *thread, int cpu, void *(*main)(void *), struct shared *shared)
{
    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (error)
        return -error;
    error = pool_affinity_attribute(&attributes, cpu);
    if (!error)
        error = -pthread_create(thread, &attributes, main, shared);
    pthread_attr_destroy(&attributes);
    return error;
}

/* Runs `body` here beside helpers on the other CPUs. */
static double beside(const int *cpus, int helpers, void *(*main)(void *), bool start_together,
                     double (*body)(struct shared *))
{
    struct shared shared = {0};
    pthread_t threads[THREADS_MAX];
    int started = 0;
    double result = NAN;
    while (started < helpers && !start_helper(&threads[started], cpus[started], main, &shared))
        started++;
    if (started == helpers) {
        while (start_together && atomic_load(&shared.ready) < (uint32_t)helpers)
            sched_yield();
        atomic_store_explicit(&shared.go, 1, memory_order_release);
        result = body(&shared);
    } else {
        atomic_store(&shared.go, 1); /* no more threads to be had: those that spin go on and end */
    }
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    return result;
}

static double add_here(struct shared *shared)
{
    int64_t begin = pool_clock_ns();
    add_all(&shared->sum);
    return (double)(pool_clock_ns() - begin) / CALLS;
}

static double trip_here(struct shared *shared)
{
    int64_t begin = pool_clock_ns();
    for (uint32_t i = 0; i < TRIPS; i++) {
        atomic_store_explicit(&shared->turn, 2 * i + 1, memory_order_release);
        while (atomic_load_explicit(&shared->turn, memory_order_acquire) != 2 * i + 2)
            pool_pause();
    }
    return (double)(pool_clock_ns() - begin) / TRIPS;
}

static double switch_here(struct shared *shared)
{
    int64_t begin = pool_clock_ns();
    for (uint32_t i = 0; i < SWITCHES; i++) {
        uint32_t seen;
        atomic_store(&shared->turn, 2 * i + 1);
        pool_futex_wake(&shared->turn, 1);
        while ((seen = atomic_load(&shared->turn)) != 2 * i + 2)
            pool_futex_wait(&shared->turn, seen, -1);
    }
    return (double)(pool_clock_ns() - begin) / (2 * SWITCHES);
}

/* The median of some wake-ups: single ones are far off now and then. */
static double wake_here(struct shared *shared)
{
    double times[WAKES];
    static _Atomic uint32_t never;
    for (uint32_t i = 0; i < WAKES; i++) {
        int64_t begin;
        while (atomic_load(&shared->ready) != i + 1)
            sched_yield();
        pool_futex_wait(&never, 0, pool_clock_ns() + ASLEEP_NS);
        atomic_store(&shared->woken_ns, 0);
        begin = pool_clock_ns();
        atomic_store(&shared->turn, i + 1);
        pool_futex_wake(&shared->turn, 1);
        while (!atomic_load(&shared->woken_ns))
            pool_pause();
        times[i] = (double)(atomic_load(&shared->woken_ns) - begin);
    }
    return stats_median(times, WAKES).median;
}

double limit_measure(enum limit limit, const int *cpus, int count)
{
    int others = count - 1 < THREADS_MAX ? count - 1 : THREADS_MAX;
    if (count < 1)
        return NAN;
    pool_affinity_set(cpus[0]);
    switch (limit) {
    case LIMIT_CLOCK:
        return of_clock();
    case LIMIT_SYSCALL:
        return of_syscall();
    case LIMIT_ADD:
        return of_add();
    case LIMIT_FENCE:
        return of_fence();
    case LIMIT_ATOMIC:
        return beside(cpus, 0, adds, true, add_here);
    case LIMIT_CONTENDED:
        /* All add as many: the time of one is that of all, divided by their number. */
        return others ? beside(cpus + 1, others, adds, true, add_here) / (others + 1) : NAN;
    case LIMIT_LINE:
        return others ? beside(cpus + 1, 1, returns_line, true, trip_here) : NAN;
    case LIMIT_SWITCH:
        return beside(cpus, 1, switches_back, false, switch_here);
    case LIMIT_WAKE:
        return others ? beside(cpus + 1, 1, is_woken, false, wake_here) : NAN;
    default:
        return NAN;
    }
}

double limit_glance(enum limit limit)
{
    enum { EPOCHS = 3 };
    static int cpus[TOPOLOGY_CPUS_MAX];
    double epochs[EPOCHS];
    cpu_set_t *before;
    size_t bytes;
    char why[256];
    int count, known = 0;
    if (topology_place("core", cpus, TOPOLOGY_CPUS_MAX, &count, why, sizeof why) ||
        !(before = pool_affinity_of(0, &bytes)))
        return NAN;
    for (int i = 0; i < EPOCHS; i++) {
        epochs[known] = limit_measure(limit, cpus, count);
        known += isfinite(epochs[known]);
    }
    pthread_setaffinity_np(pthread_self(), bytes, before);
    CPU_FREE(before);
    return known ? stats_median(epochs, known).median : NAN;
}
