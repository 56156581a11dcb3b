/* process.h - whether this is still the process that opened a pool.
 *
 * In the child of a fork a pool has no workers, and a job on the forking thread's
 * stack must not go on to run what the parent's workers run as well. The number of the
 * process lies on a page that the kernel wipes in each child (MADV_WIPEONFORK, Linux
 * 4.14): so the child is known however it was made (fork, _Fork, clone), no handler has
 * to run, and a look is one load. Where the kernel does not wipe (qemu-user), a handler
 * does, but that is called by fork() alone. A child that shares its parent's memory
 * (vfork) acts on the parent's pools, as a thread of the parent would. */
#ifndef PROCESS_H
#define PROCESS_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* As large as any page of the processor. */
#if defined(__x86_64__) || defined(__i386__)
#define POOL_PROCESS_PAGE 4096
#else
#define POOL_PROCESS_PAGE 65536
#endif

/* 0 in a child, until it opens a pool of its own; else differs from all ancestors'. A
 * multiple of POOL_PROCESS_ONE: what is below may be used for flags. */
struct pool_process {
    alignas(POOL_PROCESS_PAGE) _Atomic uint64_t number;
};
extern struct pool_process pool_process;
enum { POOL_PROCESS_ONE = 256 };

static inline uint64_t pool_process_number(void)
{
    /* Relaxed: it is written before the pool that it is compared with is there, and
     * in a child by nobody else. */
    return atomic_load_explicit(&pool_process.number, memory_order_relaxed);
}

/* For a pool that is opened: the same, and gives this process one if it has none. */
uint64_t pool_process_begin(void);

/* Memory that is all zero at first, and in each child again; NULL: there is none. */
void *pool_process_alloc(size_t size);
void pool_process_free(void *memory, size_t size);

#endif
