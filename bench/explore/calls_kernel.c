/* calls_kernel.c - what the kernel would do by itself: random bytes and processors, which are
 * the seed's here, so that a schedule is the same each time; and signals for other threads,
 * which their carriers would get, and which are not followed. */
#include "bench/explore/calls.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void calls_kernel_begin(void)
{
    srandom(1); /* as in a program that begins */
    srand48(1);
}

static void fill(void *to, size_t size)
{
    for (char *at = to; size; at++, size--)
        *at = (char)explore_draw(256);
}

ssize_t getrandom(void *to, size_t size, unsigned flags)
{
    if (!runtime.on)
        return CALLS_REAL(getrandom)(to, size, flags);
    fill(to, size);
    return (ssize_t)size;
}

int getentropy(void *to, size_t size)
{
    if (!runtime.on)
        return CALLS_REAL(getentropy)(to, size);
    fill(to, size);
    return 0;
}

int getcpu(unsigned *cpu, unsigned *node)
{
    if (!runtime.on)
        return (int)CALLS_REAL(syscall)(SYS_getcpu, cpu, node, NULL);
    if (cpu)
        *cpu = 0;
    if (node)
        *node = 0;
    return 0;
}

static void __attribute__((noreturn)) not_followed(const char *name)
{
    runtime_stop(EXPLORE_STUCK, NULL, "%s calls %s, which is not followed", runtime.now->name, name);
}

int pthread_kill(pthread_t thread, int number)
{
    if (!runtime.on || pthread_equal(thread, pthread_self()))
        return CALLS_REAL(pthread_kill)(thread, number);
    RUNTIME_HERE();
    if (number)
        not_followed("pthread_kill");
    return 0;
}

int pthread_sigqueue(pthread_t thread, int number, const union sigval value)
{
    if (!runtime.on)
        return CALLS_REAL(pthread_sigqueue)(thread, number, value);
    RUNTIME_HERE();
    not_followed("pthread_sigqueue");
}

int timer_create(clockid_t clock, struct sigevent *event, timer_t *timer)
{
    if (!runtime.on)
        return CALLS_REAL(timer_create)(clock, event, timer);
    RUNTIME_HERE();
    not_followed("timer_create");
}
