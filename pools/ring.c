/* ring.c - a bounded ring that many threads fill and empty at once, lock-free.
 *
 * Positions are 64-bit counts that never wrap or reset; position p lies in slot
 * p mod size. A slot is {function and lap, argument}, written in one double-
 * width compare-and-swap (dword.h): the lap tells whether the slot was filled
 * for this position yet, so that a filled slot beyond `tail` can be finished by
 * anybody: all help the tail forward. A thread preempted anywhere stops no
 * other one. Workers claim several positions by one compare-and-swap of `first`
 * and copy the jobs before it (claims.h), so that slots need no reset.
 *
 * The lap has LAP_BITS bits: a producer would have to sleep for a whole multiple
 * of 2^LAP_BITS laps, between its look at a slot and its swap, and find the same
 * function and argument there, to be fooled. The ring has at least SLOTS_MIN
 * slots for that reason.
 *
 * Where the processor has no double-width swap, a slot has a turn instead: the
 * tail is claimed first and the slot is filled after. Then a producer that is
 * preempted in between delays the consumers, and the pool does not call itself
 * lock-free. Source: D. Vyukov's bounded MPMC queue; helping as in LCRQ and SCQ. */
#include <stdlib.h>
#include <string.h>

#include "pools/core/claims.h"
#include "pools/core/dword.h"
#include "pools/core/submit.h"

#if defined(POOL_RING_TURNS) /* to test the other kind of slot on any machine */
#undef DWORD_CAS
#define DWORD_CAS 0
#endif

#if defined(__x86_64__)
enum { FN_BITS = 47 }; /* of a user address */
#else
enum { FN_BITS = 48 };
#endif
enum { LAP_BITS = 64 - FN_BITS, SLOTS_MIN = 1024, PREFETCH = 16 };

#define SEALED (UINT64_C(1) << 63)
#define FN_MASK ((UINT64_C(1) << FN_BITS) - 1)

struct ring_slot {
#if DWORD_CAS
    struct dword word; /* tag: lap << FN_BITS | function; value: the argument */
#else
    _Atomic uint64_t turn; /* position + 1 once filled for it */
    _Atomic(pool_job_fn *) fn;
    _Atomic(void *) arg;
#endif
};

struct ring_pool {
    struct pool_head head;
    struct ring_slot *slots;
    uint64_t mask;
    unsigned lap_shift;
    alignas(POOL_CACHE_LINE) _Atomic uint64_t last;  /* jobs accepted, and SEALED; all producers write */
    alignas(POOL_CACHE_LINE) _Atomic uint64_t limit; /* full at this position, or later; producers write */
    alignas(POOL_CACHE_LINE) _Atomic uint64_t first; /* oldest position not claimed; workers write */
};

static struct ring_pool *ring_of(struct pool_head *head)
{
    return (struct ring_pool *)head;
}

static uint64_t ring_accepted(struct pool_head *head)
{
    return atomic_load_explicit(&ring_of(head)->last, memory_order_seq_cst) & ~SEALED;
}

/* Whether position `last` is below the limit, reckoned anew when it is not. */
static inline bool has_room(struct ring_pool *pool, uint64_t last)
{
    uint64_t limit = atomic_load_explicit(&pool->limit, memory_order_relaxed), released, tail;
    if (pool_likely((int64_t)(limit - last) > 0))
        return true;
    released = claim_released(&pool->head);
    tail = ring_accepted(&pool->head);
    limit = claim_limit(&pool->head, released, tail);
    /* Relaxed: a lower value that another thread stores is only too careful. */
    atomic_store_explicit(&pool->limit, limit, memory_order_relaxed);
    return (int64_t)(limit - last) > 0;
}

#if DWORD_CAS

/* The lap of a position; slots begin with lap 0, positions with lap 1. */
static inline uint64_t lap_of(struct ring_pool *pool, uint64_t position)
{
    return ((position >> pool->lap_shift) + 1) & ((UINT64_C(1) << LAP_BITS) - 1);
}

/* Fills the slot of a position: 1 filled, 0 somebody else did, or had done. */
static inline int fill(struct ring_pool *pool, uint64_t position, const struct pool_job *job)
{
    struct dword *word = &pool->slots[position & pool->mask].word;
    uint64_t lap = lap_of(pool, position), before = (lap - 1) & ((UINT64_C(1) << LAP_BITS) - 1);
    uint64_t tag, value;
    /* Slots ahead were last read by a worker: have their lines for writing by
     * the time they are needed, else each costs two transfers, one to look. */
    __builtin_prefetch(&pool->slots[(position + PREFETCH) & pool->mask], 1);
    tag = dword_tag(word);
    if (tag >> FN_BITS != before)
        return 0;
    value = atomic_load_explicit(&word->value, memory_order_relaxed);
    return dword_swap(word, tag, value, lap << FN_BITS | (uint64_t)(uintptr_t)job->fn, (uint64_t)(uintptr_t)job->arg);
}

