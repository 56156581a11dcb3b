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

/* As pool_transit_enter, for who looks next whether a cancel has begun. Sequentially
 * consistent: pairs with what cancel.c writes before it reads the marks. */
static inline void pool_transit_mark(struct pool_worker *worker)
{
    uint32_t word = atomic_load_explicit(&worker->transit, memory_order_relaxed);
    atomic_exchange_explicit(&worker->transit, word + 1, memory_order_seq_cst);
}

/* Marks, and returns whether a cancel is under way. */
static inline bool pool_transit_ask(struct pool_worker *worker)
{
    pool_transit_mark(worker);
    return atomic_load_explicit(&worker->pool->cancelling, memory_order_seq_cst);
}

static inline void pool_transit_end(struct pool_head *head, struct pool_frame *inside)
{
    if (inside->worker)
        pool_transit_leave(inside->worker);
    else
        atomic_fetch_sub_explicit(&head->caller_transit, 1, memory_order_release);
}

/* Whether a cancel ends the epoch of a job; a look at the past. */
static inline bool pool_transit_over(struct pool_head *head, struct pool_frame *inside)
{
    return atomic_load_explicit(&head->cancel_begun, memory_order_relaxed) != inside->epoch;
}

/* In a submit from inside a job: marks it, unless its epoch is over. Refuse first, mark,
 * look again: who looks first sets at most one mark after a cancel began, so that the
 * canceller, who waits until a count of many is 0, waits for no more than one mark of
 * each, however they breed. The second look is sequentially consistent, as the mark
 * is: pairs with the store of cancel_begun and the reading of the marks in cancel.c; one
 * of the two sees the other. The first is relaxed: what it misses the second sees. */
static inline bool pool_transit_begin(struct pool_head *head, struct pool_frame *inside)
{
    if (pool_unlikely(pool_transit_over(head, inside)))
        return false;
    if (inside->worker) {
        pool_transit_mark(inside->worker);
    } else {
        atomic_fetch_add_explicit(&head->caller_transit, 1, memory_order_seq_cst);
        POOL_STEP("transit: a caller's job is marked");
    }
    if (pool_likely(atomic_load_explicit(&head->cancel_begun, memory_order_seq_cst) == inside->epoch))
        return true;
    pool_transit_end(head, inside);
    return false;
}

/* Waits until each worker was seen without its mark. What is waited for is a few
 * instructions of a thread that may have been preempted. */
void pool_transit_wait_workers(struct pool_head *head);

/* And until no job on another stack is in a submit; once a cancel has begun. */
void pool_transit_wait(struct pool_head *head);

/* The turn-th look at what another thread will do in a few instructions: spins, yields,
 * then sleeps for a moment. A thread of a real-time class yields to nobody below it, and
 * the other one may need this very CPU. */
void pool_relax(int turn);

#endif
