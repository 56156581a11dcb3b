/* clock.c - the wall clock, made to jump on demand: an hour ahead and an hour back in
 * turn, at each look. Nothing that measures or waits may look at it; what does, sees
 * times that are absurd. The machine's own clock is left alone.
 *
 * Also a plug-in for LD_PRELOAD, in which it jumps from the start; and in which the
 * clock of CPU 1 is KIT_CLOCK_SKEW ns behind the others', if that is set, once it was
 * looked at KIT_CLOCK_SKEW_AFTER times. */
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "tests/core/kit.h"

#ifdef CLOCK_PLUGIN
_Atomic bool kit_clock_jumps = true;
#else
_Atomic bool kit_clock_jumps;
#endif
_Atomic int kit_clock_looks;

enum { JUMP_S = 3600 };

/* Past the C library, whose names are taken here. */
static void real(clockid_t clock, struct timespec *now)
{
    syscall(SYS_clock_gettime, clock, now);
}

static void jump(struct timespec *now)
{
    if (atomic_load(&kit_clock_jumps))
        now->tv_sec += atomic_fetch_add(&kit_clock_looks, 1) % 2 ? -JUMP_S : JUMP_S;
}

#ifndef CLOCK_PLUGIN
__thread bool kit_clock_crawls;

/* Ahead of the kernel's, so that no time-out of a system call runs out. */
static void crawl(struct timespec *now)
{
    enum { STEP_NS = 100000 };
    static __thread int64_t ns;
    if (!ns)
        ns = (int64_t)(now->tv_sec + JUMP_S) * 1000000000;
    ns += STEP_NS;
    now->tv_sec = ns / 1000000000;
    now->tv_nsec = ns % 1000000000;
}
#endif

#ifdef CLOCK_PLUGIN
static void skew(struct timespec *now)
{
    static _Atomic long looks;
    const char *behind = getenv("KIT_CLOCK_SKEW"), *after = getenv("KIT_CLOCK_SKEW_AFTER");
    if (!behind || (after && atomic_fetch_add(&looks, 1) < atol(after)) || sched_getcpu() != 1)
        return;
    now->tv_nsec -= atol(behind);
    for (; now->tv_nsec < 0; now->tv_nsec += 1000000000)
        now->tv_sec--;
    for (; now->tv_nsec >= 1000000000; now->tv_nsec -= 1000000000)
        now->tv_sec++;
}
#endif

int clock_gettime(clockid_t clock, struct timespec *now)
{
    if (syscall(SYS_clock_gettime, clock, now))
        return -1;
#ifdef CLOCK_PLUGIN
    if (clock == CLOCK_MONOTONIC)
        skew(now);
#else
    if (clock == CLOCK_MONOTONIC && kit_clock_crawls)
        crawl(now);
#endif
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
        jump(now);
    return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec precise;
    (void)zone;
    real(CLOCK_REALTIME, &precise);
    jump(&precise);
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *out)
{
    struct timespec now;
    real(CLOCK_REALTIME, &now);
    jump(&now);
    if (out)
        *out = now.tv_sec;
    return now.tv_sec;
}
