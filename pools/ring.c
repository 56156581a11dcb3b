/* ring.c - a bounded ring that many threads fill and empty at once, lock-free.
 *
 * How it is filled: ring.h. Workers claim several positions by one compare-and-swap
 * of `first` and copy the jobs before it (claims.h), so that slots need no reset.
 *
 * A thread preempted anywhere stops no other one:
 *  - what a submitter filled and did not announce, others announce;
 *  - a worker between a claim and its showing holds those slots and jobs. All workers
 *    together may hold half the capacity so; where that is less than two for each, the
 *    claim itself frees the slot, since the job is run at once (share_max == 1);
 *  - who drops or cancels moves `first` and counts the slot in one step. */
#include <stdlib.h>
#include <string.h>

#include "pools/core/ring.h"
#include "pools/core/submit.h"

static int ring_push(struct pool_head *head, struct pool_frame *inside, const struct pool_job *jobs, int count)
{
    (void)inside;
    return ring_fill(head, jobs, count);
}

static inline int ring_push_one(struct pool_head *head, struct pool_frame *inside, const struct pool_job *job, int one)
{
    (void)inside, (void)one;
    return ring_fill_one(head, job);
}

/* Copies the jobs from `first` on, `share` at most, the first into *task. Returns
 * how many; a job in a box is copied alone, so that one box is to be given back. */
static inline int copy(struct ring_pool *pool, struct claim_worker *worker, uint64_t first, int share,
                       struct pool_task *task, uint64_t *box)
{
    struct pool_task more;
    *box = ring_read(pool, first, task);
    if (pool_unlikely(*box))
        return 1;
    for (int i = 1; i < share; i++) {
        if (pool_unlikely(ring_read(pool, first + (uint64_t)i, &more)))
            return i;
        claim_put(worker, i - 1, &more);
    }
    return share;
}

/* Another worker was first: where `first` is now. */
static uint64_t claim_lost(struct ring_pool *pool, unsigned *losses)
{
    pool_back_off(losses);
    return atomic_load_explicit(&pool->first.tag, memory_order_acquire);
}

/* A swap of `first` succeeded: the jobs are this worker's, and seen by nobody. */
static inline void claimed(struct ring_pool *pool, struct claim_worker *worker, int share, uint64_t box)
{
    POOL_STEP("ring: claimed");
    if (pool->share_max > 1)
        claim_publish(&pool->head, worker, share - 1);
    pool_transit_leave(&worker->base);
    POOL_STEP("ring: not in transit");
    if (pool_unlikely(box))
        pool_box_give(&pool->functions, box);
}

static inline int ring_claim(struct pool_head *head, struct claim_worker *worker, struct pool_task *task)
{
    struct ring_pool *pool = ring_of(head);
    uint64_t first = atomic_load_explicit(&pool->first.tag, memory_order_acquire), box;
    unsigned losses = 0;
    for (;;) {
        uint64_t n = readable(pool, first);
        int share;
        /* More than there can be: `first` is a look at the past. */
        if (pool_unlikely((int64_t)n <= 0 || n > pool->mask + 1)) {
            uint64_t now = atomic_load_explicit(&pool->first.tag, memory_order_acquire);
            if (now == first)
                return 0;
            first = now;
            continue;
        }
        share = copy(pool, worker, first, claim_share(head, n, pool->share_max), task, &box);
        POOL_STEP("ring: copied");
        /* A swap that must fail would take the line from the one that goes on. */
        if (atomic_load_explicit(&pool->first.tag, memory_order_relaxed) != first) {
            first = claim_lost(pool, &losses);
            continue;
        }
        pool_transit_enter(&worker->base);
        POOL_STEP("ring: about to claim");
        /* Release: who sees the claim sees the mark, and that the slots were read. */
        if (atomic_compare_exchange_strong_explicit(&pool->first.tag, &first, first + (uint64_t)share,
                                                    memory_order_seq_cst, memory_order_acquire)) {
            claimed(pool, worker, share, box);
            return share;
        }
        pool_transit_leave(&worker->base);
        first = claim_lost(pool, &losses);
    }
}

static uint64_t ring_visible(struct pool_head *head)
{
    struct ring_pool *pool = ring_of(head);
    uint64_t first = atomic_load_explicit(&pool->first.tag, memory_order_relaxed);
    return (atomic_load_explicit(&pool->last, memory_order_relaxed) & ~SEALED) - first;
}

static uint64_t ring_waiting(struct pool_head *head)
{
    return claim_waiting_by(head, ring_released);
}

/* What a producer has claimed and not yet announced lies nowhere: it will look at the
 * gate, or who helps it. */
static uint64_t ring_held(struct pool_head *head, int place)
{
    struct ring_pool *pool = ring_of(head);
    uint64_t first = atomic_load_explicit(&pool->first.tag, memory_order_seq_cst);
#if DWORD_CAS
    bool queued = ring_accepted(head) != first;
#else
    bool queued = readable(pool, first) != 0;
#endif
    return claim_held(head, place, queued ? first + 1 : 0);
}

