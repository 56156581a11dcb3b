/* steal.c - a deque per worker, stealing, and an injector for outside work.
 *
 * Children that a job submits go to its worker's own deque: no lock, last in
 * first out, so that they find their data warm. Thieves take from the other
 * end, half of what they see, nearest victim first. Outside jobs go to the
 * injector, a locked ring; a worker takes a share of it into its deque, where
 * the others can steal it on: nothing is ever private. Every 61st look goes
 * elsewhere first, so that a worker with endless children starves nobody.
 *
 * Capacity is kept by credits: a job needs one to be queued and gives it back
 * when it is taken. A worker keeps the credits of the jobs it took in its own
 * word and spends them on its children; who finds the common purse empty
 * collects from all words into it. Both are done under the injector's lock, so that
 * nobody who looks for credits misses those in a collector's hand: the bound is
 * exact, both ways, and the words stay apart.
 *
 * Sources: Chase and Lev, "Dynamic circular work-stealing deque" (SPAA 2005),
 * with a fixed array, so that the published growth bug cannot be; orders as in
 * Le, Pop, Cohen and Zappa Nardelli (PPoPP 2013), but with sequentially
 * consistent `top` and `bottom` in place of fences, which ThreadSanitizer does
 * not see. Go's scheduler for the 61. */
#include <stdlib.h>

#include "pools/core/idle.h"
#include "pools/core/rest.h"
#include "pools/core/submit.h"
#include "pools/core/transit.h"

enum {
    DEQUE_SLOTS = POOL_SIZE(256, 2), /* a power of two; more children overflow to the injector */
    STEAL_MAX = POOL_SIZE(32, 4),
    AROUND_EVERY = POOL_SIZE(61, 3),
};

struct deque_slot {
    _Atomic(pool_job_fn *) fn;
    _Atomic(void *) arg;
    _Atomic uint64_t epoch;
};

struct steal_worker {
    struct pool_worker base;
    _Atomic unsigned looks;                            /* owner writes: how often it came by */
    struct pool_moderation moderation;                 /* owner */
    int last_victim;                                   /* owner: where the last theft succeeded */
    _Atomic uint64_t pushed;                           /* owner writes: children that entered the deque */
    alignas(POOL_CACHE_LINE) _Atomic int64_t top;      /* thieves and owner */
    alignas(POOL_CACHE_LINE) _Atomic int64_t bottom;   /* owner */
    alignas(POOL_CACHE_LINE) _Atomic uint64_t credits; /* ever added: 32, there: 32; owner adds, anybody takes */
    struct deque_slot slots[DEQUE_SLOTS];
};

struct steal_pool {
    struct pool_head head;
    alignas(POOL_CACHE_LINE) struct pool_lock lock; /* of the injector and the purse */
    struct pool_task *injector;                     /* ring; its p-th job lies in [p & mask] */
    uint64_t mask;
    int64_t purse; /* credits of nobody's */
    bool sealed;
    uint64_t first;            /* under lock */
    _Atomic uint64_t last;     /* under lock; read by anybody */
    _Atomic uint64_t queued;   /* last - first, for who looks without the lock */
    _Atomic uint64_t accepted; /* jobs that entered from outside; under lock */
};

static struct steal_pool *steal_of(struct pool_head *head)
{
    return (struct steal_pool *)head;
}

static struct steal_worker *steal_at(struct pool_head *head, int index)
{
    return (struct steal_worker *)pool_worker_at(head, index);
}

/* Credits. */

#define CREDIT_ADDED ((UINT64_C(1) << 32) | 1)

static int64_t credits_in(uint64_t word)
{
    return (int64_t)(word & UINT32_MAX);
}

/* The job was taken, its slot is free. A read-modify-write before the look at
 * room_wanted: pairs with a submitter, who announces its wish, then looks here. */
static inline void credit_give(struct steal_worker *worker)
{
    atomic_fetch_add_explicit(&worker->credits, CREDIT_ADDED, memory_order_seq_cst);
}

