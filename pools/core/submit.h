/* submit.h - the way in, written once: a pool gives its push, gets its submit.
 *
 * The fast path is: not inside a job, not closed, push, look at the gate. All
 * else (full, inside, throttled, forked) is in submit.c. */
#ifndef SUBMIT_H
#define SUBMIT_H

#include "pools/core/head.h"

typedef int pool_push_fn(struct pool_head *head, struct pool_frame *inside, const struct pool_job *jobs, int count);

/* Cold: everything but the fast path; count jobs, as pool_submit_batch. Compiled with
 * -fexceptions: a job that a pool without a queue runs in it may end the thread. */
int pool_submit_slow(struct pool_head *head, const struct pool_job *jobs, int count);

/* Wakes a worker if none is bound to look. The read-modify-write in push is
 * the fence between publishing the job and reading the gate; on processors
 * where it is none, a fence. Pairs with pool_idle_park: it raises the gate,
 * fences, then looks at the queues. */
static inline void pool_after_push(struct pool_head *head)
{
    POOL_STEP("submit: pushed");
#if !POOL_SWAP_IS_FENCE
    pool_fence();
#endif
    if (pool_unlikely(atomic_load_explicit(&head->attention, memory_order_seq_cst) & POOL_GATE) &&
        !pool_is_called(head))
        head->design->wake(head);
    POOL_STEP("submit: told");
}

static inline __attribute__((always_inline)) bool pool_is_plain(struct pool_head *head)
{
    return !pool_frame_top && pool_is_here(head) &&
           (!(atomic_load_explicit(&head->attention, memory_order_relaxed) & POOL_CLOSED) || POOL_DEFECT(OPEN_DOOR)) &&
           head->config.results != POOL_RESULTS_THROTTLE;
}

static inline __attribute__((always_inline)) int pool_submit_by(struct pool *pool, pool_job_fn *fn, void *arg,
                                                                pool_push_fn *push)
{
    struct pool_head *head = pool_head_of(pool);
    struct pool_job job = {fn, arg};
    if (pool_unlikely(!pool_is_plain(head)) || pool_unlikely(push(head, NULL, &job, 1) != 1)) {
        int count = pool_submit_slow(head, &job, 1);
        return count == 1 ? 0 : count;
    }
    pool_after_push(head);
    POOL_STEP("submit: about to return");
    return 0;
}

static inline __attribute__((always_inline)) int pool_submit_batch_by(struct pool *pool, const struct pool_job *jobs,
                                                                      int count, pool_push_fn *push)
{
    struct pool_head *head = pool_head_of(pool);
    int pushed = 0, rest;
    if (pool_likely(pool_is_plain(head))) {
        pushed = push(head, NULL, jobs, count);
        if (pushed > 0)
            pool_after_push(head);
        if (pool_likely(pushed == count))
            return count;
        if (pushed < 0)
            return pushed;
        if (POOL_DEFECT(BATCH_TAIL) && pushed)
            return count;
    }
    rest = pool_submit_slow(head, jobs + pushed, count - pushed);
    return rest > 0 ? pushed + rest : pushed ? pushed : rest;
}

#endif
