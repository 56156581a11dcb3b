/* spawn.c - a thread for each job: what pools exist to avoid.
 *
 * At most `workers` threads live at once; further jobs wait in a locked ring. A
 * worker slot is a licence to run a thread. A submitter that finds a slot free
 * starts a thread on it; the thread runs one job, and at its end, if jobs wait,
 * starts its successor on the same slot and goes. The successor joins it, so
 * that no thread is left unjoined; the last one of a slot is joined by who uses
 * the slot next, or by pool_free. If no thread can be started, the old one runs
 * the next job itself. */
#include <stdlib.h>

#include "pools/core/submit.h"

struct spawn_worker {
    struct pool_worker base;
    struct spawn_worker *free_next; /* under the pool's lock */
    bool joinable;                  /* base.leaver has ended or is about to; under the lock */
};

struct spawn_pool {
    struct pool_head head;
    struct pool_job *slots; /* ring; job p lies in slots[p & mask] */
    uint64_t mask;
    alignas(POOL_CACHE_LINE) struct pool_lock lock; /* guards all below */
    bool sealed;
    struct spawn_worker *free_slots;
    int live;                     /* slots not in free_slots */
    _Atomic uint32_t live_futex;  /* grows when a slot becomes free */
    _Atomic uint64_t first, last; /* written under the lock, read by anybody */
};

static void *spawn_main(void *slot);

static struct spawn_pool *spawn_of(struct pool_head *head)
{
    return (struct spawn_pool *)head;
}

static uint64_t spawn_accepted(struct pool_head *head)
{
    return atomic_load_explicit(&spawn_of(head)->last, memory_order_seq_cst);
}

static uint64_t spawn_waiting(struct pool_head *head)
{
    uint64_t first = atomic_load_explicit(&spawn_of(head)->first, memory_order_seq_cst);
    uint64_t waiting = spawn_accepted(head) - first;
    return waiting < head->config.capacity ? waiting : head->config.capacity;
}

static int spawn_push(struct pool_head *head, struct pool_frame *inside, const struct pool_job *jobs, int count)
{
    struct spawn_pool *pool = spawn_of(head);
    uint64_t last, room;
    (void)inside;
    pool_lock(&pool->lock);
    if (pool->sealed) {
        pool_unlock(&pool->lock);
        return -ESHUTDOWN;
    }
    last = atomic_load_explicit(&pool->last, memory_order_relaxed);
    room = head->config.capacity - (last - atomic_load_explicit(&pool->first, memory_order_relaxed));
    if (room > (uint64_t)count)
        room = (uint64_t)count;
    for (uint64_t i = 0; i < room; i++)
        pool->slots[(last + i) & pool->mask] = jobs[i];
    atomic_store_explicit(&pool->last, last + room, memory_order_release);
    /* The gate is up while a licence is free: then submitters start threads. */
    pool_unlock(&pool->lock);
    return (int)room;
}

/* Lock held. Takes the oldest job if its position is below. */
static bool pop(struct spawn_pool *pool, struct pool_task *task, uint64_t below)
{
    uint64_t first = atomic_load_explicit(&pool->first, memory_order_relaxed);
    const struct pool_job *job = &pool->slots[first & pool->mask];
    if (first == atomic_load_explicit(&pool->last, memory_order_relaxed) || first >= below)
        return false;
    *task = (struct pool_task){job->fn, job->arg, first};
    atomic_store_explicit(&pool->first, first + 1, memory_order_seq_cst);
    return true;
}

static bool spawn_evict(struct pool_head *head, struct pool_task *task, uint64_t below)
{
    struct spawn_pool *pool = spawn_of(head);
    bool found;
    pool_lock(&pool->lock);
    found = pop(pool, task, below);
    pool_unlock(&pool->lock);
    return found;
}

static bool spawn_seal(struct pool_head *head, uint64_t accepted)
{
    struct spawn_pool *pool = spawn_of(head);
    bool sealed;
    pool_lock(&pool->lock);
    sealed = pool->sealed = pool->sealed || atomic_load_explicit(&pool->last, memory_order_relaxed) == accepted;
    pool_unlock(&pool->lock);
    return sealed;
}

/* Lock held: the gate says whether a licence is free. */
static void gate_update(struct spawn_pool *pool)
{
    struct pool_head *head = &pool->head;
    if (pool->free_slots)
        atomic_fetch_or_explicit(&head->attention, POOL_GATE, memory_order_seq_cst);
    else
        atomic_fetch_and_explicit(&head->attention, ~(uint32_t)POOL_GATE, memory_order_seq_cst);
    atomic_store_explicit(&head->parked_now, head->workers - pool->live, memory_order_relaxed);
}

/* Lock held: gives the licence back. */
static void slot_free(struct spawn_pool *pool, struct spawn_worker *slot)
{
    slot->free_next = pool->free_slots;
    pool->free_slots = slot;
    pool->live--;
    atomic_store_explicit(&slot->base.park, 1, memory_order_relaxed);
    gate_update(pool);
    atomic_fetch_add_explicit(&pool->live_futex, 1, memory_order_release);
}

