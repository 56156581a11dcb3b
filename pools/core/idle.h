/* idle.h - parking and waking of workers, without lost or useless wake-ups.
 *
 * Words. The *gate* is up when somebody sleeps and nobody is bound to look at
 * the queues: then, and only then, a submitter calls a worker. It stays up until
 * that one is awake: a called worker need not get a CPU. So those who submit next
 * come by as well; they call nobody else as long as the call is fresh (some 50 us;
 * where workers are bound to no CPU its age is looked at every eighth time), and
 * not known to be in vain, as when the called worker is bound to their own CPU. A
 * worker *searches* from when it rises until it finds a job, or lies down again; who
 * finds one calls the next if there is more. The *sentry* is one sleeper with a
 * timer, kept while some worker is awake: it spares the wake-ups of a stream that the
 * awake ones manage, and takes over when they do not, be it at one place only: what
 * lies in one queue and has not moved between two of its looks, 50 to 100 us apart,
 * while others stream.
 *
 * A job that waits for its own child looks as if it managed, and the child would wait for the
 * sentry's timer each time. Of all that awake workers do only their jobs' begins are seen. So
 * when the sentry finds something that lies there, and those awake began no more than a job
 * each since it last looked, jobs are long, or blocked, and a wake-up costs little beside
 * them: then the next POOL_CHILD_CALLS children call a sleeper at once. Where jobs are short that
 * is never so, and no child wakes anybody whom the sentry would not.
 *
 * Promises. A published job, and a sleeper there => somebody was called and will look,
 * or a worker that is awake is about to, or the sentry will, in 0.2 ms. Of several
 * sleepers one is called that is not bound to the caller's CPU. A thread that stands
 * still in here stops nobody else.
 * Every rise of the gate is followed by a fence and a look: pairs with a submitter's
 * publishing, fence, look at the gate.
 *
 * docs/models/idle.pml explores the protocol in every interleaving: 2 workers, 3 jobs.
 *
 * Source: the protocol f2z of our own feasibility study; compare Go's spinning
 * Ms and rayon's sleep module. */
#ifndef IDLE_H
#define IDLE_H

#include "pools/core/head.h"

/* Sleeps until there may be something to do; rest.c has looked for it before. At
 * once when the pool is drained. */
void pool_idle_park(struct pool_worker *worker);

/* A worker whose `searching` is set found a job. */
void pool_search_ends(struct pool_worker *worker);

/* Whether some job, or fork, lies where it can be taken. */
bool pool_idle_look(struct pool_head *head);

/* design->wake and design->wake_all for pools whose workers rest here. */
void pool_idle_wake(struct pool_head *head);
void pool_idle_wake_all(struct pool_head *head);

/* Wake-ups that cost about as much as the timer that earned them. */
enum { POOL_CHILD_CALLS = POOL_SIZE(32, 1) };

/* A job submitted a child, and may wait for it: calls a sleeper, if there is one and nobody
 * searches, though the sentry watches; if a call is left (head->child_calls). After
 * pool_after_push. Nothing in pools whose workers do not rest here. */
void pool_idle_wake_for_child(struct pool_head *head);

/* A worker shared forks: calls a sleeper, if there is one and nobody searches. */
void pool_idle_wake_for_fork(struct pool_head *head);

/* Whoever made more than one job takeable looks at the gate. A read-modify-
 * write came before (on other processors than x86 a fence). */
static inline void pool_published(struct pool_head *head)
{
#if !POOL_SWAP_IS_FENCE
    pool_fence();
#endif
    if (pool_unlikely(atomic_load_explicit(&head->attention, memory_order_seq_cst) & POOL_GATE) &&
        !pool_is_called(head))
        pool_idle_wake(head);
}

/* Moderation: a worker that visits the queue for each tiny job takes its lines
 * away from the producers each time, and makes both slow; and as both are slow,
 * it finds one job again at the next visit. So when it finds few it lingers, 1
 * to 3 us, and looks whether many more come in that time. If they do, it keeps
 * to it; if not, it lets 256 visits pass before it tries again. */
struct pool_moderation {
    unsigned pauses;  /* to linger before a visit; 0: try */
    unsigned resting; /* visits to come without lingering */
};

enum {
    MODERATE_FEW = 128,   /* with more to be had, a visit pays as it is */
    MODERATE_PAUSES = 32, /* about 1 us */
    MODERATE_PAUSES_MAX = 128,
    MODERATE_REST = 256,
};

typedef uint64_t pool_visible_fn(struct pool_head *head);

/* Before a visit that would find `n` jobs. */
static inline void pool_linger(struct pool_head *head, struct pool_moderation *moderation, uint64_t n,
                               pool_visible_fn *visible)
{
    uint64_t later;
    if (pool_likely(n >= MODERATE_FEW))
        return;
    if (moderation->resting) {
        moderation->resting--;
        return;
    }
    if (!moderation->pauses)
        moderation->pauses = MODERATE_PAUSES;
    for (unsigned i = 0; i < moderation->pauses; i++)
        pool_pause();
    later = visible(head);
    if (later < n + moderation->pauses / 8) {
        moderation->pauses = 0;
        moderation->resting = MODERATE_REST;
    } else if (later < MODERATE_FEW && moderation->pauses < MODERATE_PAUSES_MAX) {
        moderation->pauses *= 2;
    }
}

/* A slot was freed by a sequentially consistent read-modify-write. */
static inline void pool_slot_freed(struct pool_head *head)
{
    if (pool_unlikely(atomic_load_explicit(&head->room_wanted, memory_order_seq_cst)))
        pool_room_look(head);
}

#endif
