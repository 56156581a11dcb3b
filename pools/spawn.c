/* spawn.c - a thread for each job: what pools exist to avoid.
 *
 * At most `workers` threads live at once; further jobs wait in a locked ring. A
 * worker slot is a licence to run a thread. A submitter that finds a slot free
 * starts a thread on it; the thread runs one job, and at its end, if jobs wait,
 * starts its successor on the same slot and goes. It is joined by who uses the
 * slot next, or by pool_free.
 *
 * Each slot has a keeper, too: a worker as other pools have it, which sleeps from
 * open on and is called when no thread can be started on its slot. It tries again,
 * and if it cannot start one either, runs the job itself. So as many jobs as there
 * are workers can always run at once, and no job runs in its submitter. */
#include <sched.h>
#include <stdlib.h>

#include "pools/core/submit.h"

struct spawn_worker {
    struct pool_worker base;
    struct spawn_worker *free_next; /* under the pool's lock */
    _Atomic uint32_t orders;        /* of enum orders, to the keeper; written under the lock, slept on */

    /* The slot's: who has it writes them. */
    pthread_t last; /* thread on it, which has ended or is about to */
    bool joinable;  /* nobody has joined that one yet */
};

enum orders {
    SPAWN_SERVE = 1, /* the slot is the keeper's, until that hands it over */
    SPAWN_END = 2,   /* the pool is drained */
};

struct spawn_pool {
    struct pool_head head;
    struct pool_job *slots; /* ring; job p lies in slots[p & mask] */
    uint64_t mask;
    alignas(POOL_CACHE_LINE) struct pool_lock lock; /* guards all below */
    bool sealed;
    struct spawn_worker *free_slots;
    int free;                       /* how many those are */
    int threads;                    /* slots that a thread has, or that one is being started on */
    _Atomic uint32_t threads_futex; /* grows when they become fewer */
    _Atomic uint64_t first, last;   /* written under the lock, read by anybody */
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
        atomic_fetch_and_explicit(&head->attention, ~(uint64_t)POOL_GATE, memory_order_seq_cst);
    atomic_store_explicit(&head->parked_now, pool->free, memory_order_relaxed);
}

/* Lock held: gives the licence back. */
static void slot_free(struct spawn_pool *pool, struct spawn_worker *slot)
{
    slot->free_next = pool->free_slots;
    pool->free_slots = slot;
    pool->free++;
    atomic_store_explicit(&slot->base.park, 1, memory_order_relaxed);
    gate_update(pool);
}

/* Lock held. Where the free licence stands whose thread is not bound to this CPU, which
 * the submitter may keep to itself; else where the first one does. */
static struct spawn_worker **slot_choose(struct spawn_pool *pool)
{
    struct spawn_worker **link = &pool->free_slots;
    int cpu = pool->head.cpus ? sched_getcpu() : -1;
    while (cpu >= 0 && *link && pool_cpu_of(&pool->head, (*link)->base.index) == cpu)
        link = &(*link)->free_next;
    return *link ? link : &pool->free_slots;
}

/* Lock held: takes a licence. */
static struct spawn_worker *slot_take(struct spawn_pool *pool)
{
    struct spawn_worker **link = slot_choose(pool), *slot = *link;
    if (slot) {
        *link = slot->free_next;
        pool->free--;
        atomic_store_explicit(&slot->base.park, 0, memory_order_relaxed);
        gate_update(pool);
    }
    return slot;
}

/* Lock held: a slot has no thread any more. */
static void thread_gone(struct spawn_pool *pool)
{
    pool->threads--;
    atomic_fetch_add_explicit(&pool->threads_futex, 1, memory_order_release);
}

/* Starts a thread on the slot, which is counted in pool->threads; or gives the slot to
 * its keeper, and returns false. Once the pool is drained that one may be gone, but
 * then no job waits for it. */
static bool slot_start(struct spawn_worker *slot)
{
    struct spawn_pool *pool = spawn_of(slot->base.pool);
    pthread_t thread;
    atomic_fetch_add_explicit(&pool->head.wakes, 1, memory_order_relaxed);
    if (!pool_thread_start(&thread, pool_cpu_of(slot->base.pool, slot->base.index), spawn_main, slot))
        return true; /* the slot is that thread's, and maybe no more */
    pool_lock(&pool->lock);
    /* Release: pairs with the acquire in keeper_called, which then may join the last thread. */
    atomic_fetch_or_explicit(&slot->orders, SPAWN_SERVE, memory_order_release);
    thread_gone(pool);
    /* The last touch of the pool; pool_free waits under this lock. */
    pool_unlock(&pool->lock);
    pool_futex_wake(&slot->orders, 1);
    pool_futex_wake(&pool->threads_futex, INT_MAX);
    return false;
}

/* Starts threads while there are both jobs and licences. */
static void spawn_wake(struct pool_head *head)
{
    struct spawn_pool *pool = spawn_of(head);
    pool_lock(&pool->lock);
    while (spawn_waiting(head)) {
        struct spawn_worker *slot = slot_take(pool);
        if (!slot)
            break;
        pool->threads++;
        pool_unlock(&pool->lock);
        POOL_STEP("spawn: took a slot");
        slot_start(slot);
        pool_lock(&pool->lock);
    }
    pool_unlock(&pool->lock);
}

/* The end: only keepers sleep. */
static void spawn_wake_all(struct pool_head *head)
{
    struct spawn_pool *pool = spawn_of(head);
    pool_lock(&pool->lock);
    for (int i = 0; i < head->workers; i++) {
        struct spawn_worker *slot = (struct spawn_worker *)pool_worker_at(head, i);
        atomic_fetch_or_explicit(&slot->orders, SPAWN_END, memory_order_release);
        pool_futex_wake(&slot->orders, 1);
    }
    pool_unlock(&pool->lock);
}

