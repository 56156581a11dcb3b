/* claims.h - jobs that a worker took from the common queue ahead of time.
 *
 * One visit to the queue takes up to 32 jobs: the first is run, the others lie
 * in the worker's own buffer. They are never its private property: one word
 * {released, count} says which of them are there; the owner takes the oldest by
 * a compare-and-swap {+1, -1}, a canceller or dropper does the same, a thief
 * takes the younger half by {0, -n}. So a job that blocks strands nothing.
 *
 * `released` only grows: it is also the number of slots this worker freed, from
 * which the capacity is counted exactly, and it makes the word free of ABA: the
 * same {released, count} always means the same jobs. Copies are made before
 * the swap and forgotten if it fails. */
#ifndef CLAIMS_H
#define CLAIMS_H

#include "pools/core/idle.h"
#include "pools/core/rest.h"
#include "pools/core/transit.h"

enum {
    CLAIM_MAX = POOL_SIZE(32, 4),
    CLAIM_COUNT_BITS = POOL_SIZE(5, 2), /* 2^59 jobs of one worker: centuries */
    CLAIM_COUNT_MASK = (1 << CLAIM_COUNT_BITS) - 1,
    CLAIM_LOOK_ROUND = POOL_SIZE(64, 2), /* visits to the queue between two looks at the others */
};

struct claim_slot {
    _Atomic(pool_job_fn *) fn;
    _Atomic(void *) arg;
    _Atomic uint64_t stamp;
};

struct claim_worker {
    struct pool_worker base;
    unsigned visits;                                /* owner */
    struct pool_moderation moderation;              /* owner */
    alignas(POOL_CACHE_LINE) _Atomic uint64_t word; /* released << CLAIM_COUNT_BITS | count */
    alignas(POOL_CACHE_LINE) struct claim_slot slots[CLAIM_MAX];
};

/* What a queue gives to the functions below, which are inlined into it. claim:
 * takes claim_share() of the jobs it finds, the first into *first, the others
 * by claim_put(worker, i, ...) for i = 0.., and publishes; returns how many.
 * evict: takes its oldest job if the stamp is below. */
typedef int claim_from_queue_fn(struct pool_head *head, struct claim_worker *worker, struct pool_task *first);
typedef bool claim_evict_queue_fn(struct pool_head *head, struct pool_task *task, uint64_t below);

static inline struct claim_worker *claim_worker_at(struct pool_head *head, int index)
{
    return (struct claim_worker *)pool_worker_at(head, index);
}

static inline void claim_read(struct claim_worker *worker, uint64_t at, struct pool_task *task)
{
    struct claim_slot *slot = &worker->slots[at % CLAIM_MAX];
    task->fn = atomic_load_explicit(&slot->fn, memory_order_relaxed);
    task->arg = atomic_load_explicit(&slot->arg, memory_order_relaxed);
    task->stamp = atomic_load_explicit(&slot->stamp, memory_order_relaxed);
}

/* Writes the i-th job after the first into the empty buffer; owner only. The
 * job that is run at once frees its slot in the same step, hence + 1. */
static inline void claim_put(struct claim_worker *worker, int i, const struct pool_task *task)
{
    uint64_t released = atomic_load_explicit(&worker->word, memory_order_relaxed) >> CLAIM_COUNT_BITS;
    struct claim_slot *slot = &worker->slots[(released + 1 + (uint64_t)i) % CLAIM_MAX];
    atomic_store_explicit(&slot->fn, task->fn, memory_order_relaxed);
    atomic_store_explicit(&slot->arg, task->arg, memory_order_relaxed);
    atomic_store_explicit(&slot->stamp, task->stamp, memory_order_relaxed);
}

/* Makes `more` buffered jobs takeable and counts the first as released. A
 * read-modify-write: release for the buffer, and the fence before the looks at
 * the gate and at room_wanted. */
