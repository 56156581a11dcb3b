/* affinity.c - see affinity.h. */
#include "pools/core/affinity.h"

#include <errno.h>
#include <stddef.h>

enum { CPUS_FIRST = CPU_SETSIZE, CPUS_MOST = 1 << 20 };

cpu_set_t *pool_affinity_of(pid_t thread, size_t *bytes)
{
    /* EINVAL: the kernel has more CPUs than that. */
    for (int cpus = CPUS_FIRST; cpus <= CPUS_MOST; cpus *= 2) {
        cpu_set_t *set = CPU_ALLOC((size_t)cpus);
        int error;
        *bytes = CPU_ALLOC_SIZE((size_t)cpus);
        if (!set)
            return NULL;
        if (!sched_getaffinity(thread, *bytes, set))
            return set;
        error = errno;
        CPU_FREE(set);
        errno = error;
        if (error != EINVAL)
            return NULL;
    }
    return NULL;
}

/* The set of one CPU; NULL: no memory. */
static cpu_set_t *set_of(int cpu, size_t *bytes)
{
    cpu_set_t *set = CPU_ALLOC((size_t)cpu + 1);
    *bytes = CPU_ALLOC_SIZE((size_t)cpu + 1);
    if (set) {
        CPU_ZERO_S(*bytes, set);
        CPU_SET_S((size_t)cpu, *bytes, set);
    }
    return set;
}

int pool_affinity_set(int cpu)
{
    size_t bytes;
    cpu_set_t *set = cpu < 0 ? NULL : set_of(cpu, &bytes);
    int error;
    if (!set)
        return cpu < 0 ? -EINVAL : -ENOMEM;
    error = pthread_setaffinity_np(pthread_self(), bytes, set);
    CPU_FREE(set);
    return -error;
}

int pool_affinity_attribute(pthread_attr_t *attributes, int cpu)
{
    size_t bytes;
    cpu_set_t *set = cpu < 0 ? NULL : set_of(cpu, &bytes);
    int error;
    if (!set)
        return cpu < 0 ? -EINVAL : -ENOMEM;
    error = pthread_attr_setaffinity_np(attributes, bytes, set);
    CPU_FREE(set);
    return -error;
}
