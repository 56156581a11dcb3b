/* calls_thread.c - threads: their beginning, their end, their names, their keys, their
 * cancellation. What a schedule knows of a thread is in struct runtime_thread; the C
 * library's own record of it is its carrier's. */
#include "bench/explore/calls.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEYS_MAX = PTHREAD_KEYS_MAX, KEY_ROUNDS = 4 };

/* A destructor of a thread_local object. */
struct runtime_atexit {
    void (*destroy)(void *);
    void *object;
    struct runtime_atexit *next;
};

static struct {
    bool taken, inside; /* made in the schedule */
    void (*destroy)(void *);
} keys[KEYS_MAX];
static bool keys_inside; /* there are some */

static struct runtime_atexit atexits[1024];
static int atexit_count;

void *calls_find(const char *name)
{
    /* Conditions have two versions on some processors. */
    static const char *const versions[] = {"GLIBC_2.3.2", "GLIBC_2.17"};
    void *found = NULL;
    for (size_t i = 0; i < sizeof versions / sizeof *versions && !found && !strncmp(name, "pthread_cond_", 13); i++)
        found = dlvsym(RTLD_NEXT, name, versions[i]);
    if (!found)
        found = dlsym(RTLD_NEXT, name);
    if (!found)
        __builtin_trap(); /* not our C library */
    return found;
}

void calls_begin(const char *name, const void *address)
{
    RUNTIME_TELL(EXPLORE_CALL, name, address, 0, 0);
    choose_point(address, true);
    if (runtime.memory != EXPLORE_SC)
        memory_drain_all(runtime.now);
}

void calls_end(void)
{
    if (runtime.after)
        choose_point(NULL, false);
}

bool calls_spurious(const char *why, const void *address)
{
    bool wakes = runtime.spurious && (choose_own_draw(4) & 15) == 0;
    if (wakes) {
        RUNTIME_TELL(EXPLORE_BLOCK, why, address, 0, 0);
        RUNTIME_TELL(EXPLORE_WAKE, "for no reason", address, 0, 0);
    }
    return wakes;
}

static struct runtime_thread *thread_of(pthread_t self)
{
    for (int i = 0; i < runtime.count; i++)
        if (pthread_equal(runtime.threads[i].self, self))
            return &runtime.threads[i];
    return NULL;
}

/* Life. */

static void atexits_run(struct runtime_thread *thread)
{
    while (thread->atexit) {
        struct runtime_atexit *first = thread->atexit;
        thread->atexit = first->next;
        first->destroy(first->object);
    }
}

static void keys_destroy(void)
{
    bool again = keys_inside;
    for (int round = 0; round < KEY_ROUNDS && again; round++) {
        again = false;
        for (int i = 0; i < KEYS_MAX; i++) {
            void *value = keys[i].taken && keys[i].destroy ? pthread_getspecific((pthread_key_t)i) : NULL;
            if (!value)
                continue;
            pthread_setspecific((pthread_key_t)i, NULL);
            keys[i].destroy(value);
            again = true;
        }
    }
}

static void __attribute__((noreturn)) thread_ends(struct runtime_thread *thread)
{
    atexits_run(thread);
    keys_destroy();
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
    if (thread->index > 0) {
        thread->local_ns = runtime.now->local_ns; /* EXPLORE_CORES */

        thread->signals = runtime.now->signals;
    }
    fiber_prepare(thread);
    return thread;
}

void calls_threads_begin(void)
{
    for (int i = 0; i < KEYS_MAX && keys_inside; i++)
        if (keys[i].inside)
            pthread_key_delete((pthread_key_t)i);
    atexit_count = 0;
}

void calls_threads_keep(void)
{
    for (int i = 0; i < KEYS_MAX; i++)
        keys[i].inside = false;
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
    struct runtime_thread *thread = thread_of(self);
    if (!thread)
        return ESRCH;
    if (thread == runtime.now)
        return EDEADLK;
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
    CALLS_BEGIN("pthread_join", thread_of(self));
    return join(self, result, RUNTIME_NEVER, "pthread_join");
}

int pthread_timedjoin_np(pthread_t self, void **result, const struct timespec *until)
{
    if (!runtime.on)
        return CALLS_REAL(pthread_timedjoin_np)(self, result, until);
    CALLS_BEGIN("pthread_timedjoin_np", thread_of(self));
    return join(self, result, calls_deadline(CLOCK_REALTIME, until), "pthread_timedjoin_np");
}

