/* calls_wait.c - conditions, semaphores and futexes. */
#include "bench/explore/calls.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

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
    heap_check(condition, sizeof *condition, true);
    heap_check(mutex, sizeof *mutex, true);
    calls_begin(why, condition);
    calls_cancel_point();
    if (!mutex->__data.__lock || mutex->__data.__owner != runtime.now->index + 1)
        runtime_stop(EXPLORE_MISUSE, mutex, "%s waits at a condition and does not hold its mutex", runtime.now->name);
    calls_unlock(mutex);
    if (calls_spurious(why, condition))
        choose_point(condition, false);
    else
        signalled = (woken = calls_block(condition, why, deadline)) && !runtime.now->cancel_woke;
    calls_relock(mutex, "pthread_mutex_lock, at the end of a wait");
    if (!signalled) /* a signal is not taken along: it may have been meant for another one */
        calls_cancel_point();
    return woken ? 0 : ETIMEDOUT;
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
    heap_check(condition, sizeof *condition, true);
    CALLS_BEGIN("pthread_cond_signal", condition);
    choose_wake(condition, 1);
    calls_end();
    return 0;
}

int pthread_cond_broadcast(pthread_cond_t *condition)
{
    if (!runtime.on)
        return CALLS_REAL(pthread_cond_broadcast)(condition);
    heap_check(condition, sizeof *condition, true);
    CALLS_BEGIN("pthread_cond_broadcast", condition);
    choose_wake(condition, INT_MAX);
    calls_end();
    return 0;
}

int pthread_cond_destroy(pthread_cond_t *condition)
{
    if (!runtime.on)
        return CALLS_REAL(pthread_cond_destroy)(condition);
    heap_check(condition, sizeof *condition, true);
    CALLS_BEGIN("pthread_cond_destroy", condition);
    if (choose_waiters(condition))
        runtime_stop(EXPLORE_MISUSE, condition, "a condition is destroyed that somebody waits at");
    return 0;
}

/* Semaphores: the value is the first 32 bits, as in the C library. */

static int sem_take(sem_t *semaphore, const char *why, int64_t deadline)
{
    unsigned *value = (unsigned *)semaphore;
    heap_check(semaphore, sizeof *semaphore, true);
    calls_begin(why, semaphore);
    if (deadline)
        calls_cancel_point();
    while (!*value) {
        if (!deadline)
            return errno = EAGAIN, -1;
        if (!calls_block(semaphore, why, deadline) && !*value)
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
    heap_check(semaphore, sizeof *semaphore, true);
    CALLS_BEGIN("sem_post", semaphore);
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

/* Futexes. A call is a full fence at its begin and at its end, as it is in the kernel, which
 * holds a lock of the word's while it compares. */

static void full_fence(void)
{
    enum { SEQ_CST = 5 };
    if (runtime.memory != EXPLORE_SC)
        memory_fence(SEQ_CST);
}

static long failed(int error)
{
    errno = error;
    return -1;
}

static long futex_wait(uint32_t *word, int operation, uint32_t value, const struct timespec *limit, uint32_t bits)
{
    int64_t deadline = RUNTIME_NEVER;
    clockid_t clock = operation & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC;
    bool woken;
    heap_check(word, sizeof *word, false);
    full_fence();
    if (*word != value)
        return failed(EAGAIN);
    if (limit && (operation & FUTEX_CMD_MASK) == FUTEX_WAIT)
        deadline = calls_after(calls_ns(limit));
    else if (limit)
        deadline = calls_deadline(clock, limit);
    if (calls_spurious("futex wait", word))
        return 0;
    runtime.now->bits = bits;
    woken = choose_block(word, "futex wait", deadline);
    runtime.now->bits = UINT32_MAX;
    full_fence();
    return woken ? 0 : failed(ETIMEDOUT);
}

/* Those who are left of the waiters at one word wait at the other from now on. */
static int requeue(const void *from, const void *to, int count)
{
    int moved = 0;
    for (int i = 0; i < runtime.count && moved < count; i++)
        if (runtime.threads[i].state == EXPLORE_WAITS && runtime.threads[i].address == from) {
            runtime.threads[i].address = to;
            moved++;
        }
    return moved;
}

static long futex(uint32_t *word, int operation, uint32_t value, const struct timespec *limit, uint32_t *word2,
                  uint32_t value3)
{
    int command = operation & FUTEX_CMD_MASK;
    uint32_t bits = value3;
    long result;
    calls_begin(command == FUTEX_WAKE || command == FUTEX_WAKE_BITSET ? "futex wake" : "futex", word);
    if (command != FUTEX_WAIT_BITSET && command != FUTEX_WAKE_BITSET)
        bits = UINT32_MAX;
    else if (!bits)
        return failed(EINVAL);
    switch (command) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET:
        return futex_wait(word, operation, value, limit, bits);
    case FUTEX_WAKE:
    case FUTEX_WAKE_BITSET:
        full_fence();
        result = choose_wake_bits(word, value > INT_MAX ? INT_MAX : (int)value, bits);
        full_fence();
        calls_end();
        return result;
    case FUTEX_CMP_REQUEUE:
        full_fence();
        if (*word != value3)
            return failed(EAGAIN);
        __attribute__((fallthrough));
    case FUTEX_REQUEUE:
        result = choose_wake(word, (int)value);
        return result + requeue(word, word2, (int)(intptr_t)limit);
    default:
        runtime_stop(EXPLORE_OVER_LIMITS, word, "a futex call that is not followed: %d", command);
    }
}

long syscall(long number, ...)
{
    va_list list;
    long arguments[6];
    va_start(list, number);
    for (int i = 0; i < 6; i++)
        arguments[i] = va_arg(list, long);
    va_end(list);
    if (runtime.on) {
        RUNTIME_HERE();
        if (number == SYS_futex)
            return futex((uint32_t *)arguments[0], (int)arguments[1], (uint32_t)arguments[2],
                         (const struct timespec *)arguments[3], (uint32_t *)arguments[4], (uint32_t)arguments[5]);
        if (number == SYS_gettid)
            return runtime.now->index + 1;
        if (number == SYS_getcpu)
            return getcpu((unsigned *)arguments[0], (unsigned *)arguments[1]);
        if (number == SYS_getrandom)
            return getrandom((void *)arguments[0], (size_t)arguments[1], (unsigned)arguments[2]);
        if (number == SYS_sched_yield)
            return sched_yield();
        if (number == SYS_membarrier && arguments[0] != MEMBARRIER_CMD_QUERY) {
            for (int i = 0; i < runtime.count; i++)
                memory_barrier_of(&runtime.threads[i]);
            return 0;
        }
    }
    return CALLS_REAL(syscall)(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
                               arguments[5]);
}

pid_t gettid(void)
{
    return runtime.on ? runtime.now->index + 1 : (pid_t)CALLS_REAL(syscall)(SYS_gettid);
}
