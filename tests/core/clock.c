/* clock.c - the wall clock, made to jump on demand: an hour ahead and an hour back in
 * turn, at each look. Nothing that measures or waits may look at it; what does, sees
 * times that are absurd. The machine's own clock is left alone.
 *
 * Also a plug-in for LD_PRELOAD, in which it jumps from the start. */
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

int clock_gettime(clockid_t clock, struct timespec *now)
{
    if (syscall(SYS_clock_gettime, clock, now))
        return -1;
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
