/* wall.c - see wall.h. */
#include "faults/core/wall.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/time.h>
#include <time.h>

static _Atomic int64_t shift_ns;

void wall_shift(int64_t ns)
{
    atomic_store(&shift_ns, ns);
}

#ifdef FAULTS_WRAP
bool wall_possible(void)
{
    return false;
}
#else
bool wall_possible(void)
{
    return true;
}

typedef int clock_fn(clockid_t clock, struct timespec *time);

int clock_gettime(clockid_t clock, struct timespec *now)
{
    static void *_Atomic found;
    void *real = atomic_load_explicit(&found, memory_order_relaxed);
    int64_t more = atomic_load_explicit(&shift_ns, memory_order_relaxed), ns;
    int error;
    if (!real) {
        real = dlsym(RTLD_NEXT, "clock_gettime");
        atomic_store_explicit(&found, real, memory_order_relaxed);
    }
    error = ((clock_fn *)(uintptr_t)real)(clock, now);
    if (error || !more || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE))
        return error;
    ns = now->tv_nsec + more % 1000000000;
    now->tv_sec += more / 1000000000 + ns / 1000000000;
    now->tv_nsec = ns % 1000000000;
    return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec time;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &time);
    *now = (struct timeval){time.tv_sec, time.tv_nsec / 1000};
    return 0;
}

time_t time(time_t *out)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out)
        *out = now.tv_sec;
    return now.tv_sec;
}

int timespec_get(struct timespec *now, int base)
{
    return base == TIME_UTC && !clock_gettime(CLOCK_REALTIME, now) ? base : 0;
}
#endif