/* Lock held: takes a licence. */
static struct spawn_worker *slot_take(struct spawn_pool *pool)
{
    struct spawn_worker *slot = pool->free_slots;
    if (slot) {
        pool->free_slots = slot->free_next;
        pool->live++;
        atomic_store_explicit(&slot->base.park, 0, memory_order_relaxed);
        gate_update(pool);
    }
    return slot;
}

static int slot_start(struct spawn_worker *slot)
{
    return pool_thread_start(&slot->base.thread, pool_cpu_of(slot->base.pool, slot->base.index), spawn_main, slot);
}

/* Starts threads while there are both jobs and licences. Where not even one
 * thread can be had, the submitter itself serves the slot: late, but not never. */
static void serve_here(struct spawn_worker *slot);

static void spawn_wake(struct pool_head *head)
{
    struct spawn_pool *pool = spawn_of(head);
    pool_lock(&pool->lock);
    while (spawn_waiting(head)) {
        struct spawn_worker *slot = slot_take(pool);
        if (!slot)
            break;
        pool_unlock(&pool->lock);
        atomic_fetch_add_explicit(&head->wakes, 1, memory_order_relaxed);
        if (slot_start(slot)) {
            serve_here(slot);
            return;
        }
        pool_lock(&pool->lock);
    }
    pool_unlock(&pool->lock);
}

static void spawn_wake_all(struct pool_head *head)
{
    (void)head; /* no thread waits for jobs */
}

/* Hands the slot on to a new thread, or gives it back. Returns true when the
 * next job must be run by this thread, because no other could be started. */
static bool hand_over(struct spawn_worker *slot)
{
    struct spawn_pool *pool = spawn_of(slot->base.pool);
    pthread_t self = pthread_self();

    pool_announce(&pool->head);
    if (POOL_DEFECT(CLOSED_IS_JOB) && atomic_load_explicit(&pool->head.attention, memory_order_acquire) & POOL_CLOSED)
        pool_defect_run_stale();
    pool_lock(&pool->lock);
    slot->base.leaver = self;
    slot->joinable = true;
    if (!spawn_waiting(&pool->head)) {
        slot_free(pool, slot);
        /* The last touch of the slot; pool_free waits under this lock. */
        pool_unlock(&pool->lock);
        pool_futex_wake(&pool->live_futex, INT_MAX);
        return false;
    }
    pool_unlock(&pool->lock);
    atomic_fetch_add_explicit(&pool->head.wakes, 1, memory_order_relaxed);
    if (slot_start(slot) == 0)
        return false;
    slot->joinable = false; /* the slot is still ours */
    return true;
}

static void serve(struct spawn_worker *slot);

/* The job left by pthread_exit: it failed, and the slot goes on. */
static void thread_left(void *arg)
{
    struct pool_serving *serving = arg;
    struct spawn_worker *slot = (struct spawn_worker *)serving->worker;
    struct pool_head *head = slot->base.pool;
    if (serving->left)
        return;
    serving->left = true;
    if (!pool_is_here(head))
        _exit(70);
    pool_frame_top = &slot->base.frame;
    pool_settle(&slot->base, -EOWNERDEAD);
    atomic_fetch_add_explicit(&head->replaced, 1, memory_order_relaxed);
    pool_frame_top = NULL;
    if (!POOL_DEFECT(WORKER_LOST) && hand_over(slot))
        serve(slot);
}

/* One job, if there is one. */
static void run_one(struct spawn_worker *slot)
{
    struct pool_head *head = slot->base.pool;
    struct spawn_pool *pool = spawn_of(head);
    struct pool_task task;
    bool found;

    if (sigsetjmp(slot->base.frame.env, 0)) {
        pool_settle(&slot->base, slot->base.frame.status);
        if (POOL_DEFECT(RECOVER_AT_TOP)) {
            slot->base.serving->left = true;
            pthread_exit(NULL);
        }
        return;
    }
    pool_lock(&pool->lock);
    found = pop(pool, &task, UINT64_MAX);
    pool_unlock(&pool->lock);
    if (!found)
        return;
    if (atomic_load_explicit(&head->room_wanted, memory_order_seq_cst))
        pool_room_look(head);
    pool_run(head, &slot->base, &task);
}

static void serve(struct spawn_worker *slot)
{
    bool more;
    do {
        struct pool_serving serving = {&slot->base, false};
        slot->base.serving = &serving;
        pthread_cleanup_push(thread_left, &serving);
        pool_frame_top = &slot->base.frame;
        run_one(slot);
        pool_frame_top = NULL;
        pthread_cleanup_pop(0);
        more = hand_over(slot);
    } while (more);
}

/* A job ended the submitter that served. It failed, and the other jobs still
 * need somebody. */
