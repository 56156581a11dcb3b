/* calls_robust.c - robust mutexes: where a thread ends that holds one, the next to lock it is
 * told so, and none waits for ever.
 *
 * What became of such a mutex lies in a word of the C library's own, which nobody else uses
 * here. A mutex that inherits priorities is as any other one: there are no priorities. */
#include <errno.h>
#include <limits.h>

#include "bench/explore/calls.h"

enum { ROBUST = 16 }; /* of __kind, as the C library has it */

/* Of __nusers. */
enum { FINE, OWNER_DIED, INCONSISTENT /* held by one who was told */, LOST /* and who did not mend it */ };

bool calls_robust_is(const pthread_mutex_t *mutex)
{
    return mutex->__data.__kind & ROBUST;
}

static void release(pthread_mutex_t *mutex, unsigned state, int wakes)
{
    mutex->__data.__nusers = state;
    mutex->__data.__lock = 0;
    mutex->__data.__owner = 0;
    choose_wake(mutex, wakes);
}

int calls_robust_taken(pthread_mutex_t *mutex)
{
    struct runtime_thread *thread = runtime.now;
    if (!calls_robust_is(mutex))
        return 0;
    if (mutex->__data.__nusers == LOST) {
        release(mutex, LOST, 1);
        return ENOTRECOVERABLE;
    }
    if (thread->robust_count == RUNTIME_ROBUST)
        runtime_stop(EXPLORE_OVER_LIMITS, mutex, "%s holds more than %d robust mutexes", thread->name, RUNTIME_ROBUST);
    thread->robust[thread->robust_count++] = mutex;
    if (mutex->__data.__nusers == FINE)
        return 0;
    mutex->__data.__nusers = INCONSISTENT;
    return EOWNERDEAD;
}

void calls_robust_given(pthread_mutex_t *mutex)
{
    struct runtime_thread *thread = runtime.now;
    if (!calls_robust_is(mutex))
        return;
    for (int i = 0; i < thread->robust_count; i++)
        if (thread->robust[i] == mutex)
            thread->robust[i--] = thread->robust[--thread->robust_count];
    if (mutex->__data.__nusers == INCONSISTENT)
        release(mutex, LOST, INT_MAX);
}

void calls_robust_end(struct runtime_thread *thread)
{
    while (thread->robust_count) {
        pthread_mutex_t *mutex = thread->robust[--thread->robust_count];
        heap_check(mutex, sizeof *mutex, true);
        if (runtime.memory != EXPLORE_SC)
            memory_release(mutex);
        mutex->__data.__count = 0;
        release(mutex, OWNER_DIED, 1);
    }
}

int pthread_mutex_consistent(pthread_mutex_t *mutex)
{
    if (!runtime.on)
        return CALLS_REAL(pthread_mutex_consistent)(mutex);
    CALLS_BEGIN("pthread_mutex_consistent", mutex);
    heap_check(mutex, sizeof *mutex, true);
    if (!calls_robust_is(mutex) || mutex->__data.__nusers != INCONSISTENT ||
        mutex->__data.__owner != runtime.now->index + 1)
        return EINVAL;
    mutex->__data.__nusers = FINE;
    return 0;
}
