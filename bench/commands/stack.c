/* stack.c - see stack.h. */
#include "bench/commands/stack.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/resource.h>

enum { LEAST = 256 << 10, USUAL = 8 << 20 };

/* The C library read the limit before main and gave it to all threads; what it refuses
 * stays as it was. */
static void size_of_threads(size_t bytes)
{
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes))
        return;
    if (!pthread_attr_setstacksize(&attributes, bytes))
        pthread_setattr_default_np(&attributes);
    pthread_attr_destroy(&attributes);
}

bool stack_open(void)
{
    struct rlimit limit;
    /* The kernel looks at the limit each time that the stack grows, and keeps 128 MiB free below it. */
    if (getrlimit(RLIMIT_STACK, &limit) || limit.rlim_cur >= LEAST)
        return true;
    limit.rlim_cur = USUAL;
    if (limit.rlim_max < USUAL)
        limit.rlim_max = USUAL; /* who may do so is seen by trying */
    if (setrlimit(RLIMIT_STACK, &limit)) {
        getrlimit(RLIMIT_STACK, &limit);
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_STACK, &limit);
    }
    if (limit.rlim_cur < LEAST) {
        fprintf(stderr, "poolbench: a stack of %d KiB is needed, and %llu KiB are allowed (ulimit -s)\n", LEAST >> 10,
                (unsigned long long)limit.rlim_cur >> 10);
        return false;
    }
    size_of_threads(limit.rlim_cur);
    return true;
}