/* Moves `last` over a slot that its producer filled and did not announce yet.
 * Returns whether there was one. */
static inline bool help(struct ring_pool *pool, uint64_t last)
{
    if (dword_tag(&pool->slots[last & pool->mask].word) >> FN_BITS != lap_of(pool, last))
        return false;
    /* Release: hands on what dword_tag acquired. If it fails, another helped. */
    atomic_compare_exchange_strong_explicit(&pool->last, &last, last + 1, memory_order_seq_cst, memory_order_relaxed);
    return true;
}

/* Announces the positions from `begin` up to `end`, all filled by this thread.
 * Returns how many were accepted: all, unless the ring was sealed before. */
static inline int announce(struct ring_pool *pool, uint64_t begin, uint64_t end)
{
    uint64_t last = begin;
    do {
        if ((int64_t)(end - (last & ~SEALED)) <= 0)
            break;                        /* helped, maybe before others, and sealed after them */
        if (pool_unlikely(last & SEALED)) /* at quiet: what was not helped by then is out */
            return (int)((last & ~SEALED) - begin);
    } while (
        !atomic_compare_exchange_weak_explicit(&pool->last, &last, end, memory_order_seq_cst, memory_order_relaxed));
    return (int)(end - begin);
}

/* Fills free slots from the tail on, as long as nobody comes between, and
 * announces them together. */
static inline int ring_push(struct pool_head *head, struct pool_frame *inside, const struct pool_job *jobs, int count)
{
    struct ring_pool *pool = ring_of(head);
    int pushed = 0;
    (void)inside;
    while (pushed < count) {
        uint64_t begin = atomic_load_explicit(&pool->last, memory_order_acquire), at = begin;
        if (pool_unlikely(begin & SEALED))
            return pushed ? pushed : -ESHUTDOWN;
        while (at - begin < (uint64_t)(count - pushed) && has_room(pool, at) &&
               fill(pool, at, &jobs[pushed + (int)(at - begin)]))
            at++;
        if (at != begin) {
            pushed += announce(pool, begin, at);
        } else if (help(pool, begin)) {
            pool_published(head); /* its producer may not get to it */
        } else if (!has_room(pool, begin) && atomic_load_explicit(&pool->last, memory_order_acquire) == begin) {
            break; /* full, and `begin` was no look at the past */
        }
    }
    return pushed;
}

static inline void ring_read(struct ring_pool *pool, uint64_t position, struct pool_task *task)
{
    struct dword *word = &pool->slots[position & pool->mask].word;
    task->fn = (pool_job_fn *)(uintptr_t)(atomic_load_explicit(&word->tag, memory_order_relaxed) & FN_MASK);
    task->arg = (void *)(uintptr_t)atomic_load_explicit(&word->value, memory_order_relaxed);
    task->stamp = position;
}

/* How many positions from `first` on can be read. Helps a preempted producer
 * when there would be none. */
static inline uint64_t readable(struct ring_pool *pool, uint64_t first)
{
    uint64_t last = atomic_load_explicit(&pool->last, memory_order_acquire);
    if (pool_unlikely((last & ~SEALED) == first)) {
        if (last & SEALED || !help(pool, last))
            return 0;
        last = atomic_load_explicit(&pool->last, memory_order_acquire);
    }
    return (last & ~SEALED) - first;
}

#else

static inline int ring_push(struct pool_head *head, struct pool_frame *inside, const struct pool_job *jobs, int count)
{
    struct ring_pool *pool = ring_of(head);
    uint64_t last = atomic_load_explicit(&pool->last, memory_order_acquire);
    int room;
    (void)inside;
    do {
        if (pool_unlikely(last & SEALED))
            return -ESHUTDOWN;
        for (room = 0; room < count && has_room(pool, last + (uint64_t)room);)
            room++;
        if (!room)
            return 0;
    } while (!atomic_compare_exchange_weak_explicit(&pool->last, &last, last + (uint64_t)room, memory_order_seq_cst,
                                                    memory_order_acquire));
    for (int i = 0; i < room; i++) {
        struct ring_slot *slot = &pool->slots[(last + (uint64_t)i) & pool->mask];
        atomic_store_explicit(&slot->fn, jobs[i].fn, memory_order_relaxed);
        atomic_store_explicit(&slot->arg, jobs[i].arg, memory_order_relaxed);
        /* Release: pairs with the acquire in readable. */
        atomic_store_explicit(&slot->turn, last + (uint64_t)i + 1, memory_order_release);
    }
    pool_fence(); /* the turns before the look at the gate */
    return room;
}

