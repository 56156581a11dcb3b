/* calls_thread.c - threads: their beginning, their end, and who waits for it. What a schedule
 * knows of a thread is in struct runtime_thread; the C library's own record of it is its
 * carrier's. */
#include "bench/explore/calls.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

struct runtime_thread *calls_thread_of(pthread_t self)
{
    for (int i = 0; i < runtime.count; i++)
        if (pthread_equal(runtime.threads[i].self, self))
            return &runtime.threads[i];
    return NULL;
}

/* Life. */

static void __attribute__((noreturn)) thread_ends(struct runtime_thread *thread)
{
    thread->cancel_state = PTHREAD_CANCEL_DISABLE; /* who ends is not cancelled any more */
    calls_keys_end(thread);
    calls_robust_end(thread);
    thread->why = "end";
    choose_point(thread, true);
    if (runtime.memory != EXPLORE_SC) {
        memory_drain_all(thread);
        memory_release(thread);
    }
    RUNTIME_TELL(EXPLORE_END, "end", NULL, 0, 0);
    choose_wake(thread, INT_MAX);
    choose_end();
}

static void left(void *thread)
{
    thread_ends(thread);
}

void fiber_main(void)
{
    struct runtime_thread *thread = runtime.now;
    RUNTIME_TELL(EXPLORE_BEGIN, "begin", NULL, 0, 0);
    pthread_cleanup_push(left, thread); /* pthread_exit comes as far as here */
    thread->result = thread->run(thread->arg);
    pthread_cleanup_pop(0);
    thread_ends(thread);
}

/* A number that was never used; where all were, that of a thread that is gone for good. What
 * it has counted goes on from there: steps and clocks of one number never repeat. */
static struct runtime_thread *thread_new(void)
{
    if (runtime.count < fiber_carriers()) {
        struct runtime_thread *thread = &runtime.threads[runtime.count];
        memset(thread, 0, sizeof *thread);
        thread->index = runtime.count++;
        return thread;
    }
    for (int i = 1; i < runtime.count; i++) {
        struct runtime_thread *thread = &runtime.threads[i];
        struct runtime_thread before = *thread;
        if (thread->state != EXPLORE_ENDED || !(thread->joined || thread->detached))
            continue;
        memset(thread, 0, sizeof *thread);
        thread->index = before.index;
        thread->own = before.own;
        thread->draws = before.draws;
        thread->stored = before.stored;
        thread->drained = before.drained;
        return thread;
    }
    runtime_stop(EXPLORE_OVER_LIMITS, NULL, "more than %d threads", fiber_carriers());
}

struct runtime_thread *calls_thread_start(void *(*run)(void *), void *arg)
{
    struct runtime_thread *thread = thread_new();
    thread->run = run;
    thread->arg = arg;
    thread->may_freeze = thread->index > 0;
    thread->bits = UINT32_MAX;
    snprintf(thread->name, sizeof thread->name, "thread %d", thread->index);
    thread->local_ns = thread->index > 0 ? runtime.now->local_ns : runtime.now_ns; /* EXPLORE_CORES */
    if (thread->index > 0)
        thread->signals = runtime.now->signals;
    fiber_prepare(thread);
    return thread;
}

int pthread_create(pthread_t *self, const pthread_attr_t *attributes, void *(*run)(void *), void *arg)
{
    struct runtime_thread *thread;
    int detached = PTHREAD_CREATE_JOINABLE;
    if (!runtime.on)
        return CALLS_REAL(pthread_create)(self, attributes, run, arg);
    CALLS_BEGIN("pthread_create", NULL);
    if (runtime.refuse_threads && runtime.refuse_threads_after-- <= 0) {
        runtime.refuse_threads--;
        return EAGAIN;
    }
    thread = calls_thread_start(run, arg);
    if (attributes)
        pthread_attr_getdetachstate(attributes, &detached);
    thread->detached = detached == PTHREAD_CREATE_DETACHED;
    *self = thread->self;
    if (runtime.memory != EXPLORE_SC)
        memory_born(runtime.now, thread);
    choose_born(thread);
    calls_end();
    return 0;
}

static int join(pthread_t self, void **result, int64_t deadline, const char *why)
{
    struct runtime_thread *thread = calls_thread_of(self);
    if (!thread)
        return ESRCH;
    if (thread == runtime.now)
        return EDEADLK;
    if (deadline)
        calls_cancel_point();
    if (thread->joined || thread->detached)
        runtime_stop(EXPLORE_MISUSE, NULL, "%s is joined, and was %s before", thread->name,
                     thread->joined ? "joined" : "detached");
    while (thread->state != EXPLORE_ENDED)
        if (!calls_block(thread, why, deadline) && thread->state != EXPLORE_ENDED)
            return ETIMEDOUT;
    thread->joined = true;
    if (runtime.memory != EXPLORE_SC)
        memory_acquire(thread);
    if (result)
        *result = thread->result;
    return 0;
}

int pthread_join(pthread_t self, void **result)
{
    if (!runtime.on)
        return CALLS_REAL(pthread_join)(self, result);
    CALLS_BEGIN("pthread_join", calls_thread_of(self));
    return join(self, result, RUNTIME_NEVER, "pthread_join");
}

int pthread_timedjoin_np(pthread_t self, void **result, const struct timespec *until)
{
    if (!runtime.on)
        return CALLS_REAL(pthread_timedjoin_np)(self, result, until);
    CALLS_BEGIN("pthread_timedjoin_np", calls_thread_of(self));
    return join(self, result, calls_deadline(CLOCK_REALTIME, until), "pthread_timedjoin_np");
}

int pthread_clockjoin_np(pthread_t self, void **result, clockid_t clock, const struct timespec *until)
{
    if (!runtime.on)
        return CALLS_REAL(pthread_clockjoin_np)(self, result, clock, until);
    CALLS_BEGIN("pthread_clockjoin_np", calls_thread_of(self));
    return join(self, result, calls_deadline(clock, until), "pthread_clockjoin_np");
}

int pthread_tryjoin_np(pthread_t self, void **result)
{
    struct runtime_thread *thread;
    if (!runtime.on)
        return CALLS_REAL(pthread_tryjoin_np)(self, result);
    thread = calls_thread_of(self);
    CALLS_BEGIN("pthread_tryjoin_np", thread);
    return thread && thread->state != EXPLORE_ENDED ? EBUSY : join(self, result, 0, "pthread_tryjoin_np");
}

int pthread_detach(pthread_t self)
{
    struct runtime_thread *thread;
    if (!runtime.on)
        return CALLS_REAL(pthread_detach)(self);
    thread = calls_thread_of(self);
    CALLS_BEGIN("pthread_detach", thread);
    if (!thread)
        return ESRCH;
    if (thread->joined || thread->detached)
        runtime_stop(EXPLORE_MISUSE, NULL, "%s is detached, and was %s before", thread->name,
                     thread->joined ? "joined" : "detached");
    thread->detached = true;
    return 0;
}

void pthread_exit(void *result)
{
    if (runtime.on) {
        RUNTIME_HERE();
        runtime.now->result = result;
    }
    CALLS_REAL(pthread_exit)(result);
    __builtin_unreachable();
}
