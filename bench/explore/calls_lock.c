/* calls_lock.c - mutexes, read-write locks, spin locks, barriers.
 *
 * A mutex is kept in the C library's own words, {lock, count, owner}: so that one that was
 * initialised by a constant is right, and one that lies in memory that is set back is set
 * back. The others keep what they need in their first words. */
#include "bench/explore/calls.h"

#include <errno.h>
#include <limits.h>
#include <time.h>

enum { KIND_MASK = 3 }; /* of a mutex: normal, recursive, error-checking */

static void order_taken(const void *lock)
{
    if (runtime.memory != EXPLORE_SC)
        memory_acquire(lock);
}

static void order_given(const void *lock)
{
    if (runtime.memory != EXPLORE_SC)
        memory_release(lock);
}

static int own_number(void)
{
    return runtime.now->index + 1;
}

static const char *name_of(int number)
{
    return number > 0 && number <= runtime.count ? runtime.threads[number - 1].name : "nobody";
}

/* Mutexes. */

static bool try_lock(pthread_mutex_t *mutex)
{
    heap_check(mutex, sizeof *mutex, true); /* each time: it may have been freed under who waits */
    if (mutex->__data.__lock)
        return false;
    mutex->__data.__lock = 1;
    mutex->__data.__owner = own_number();
    order_taken(mutex);
    return true;
}

/* Held by this thread already: 0, EDEADLK, or -1: no. */
static int lock_again(pthread_mutex_t *mutex)
{
    int kind = mutex->__data.__kind & KIND_MASK;
    if (!mutex->__data.__lock || mutex->__data.__owner != own_number())
        return -1;
    if (kind == PTHREAD_MUTEX_RECURSIVE) {
        mutex->__data.__count++;
        return 0;
    }
    return kind == PTHREAD_MUTEX_ERRORCHECK ? EDEADLK : -1;
}

static int lock(pthread_mutex_t *mutex, const char *why, int64_t deadline)
{
    int again = lock_again(mutex);
    if (again >= 0)
        return again;
    while (!try_lock(mutex)) {
        bool woken;
        runtime.now->lock = mutex;
        woken = choose_block(mutex, why, deadline);
        runtime.now->lock = NULL;
        if (!woken && mutex->__data.__lock)
            return ETIMEDOUT;
    }
    return calls_robust_taken(mutex);
}

int calls_relock(pthread_mutex_t *mutex, const char *why)
{
    return lock(mutex, why, RUNTIME_NEVER);
}

void calls_unlock(pthread_mutex_t *mutex)
{
    calls_robust_given(mutex);
    order_given(mutex);
    mutex->__data.__lock = 0;
    mutex->__data.__owner = 0;
    choose_wake(mutex, 1);
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    int error;
    if (!runtime.on)
        return CALLS_REAL(pthread_mutex_lock)(mutex);
    CALLS_BEGIN("pthread_mutex_lock", mutex);
    heap_check(mutex, sizeof *mutex, true);
    error = lock(mutex, "pthread_mutex_lock", RUNTIME_NEVER);
    calls_end();
    return error;
}

int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
    int again;
    if (!runtime.on)
        return CALLS_REAL(pthread_mutex_trylock)(mutex);
    CALLS_BEGIN("pthread_mutex_trylock", mutex);
    heap_check(mutex, sizeof *mutex, true);
    again = lock_again(mutex);
    if (again == 0)
        return 0;
    return try_lock(mutex) ? calls_robust_taken(mutex) : EBUSY;
}

int pthread_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *until)
{
    if (!runtime.on)
        return CALLS_REAL(pthread_mutex_timedlock)(mutex, until);
    CALLS_BEGIN("pthread_mutex_timedlock", mutex);
    heap_check(mutex, sizeof *mutex, true);
    return lock(mutex, "pthread_mutex_timedlock", calls_deadline(CLOCK_REALTIME, until));
}

