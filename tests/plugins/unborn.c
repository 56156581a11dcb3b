/* unborn.c - for LD_PRELOAD: the machine refuses a process its thread number $KIT_UNBORN,
 * and that one only. */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*main)(void *), void *arg)
{
    static _Atomic int count;
    int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    const char *number = getenv("KIT_UNBORN");
    *(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
    if (number && atomic_fetch_add(&count, 1) + 1 == atoi(number))
        return EAGAIN;
    return real(thread, attributes, main, arg);
}