static inline void claim_publish(struct pool_head *head, struct claim_worker *worker, int more)
{
    uint64_t released = atomic_load_explicit(&worker->word, memory_order_relaxed) >> CLAIM_COUNT_BITS;
    POOL_STEP("claim: taken, not shown");
    atomic_exchange_explicit(&worker->word, (released + 1) << CLAIM_COUNT_BITS | (uint64_t)more, memory_order_seq_cst);
    POOL_STEP("claims: published");
    if (more)
        pool_published(head);
}

/* How many of n visible jobs one visit takes: a fair share of those awake, `most`
 * (<= CLAIM_MAX) at most. */
static inline int claim_share(struct pool_head *head, uint64_t n, int most)
{
    int awake = head->workers - pool_parked(head);
    uint64_t share;
    share = awake > 1 ? (n + (uint64_t)awake - 1) / (uint64_t)awake : n;
    return share > (uint64_t)most ? most : share ? (int)share : 1;
}

/* Takes the oldest buffered job. Threads: any. Stamps >= below are left. */
static inline bool claim_take_oldest(struct claim_worker *worker, struct pool_task *task, uint64_t below)
{
    uint64_t word = atomic_load_explicit(&worker->word, memory_order_acquire);
    while (word & CLAIM_COUNT_MASK) {
        claim_read(worker, word >> CLAIM_COUNT_BITS, task);
        if (task->stamp >= below)
            return false;
        POOL_STEP("claims: about to take");
        if (atomic_compare_exchange_weak_explicit(&worker->word, &word, word + (1 << CLAIM_COUNT_BITS) - 1,
                                                  memory_order_seq_cst, memory_order_acquire))
            return true;
    }
    return false;
}

/* Takes the younger half from one victim into this worker's empty buffer, the
 * oldest of them into *first. Returns how many. */
static inline int claim_steal_from(struct pool_head *head, struct claim_worker *thief, struct claim_worker *victim,
                                   struct pool_task *first)
{
    uint64_t word = atomic_load_explicit(&victim->word, memory_order_acquire);
    while (word & CLAIM_COUNT_MASK) {
        bool cancelling = pool_transit_ask(&thief->base);
        uint64_t count = word & CLAIM_COUNT_MASK, n = cancelling ? 1 : (count + 1) / 2;
        uint64_t at = (word >> CLAIM_COUNT_BITS) + count - n;
        struct pool_task task;
        claim_read(victim, at, first);
        for (uint64_t i = 1; i < n; i++) {
            claim_read(victim, at + i, &task);
            claim_put(thief, (int)i - 1, &task);
        }
        /* Release: who sees the jobs gone sees the mark, too. */
        if (atomic_compare_exchange_strong_explicit(&victim->word, &word, word - n, memory_order_seq_cst,
                                                    memory_order_acquire)) {
            POOL_STEP("claims: robbed");
            claim_publish(head, thief, (int)n - 1);
            pool_transit_leave(&thief->base);
            pool_count_own(&thief->base.steals, n, memory_order_relaxed);
            return (int)n;
        }
        pool_transit_leave(&thief->base);
    }
    return 0;
}

static inline bool claim_steal(struct pool_head *head, struct claim_worker *thief, struct pool_task *first)
{
    for (int i = 0; i < head->workers - 1; i++)
        if (claim_steal_from(head, thief, claim_worker_at(head, thief->base.victims[i]), first))
            return true;
    return false;
}

/* The next job of a worker: its own claims, the queue, the others' claims. Now
 * and then the others come first, because a queue that never runs empty must
 * not hide what a blocked worker holds. */
static inline __attribute__((always_inline)) bool claim_next(struct pool_head *head, struct claim_worker *worker,
                                                             struct pool_task *task, claim_from_queue_fn *claim,
                                                             pool_visible_fn *visible)
{
    bool found = claim_take_oldest(worker, task, UINT64_MAX);
    if (!found) {
        /* Who has slept looks there, too: it may have been for what a blocked one holds. */
        bool others_first = pool_unlikely(++worker->visits % CLAIM_LOOK_ROUND == 0) || worker->base.searching;
        uint64_t n = visible(head);
        if (n)
            pool_linger(head, &worker->moderation, n, visible);
        found = (others_first && claim_steal(head, worker, task)) || claim(head, worker, task) ||
                (!others_first && claim_steal(head, worker, task));
    }
    POOL_STEP("claims: looked");
    if (pool_likely(found))
        pool_slot_freed(head);
    POOL_STEP("claims: told of room");
    return found;
}

