/* calls_wait.c - conditions and semaphores. */
#include "bench/explore/calls.h"

#include <errno.h>
#include <limits.h>
#include <semaphore.h>
#include <time.h>

/* Conditions. Nothing is kept in them: a signal that nobody waits for is lost. The clock
 * is, in the C library's own bit. */

enum { CLOCK_IS_MONOTONIC = 2 }; /* of __wrefs */

static clockid_t clock_of(const pthread_cond_t *condition)
{
    return condition->__data.__wrefs & CLOCK_IS_MONOTONIC ? CLOCK_MONOTONIC : CLOCK_REALTIME;
}

static int cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, const char *why, int64_t deadline)
{
    bool woken = true, signalled = false;
    int error;
    calls_begin(why, condition);
    heap_check(condition, sizeof *condition, true);
    heap_check(mutex, sizeof *mutex, true);
    calls_cancel_point();
    if (!mutex->__data.__lock || mutex->__data.__owner != runtime.now->index + 1)
        runtime_stop(EXPLORE_MISUSE, mutex, "%s waits at a condition and does not hold its mutex", runtime.now->name);
    calls_unlock(mutex);
    if (calls_spurious(why, condition))
        choose_point(condition, false);
    else
        signalled = (woken = calls_block(condition, why, deadline)) && !runtime.now->cancel_woke;
    error = calls_relock(mutex, "pthread_mutex_lock, at the end of a wait");
    if (!signalled) /* a signal is not taken along: it may have been meant for another one */
        calls_cancel_point();
    return error ? error : woken ? 0 : ETIMEDOUT;
}

int pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
    if (!runtime.on)
        return CALLS_REAL(pthread_cond_wait)(condition, mutex);
    RUNTIME_HERE();
    return cond_wait(condition, mutex, "pthread_cond_wait", RUNTIME_NEVER);
}

int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *until)
{
    if (!runtime.on)
        return CALLS_REAL(pthread_cond_timedwait)(condition, mutex, until);
    RUNTIME_HERE();
    return cond_wait(condition, mutex, "pthread_cond_timedwait", calls_deadline(clock_of(condition), until));
}

int pthread_cond_clockwait(pthread_cond_t *condition, pthread_mutex_t *mutex, clockid_t clock,
                           const struct timespec *until)
{
    if (!runtime.on)
        return CALLS_REAL(pthread_cond_clockwait)(condition, mutex, clock, until);
    RUNTIME_HERE();
    return cond_wait(condition, mutex, "pthread_cond_clockwait", calls_deadline(clock, until));
}

int pthread_cond_signal(pthread_cond_t *condition)
{
    if (!runtime.on)
        return CALLS_REAL(pthread_cond_signal)(condition);
    CALLS_BEGIN("pthread_cond_signal", condition);
    heap_check(condition, sizeof *condition, true);
    choose_wake(condition, 1);
    calls_end();
    return 0;
}

int pthread_cond_broadcast(pthread_cond_t *condition)
{
    if (!runtime.on)
        return CALLS_REAL(pthread_cond_broadcast)(condition);
    CALLS_BEGIN("pthread_cond_broadcast", condition);
    heap_check(condition, sizeof *condition, true);
    choose_wake(condition, INT_MAX);
    calls_end();
    return 0;
}

int pthread_cond_destroy(pthread_cond_t *condition)
{
    if (!runtime.on)
        return CALLS_REAL(pthread_cond_destroy)(condition);
    CALLS_BEGIN("pthread_cond_destroy", condition);
    heap_check(condition, sizeof *condition, true);
    if (choose_waiters(condition))
        runtime_stop(EXPLORE_MISUSE, condition, "a condition is destroyed that somebody waits at");
    return 0;
}

/* Semaphores: the value is the first 32 bits, as in the C library. */

static int sem_take(sem_t *semaphore, const char *why, int64_t deadline)
{
    unsigned *value = (unsigned *)semaphore;
    bool woken;
    calls_begin(why, semaphore);
    heap_check(semaphore, sizeof *semaphore, true);
    if (deadline)
        calls_cancel_point();
    while (!*value) {
        if (!deadline)
            return errno = EAGAIN, -1;
        woken = calls_block(semaphore, why, deadline);
        heap_check(semaphore, sizeof *semaphore, true);
        if (!woken && !*value)
            return errno = ETIMEDOUT, -1;
        if (!*value)
            calls_cancel_point();
    }
    --*value;
    if (runtime.memory != EXPLORE_SC)
        memory_acquire(semaphore);
    calls_end();
    return 0;
}

int sem_wait(sem_t *semaphore)
{
    if (!runtime.on)
        return CALLS_REAL(sem_wait)(semaphore);
    RUNTIME_HERE();
    return sem_take(semaphore, "sem_wait", RUNTIME_NEVER);
}

int sem_trywait(sem_t *semaphore)
{
    if (!runtime.on)
        return CALLS_REAL(sem_trywait)(semaphore);
    RUNTIME_HERE();
    return sem_take(semaphore, "sem_trywait", 0);
}

int sem_timedwait(sem_t *semaphore, const struct timespec *until)
{
    if (!runtime.on)
        return CALLS_REAL(sem_timedwait)(semaphore, until);
    RUNTIME_HERE();
    return sem_take(semaphore, "sem_timedwait", calls_deadline(CLOCK_REALTIME, until));
}

int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *until)
{
    if (!runtime.on)
        return CALLS_REAL(sem_clockwait)(semaphore, clock, until);
    RUNTIME_HERE();
    return sem_take(semaphore, "sem_clockwait", calls_deadline(clock, until));
}

int sem_post(sem_t *semaphore)
{
    if (!runtime.on)
        return CALLS_REAL(sem_post)(semaphore);
    CALLS_BEGIN("sem_post", semaphore);
    heap_check(semaphore, sizeof *semaphore, true);
    if (runtime.memory != EXPLORE_SC)
        memory_release(semaphore);
    ++*(unsigned *)semaphore;
    choose_wake(semaphore, 1);
    calls_end();
    return 0;
}

int sem_destroy(sem_t *semaphore)
{
    if (!runtime.on)
        return CALLS_REAL(sem_destroy)(semaphore);
    CALLS_BEGIN("sem_destroy", semaphore);
    if (choose_waiters(semaphore))
        runtime_stop(EXPLORE_MISUSE, semaphore, "a semaphore is destroyed that somebody waits at");
    return 0;
}
