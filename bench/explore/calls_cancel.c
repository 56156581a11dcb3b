/* calls_cancel.c - pthread_cancel: deferred only, at the calls that POSIX names. */
#include "bench/explore/calls.h"

#include <errno.h>

void calls_cancel_point(void)
{
    struct runtime_thread *thread = runtime.now;
    if (thread->cancelled && thread->cancel_state == PTHREAD_CANCEL_ENABLE) {
        thread->cancelled = false;
        pthread_exit(PTHREAD_CANCELED);
    }
}

bool calls_block(const void *address, const char *why, int64_t deadline_ns)
{
    bool woken;
    calls_cancel_point();
    runtime.now->cancel_woke = false;
    runtime.now->cancellable = true;
    woken = choose_block(address, why, deadline_ns);
    runtime.now->cancellable = false;
    return woken;
}

int pthread_cancel(pthread_t self)
{
    struct runtime_thread *thread;
    if (!runtime.on)
        return CALLS_REAL(pthread_cancel)(self);
    thread = calls_thread_of(self);
    CALLS_BEGIN("pthread_cancel", thread);
    if (!thread)
        return ESRCH;
    thread->cancelled = true;
    if (thread->state == EXPLORE_WAITS && thread->cancellable && thread->cancel_state == PTHREAD_CANCEL_ENABLE) {
        thread->cancel_woke = true;
        choose_ready(thread, false);
    }
    return 0;
}

int pthread_setcancelstate(int state, int *before)
{
    if (runtime.on) {
        if (before)
            *before = runtime.now->cancel_state;
        runtime.now->cancel_state = state;
        return 0;
    }
    return CALLS_REAL(pthread_setcancelstate)(state, before);
}

void pthread_testcancel(void)
{
    if (!runtime.on) {
        CALLS_REAL(pthread_testcancel)();
        return;
    }
    CALLS_BEGIN("pthread_testcancel", NULL);
    calls_cancel_point();
}