/* One of the owner's own. */
static bool credit_take(struct steal_worker *worker)
{
    uint64_t word = atomic_load_explicit(&worker->credits, memory_order_relaxed);
    while (credits_in(word))
        if (atomic_compare_exchange_weak_explicit(&worker->credits, &word, word - 1, memory_order_seq_cst,
                                                  memory_order_relaxed))
            return true;
    return false;
}

/* Lock held. Moves all credits into the purse. Returns how many were ever added to the
 * words, modulo 2^32 each. */
static uint64_t credits_collect(struct steal_pool *pool)
{
    uint64_t added = 0;
    for (int i = 0; i < pool->head.workers; i++) {
        _Atomic uint64_t *credits = &steal_at(&pool->head, i)->credits;
        uint64_t word = atomic_load_explicit(credits, memory_order_seq_cst);
        while (credits_in(word) && !atomic_compare_exchange_weak_explicit(credits, &word, word - (word & UINT32_MAX),
                                                                          memory_order_seq_cst, memory_order_seq_cst))
            ;
        added += word >> 32;
        pool->purse += credits_in(word);
        if (credits_in(word)) {
            POOL_STEP("steal: collecting");
        }
    }
    return added;
}

/* Lock held. Takes 1..most credits, or 0 when all jobs that fit are waiting: no credit
 * was there, and none was added meanwhile where it had been looked already. */
static int64_t purse_take(struct steal_pool *pool, int64_t most)
{
    uint64_t added = 0, before;
    int64_t got;
    for (bool again = false; pool_unlikely(!pool->purse); again = true) {
        before = added;
        added = credits_collect(pool);
        if (again && added == before)
            break;
    }
    got = pool->purse < most ? pool->purse : most;
    pool->purse -= got;
    return got;
}

/* The deque. */

static void slot_write(struct steal_worker *worker, int64_t at, const struct pool_task *task)
{
    struct deque_slot *slot = &worker->slots[at % DEQUE_SLOTS];
    atomic_store_explicit(&slot->fn, task->fn, memory_order_relaxed);
    atomic_store_explicit(&slot->arg, task->arg, memory_order_relaxed);
    atomic_store_explicit(&slot->epoch, task->stamp, memory_order_relaxed);
}

/* Owner: at the bottom, the last of them first. Returns how many found no room: the
 * first ones. */
static int deque_push(struct steal_worker *worker, const struct pool_task *tasks, int count)
{
    int64_t bottom = atomic_load_explicit(&worker->bottom, memory_order_relaxed);
    /* Acquire: pairs with the swap in deque_steal, whose thief has read the slot. */
    int64_t room = DEQUE_SLOTS - (bottom - atomic_load_explicit(&worker->top, memory_order_acquire));
    for (; count > 0 && room > 0; room--)
        slot_write(worker, bottom++, &tasks[--count]);
    /* Release for the slots, once for all of them; sequentially consistent, so that the
     * look at the gate comes after it. */
    atomic_store_explicit(&worker->bottom, bottom, memory_order_seq_cst);
    return count;
}

static void slot_read(struct steal_worker *worker, int64_t at, struct pool_task *task)
{
    struct deque_slot *slot = &worker->slots[at % DEQUE_SLOTS];
    task->fn = atomic_load_explicit(&slot->fn, memory_order_relaxed);
    task->arg = atomic_load_explicit(&slot->arg, memory_order_relaxed);
    task->stamp = atomic_load_explicit(&slot->epoch, memory_order_relaxed);
}

/* Owner: from the bottom; it was not empty a moment ago. */
static bool deque_pop(struct steal_worker *worker, struct pool_task *task)
{
    int64_t bottom = atomic_load_explicit(&worker->bottom, memory_order_relaxed) - 1, top;
    atomic_store_explicit(&worker->bottom, bottom, memory_order_seq_cst);
    top = atomic_load_explicit(&worker->top, memory_order_seq_cst);
    if (top < bottom) {
        slot_read(worker, bottom, task);
        return true;
    }
    if (top == bottom) { /* the last one: race the thieves for it */
        slot_read(worker, bottom, task);
        if (!atomic_compare_exchange_strong_explicit(&worker->top, &top, top + 1, memory_order_seq_cst,
                                                     memory_order_relaxed))
            top = bottom + 1;
        atomic_store_explicit(&worker->bottom, bottom + 1, memory_order_release);
        return top == bottom;
    }
    atomic_store_explicit(&worker->bottom, bottom + 1, memory_order_release);
    return false;
}