int pthread_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clock, const struct timespec *until)
{
    if (!runtime.on)
        return CALLS_REAL(pthread_mutex_clocklock)(mutex, clock, until);
    CALLS_BEGIN("pthread_mutex_clocklock", mutex);
    heap_check(mutex, sizeof *mutex, true);
    return lock(mutex, "pthread_mutex_clocklock", calls_deadline(clock, until));
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    if (!runtime.on)
        return CALLS_REAL(pthread_mutex_unlock)(mutex);
    CALLS_BEGIN("pthread_mutex_unlock", mutex);
    heap_check(mutex, sizeof *mutex, true);
    if (!mutex->__data.__lock || mutex->__data.__owner != own_number()) {
        int kind = mutex->__data.__kind;
        if ((kind & KIND_MASK) == PTHREAD_MUTEX_RECURSIVE || (kind & KIND_MASK) == PTHREAD_MUTEX_ERRORCHECK ||
            calls_robust_is(mutex))
            return EPERM;
        runtime_stop(EXPLORE_MISUSE, mutex, "%s unlocks a mutex that %s holds", runtime.now->name,
                     name_of(mutex->__data.__lock ? mutex->__data.__owner : 0));
    }
    if (mutex->__data.__count) {
        mutex->__data.__count--;
        return 0;
    }
    calls_unlock(mutex);
    calls_end();
    return 0;
}

int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
    if (!runtime.on)
        return CALLS_REAL(pthread_mutex_destroy)(mutex);
    CALLS_BEGIN("pthread_mutex_destroy", mutex);
    heap_check(mutex, sizeof *mutex, true);
    if (mutex->__data.__lock || choose_waiters(mutex))
        runtime_stop(EXPLORE_MISUSE, mutex, "a mutex is destroyed that %s holds", name_of(mutex->__data.__owner));
    mutex->__data.__kind = 0;
    return 0;
}

/* Read-write locks: {readers, writer's number}. Whoever comes first gets in. */

struct rwlock {
    int readers, writer;
};
_Static_assert(sizeof(struct rwlock) <= sizeof(pthread_rwlock_t), "it lies in the first words");

static int rwlock_take(pthread_rwlock_t *at, bool writes, const char *why, int64_t deadline)
{
    struct rwlock *rwlock = (struct rwlock *)at;
    bool woken;
    calls_begin(why, at);
    heap_check(at, sizeof *at, true);
    if (rwlock->writer == own_number())
        return deadline ? EDEADLK : EBUSY;
    while (rwlock->writer || (writes && rwlock->readers)) {
        if (deadline == 0)
            return EBUSY;
        woken = choose_block(at, why, deadline);
        heap_check(at, sizeof *at, true);
        if (!woken && (rwlock->writer || (writes && rwlock->readers)))
            return ETIMEDOUT;
    }
    if (writes)
        rwlock->writer = own_number();
    else
        rwlock->readers++;
    order_taken(at);
    return 0;
}