/* The worker's loop; life.c armed containment around it. */
static inline __attribute__((always_inline)) void claim_loop(struct pool_worker *base, claim_from_queue_fn *claim,
                                                             pool_visible_fn *visible)
{
    struct claim_worker *worker = (struct claim_worker *)base;
    struct pool_head *head = base->pool;
    struct pool_task task;
    for (;;) {
        if (pool_likely(claim_next(head, worker, &task, claim, visible))) {
            if (pool_unlikely(base->searching))
                pool_search_ends(base);
            pool_run(head, base, &task);
        } else if (!pool_rest(base)) {
            return;
        }
    }
}

/* The oldest job that can be had: of the buffers' fronts the one with the
 * lowest stamp, then the queue's. */
static inline bool claim_evict(struct pool_head *head, struct pool_task *task, uint64_t below,
                               claim_evict_queue_fn *evict_queue)
{
    for (;;) {
        struct claim_worker *oldest = NULL;
        uint64_t lowest = below;
        for (int i = 0; i < head->workers; i++) {
            struct claim_worker *worker = claim_worker_at(head, i);
            uint64_t word = atomic_load_explicit(&worker->word, memory_order_acquire);
            struct pool_task front;
            if (!(word & CLAIM_COUNT_MASK))
                continue;
            claim_read(worker, word >> CLAIM_COUNT_BITS, &front);
            if (front.stamp < lowest) {
                lowest = front.stamp;
                oldest = worker;
            }
        }
        if (!oldest)
            return evict_queue(head, task, below);
        if (claim_take_oldest(oldest, task, below))
            return true;
    }
}

/* Slots freed so far, modulo 2^59: only differences mean something. */
static inline uint64_t claim_released(struct pool_head *head)
{
    uint64_t sum = atomic_load_explicit(&head->released, memory_order_seq_cst);
    for (int i = 0; i < head->workers; i++)
        sum += atomic_load_explicit(&claim_worker_at(head, i)->word, memory_order_seq_cst) >> CLAIM_COUNT_BITS;
    return sum;
}

static inline uint64_t claim_difference(uint64_t accepted, uint64_t released)
{
    return (accepted - released) & (UINT64_MAX >> CLAIM_COUNT_BITS);
}

/* The position at which the pool is full, given that the queue's tail was
 * `tail` after `released` was read. */
static inline uint64_t claim_limit(struct pool_head *head, uint64_t released, uint64_t tail)
{
    return tail - claim_difference(tail, released) + head->config.capacity;
}

/* design->held. `queued`: the same of the common queue. */
static inline uint64_t claim_held(struct pool_head *head, int place, uint64_t queued)
{
    uint64_t word;
    if (place == head->workers)
        return queued;
    word = atomic_load_explicit(&claim_worker_at(head, place)->word, memory_order_seq_cst);
    return word & CLAIM_COUNT_MASK ? word : 0;
}

/* Jobs accepted and not taken. Released is read first, so that no waiting job
 * is ever overlooked; a second reading drops what was freed meanwhile. */
static inline uint64_t claim_waiting_by(struct pool_head *head, uint64_t (*released_by)(struct pool_head *head))
{
    enum { TRIES = 3 };
    uint64_t waiting = 0;
    for (int i = 0; i < TRIES; i++) {
        uint64_t released = released_by(head);
        waiting = claim_difference(head->design->accepted(head), released);
        if (waiting <= head->config.capacity)
            break;
    }
    return waiting > head->config.capacity ? head->config.capacity : waiting;
}

static inline uint64_t claim_waiting(struct pool_head *head)
{
    return claim_waiting_by(head, claim_released);
}

#endif