static inline void ring_read(struct ring_pool *pool, uint64_t position, struct pool_task *task)
{
    struct ring_slot *slot = &pool->slots[position & pool->mask];
    task->fn = atomic_load_explicit(&slot->fn, memory_order_relaxed);
    task->arg = atomic_load_explicit(&slot->arg, memory_order_relaxed);
    task->stamp = position;
}

/* How many positions from `first` on are filled; CLAIM_MAX at most. */
static inline uint64_t readable(struct ring_pool *pool, uint64_t first)
{
    uint64_t n = 0;
    while (n < CLAIM_MAX &&
           atomic_load_explicit(&pool->slots[(first + n) & pool->mask].turn, memory_order_acquire) == first + n + 1)
        n++;
    return n;
}

#endif

static inline int ring_claim(struct pool_head *head, struct claim_worker *worker, struct pool_task *task)
{
    struct ring_pool *pool = ring_of(head);
    uint64_t first = atomic_load_explicit(&pool->first, memory_order_acquire);
    for (;;) {
        uint64_t n = readable(pool, first);
        int share;
        /* More than there can be: `first` is a look at the past. */
        if (pool_unlikely((int64_t)n <= 0 || n > pool->mask + 1)) {
            uint64_t now = atomic_load_explicit(&pool->first, memory_order_acquire);
            if (now == first)
                return 0;
            first = now;
            continue;
        }
        share = claim_share(head, n);
        ring_read(pool, first, task);
        for (int i = 1; i < share; i++) {
            struct pool_task more;
            ring_read(pool, first + (uint64_t)i, &more);
            claim_put(worker, i - 1, &more);
        }
        pool_transit_enter(&worker->base);
        /* Release: who sees the claim sees the mark. */
        if (atomic_compare_exchange_strong_explicit(&pool->first, &first, first + (uint64_t)share, memory_order_seq_cst,
                                                    memory_order_acquire)) {
            POOL_STEP("ring: claimed");
            claim_publish(head, worker, share - 1);
            pool_transit_leave(&worker->base);
            return share;
        }
        pool_transit_leave(&worker->base);
    }
}

static uint64_t ring_visible(struct pool_head *head)
{
    struct ring_pool *pool = ring_of(head);
    uint64_t first = atomic_load_explicit(&pool->first, memory_order_relaxed);
    return (atomic_load_explicit(&pool->last, memory_order_relaxed) & ~SEALED) - first;
}

/* What a producer has claimed and not yet announced lies nowhere: it will look at the
 * gate, or who helps it. */
static uint64_t ring_held(struct pool_head *head, int place)
{
    struct ring_pool *pool = ring_of(head);
    uint64_t first = atomic_load_explicit(&pool->first, memory_order_seq_cst);
#if DWORD_CAS
    bool queued = ring_accepted(head) != first;
#else
    bool queued = readable(pool, first) != 0;
#endif
    return claim_held(head, place, queued ? first + 1 : 0);
}

static bool evict_queue(struct pool_head *head, struct pool_task *task, uint64_t below)
{
    struct ring_pool *pool = ring_of(head);
    uint64_t first = atomic_load_explicit(&pool->first, memory_order_acquire);
    while (first < below) {
        uint64_t n = readable(pool, first);
        if (!n) {
            uint64_t now = atomic_load_explicit(&pool->first, memory_order_acquire);
            if (now == first)
                return false;
            first = now;
            continue;
        }
        ring_read(pool, first, task);
        if (atomic_compare_exchange_strong_explicit(&pool->first, &first, first + 1, memory_order_seq_cst,
                                                    memory_order_acquire)) {
            POOL_STEP("ring: evicted");
            atomic_fetch_add_explicit(&head->released, 1, memory_order_seq_cst);
            return true;
        }
    }
    return false;
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
    size_t slots = SLOTS_MIN;
    while (slots < head->config.capacity)
        slots *= 2;
    pool->mask = slots - 1;
    pool->lap_shift = (unsigned)__builtin_ctzll(slots);
    atomic_init(&pool->limit, head->config.capacity);
    pool->slots = aligned_alloc(POOL_CACHE_LINE, slots * sizeof *pool->slots);
    if (!pool->slots)
        return -ENOMEM;
    memset(pool->slots, 0, slots * sizeof *pool->slots);
    return 0;
}

static void ring_destroy(struct pool_head *head)
{
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
    .waiting = claim_waiting,
    .held = ring_held,
    .seal = ring_seal,
};

static int ring_submit(struct pool *pool, pool_job_fn *fn, void *arg)
{
    return pool_submit_by(pool, fn, arg, ring_push);
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