#define RWLOCK(name, writes, deadline, parameters, arguments)                                                          \
    int name parameters                                                                                                \
    {                                                                                                                  \
        if (!runtime.on)                                                                                               \
            return CALLS_REAL(name) arguments;                                                                         \
        RUNTIME_HERE();                                                                                                \
        return rwlock_take(at, writes, #name, deadline);                                                               \
    }
RWLOCK(pthread_rwlock_rdlock, false, RUNTIME_NEVER, (pthread_rwlock_t * at), (at))
RWLOCK(pthread_rwlock_wrlock, true, RUNTIME_NEVER, (pthread_rwlock_t * at), (at))
RWLOCK(pthread_rwlock_tryrdlock, false, 0, (pthread_rwlock_t * at), (at))
RWLOCK(pthread_rwlock_trywrlock, true, 0, (pthread_rwlock_t * at), (at))
RWLOCK(pthread_rwlock_timedrdlock, false, calls_deadline(CLOCK_REALTIME, until),
       (pthread_rwlock_t * at, const struct timespec *until), (at, until))
RWLOCK(pthread_rwlock_timedwrlock, true, calls_deadline(CLOCK_REALTIME, until),
       (pthread_rwlock_t * at, const struct timespec *until), (at, until))
RWLOCK(pthread_rwlock_clockrdlock, false, calls_deadline(clock, until),
       (pthread_rwlock_t * at, clockid_t clock, const struct timespec *until), (at, clock, until))
RWLOCK(pthread_rwlock_clockwrlock, true, calls_deadline(clock, until),
       (pthread_rwlock_t * at, clockid_t clock, const struct timespec *until), (at, clock, until))

int pthread_rwlock_unlock(pthread_rwlock_t *at)
{
    struct rwlock *rwlock = (struct rwlock *)at;
    if (!runtime.on)
        return CALLS_REAL(pthread_rwlock_unlock)(at);
    CALLS_BEGIN("pthread_rwlock_unlock", at);
    heap_check(at, sizeof *at, true);
    if (rwlock->writer != own_number() && !rwlock->readers)
        runtime_stop(EXPLORE_MISUSE, at, "%s unlocks a read-write lock that %s holds", runtime.now->name,
                     name_of(rwlock->writer));
    order_given(at);
    if (rwlock->writer)
        rwlock->writer = 0;
    else
        rwlock->readers--;
    choose_wake(at, INT_MAX);
    calls_end();
    return 0;
}

int pthread_rwlock_destroy(pthread_rwlock_t *at)
{
    struct rwlock *rwlock = (struct rwlock *)at;
    if (!runtime.on)
        return CALLS_REAL(pthread_rwlock_destroy)(at);
    CALLS_BEGIN("pthread_rwlock_destroy", at);
    if (rwlock->writer || rwlock->readers || choose_waiters(at))
        runtime_stop(EXPLORE_MISUSE, at, "a read-write lock is destroyed that is in use");
    return 0;
}

/* Spin locks: the C library's word is 1 when free on x86-64, and 0 elsewhere. */

#ifdef __x86_64__
enum { SPIN_FREE = 1, SPIN_TAKEN = 0 };
#else
enum { SPIN_FREE = 0, SPIN_TAKEN = 1 };
#endif

int pthread_spin_lock(pthread_spinlock_t *at)
{
    if (!runtime.on)
        return CALLS_REAL(pthread_spin_lock)(at);
    CALLS_BEGIN("pthread_spin_lock", (const void *)(uintptr_t)at);
    heap_check((const void *)(uintptr_t)at, sizeof *at, true);
    while (*at != SPIN_FREE) { /* whoever spins waits, for a schedule */
        choose_block((const void *)(uintptr_t)at, "pthread_spin_lock", RUNTIME_NEVER);
        heap_check((const void *)(uintptr_t)at, sizeof *at, true);
    }
    *at = SPIN_TAKEN;
    order_taken((const void *)(uintptr_t)at);
    return 0;
}

int pthread_spin_trylock(pthread_spinlock_t *at)
{
    if (!runtime.on)
        return CALLS_REAL(pthread_spin_trylock)(at);
    CALLS_BEGIN("pthread_spin_trylock", (const void *)(uintptr_t)at);
    heap_check((const void *)(uintptr_t)at, sizeof *at, true);
    if (*at != SPIN_FREE)
        return EBUSY;
    *at = SPIN_TAKEN;
    order_taken((const void *)(uintptr_t)at);
    return 0;
}

int pthread_spin_unlock(pthread_spinlock_t *at)
{
    if (!runtime.on)
        return CALLS_REAL(pthread_spin_unlock)(at);
    CALLS_BEGIN("pthread_spin_unlock", (const void *)(uintptr_t)at);
    heap_check((const void *)(uintptr_t)at, sizeof *at, true);
    order_given((const void *)(uintptr_t)at);
    *at = SPIN_FREE;
    choose_wake((const void *)(uintptr_t)at, 1);
    calls_end();
    return 0;
}

/* Barriers: {count, arrived}. */

struct barrier {
    unsigned count, arrived;
};
_Static_assert(sizeof(struct barrier) <= sizeof(pthread_barrier_t), "it lies in the first words");

int pthread_barrier_init(pthread_barrier_t *at, const pthread_barrierattr_t *attributes, unsigned count)
{
    if (!runtime.on)
        return CALLS_REAL(pthread_barrier_init)(at, attributes, count);
    if (!count)
        return EINVAL;
    *(struct barrier *)at = (struct barrier){.count = count};
    return 0;
}

int pthread_barrier_wait(pthread_barrier_t *at)
{
    struct barrier *barrier = (struct barrier *)at;
    if (!runtime.on)
        return CALLS_REAL(pthread_barrier_wait)(at);
    CALLS_BEGIN("pthread_barrier_wait", at);
    heap_check(at, sizeof *at, true);
    order_given(at);
    if (++barrier->arrived == barrier->count) {
        barrier->arrived = 0;
        order_taken(at);
        choose_wake(at, INT_MAX);
        calls_end();
        return PTHREAD_BARRIER_SERIAL_THREAD;
    }
    choose_block(at, "pthread_barrier_wait", RUNTIME_NEVER); /* it may have been made anew since */
    order_taken(at);
    return 0;
}

int pthread_barrier_destroy(pthread_barrier_t *at)
{
    if (!runtime.on)
        return CALLS_REAL(pthread_barrier_destroy)(at);
    CALLS_BEGIN("pthread_barrier_destroy", at);
    if (choose_waiters(at))
        runtime_stop(EXPLORE_MISUSE, at, "a barrier is destroyed that somebody waits at");
    return 0;
}
