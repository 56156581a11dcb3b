/* lanes.h - the lanes of open forks: where they lie, and who may take them.
 *
 * Each worker has a lane: an array of the open forks of the job that it runs, the
 * youngest last. The owner pushes and pops at the young end with plain stores: that
 * part is *private*. At the old end is the *public* part, of which thieves take the
 * oldest by a compare-and-swap of one word. Only the owner moves the border: a
 * worker that finds nothing to do asks (it makes the lane's limit NULL), and the
 * owner, at its next fork or join, publishes half of what is private and wakes a
 * sleeper. So who forks pays nothing while nobody asks.
 *
 * A lane holds forks of one job only, and of forks stolen from that job's. */
#ifndef LANES_H
#define LANES_H

#include "pools/core/head.h"

struct pool_theft;

/* Of a slot that is public. */
enum pool_slot_state {
    POOL_SLOT_OPEN,    /* nobody runs it, or its thief has only just taken it */
    POOL_SLOT_CALLED,  /* so, and the owner sleeps on `state` */
    POOL_SLOT_RUNNING, /* lane and base say where */
    POOL_SLOT_AWAITED, /* so, and the owner sleeps */
    POOL_SLOT_DONE,    /* status is there */
};

struct pool_forks {
    struct pool_lane lane; /* owner, but for limit */
    struct pool_worker *worker;
    struct pool_theft *thefts; /* owner: stolen forks on its stack, innermost first */
    uint64_t epoch;            /* of the job; constant while a fork is open */

    /* Somebody found nothing: to be told apart from a limit that is NULL because
     * no fork of this job came by yet. */
    alignas(POOL_CACHE_LINE) _Atomic uint32_t hungry;

    /* {changes by the owner: 32, taken: 16, public: 16}: slots [taken, public) can
     * be stolen. The count tells a word from one that came back, unless the owner
     * changes it 2^32 times, which takes minutes, while one thief stands still. */
    alignas(POOL_CACHE_LINE) _Atomic uint64_t word;

    alignas(POOL_CACHE_LINE) struct pool_slot slots[POOL_FORKS_MAX];
};

#define POOL_TAKEN_ONE (UINT64_C(1) << 16)
#define POOL_CHANGE_ONE (UINT64_C(1) << 32)

static inline uint64_t pool_word_public(uint64_t word)
{
    return word & 0xffff;
}

static inline uint64_t pool_word_taken(uint64_t word)
{
    return word >> 16 & 0xffff;
}

static inline uint64_t pool_forks_open(const struct pool_forks *forks)
{
    return (uint64_t)(forks->lane.top - forks->slots);
}

static inline enum pool_slot_state pool_slot_state(struct pool_slot *slot)
{
    return __atomic_load_n(&slot->state, __ATOMIC_ACQUIRE);
}

static inline _Atomic uint32_t *pool_slot_futex(struct pool_slot *slot)
{
    return (_Atomic uint32_t *)&slot->state;
}

/* Wants the owner to share. Sequentially consistent: the owner lifts the limit, then
 * reads hungry; here hungry is written, then the limit read. */
static inline void pool_forks_ask(struct pool_forks *forks)
{
    if (!atomic_load_explicit(&forks->hungry, memory_order_seq_cst))
        atomic_store_explicit(&forks->hungry, 1, memory_order_seq_cst);
    if (__atomic_load_n(&forks->lane.limit, __ATOMIC_SEQ_CST))
        __atomic_store_n(&forks->lane.limit, NULL, __ATOMIC_SEQ_CST);
}

/* So that a wish stands, or a public fork is there for which a wake-up was tried, as
 * long as somebody sleeps: after public forks went away, by a theft or taken back. */
static inline void pool_forks_ask_for_sleepers(struct pool_forks *forks)
{
    if (pool_parked(forks->worker->pool))
        pool_forks_ask(forks);
}

/* Between jobs: the next job's first fork comes by pool_fork_slow. */
static inline void pool_forks_rest(struct pool_forks *forks)
{
    __atomic_store_n(&forks->lane.limit, NULL, __ATOMIC_RELAXED);
}

/* Takes the oldest public fork at `base` or above; `of`: only while that slot of
 * another lane runs. NULL: there is none. */
struct pool_slot *pool_fork_take(struct pool_forks *victim, uint64_t base, struct pool_slot *of);

/* Whether some fork can be stolen. */
bool pool_forks_waiting(struct pool_head *head);

/* Asks all others, if anybody in this pool has ever forked. */
void pool_forks_ask_all(struct pool_worker *worker);

/* All workers' lanes. 0 or -ENOMEM. */
int pool_forks_init(struct pool_head *head);
void pool_forks_free(struct pool_head *head);

#endif
