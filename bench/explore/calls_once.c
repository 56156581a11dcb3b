/* calls_once.c - pthread_once. Compiled with -fexceptions: what is to be done once may end
 * by an exception, pthread_exit or a cancellation, and then the next one does it. */
#include "bench/explore/calls.h"

#include <limits.h>

enum { UNDONE = 0, IN_PROGRESS = 1, DONE = 2 }; /* as the C library has them */

static void undone(void *arg)
{
    pthread_once_t *once = arg;
    *once = UNDONE;
    choose_wake(once, INT_MAX);
}

int pthread_once(pthread_once_t *once, void (*run)(void))
{
    if (!runtime.on)
        return CALLS_REAL(pthread_once)(once, run);
    if (!(*once & DONE))
        CALLS_BEGIN("pthread_once", once);
    while (*once & IN_PROGRESS && !(*once & DONE))
        choose_block(once, "pthread_once", RUNTIME_NEVER);
    if (!(*once & DONE)) {
        *once = IN_PROGRESS;
        pthread_cleanup_push(undone, once);
        run();
        pthread_cleanup_pop(0);
        *once = DONE;
        if (runtime.memory != EXPLORE_SC)
            memory_release(once);
        choose_wake(once, INT_MAX);
    }
    if (runtime.memory != EXPLORE_SC)
        memory_acquire(once);
    return 0;
}
