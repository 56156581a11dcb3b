/* mutex.c - one queue, one lock, and as few visits to either as can be.
 *
 * The queue is a ring of {fn, arg} under a small futex lock. A submitter holds
 * it for a few stores; a worker takes its share of all that wait in one visit
 * (claims.h) and leaves the rest of its time without it. Waking is outside the
 * lock and only when nobody is bound to look (idle.h): together these are why
 * it is not `textbook`. */
#include <stdlib.h>

#include "pools/core/claims.h"
#include "pools/core/submit.h"

struct mutex_pool {
    struct pool_head head;
    struct pool_job *slots; /* ring; job p lies in slots[p & mask] */
    uint64_t mask;
    alignas(POOL_CACHE_LINE) struct pool_lock lock;
    bool sealed;            /* under lock */
    uint64_t limit;         /* under lock: full at this position, or later */
    _Atomic uint64_t first; /* under lock; the oldest job's position */
    _Atomic uint64_t last;  /* under lock; read by anybody: jobs accepted */
};

static struct mutex_pool *mutex_of(struct pool_head *head)
{
    return (struct mutex_pool *)head;
}

static uint64_t mutex_accepted(struct pool_head *head)
{
    return atomic_load_explicit(&mutex_of(head)->last, memory_order_seq_cst);
}

/* Lock held. How many of `count` jobs there is room for. */
static int room_for(struct mutex_pool *pool, uint64_t last, int count)
{
    if (pool_unlikely(last + (uint64_t)count > pool->limit))
        pool->limit = claim_limit(&pool->head, claim_released(&pool->head), last);
    return last + (uint64_t)count <= pool->limit ? count : (int)(pool->limit - last);
}

static inline int mutex_push(struct pool_head *head, struct pool_frame *inside, const struct pool_job *jobs, int count)
{
    struct mutex_pool *pool = mutex_of(head);
    uint64_t last;
    int room;
    (void)inside;

    pool_lock(&pool->lock);
    if (pool_unlikely(pool->sealed)) {
        pool_unlock(&pool->lock);
        return -ESHUTDOWN;
    }
    last = atomic_load_explicit(&pool->last, memory_order_relaxed);
    room = room_for(pool, last, count);
    for (int i = 0; i < room; i++)
        pool->slots[(last + (uint64_t)i) & pool->mask] = jobs[i];
    atomic_store_explicit(&pool->last, last + (uint64_t)room, memory_order_release);
    pool_unlock(&pool->lock); /* a read-modify-write: the fence before the gate */
    return room;
}

static inline int mutex_claim(struct pool_head *head, struct claim_worker *worker, struct pool_task *task)
{
    struct mutex_pool *pool = mutex_of(head);
    uint64_t first, n;
    int share = 0;

    /* A look without the lock first: dry workers do not disturb. */
    if (atomic_load_explicit(&pool->first, memory_order_relaxed) ==
        atomic_load_explicit(&pool->last, memory_order_acquire))
        return 0;
    pool_transit_enter(&worker->base);
    pool_lock(&pool->lock);
    first = atomic_load_explicit(&pool->first, memory_order_relaxed);
    n = atomic_load_explicit(&pool->last, memory_order_relaxed) - first;
    if (n) {
        share = claim_share(head, n, head->config.flags & POOL_KEEP_ORDER ? 1 : CLAIM_MAX);
        *task = (struct pool_task){pool->slots[first & pool->mask].fn, pool->slots[first & pool->mask].arg, first};
        for (int i = 1; i < share; i++) {
            const struct pool_job *job = &pool->slots[(first + (uint64_t)i) & pool->mask];
            claim_put(worker, i - 1, &(struct pool_task){job->fn, job->arg, first + (uint64_t)i});
        }
        atomic_store_explicit(&pool->first, first + (uint64_t)share, memory_order_release);
    }
    pool_unlock(&pool->lock);
    if (n) {
        POOL_STEP("mutex: claimed");
        claim_publish(head, worker, share - 1);
    }
    pool_transit_leave(&worker->base);
    return share;
}

static uint64_t mutex_visible(struct pool_head *head)
{
    struct mutex_pool *pool = mutex_of(head);
    uint64_t first = atomic_load_explicit(&pool->first, memory_order_relaxed);
    return atomic_load_explicit(&pool->last, memory_order_relaxed) - first;
}

