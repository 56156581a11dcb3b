/* threads.c - pthread_create, made to fail on demand: a pool must open with
 * fewer threads, and live on when a lost one cannot be replaced. */
#include <dlfcn.h>
#include <errno.h>

#include "tests/core/kit.h"

_Atomic int kit_threads_left = -1;
_Atomic int kit_threads_refused_one_in;
_Atomic long kit_threads_refused;
__thread bool kit_thread_never_refused;

/* Whether this one is its turn's victim. */
static bool is_refused(void)
{
    static _Atomic unsigned calls;
    int one_in = atomic_load(&kit_threads_refused_one_in);
    if (!one_in || kit_thread_never_refused || atomic_fetch_add(&calls, 1) % (unsigned)one_in)
        return false;
    atomic_fetch_add(&kit_threads_refused, 1);
    return true;
}

typedef int create_fn(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *arg);

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *arg)
{
    static create_fn *next;
    int left = atomic_load(&kit_threads_left);
    if (!next)
        next = (create_fn *)dlsym(RTLD_NEXT, "pthread_create");
    if (left == 0 || is_refused())
        return EAGAIN;
    if (left > 0)
        atomic_fetch_sub(&kit_threads_left, 1);
    return next(thread, attributes, start, arg);
}
