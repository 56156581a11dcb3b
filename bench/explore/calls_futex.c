/* calls_futex.c - futexes, and the other system calls that are made by their numbers.
 *
 * A futex call is a full fence at its begin and at its end, as it is in the kernel, which
 * holds a lock of the word's while it compares. */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bench/explore/calls.h"

#ifndef FUTEX_LOCK_PI2
#define FUTEX_LOCK_PI2 13
#endif
enum { FUTEX_WAITV_NUMBER = 449 }; /* the same on all processors, as those of the newer calls are */

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
    struct runtime_thread *thread = runtime.now;
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
    thread->bits = bits;
    thread->in_futex = true;
    thread->interrupted = false;
    woken = choose_block(word, "futex wait", deadline);
    thread->in_futex = false;
    thread->bits = UINT32_MAX;
    full_fence();
    return thread->interrupted ? failed(EINTR) : woken ? 0 : failed(ETIMEDOUT);
}

void explore_interrupt(void)
{
    RUNTIME_HERE();
    choose_point(NULL, true);
    for (int i = 0; i < runtime.count; i++) {
        struct runtime_thread *thread = &runtime.threads[i];
        if (thread->state == EXPLORE_WAITS && thread->in_futex) {
            thread->interrupted = true;
            choose_ready(thread, false);
        }
    }
}

/* Locks that inherit priorities: the word holds the owner's number, as gettid says it. There
 * are no priorities here; the kernel's part is who gets the lock next. */

/* One of those who wait there, drawn; NULL: nobody does. */
static struct runtime_thread *waiter_at(const uint32_t *word)
{
    int nth = choose_waiters(word) ? (int)(choose_own_draw(5) % (uint64_t)choose_waiters(word)) : 0;
    for (int i = 0; i < runtime.count; i++) {
        struct runtime_thread *thread = &runtime.threads[i];
        if (thread->state == EXPLORE_WAITS && thread->address == word && nth-- == 0)
            return thread;
    }
    return NULL;
}

static long futex_lock_pi(uint32_t *word, const struct timespec *limit, clockid_t clock, bool tries)
{
    uint32_t self = (uint32_t)runtime.now->index + 1;
    bool woken;
    heap_check(word, sizeof *word, true);
    full_fence();
    if ((*word & FUTEX_TID_MASK) == self)
        return failed(EDEADLK);
    if (!(*word & FUTEX_TID_MASK)) {
        *word = self | (choose_waiters(word) ? FUTEX_WAITERS : 0);
        full_fence();
        return 0;
    }
    if (tries)
        return failed(EAGAIN);
    *word |= FUTEX_WAITERS;
    woken = choose_block(word, "futex lock", limit ? calls_deadline(clock, limit) : RUNTIME_NEVER);
    full_fence();
    return woken ? 0 : failed(ETIMEDOUT); /* who has woken it has made it the owner */
}

static long futex_unlock_pi(uint32_t *word)
{
    struct runtime_thread *next;
    heap_check(word, sizeof *word, true);
    full_fence();
    if ((*word & FUTEX_TID_MASK) != (uint32_t)runtime.now->index + 1)
        return failed(EPERM);
    next = waiter_at(word);
    if (next)
        choose_ready(next, false);
    *word = next ? ((uint32_t)next->index + 1) | (choose_waiters(word) ? FUTEX_WAITERS : 0) : 0;
    full_fence();
    calls_end();
    return 0;
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
    case FUTEX_LOCK_PI:
    case FUTEX_LOCK_PI2:
    case FUTEX_TRYLOCK_PI:
        return futex_lock_pi(word, limit,
                             command == FUTEX_LOCK_PI2 && !(operation & FUTEX_CLOCK_REALTIME) ? CLOCK_MONOTONIC
                                                                                              : CLOCK_REALTIME,
                             command == FUTEX_TRYLOCK_PI);
    case FUTEX_UNLOCK_PI:
        return futex_unlock_pi(word);
    default:
        runtime_stop(EXPLORE_STUCK, word, "%s makes the futex call %d, which is not followed", runtime.now->name,
                     command);
    }
}

/* What would block in the kernel, begin a thread or a process that no schedule knows of, or
 * wake somebody past it. */
static const char *not_followed(long number)
{
    static const struct {
        long number;
        const char *name;
    } calls[] = {{SYS_clone, "clone"},
                 {SYS_nanosleep, "nanosleep"},
                 {SYS_clock_nanosleep, "clock_nanosleep"},
                 {SYS_ppoll, "ppoll"},
                 {SYS_epoll_pwait, "epoll_pwait"},
                 {SYS_set_robust_list, "set_robust_list"},
                 {SYS_tgkill, "tgkill"},
                 {SYS_timer_create, "timer_create"},
#ifdef SYS_fork
                 {SYS_fork, "fork"},
                 {SYS_vfork, "vfork"},
                 {SYS_poll, "poll"},
                 {SYS_epoll_wait, "epoll_wait"},
#endif
#ifdef SYS_clone3
                 {SYS_clone3, "clone3"},
#endif
                 {FUTEX_WAITV_NUMBER, "futex_waitv"},
                 {FUTEX_WAITV_NUMBER + 5, "futex_wake"},
                 {FUTEX_WAITV_NUMBER + 6, "futex_wait"},
                 {FUTEX_WAITV_NUMBER + 7, "futex_requeue"}};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (calls[i].number == number)
            return calls[i].name;
    return NULL;
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
        if (not_followed(number))
            runtime_stop(EXPLORE_STUCK, NULL, "%s makes the system call %s, which is not followed", runtime.now->name,
                         not_followed(number));
    }
    return CALLS_REAL(syscall)(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
                               arguments[5]);
}

pid_t gettid(void)
{
    return runtime.on ? runtime.now->index + 1 : (pid_t)CALLS_REAL(syscall)(SYS_gettid);
}