static uint64_t mutex_held(struct pool_head *head, int place)
{
    struct mutex_pool *pool = mutex_of(head);
    uint64_t first = atomic_load_explicit(&pool->first, memory_order_seq_cst);
    bool queued = atomic_load_explicit(&pool->last, memory_order_seq_cst) != first;
    return claim_held(head, place, queued ? first + 1 : 0);
}

static bool evict_queue(struct pool_head *head, struct pool_task *task, uint64_t below)
{
    struct mutex_pool *pool = mutex_of(head);
    uint64_t first;
    bool found;
    pool_lock(&pool->lock);
    first = atomic_load_explicit(&pool->first, memory_order_relaxed);
    found = first != atomic_load_explicit(&pool->last, memory_order_relaxed) && first < below;
    if (found) {
        *task = (struct pool_task){pool->slots[first & pool->mask].fn, pool->slots[first & pool->mask].arg, first};
        atomic_store_explicit(&pool->first, first + 1, memory_order_release);
        POOL_STEP("mutex: evicted");
        if (!POOL_DEFECT(KEEPS_PLACE))
            atomic_fetch_add_explicit(&head->released, 1, memory_order_seq_cst);
    }
    pool_unlock(&pool->lock);
    return found;
}

static bool mutex_evict(struct pool_head *head, struct pool_task *task, uint64_t below)
{
    return claim_evict(head, task, below, evict_queue);
}

static bool mutex_seal(struct pool_head *head, uint64_t accepted)
{
    struct mutex_pool *pool = mutex_of(head);
    bool sealed;
    pool_lock(&pool->lock);
    sealed = pool->sealed = pool->sealed || atomic_load_explicit(&pool->last, memory_order_relaxed) == accepted;
    pool_unlock(&pool->lock);
    return sealed;
}

static int mutex_init(struct pool_head *head)
{
    struct mutex_pool *pool = mutex_of(head);
    size_t slots = 2;
    while (slots < head->config.capacity)
        slots *= 2;
    pool->mask = slots - 1;
    pool->limit = head->config.capacity;
    pool->slots = calloc(slots, sizeof *pool->slots);
    return pool->slots ? 0 : -ENOMEM;
}

static void mutex_destroy(struct pool_head *head)
{
    free(mutex_of(head)->slots);
}

static void mutex_loop(struct pool_worker *worker)
{
    claim_loop(worker, mutex_claim, mutex_visible);
}

static const struct pool_design mutex_design = {
    .name = "mutex",
    .pool_size = sizeof(struct mutex_pool),
    .worker_size = sizeof(struct claim_worker),
    .forks = true,
    .init = mutex_init,
    .destroy = mutex_destroy,
    .loop = mutex_loop,
    .push = mutex_push,
    .wake = pool_idle_wake,
    .wake_all = pool_idle_wake_all,
    .evict = mutex_evict,
    .boundary = mutex_accepted,
    .accepted = mutex_accepted,
    .waiting = claim_waiting,
    .held = mutex_held,
    .seal = mutex_seal,
};

static int mutex_submit(struct pool *pool, pool_job_fn *fn, void *arg)
{
    return pool_submit_by(pool, fn, arg, mutex_push);
}

static int mutex_submit_batch(struct pool *pool, const struct pool_job *jobs, int count)
{
    return pool_submit_batch_by(pool, jobs, count, mutex_push);
}

static int mutex_open(struct pool **out, const struct pool_config *config);

static const struct pool_ops mutex_ops =
    POOL_HEAD_OPS(mutex, "one queue, one lock; claims in batches, wakes only who is needed",
                  POOL_CAN_QUEUE | POOL_CAN_RUN_APART | POOL_CAN_CANCEL | POOL_CAN_RESULTS | POOL_CAN_DROP |
                      POOL_CAN_KEEP_ORDER | POOL_CAN_CONTAIN | POOL_CAN_FORK);

static int mutex_open(struct pool **out, const struct pool_config *config)
{
    return pool_head_open(out, config, &mutex_design, &mutex_ops);
}

POOL_REGISTER(mutex_ops);