/* Takes position `first` from the queue, and counts its slot as free. */
static bool evict_at(struct ring_pool *pool, uint64_t first)
{
#if DWORD_CAS
    uint64_t evicted = atomic_load_explicit(&pool->first.value, memory_order_relaxed);
    POOL_STEP("ring: about to evict");
    return dword_swap(&pool->first, first, evicted, first + 1, evicted + !POOL_DEFECT(KEEPS_PLACE));
#else
    if (!atomic_compare_exchange_strong_explicit(&pool->first.tag, &first, first + 1, memory_order_seq_cst,
                                                 memory_order_relaxed))
        return false;
    POOL_STEP("ring: about to count");
    if (!POOL_DEFECT(KEEPS_PLACE))
        atomic_fetch_add_explicit(&pool->first.value, 1, memory_order_seq_cst);
    return true;
#endif
}

static bool evict_queue(struct pool_head *head, struct pool_task *task, uint64_t below)
{
    struct ring_pool *pool = ring_of(head);
    for (;;) {
        uint64_t first = dword_tag(&pool->first), n, box;
        if (first >= below)
            return false;
        n = readable(pool, first);
        if (!n) {
            if (atomic_load_explicit(&pool->first.tag, memory_order_acquire) == first)
                return false;
            continue;
        }
        box = ring_read(pool, first, task);
        if (!evict_at(pool, first))
            continue;
        POOL_STEP("ring: evicted");
        if (pool_unlikely(box))
            pool_box_give(&pool->functions, box);
        return true;
    }
}

static bool ring_evict(struct pool_head *head, struct pool_task *task, uint64_t below)
{
    return claim_evict(head, task, below, evict_queue);
}

static bool ring_seal(struct pool_head *head, uint64_t accepted)
{
    struct ring_pool *pool = ring_of(head);
    uint64_t last = accepted;
    return atomic_compare_exchange_strong_explicit(&pool->last, &last, accepted | SEALED, memory_order_seq_cst,
                                                   memory_order_seq_cst) ||
           last & SEALED;
}

static int ring_init(struct pool_head *head)
{
    struct ring_pool *pool = ring_of(head);
    /* No workers: only where that defect is armed. */
    size_t workers = head->config.workers > 0 ? (size_t)head->config.workers : 1;
    size_t slots = SLOTS_MIN, share = head->config.capacity / 2 / workers;
    while (slots < head->config.capacity)
        slots *= 2;
    pool->mask = slots - 1;
    pool->slots_shift = (unsigned)__builtin_ctzll(slots);
    pool->share_max = head->config.flags & POOL_KEEP_ORDER || share < 1 ? 1
                      : share > CLAIM_MAX                               ? CLAIM_MAX
                                                                        : (int)share;
    atomic_init(&pool->limit, head->config.capacity);
    pool->slots = aligned_alloc(POOL_CACHE_LINE, slots * sizeof *pool->slots);
    if (!pool->slots)
        return -ENOMEM;
    memset(pool->slots, 0, slots * sizeof *pool->slots);
    return DWORD_CAS ? pool_functions_init(&pool->functions, slots) : 0;
}

static void ring_destroy(struct pool_head *head)
{
    pool_functions_destroy(&ring_of(head)->functions);
    free(ring_of(head)->slots);
}

static void ring_loop(struct pool_worker *worker)
{
    claim_loop(worker, ring_claim, ring_visible);
}

static const struct pool_design ring_design = {
    .name = "ring",
    .pool_size = sizeof(struct ring_pool),
    .worker_size = sizeof(struct claim_worker),
    .forks = true,
    .init = ring_init,
    .destroy = ring_destroy,
    .loop = ring_loop,
    .push = ring_push,
    .wake = pool_idle_wake,
    .wake_all = pool_idle_wake_all,
    .evict = ring_evict,
    .boundary = ring_accepted,
    .accepted = ring_accepted,
    .waiting = ring_waiting,
    .held = ring_held,
    .seal = ring_seal,
};

static int ring_submit(struct pool *pool, pool_job_fn *fn, void *arg)
{
    return pool_submit_by(pool, fn, arg, ring_push_one);
}

static int ring_submit_batch(struct pool *pool, const struct pool_job *jobs, int count)
{
    return pool_submit_batch_by(pool, jobs, count, ring_push);
}

static int ring_open(struct pool **out, const struct pool_config *config);

static const struct pool_ops ring_ops =
    POOL_HEAD_OPS(ring, "bounded lock-free MPMC ring; claims in batches, everybody helps",
                  POOL_CAN_QUEUE | POOL_CAN_RUN_APART | POOL_CAN_CANCEL | POOL_CAN_RESULTS | POOL_CAN_DROP |
                      POOL_CAN_KEEP_ORDER | POOL_CAN_CONTAIN | POOL_CAN_FORK | (DWORD_CAS ? POOL_LOCK_FREE : 0));

static int ring_open(struct pool **out, const struct pool_config *config)
{
    return pool_head_open(out, config, &ring_design, &ring_ops);
}

POOL_REGISTER(ring_ops);
