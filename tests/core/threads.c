/* threads.c - pthread_create, made to fail on demand: a pool must open with
 * fewer threads, and live on when a lost one cannot be replaced. */
#include <dlfcn.h>
#include <errno.h>

#include "tests/core/kit.h"

_Atomic int kit_threads_left = -1;

typedef int create_fn(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *arg);

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *arg)
{
    static create_fn *next;
    int left = atomic_load(&kit_threads_left);
    if (!next)
        next = (create_fn *)dlsym(RTLD_NEXT, "pthread_create");
    if (left == 0)
        return EAGAIN;
    if (left > 0)
        atomic_fetch_sub(&kit_threads_left, 1);
    return next(thread, attributes, start, arg);
}
