/* affinity.h - which CPUs a thread may use, on machines of any size: glibc's plain
 * cpu_set_t ends at 1,024 CPUs, and the kernel refuses to tell into less than it has. */
#ifndef AFFINITY_H
#define AFFINITY_H

#include <pthread.h>
#include <sched.h>
#include <sys/types.h>

/* The CPUs that a thread may use (0: this one; a process's number: its first), for
 * CPU_ISSET_S and a size of *bytes. NULL with errno set where it cannot be had.
 * Threads: any. Owner: the caller (CPU_FREE). */
cpu_set_t *pool_affinity_of(pid_t thread, size_t *bytes);

/* One CPU only: for this thread, from now on; for one that is to be started. Returns 0
 * or -errno: -EINVAL for a CPU that is not there. */
int pool_affinity_set(int cpu);
int pool_affinity_attribute(pthread_attr_t *attributes, int cpu);

#endif
