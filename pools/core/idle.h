/* idle.h - parking and waking of workers, without lost or useless wake-ups.
 *
 * Words. The *gate* is up when somebody sleeps and nobody is bound to look at
 * the queues: then, and only then, a submitter wakes a worker. A *searcher* is a
 * woken worker that has not found a job yet; there is at most one, and the one
 * that finds work wakes the next if there is more. The *sentry* is one sleeper
 * with a timer, kept while some worker is awake: it spares the wake-ups of a
 * stream that the awake ones manage, and takes over when they do not.
 *
 * Invariant: gate down and a sleeper there => a searcher, or the sentry, will
 * look at the queues. Every rise of the gate is followed by a fence and a look:
 * pairs with a submitter's publishing, fence, look at the gate.
 *
 * Source: the protocol f2z of our own feasibility study; compare Go's spinning
 * Ms and rayon's sleep module. */
#ifndef IDLE_H
#define IDLE_H

#include "pools/core/head.h"

/* Called by a worker that found nothing. Spins, then parks.
 * Returns true when it is worth to look again, false when the thread must go:
 * the pool is drained, or a replacement has taken its slot. */
bool pool_rest(struct pool_worker *worker);

/* The searcher found a job. */
void pool_search_ends(struct pool_worker *worker);

/* design->wake and design->wake_all for pools whose workers rest here. */
void pool_idle_wake(struct pool_head *head);
void pool_idle_wake_all(struct pool_head *head);

/* Whoever made more than one job takeable looks at the gate. A read-modify-
 * write came before (on other processors than x86 a fence). */
static inline void pool_published(struct pool_head *head)
{
#if !defined(__x86_64__)
    pool_fence();
#endif
    if (pool_unlikely(atomic_load_explicit(&head->attention, memory_order_seq_cst) & POOL_GATE))
        pool_idle_wake(head);
}

/* A slot was freed by a sequentially consistent read-modify-write. */
static inline void pool_slot_freed(struct pool_head *head)
{
    if (pool_unlikely(atomic_load_explicit(&head->room_wanted, memory_order_seq_cst)))
        pool_room_look(head);
}

#endif