/* Anybody: from the top. The copy is made before the swap. */
static bool deque_steal(struct steal_worker *victim, struct pool_task *task)
{
    for (;;) {
        int64_t top = atomic_load_explicit(&victim->top, memory_order_seq_cst);
        if (top >= atomic_load_explicit(&victim->bottom, memory_order_seq_cst))
            return false;
        slot_read(victim, top, task);
        if (atomic_compare_exchange_strong_explicit(&victim->top, &top, top + 1, memory_order_seq_cst,
                                                    memory_order_relaxed))
            return true;
    }
}

static int64_t deque_size(struct steal_worker *worker)
{
    int64_t top = atomic_load_explicit(&worker->top, memory_order_acquire);
    return atomic_load_explicit(&worker->bottom, memory_order_acquire) - top;
}

/* Read where they lie: the credits move about and may be counted twice. */
static uint64_t steal_waiting(struct pool_head *head)
{
    uint64_t waiting = atomic_load_explicit(&steal_of(head)->queued, memory_order_seq_cst);
    for (int i = 0; i < head->workers; i++) {
        int64_t size = deque_size(steal_at(head, i));
        waiting += size > 0 ? (uint64_t)size : 0;
    }
    return waiting < head->config.capacity ? waiting : head->config.capacity;
}

/* What an owner that comes by looks at again is not held. */
static uint64_t steal_held(struct pool_head *head, int place)
{
    struct steal_pool *pool = steal_of(head);
    struct steal_worker *worker;
    uint64_t queued;
    if (place < head->workers) {
        worker = steal_at(head, place);
        return deque_size(worker) > 0 ? UINT64_C(1) << 32 | atomic_load_explicit(&worker->looks, memory_order_relaxed)
                                      : 0;
    }
    queued = atomic_load_explicit(&pool->queued, memory_order_seq_cst);
    return queued ? atomic_load_explicit(&pool->last, memory_order_relaxed) - queued + 1 : 0;
}

/* The injector. */

/* Lock held. */
static void inject(struct steal_pool *pool, const struct pool_task *task)
{
    uint64_t last = atomic_load_explicit(&pool->last, memory_order_relaxed);
    pool->injector[last & pool->mask] = *task;
    atomic_store_explicit(&pool->last, last + 1, memory_order_relaxed);
    atomic_store_explicit(&pool->queued, last + 1 - pool->first, memory_order_release);
}

/* Takes up to `most`, oldest first; returns how many. */
static int injector_take(struct steal_pool *pool, struct pool_task *tasks, int most)
{
    uint64_t n;
    if (!atomic_load_explicit(&pool->queued, memory_order_acquire))
        return 0;
    pool_lock(&pool->lock);
    n = atomic_load_explicit(&pool->last, memory_order_relaxed) - pool->first;
    if (n > (uint64_t)most)
        n = (uint64_t)most;
    for (uint64_t i = 0; i < n; i++)
        tasks[i] = pool->injector[(pool->first + i) & pool->mask];
    pool->first += n;
    atomic_store_explicit(&pool->queued, atomic_load_explicit(&pool->last, memory_order_relaxed) - pool->first,
                          memory_order_release);
    pool_unlock(&pool->lock);
    return (int)n;
}

static int push_outside(struct steal_pool *pool, uint64_t epoch, const struct pool_job *jobs, int count)
{
    int64_t got;
    pool_lock(&pool->lock);
    if (pool_unlikely(pool->sealed)) {
        pool_unlock(&pool->lock);
        return -ESHUTDOWN;
    }
    got = purse_take(pool, count);
    for (int64_t i = 0; i < got; i++)
        inject(pool, &(struct pool_task){jobs[i].fn, jobs[i].arg, epoch});
    atomic_store_explicit(&pool->accepted, atomic_load_explicit(&pool->accepted, memory_order_relaxed) + (uint64_t)got,
                          memory_order_release);
    pool_unlock(&pool->lock); /* a read-modify-write: the fence before the gate */
    return (int)got;
}