int pthread_clockjoin_np(pthread_t self, void **result, clockid_t clock, const struct timespec *until)
{
    if (!runtime.on)
        return CALLS_REAL(pthread_clockjoin_np)(self, result, clock, until);
    CALLS_BEGIN("pthread_clockjoin_np", thread_of(self));
    return join(self, result, calls_deadline(clock, until), "pthread_clockjoin_np");
}

int pthread_tryjoin_np(pthread_t self, void **result)
{
    struct runtime_thread *thread;
    if (!runtime.on)
        return CALLS_REAL(pthread_tryjoin_np)(self, result);
    thread = thread_of(self);
    CALLS_BEGIN("pthread_tryjoin_np", thread);
    return thread && thread->state != EXPLORE_ENDED ? EBUSY : join(self, result, 0, "pthread_tryjoin_np");
}

int pthread_detach(pthread_t self)
{
    struct runtime_thread *thread;
    if (!runtime.on)
        return CALLS_REAL(pthread_detach)(self);
    thread = thread_of(self);
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

/* C++ destructors of thread_local objects. */
int __cxa_thread_atexit_impl(void (*destroy)(void *), void *object, void *library);
int __cxa_thread_atexit_impl(void (*destroy)(void *), void *object, void *library)
{
    struct runtime_atexit *atexit;
    if (!runtime.on)
        return CALLS_REAL(__cxa_thread_atexit_impl)(destroy, object, library);
    if (atexit_count == sizeof atexits / sizeof *atexits)
        runtime_stop(EXPLORE_OVER_LIMITS, NULL, "more than %d destructors of thread-locals", atexit_count);
    atexit = &atexits[atexit_count++];
    *atexit = (struct runtime_atexit){destroy, object, runtime.now->atexit};
    runtime.now->atexit = atexit;
    return 0;
}

/* Keys: their values are in the carriers' own records. */

int pthread_key_create(pthread_key_t *key, void (*destroy)(void *))
{
    int error = CALLS_REAL(pthread_key_create)(key, runtime.on ? NULL : destroy);
    if (!error && *key < KEYS_MAX) {
        keys[*key].taken = true;
        keys[*key].inside = runtime.on;
        keys[*key].destroy = destroy;
        keys_inside = keys_inside || runtime.on || destroy;
    }
    return error;
}

int pthread_key_delete(pthread_key_t key)
{
    if (key < KEYS_MAX)
        keys[key].taken = keys[key].inside = false;
    return CALLS_REAL(pthread_key_delete)(key);
}

/* Cancellation: deferred only. */

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
    thread = thread_of(self);
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

/* A process. */

pid_t fork(void)
{
    if (runtime.on) {
        RUNTIME_HERE();
        runtime_stop(EXPLORE_STUCK, NULL, "%s calls fork, which is not followed", runtime.now->name);
    }
    return CALLS_REAL(fork)();
}

/* What would be the kernel thread's, and that is one for all. */

int pthread_setname_np(pthread_t self, const char *name)
{
    struct runtime_thread *thread;
    if (!runtime.on)
        return CALLS_REAL(pthread_setname_np)(self, name);
    thread = thread_of(self);
    if (!thread)
        return ESRCH;
    snprintf(thread->name, sizeof thread->name, "%s", name);
    return strlen(name) > 15 ? ERANGE : 0;
}

int pthread_getname_np(pthread_t self, char *name, size_t size)
{
    struct runtime_thread *thread;
    if (!runtime.on)
        return CALLS_REAL(pthread_getname_np)(self, name, size);
    thread = thread_of(self);
    if (!thread)
        return ESRCH;
    snprintf(name, size, "%.15s", thread->name);
    return 0;
}

int pthread_setaffinity_np(pthread_t self, size_t size, const cpu_set_t *cpus)
{
    return runtime.on ? 0 : CALLS_REAL(pthread_setaffinity_np)(self, size, cpus);
}

int pthread_sigmask(int how, const sigset_t *set, sigset_t *before)
{
    sigset_t *own;
    if (!runtime.on)
        return CALLS_REAL(pthread_sigmask)(how, set, before);
    own = &runtime.now->signals;
    if (before)
        *before = *own;
    if (!set)
        return 0;
    if (how == SIG_SETMASK)
        *own = *set;
    else if (how == SIG_BLOCK)
        own->__val[0] |= set->__val[0];
    else if (how == SIG_UNBLOCK)
        own->__val[0] &= ~set->__val[0];
    else
        return EINVAL;
    return 0;
}

int sigprocmask(int how, const sigset_t *set, sigset_t *before)
{
    return runtime.on ? pthread_sigmask(how, set, before) : CALLS_REAL(sigprocmask)(how, set, before);
}
