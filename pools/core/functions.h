/* functions.h - numbers for the functions of a pool's jobs, so that a job fits into
 * a slot of two words beside a count that does not come round (pools/ring.c).
 *
 * A table of 2^16 functions: a hash, in which a function keeps its place, and its
 * number is that place. It only grows, by a compare-and-swap; to find a number is
 * one look, as a rule.
 *
 * A pool that was given too many functions keeps its promises: a job whose function
 * finds no place lies in a *box*, and the slot has the box's number. Boxes are used
 * again, but never unmapped: who reads one that went to another job meanwhile reads
 * nonsense, and finds out when it tries to claim that job. There are as many as
 * slots, and BOXES_MORE for those who put jobs in or take them out this moment.
 *
 * No call here allocates, locks or waits. */
#ifndef FUNCTIONS_H
#define FUNCTIONS_H

#include "pools/core/dword.h"
#include "pools/core/head.h"

enum {
    POOL_FUNCTION_BITS = POOL_SIZE(16, 4),
    POOL_FUNCTION_BOXED = 0, /* no number: the job lies in a box */
};

struct pool_box {
    _Atomic(pool_job_fn *) fn;
    _Atomic(void *) arg;
    _Atomic uint64_t next; /* free box below */
};

struct pool_functions {
    _Atomic(pool_job_fn *) *table;                             /* NULL: a free place */
    struct pool_box *boxes;                                    /* box n is boxes[n]; there is no box 0 */
    uint64_t boxes_end;                                        /* constant */
    size_t bytes;                                              /* of both */
    alignas(POOL_CACHE_LINE) struct dword boxes_free;          /* {changes, the first free box or 0} */
    alignas(POOL_CACHE_LINE) _Atomic uint64_t boxes_never_yet; /* from here on boxes were not used yet */
};

/* For a queue of `slots` jobs. 0 or -ENOMEM. */
int pool_functions_init(struct pool_functions *functions, size_t slots);
void pool_functions_destroy(struct pool_functions *functions);

/* Cold: enters the function. Returns POOL_FUNCTION_BOXED when it finds no place. */
unsigned pool_function_enter(struct pool_functions *functions, pool_job_fn *fn);

/* A box with this job in it; 0: more than BOXES_MORE threads hold one. */
uint64_t pool_box_take(struct pool_functions *functions, const struct pool_job *job);

/* By who took its job, or could not queue it. */
void pool_box_give(struct pool_functions *functions, uint64_t box);

/* Any number may be asked for. */
void pool_box_read(struct pool_functions *functions, uint64_t box, struct pool_task *task);

/* Fibonacci hashing: consecutive functions lie far apart. */
static inline unsigned pool_function_hash(pool_job_fn *fn)
{
    return (unsigned)((uint64_t)(uintptr_t)fn * UINT64_C(0x9e3779b97f4a7c15) >> (64 - POOL_FUNCTION_BITS));
}

/* The function's number, if it is the one that its hash says; else POOL_FUNCTION_BOXED. */
static inline unsigned pool_function_known(struct pool_functions *functions, pool_job_fn *fn)
{
    unsigned at = pool_function_hash(fn);
    /* Relaxed, here and below: a place is written once. Who gets the number from
     * another thread does so by an acquire, and sees no older place than that one. */
    return atomic_load_explicit(&functions->table[at], memory_order_relaxed) == fn ? at : POOL_FUNCTION_BOXED;
}

/* The function's number; POOL_FUNCTION_BOXED when it has none. */
static inline unsigned pool_function_number(struct pool_functions *functions, pool_job_fn *fn)
{
    unsigned known = pool_function_known(functions, fn);
    return pool_likely(known != POOL_FUNCTION_BOXED) ? known : pool_function_enter(functions, fn);
}

static inline pool_job_fn *pool_function_at(struct pool_functions *functions, unsigned number)
{
    return atomic_load_explicit(&functions->table[number], memory_order_relaxed);
}

#endif
