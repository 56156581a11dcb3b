/* transit.h - marks of jobs that are in no queue and not yet started.
 *
 * A worker that moves jobs (a claim from the common queue, a theft, a submit
 * from inside a job) marks itself before and unmarks after; pool_cancel waits
 * each mark out once, and knows that what it then does not see is not there. */
#ifndef TRANSIT_H
#define TRANSIT_H

#include "pools/core/head.h"

/* The mark is a sequence: odd while jobs are on the move. Owner only. */
static inline void pool_transit_enter(struct pool_worker *worker)
{
    uint32_t word = atomic_load_explicit(&worker->transit, memory_order_relaxed);
    atomic_store_explicit(&worker->transit, word + 1, memory_order_relaxed);
}

/* Release: who sees the end sees where the jobs went. */
static inline void pool_transit_leave(struct pool_worker *worker)
{
    uint32_t word = atomic_load_explicit(&worker->transit, memory_order_relaxed);
    atomic_store_explicit(&worker->transit, word + 1, memory_order_release);
}

/* As pool_transit_enter, for who must know whether a cancel has begun.
 * Sequentially consistent: pairs with the stores of cancelling and cancel_begun
 * and the reading of the marks in pool_head_cancel. Returns cancelling. */
static inline bool pool_transit_ask(struct pool_worker *worker)
{
    uint32_t word = atomic_load_explicit(&worker->transit, memory_order_relaxed);
    atomic_exchange_explicit(&worker->transit, word + 1, memory_order_seq_cst);
    return atomic_load_explicit(&worker->pool->cancelling, memory_order_seq_cst);
}

/* In a submit from inside a job; cancel_begun is read next. */
static inline void pool_transit_begin(struct pool_head *head, struct pool_frame *inside)
{
    if (inside->worker) {
        pool_transit_ask(inside->worker);
    } else {
        atomic_fetch_add_explicit(&head->caller_transit, 1, memory_order_seq_cst);
    }
}

static inline void pool_transit_end(struct pool_head *head, struct pool_frame *inside)
{
    if (inside->worker)
        pool_transit_leave(inside->worker);
    else
        atomic_fetch_sub_explicit(&head->caller_transit, 1, memory_order_release);
}

/* Waits until each worker, and each submitting job elsewhere, was seen without
 * a mark. What is waited for is a few instructions of a thread that may have
 * been preempted. */
void pool_transit_wait(struct pool_head *head);

#endif
