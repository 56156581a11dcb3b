/* futex.h - the kernel's wait and wake, a small lock, fences, and the clock.
 *
 * Everything here goes through raw system calls, so that no call of a pool is
 * a cancellation point and none depends on a condition variable that may lose
 * a wake-up (glibc bug 25847). Sources: Drepper, "Futexes are tricky", for
 * the three-state lock; futex(2). */
#ifndef FUTEX_H
#define FUTEX_H

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "pools/core/explored.h"

/* Two lines: processors fetch them in pairs. */
#define POOL_CACHE_LINE 128

#define pool_likely(x) __builtin_expect(!!(x), 1)
#define pool_unlikely(x) __builtin_expect(!!(x), 0)

static inline int64_t pool_clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* What a counter of so many in a second has counted, in nanoseconds, roughly: half of it to
 * 105%. There are some beyond 1 GHz (1.05 on Graviton 3), and 0 is a firmware that does not say. */
static inline uint64_t pool_counted_ns(uint64_t count, uint32_t per_second)
{
    return count * (per_second && per_second < 1000000000 ? 1000000000 / per_second : 1);
}

/* Now, for the age of what is some 10 us old: a counter that costs a third of the clock.
 * In nanoseconds, roughly: at 1.5 to 5 GHz x86 counts 0.75 to 2.5 in each. On two CPUs it
 * may differ, and after a pause of the machine by anything. */
static inline uint64_t pool_moment(void)
{
#if defined(POOL_EXPLORED)
    return explore_moment();
#elif defined(__x86_64__) || defined(__i386__)
    return __builtin_ia32_rdtsc() / 2;
#elif defined(__aarch64__)
    uint64_t count, per_second;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(count));
    __asm__ volatile("mrs %0, cntfrq_el0" : "=r"(per_second));
    return pool_counted_ns(count, (uint32_t)per_second);
#else
    return (uint64_t)pool_clock_ns();
#endif
}

/* The moment at which a relative timeout ends; < 0 stays "never". */
static inline int64_t pool_deadline(int64_t timeout_ns)
{
    int64_t now;
    if (timeout_ns < 0)
        return -1;
    now = pool_clock_ns();
    return timeout_ns > INT64_MAX - now ? INT64_MAX : now + timeout_ns;
}

static inline void pool_pause(void)
{
#if defined(POOL_EXPLORED)
    explore_spin_pause();
#elif defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb" ::: "memory");
#else
    atomic_signal_fence(memory_order_seq_cst);
#endif
}

/* Orders every earlier store before every later load. ThreadSanitizer does not
 * model fences; there it is a read-modify-write of one shared word, which is
 * the stronger thing. */
static inline void pool_fence(void)
{
#ifdef __SANITIZE_THREAD__
    static _Atomic int dummy;
    atomic_fetch_add_explicit(&dummy, 1, memory_order_seq_cst);
#else
    atomic_thread_fence(memory_order_seq_cst);
#endif
}

/* Sleeps while *word == value, until `deadline_ns` of CLOCK_MONOTONIC (< 0:
 * no limit). Returns -ETIMEDOUT, else 0: woken, or for no reason. */
static inline int pool_futex_wait(_Atomic uint32_t *word, uint32_t value, int64_t deadline_ns)
{
    struct timespec until, *limit = NULL;
    if (deadline_ns >= 0) {
        until.tv_sec = deadline_ns / 1000000000;
        until.tv_nsec = deadline_ns % 1000000000;
        limit = &until;
    }
    if (syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, value, limit, NULL, FUTEX_BITSET_MATCH_ANY) == -1 &&
        errno == ETIMEDOUT)
        return -ETIMEDOUT;
    return 0;
}

/* Wakes up to `count` sleepers. Touches no memory at `word`, so that it may be
 * called when the word's owner is already gone. */
static inline void pool_futex_wake(_Atomic uint32_t *word, int count)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

/* After a race for a shared word that another thread won, *losses the races lost before this
 * one in a row: pauses twice as long each time, up to some 2 us, so that many who race do not
 * take its line from each other at each step. */
static inline void pool_back_off(unsigned *losses)
{
    enum { LOSSES_MAX = 6 };
    for (unsigned i = 0; i < 1U << *losses; i++)
        pool_pause();
    *losses += *losses < LOSSES_MAX;
}

/* A lock for cold paths and for the locked queues: 0 free, 1 held, 2 held and
 * somebody may sleep. All zero is a lock that is free. */
struct pool_lock {
    _Atomic uint32_t word;
};

void pool_lock_slow(struct pool_lock *lock);

static inline void pool_lock(struct pool_lock *lock)
{
    uint32_t was = 0;
    /* Acquire: pairs with the release in pool_unlock. */
    if (!atomic_compare_exchange_strong_explicit(&lock->word, &was, 1, memory_order_acquire, memory_order_relaxed))
        pool_lock_slow(lock);
}

/* Whether it was free, and is held now. Never waits. */
static inline bool pool_trylock(struct pool_lock *lock)
{
    uint32_t was = 0;
    return atomic_compare_exchange_strong_explicit(&lock->word, &was, 1, memory_order_acquire, memory_order_relaxed);
}

static inline void pool_unlock(struct pool_lock *lock)
{
    if (atomic_exchange_explicit(&lock->word, 0, memory_order_release) == 2)
        pool_futex_wake(&lock->word, 1);
}

#endif