/* A child: into the own deque, else into the injector. */
static int push_inside(struct steal_pool *pool, struct pool_frame *inside, const struct pool_job *job)
{
    struct steal_worker *worker = (struct steal_worker *)inside->worker;
    struct pool_task task = {job->fn, job->arg, inside->epoch};
    if (!credit_take(worker)) {
        int64_t got;
        pool_lock(&pool->lock);
        got = purse_take(pool, 1);
        pool_unlock(&pool->lock);
        if (!got)
            return 0;
    }
    /* Counted before it can be seen, and settled. */
    pool_count_own(&worker->pushed, 1, memory_order_release);
    if (deque_push(worker, &task, 1)) {
        pool_lock(&pool->lock);
        inject(pool, &task);
        pool_unlock(&pool->lock);
    }
    return 1;
}

/* The epoch is read before the push: a cancel that comes between finds the job
 * stamped old. */
static inline int steal_push(struct pool_head *head, struct pool_frame *inside, const struct pool_job *jobs, int count)
{
    struct steal_pool *pool = steal_of(head);
    if (inside && inside->worker)
        return push_inside(pool, inside, jobs);
    return push_outside(pool, inside ? inside->epoch : atomic_load_explicit(&head->epoch, memory_order_acquire), jobs,
                        count);
}

/* The worker. */

/* Jobs were taken off a queue, the first to be run now: its slot is free, and the
 * others can be taken by anybody again. They go youngest first into the deque, so that
 * the oldest is taken next. */
static void took(struct steal_pool *pool, struct steal_worker *worker, const struct pool_task *tasks, int count)
{
    int left;
    POOL_STEP("claim: taken, not shown");
    left = count > 1 ? deque_push(worker, tasks + 1, count - 1) : 0;
    if (pool_unlikely(left)) {
        pool_lock(&pool->lock);
        for (int i = 1; i <= left; i++)
            inject(pool, &tasks[i]);
        pool_unlock(&pool->lock);
    }
    credit_give(worker);
    if (count > 1)
        pool_published(&pool->head);
}

static uint64_t steal_queued(struct pool_head *head)
{
    return atomic_load_explicit(&steal_of(head)->queued, memory_order_relaxed);
}

/* The mark (transit.h) stands until the slot of the first is free and the others lie
 * somewhere: a cancel that does not find these jobs waits for that. */
static bool from_injector(struct steal_pool *pool, struct steal_worker *worker, struct pool_task *task)
{
    struct pool_task tasks[STEAL_MAX];
    int awake = pool->head.workers - pool_parked(&pool->head), count;
    uint64_t queued = atomic_load_explicit(&pool->queued, memory_order_acquire);
    uint64_t share = awake > 1 ? (queued + (uint64_t)awake - 1) / (uint64_t)awake : queued;
    if (!queued)
        return false;
    pool_linger(&pool->head, &worker->moderation, queued, steal_queued);
    if (pool_transit_ask(&worker->base))
        share = 1;
    count = injector_take(pool, tasks, share > STEAL_MAX ? STEAL_MAX : share ? (int)share : 1);
    if (count) {
        took(pool, worker, tasks, count);
        *task = tasks[0];
    }
    pool_transit_leave(&worker->base);
    return count > 0;
}

static bool from_victim(struct steal_pool *pool, struct steal_worker *worker, struct steal_worker *victim,
                        struct pool_task *task)
{
    struct pool_task tasks[STEAL_MAX];
    int64_t half = (deque_size(victim) + 1) / 2;
    int count = 0;
    if (half <= 0)
        return false;
    if (pool_transit_ask(&worker->base))
        half = 1;
    while (count < half && count < STEAL_MAX && deque_steal(victim, &tasks[count]))
        count++;
    if (count) {
        took(pool, worker, tasks, count);
        *task = tasks[0];
    }
    pool_transit_leave(&worker->base);
    pool_count_own(&worker->base.steals, (uint64_t)count, memory_order_relaxed);
    return count > 0;
}

