/* hold.h - jobs that hold all workers of a pool until they are let go, in turns: in
 * between a queue fills and nobody takes from it. */
#ifndef HOLD_H
#define HOLD_H

#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>

#include "pools/core/futex.h"
#include "workloads/core/workload.h"

struct hold {
    int workers;
    pthread_t producer;   /* who submits the holders */
    bool ran_here;        /* one ran on the producer's stack: nobody is held; the producer's alone */
    int64_t all_leave_ns; /* who leaves last in a turn writes, read after quiet */
    alignas(POOL_CACHE_LINE) _Atomic uint32_t gate; /* a futex: turns let go; UINT32_MAX: all */
    alignas(POOL_CACHE_LINE) _Atomic uint32_t held; /* a futex: holders that ever came */
    alignas(POOL_CACHE_LINE) _Atomic uint32_t left; /* a futex: holders that ever left */
};

/* One holder: it leaves a mark, which grows by one each time it runs. */
struct hold_job {
    struct hold *hold;
    unsigned char *mark;
    uint32_t turn;
};

/* Submits the `workers` jobs of the next turn, one by one, so that each has a worker
 * of its own, and returns when all workers are held. jobs[0] is number `first` of
 * all; producer 0 alone may call it. Returns false when one was not accepted. */
bool hold_workers(struct hold *hold, struct workload_slice *slice, struct hold_job *jobs, uint32_t first);

/* Lets the holders of the turns before `turns` go: they wait for each other, so that
 * the workers start at one moment, hold->all_leave_ns. UINT32_MAX: all, at once. */
void hold_let_go(struct hold *hold, uint32_t turns);

#endif