static void submitter_left(void *arg)
{
    struct pool_serving *serving = arg;
    struct spawn_worker *slot = (struct spawn_worker *)serving->worker;
    if (serving->left)
        return;
    serving->left = true;
    pool_frame_top = &slot->base.frame;
    pool_settle(&slot->base, -EOWNERDEAD);
    pool_frame_top = slot->base.frame.below;
    pool_lane = slot->base.frame.lane_below;
    serve_here(slot);
}

/* No thread could be started on the slot. If others run they will take the
 * jobs; else this thread does. */
static void serve_here(struct spawn_worker *slot)
{
    struct spawn_pool *pool = spawn_of(slot->base.pool);
    struct pool_frame *below = pool_frame_top;
    struct pool_serving serving = {&slot->base, false};
    slot->base.serving = &serving;
    pool_lock(&pool->lock);
    while (pool->live == 1 && spawn_waiting(&pool->head)) {
        pool_unlock(&pool->lock);
        pthread_cleanup_push(submitter_left, &serving);
        slot->base.frame.below = below;
        slot->base.frame.lane_below = pool_lane;
        pool_lane = &pool_no_lane;
        pool_frame_top = &slot->base.frame;
        run_one(slot);
        pool_frame_top = below;
        pool_lane = slot->base.frame.lane_below;
        slot->base.frame.below = NULL;
        pthread_cleanup_pop(0);
        pool_announce(&pool->head);
        pool_lock(&pool->lock);
    }
    slot_free(pool, slot);
    pool_unlock(&pool->lock);
    pool_futex_wake(&pool->live_futex, INT_MAX);
}

static void *spawn_main(void *arg)
{
    struct spawn_worker *slot = arg;
    if (slot->joinable) {
        pthread_join(slot->base.leaver, NULL);
        slot->joinable = false;
    }
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    if (slot->base.pool->config.flags & POOL_REPORT_CRASHES)
        pool_crash_report_here();
    serve(slot);
    return NULL;
}

static int spawn_init(struct pool_head *head)
{
    struct spawn_pool *pool = spawn_of(head);
    size_t slots = 2;
    while (slots < head->config.capacity)
        slots *= 2;
    pool->mask = slots - 1;
    pool->slots = calloc(slots, sizeof *pool->slots);
    if (!pool->slots)
        return -ENOMEM;
    for (int i = head->config.workers - 1; i >= 0; i--) {
        pool->live++;
        slot_free(pool, (struct spawn_worker *)pool_worker_at(head, i));
    }
    atomic_store_explicit(&head->parked_now, head->config.workers, memory_order_relaxed);
    return 0;
}

/* Waits for the last threads, which may still be on their way out. */
static void spawn_destroy(struct pool_head *head)
{
    struct spawn_pool *pool = spawn_of(head);
    if (!pool->slots)
        return;
    pool_lock(&pool->lock);
    while (pool->live) {
        uint32_t seen = atomic_load_explicit(&pool->live_futex, memory_order_acquire);
        pool_unlock(&pool->lock);
        pool_futex_wait(&pool->live_futex, seen, -1);
        pool_lock(&pool->lock);
    }
    pool_unlock(&pool->lock);
    for (int i = 0; i < head->workers; i++) {
        struct spawn_worker *slot = (struct spawn_worker *)pool_worker_at(head, i);
        if (slot->joinable)
            pthread_join(slot->base.leaver, NULL);
    }
    free(pool->slots);
}

static const struct pool_design spawn_design = {
    .name = "spawn",
    .pool_size = sizeof(struct spawn_pool),
    .worker_size = sizeof(struct spawn_worker),
    .init = spawn_init,
    .destroy = spawn_destroy,
    .push = spawn_push,
    .wake = spawn_wake,
    .wake_all = spawn_wake_all,
    .evict = spawn_evict,
    .boundary = spawn_accepted,
    .accepted = spawn_accepted,
    .waiting = spawn_waiting,
    .seal = spawn_seal,
};

static int spawn_submit(struct pool *pool, pool_job_fn *fn, void *arg)
{
    return pool_submit_by(pool, fn, arg, spawn_push);
}

static int spawn_submit_batch(struct pool *pool, const struct pool_job *jobs, int count)
{
    return pool_submit_batch_by(pool, jobs, count, spawn_push);
}

static int spawn_open(struct pool **out, const struct pool_config *config);

static const struct pool_ops spawn_ops =
    POOL_HEAD_OPS(spawn, "a new thread for each job, at most `workers` at once",
                  POOL_CAN_QUEUE | POOL_CAN_RUN_APART | POOL_CAN_CANCEL | POOL_CAN_RESULTS | POOL_CAN_DROP |
                      POOL_KEEPS_ORDER | POOL_CAN_KEEP_ORDER | POOL_CAN_CONTAIN);

static int spawn_open(struct pool **out, const struct pool_config *config)
{
    return pool_head_open(out, config, &spawn_design, &spawn_ops);
}

POOL_REGISTER(spawn_ops);