/* From the own deque. The swap or store by which the job is taken releases the mark:
 * a canceller that sees it gone sees that. */
static inline bool from_own(struct steal_worker *worker, struct pool_task *task, bool oldest)
{
    bool found;
    if (deque_size(worker) <= 0)
        return false; /* only the owner adds */
    pool_transit_enter(&worker->base);
    found = oldest ? deque_steal(worker, task) : deque_pop(worker, task);
    POOL_STEP("steal: taken from the deque");
    if (pool_likely(found))
        credit_give(worker);
    pool_transit_leave(&worker->base);
    return found;
}

static bool from_others(struct steal_pool *pool, struct steal_worker *worker, struct pool_task *task)
{
    int count = pool->head.workers;
    if (count > 1 && from_victim(pool, worker, steal_at(&pool->head, worker->last_victim), task))
        return true;
    for (int i = 0; i < count - 1; i++) {
        int victim = worker->base.victims[i];
        if (from_victim(pool, worker, steal_at(&pool->head, victim), task)) {
            worker->last_victim = victim;
            return true;
        }
    }
    return false;
}

/* An endless family, whose youngest child is always next, must hide nothing: not
 * what lies below it in this deque, nor in the injector, nor in the deque of a
 * worker that is blocked. */
static bool look_around(struct steal_pool *pool, struct steal_worker *worker, unsigned looks, struct pool_task *task)
{
    unsigned turn = looks / AROUND_EVERY % 4;
    return (turn == 1 && from_others(pool, worker, task)) || (turn == 3 && from_own(worker, task, true)) ||
           from_injector(pool, worker, task);
}

/* Who has slept looks at the others first: it may have been for what a blocked one
 * holds. */
static bool next(struct steal_pool *pool, struct steal_worker *worker, struct pool_task *task)
{
    unsigned looks = atomic_load_explicit(&worker->looks, memory_order_relaxed) + 1;
    bool found;
    atomic_store_explicit(&worker->looks, looks, memory_order_relaxed);
    found = (pool_unlikely(looks % AROUND_EVERY == 0) && look_around(pool, worker, looks, task)) ||
            from_own(worker, task, false) ||
            (pool_unlikely(worker->base.searching) && from_others(pool, worker, task)) ||
            from_injector(pool, worker, task) || from_others(pool, worker, task);
    if (pool_likely(found))
        pool_slot_freed(&pool->head);
    return found;
}

static void steal_loop(struct pool_worker *base)
{
    struct steal_worker *worker = (struct steal_worker *)base;
    struct steal_pool *pool = steal_of(base->pool);
    struct pool_task task;
    for (;;) {
        if (pool_likely(next(pool, worker, &task))) {
            if (pool_unlikely(base->searching))
                pool_search_ends(base);
            pool_run(&pool->head, base, &task);
        } else if (!pool_rest(base)) {
            return;
        }
    }
}

/* Cancel, drop, close. */

/* Takes the injector's oldest, or the oldest of some deque. A canceller leaves
 * what is of the new epoch: in the injector that can lie before an old child
 * that overflowed, so each is looked at once. */
static bool evict_injector(struct steal_pool *pool, struct pool_task *task, uint64_t below)
{
    bool found = false;
    pool_lock(&pool->lock);
    for (uint64_t p = pool->first; !found && p != atomic_load_explicit(&pool->last, memory_order_relaxed); p++) {
        *task = pool->injector[p & pool->mask];
        found = task->stamp < below;
        if (!found)
            continue;
        for (; p != pool->first; p--) /* close the gap */
            pool->injector[p & pool->mask] = pool->injector[(p - 1) & pool->mask];
        pool->first++;
        atomic_store_explicit(&pool->queued, atomic_load_explicit(&pool->last, memory_order_relaxed) - pool->first,
                              memory_order_release);
        break;
    }
    pool_unlock(&pool->lock);
    return found;
}

/* As many at most as lie there now: what the owner adds meanwhile is young, and it may
 * never rest. */
