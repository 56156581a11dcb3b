/* calls_time.c - virtual time: clocks, sleeps, yields. */
#include "bench/explore/calls.h"

#include <sched.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define REALTIME_AHEAD_NS INT64_C(1700000000000000000)
enum { SECOND_NS = 1000000000 };

int64_t calls_ns(const struct timespec *time)
{
    if (time->tv_sec < 0)
        return 0;
    return time->tv_sec > INT64_MAX / SECOND_NS - 1 ? INT64_MAX : (int64_t)time->tv_sec * SECOND_NS + time->tv_nsec;
}

int64_t calls_after(int64_t ns)
{
    return ns > INT64_MAX - 1 - runtime.now_ns ? INT64_MAX - 1 : runtime.now_ns + ns;
}

static bool is_realtime(clockid_t clock)
{
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
}

int64_t calls_deadline(clockid_t clock, const struct timespec *until)
{
    int64_t ns = calls_ns(until);
    if (ns == INT64_MAX)
        return INT64_MAX - 1;
    if (is_realtime(clock))
        ns -= REALTIME_AHEAD_NS;
    return ns > 0 ? ns : 1;
}

static int64_t look(clockid_t clock)
{
    choose_passes(RUNTIME_CLOCK_NS);
    if (++runtime.now->reads > 64)
        choose_hint();
    return runtime.now_ns + (is_realtime(clock) ? REALTIME_AHEAD_NS : 0);
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
    int64_t ns;
    if (!runtime.on)
        return CALLS_REAL(clock_gettime)(clock, time);
    RUNTIME_HERE();
    ns = look(clock);
    *time = (struct timespec){ns / SECOND_NS, ns % SECOND_NS};
    return 0;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
    int64_t ns;
    if (!runtime.on)
        return CALLS_REAL(gettimeofday)(time, zone);
    RUNTIME_HERE();
    ns = look(CLOCK_REALTIME);
    *time = (struct timeval){ns / SECOND_NS, ns % SECOND_NS / 1000};
    return 0;
}

int timespec_get(struct timespec *time, int base)
{
    if (!runtime.on)
        return CALLS_REAL(timespec_get)(time, base);
    clock_gettime(CLOCK_REALTIME, time);
    return base;
}

time_t time(time_t *at)
{
    time_t now;
    if (!runtime.on)
        return CALLS_REAL(time)(at);
    RUNTIME_HERE();
    now = (time_t)(look(CLOCK_REALTIME) / SECOND_NS);
    if (at)
        *at = now;
    return now;
}

static void sleep_until(int64_t deadline, const char *why)
{
    calls_begin(why, NULL);
    if (deadline > runtime.now_ns)
        calls_block(runtime.now, why, deadline);
    calls_cancel_point();
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time, struct timespec *left)
{
    int64_t ns = calls_ns(time);
    if (!runtime.on)
        return CALLS_REAL(clock_nanosleep)(clock, flags, time, left);
    RUNTIME_HERE();
    if (flags & TIMER_ABSTIME)
        ns = calls_deadline(clock, time);
    else
        ns = calls_after(ns);
    sleep_until(ns, "clock_nanosleep");
    return 0;
}

int nanosleep(const struct timespec *time, struct timespec *left)
{
    if (!runtime.on)
        return CALLS_REAL(nanosleep)(time, left);
    RUNTIME_HERE();
    sleep_until(calls_after(calls_ns(time)), "nanosleep");
    return 0;
}

int usleep(useconds_t us)
{
    if (!runtime.on)
        return CALLS_REAL(usleep)(us);
    RUNTIME_HERE();
    sleep_until(runtime.now_ns + (int64_t)us * 1000, "usleep");
    return 0;
}

unsigned sleep(unsigned seconds)
{
    if (!runtime.on)
        return CALLS_REAL(sleep)(seconds);
    RUNTIME_HERE();
    sleep_until(runtime.now_ns + (int64_t)seconds * SECOND_NS, "sleep");
    return 0;
}

int sched_yield(void)
{
    if (!runtime.on)
        return CALLS_REAL(sched_yield)();
    RUNTIME_HERE();
    RUNTIME_TELL(EXPLORE_CALL, "sched_yield", NULL, 0, 0);
    choose_hint();
    return 0;
}

int sched_getcpu(void)
{
    return runtime.on ? 0 : CALLS_REAL(sched_getcpu)();
}

/* There is another CPU beside that one, wherever this runs: a pool may bind a worker to it. */
int sched_getaffinity(pid_t thread, size_t size, cpu_set_t *set)
{
    int error = CALLS_REAL(sched_getaffinity)(thread, size, set);
    if (runtime.on && !error) {
        CPU_SET_S(0, size, set);
        CPU_SET_S(1, size, set);
    }
    return error;
}