/* Who has the slot gives it to a new thread if jobs wait, else back. Returns false when
 * no thread can be started: then it is the keeper's. */
static bool hand_over(struct spawn_worker *slot)
{
    struct spawn_pool *pool = spawn_of(slot->base.pool);

    pool_announce(&pool->head);
    pool_lock(&pool->lock);
    if (atomic_load_explicit(&slot->orders, memory_order_relaxed) & SPAWN_SERVE) { /* this is the keeper */
        atomic_fetch_and_explicit(&slot->orders, ~(uint32_t)SPAWN_SERVE, memory_order_relaxed);
        pool->threads++;
    } else {
        slot->last = pthread_self();
        slot->joinable = true;
    }
    if (spawn_waiting(&pool->head)) {
        pool_unlock(&pool->lock);
        return slot_start(slot);
    }
    slot_free(pool, slot);
    thread_gone(pool);
    /* The last touch of the pool, as in slot_start. */
    pool_unlock(&pool->lock);
    pool_futex_wake(&pool->threads_futex, INT_MAX);
    return true;
}

/* The slot is this thread's now; the last one has handed it over, and goes. */
static void join_last(struct spawn_worker *slot)
{
    if (slot->joinable)
        pthread_join(slot->last, NULL);
    slot->joinable = false;
}

/* One job, if there is one. Only who has the slot arms its frame: another keeper may be
 * coming meanwhile. Returns false when the thread is lost, by a defect. */
static bool run_one(struct spawn_worker *slot)
{
    struct pool_head *head = slot->base.pool;
    struct spawn_pool *pool = spawn_of(head);
    struct pool_task task;
    bool found;

    if (sigsetjmp(slot->base.frame.env, 0)) {
        pool_settle(&slot->base, slot->base.frame.status);
        return !POOL_DEFECT(RECOVER_AT_TOP);
    }
    pool_lock(&pool->lock);
    found = pop(pool, &task, UINT64_MAX);
    pool_unlock(&pool->lock);
    if (found && atomic_load_explicit(&head->room_wanted, memory_order_seq_cst))
        pool_room_look(head);
    if (found)
        pool_run(head, &slot->base, &task);
    return true;
}

/* On a thread of one job: that left by pthread_exit. It failed, and the slot goes on. */
static void thread_left(void *arg)
{
    struct spawn_worker *slot = arg;
    struct pool_head *head = slot->base.pool;
    if (!pool_is_here(head))
        _exit(70);
    pool_frame_top = &slot->base.frame; /* frames above settled in their own handlers */
    pool_settle(&slot->base, -EOWNERDEAD);
    atomic_fetch_add_explicit(&head->replaced, 1, memory_order_relaxed);
    pool_frame_top = NULL;
    if (!POOL_DEFECT(WORKER_LOST))
        hand_over(slot);
}

static void *spawn_main(void *arg)
{
    struct spawn_worker *slot = arg;
    bool goes_on;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    join_last(slot);
    if (slot->base.pool->config.flags & POOL_REPORT_CRASHES)
        pool_crash_report_here();
    pthread_cleanup_push(thread_left, slot);
    pool_frame_top = &slot->base.frame;
    goes_on = run_one(slot);
    pool_frame_top = NULL;
    pthread_cleanup_pop(0);
    if (goes_on)
        hand_over(slot);
    return NULL;
}

/* The keeper sleeps until the slot is its own. Returns false when the thread must go: the
 * pool is drained, or a replacement has taken its place. */
static bool keeper_called(struct spawn_worker *slot)
{
    for (;;) {
        uint32_t orders = atomic_load_explicit(&slot->orders, memory_order_acquire);
        if (orders & SPAWN_SERVE)
            return true;
        if (orders & SPAWN_END || (slot->base.owes && pool_replace_idle(&slot->base)))
            return false;
        POOL_STEP("spawn: the keeper sleeps");
        pool_futex_wait(&slot->orders, orders, -1);
    }
}

/* In the beginning, too, the slot is the keeper's, who makes it known by handing it
 * over: so those of workers that could not be started are never used. */
static void spawn_loop(struct pool_worker *worker)
{
    struct spawn_worker *slot = (struct spawn_worker *)worker;
    while (keeper_called(slot)) {
        join_last(slot);
        if (!hand_over(slot) && !run_one(slot))
            return;
    }
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
    for (int i = 0; i < head->config.workers; i++)
        atomic_init(&((struct spawn_worker *)pool_worker_at(head, i))->orders, SPAWN_SERVE);
    return 0;
}

/* The keepers are gone. Waits for the last threads, which may still be on their way out. */
static void spawn_destroy(struct pool_head *head)
{
    struct spawn_pool *pool = spawn_of(head);
    if (!pool->slots)
        return;
    pool_lock(&pool->lock);
    while (pool->threads) {
        uint32_t seen = atomic_load_explicit(&pool->threads_futex, memory_order_acquire);
        pool_unlock(&pool->lock);
        pool_futex_wait(&pool->threads_futex, seen, -1);
        pool_lock(&pool->lock);
    }
    pool_unlock(&pool->lock);
    for (int i = 0; i < head->workers; i++)
        join_last((struct spawn_worker *)pool_worker_at(head, i));
    free(pool->slots);
}

static const struct pool_design spawn_design = {
    .name = "spawn",
    .pool_size = sizeof(struct spawn_pool),
    .worker_size = sizeof(struct spawn_worker),
    .contains = true,
    .init = spawn_init,
    .destroy = spawn_destroy,
    .loop = spawn_loop,
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