static bool evict_deque(struct steal_pool *pool, struct steal_worker *victim, struct pool_task *task, uint64_t below)
{
    for (int64_t left = deque_size(victim); left > 0 && deque_steal(victim, task); left--) {
        if (task->stamp < below)
            return true;
        POOL_STEP("steal: too young, in hand");
        pool_lock(&pool->lock); /* of the new epoch: it stays, for others to take */
        inject(pool, task);
        pool_unlock(&pool->lock);
        pool_after_push(&pool->head);
    }
    return false;
}

static bool steal_evict(struct pool_head *head, struct pool_task *task, uint64_t below)
{
    struct steal_pool *pool = steal_of(head);
    bool found = evict_injector(pool, task, below);
    for (int i = 0; !found && i < head->workers; i++)
        found = evict_deque(pool, steal_at(head, i), task, below);
    if (found && !POOL_DEFECT(KEEPS_PLACE)) {
        pool_lock(&pool->lock);
        pool->purse++;
        pool_unlock(&pool->lock);
    }
    return found;
}

/* Stamps are epochs: all older than the one that begins. */
static uint64_t steal_boundary(struct pool_head *head)
{
    return atomic_load_explicit(&head->cancel_begun, memory_order_relaxed);
}

static uint64_t steal_accepted(struct pool_head *head)
{
    uint64_t sum = 0;
    for (int i = 0; i < head->workers; i++)
        sum += atomic_load_explicit(&steal_at(head, i)->pushed, memory_order_seq_cst);
    return sum + atomic_load_explicit(&steal_of(head)->accepted, memory_order_seq_cst);
}

static bool steal_seal(struct pool_head *head, uint64_t accepted)
{
    struct steal_pool *pool = steal_of(head);
    bool sealed;
    pool_lock(&pool->lock);
    sealed = pool->sealed = pool->sealed || steal_accepted(head) == accepted;
    pool_unlock(&pool->lock);
    return sealed;
}

static int steal_init(struct pool_head *head)
{
    struct steal_pool *pool = steal_of(head);
    size_t slots = 2;
    while (slots < head->config.capacity)
        slots *= 2;
    pool->mask = slots - 1;
    pool->purse = (int64_t)head->config.capacity;
    for (int i = 0; i < head->config.workers; i++)
        steal_at(head, i)->last_victim = i ? 0 : head->config.workers - 1;
    pool->injector = calloc(slots, sizeof *pool->injector);
    return pool->injector ? 0 : -ENOMEM;
}

static void steal_destroy(struct pool_head *head)
{
    free(steal_of(head)->injector);
}

static const struct pool_design steal_design = {
    .name = "steal",
    .pool_size = sizeof(struct steal_pool),
    .worker_size = sizeof(struct steal_worker),
    .forks = true,
    .init = steal_init,
    .destroy = steal_destroy,
    .loop = steal_loop,
    .push = steal_push,
    .wake = pool_idle_wake,
    .wake_all = pool_idle_wake_all,
    .evict = steal_evict,
    .boundary = steal_boundary,
    .accepted = steal_accepted,
    .waiting = steal_waiting,
    .held = steal_held,
    .seal = steal_seal,
};

static int steal_submit(struct pool *pool, pool_job_fn *fn, void *arg)
{
    return pool_submit_by(pool, fn, arg, steal_push);
}

static int steal_submit_batch(struct pool *pool, const struct pool_job *jobs, int count)
{
    return pool_submit_batch_by(pool, jobs, count, steal_push);
}

static int steal_open(struct pool **out, const struct pool_config *config);

static const struct pool_ops steal_ops =
    POOL_HEAD_OPS(steal, "a deque per worker, steals half; an injector for outside jobs",
                  POOL_CAN_QUEUE | POOL_CAN_RUN_APART | POOL_CAN_CANCEL | POOL_CAN_RESULTS | POOL_CAN_DROP |
                      POOL_CAN_CONTAIN | POOL_CAN_FORK);

static int steal_open(struct pool **out, const struct pool_config *config)
{
    return pool_head_open(out, config, &steal_design, &steal_ops);
}

POOL_REGISTER(steal_ops);
