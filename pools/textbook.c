/* textbook.c - the pool as it stands in textbooks: the baseline.
 *
 * One bounded ring under a pthread mutex, one condition for "not empty", one
 * for "not full"; one signal for each job, under the lock; one job per visit; no
 * batch is taken ahead, nobody spins. A batched submit is a loop. It keeps
 * every promise of pool.h like the others but one: whom a signal wakes is the kernel's
 * choice, and may be a worker on the CPU that the submitter keeps (config.cpus).
 *
 * pthread_cond_wait is a cancellation point that would leave the mutex taken,
 * so that cancellation is off around it. */
#include <stdlib.h>

#include "pools/core/submit.h"

struct textbook_pool {
    struct pool_head head;
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t not_empty, not_full;
    struct pool_job *slots; /* ring; job p lies in slots[p % capacity] */
    bool sealed;
    int sleeping;                 /* workers in not_empty */
    _Atomic uint64_t first, last; /* written under the lock, read by anybody */
};

static struct textbook_pool *textbook_of(struct pool_head *head)
{
    return (struct textbook_pool *)head;
}

static uint64_t textbook_accepted(struct pool_head *head)
{
    return atomic_load_explicit(&textbook_of(head)->last, memory_order_seq_cst);
}

static uint64_t textbook_waiting(struct pool_head *head)
{
    uint64_t first = atomic_load_explicit(&textbook_of(head)->first, memory_order_seq_cst);
    uint64_t waiting = textbook_accepted(head) - first;
    return waiting < head->config.capacity ? waiting : head->config.capacity;
}

static int textbook_push(struct pool_head *head, struct pool_frame *inside, const struct pool_job *jobs, int count)
{
    struct textbook_pool *pool = textbook_of(head);
    int pushed = 0;
    (void)inside;
    for (; pushed < count; pushed++) {
        uint64_t last;
        pthread_mutex_lock(&pool->lock);
        last = atomic_load_explicit(&pool->last, memory_order_relaxed);
        if (pool->sealed || last - atomic_load_explicit(&pool->first, memory_order_relaxed) >= head->config.capacity) {
            int error = pool->sealed ? -ESHUTDOWN : 0;
            pthread_mutex_unlock(&pool->lock);
            return pushed ? pushed : error;
        }
        pool->slots[last % head->config.capacity] = jobs[pushed];
        atomic_store_explicit(&pool->last, last + 1, memory_order_release);
        pthread_cond_signal(&pool->not_empty);
        pthread_mutex_unlock(&pool->lock);
    }
    return pushed;
}

/* Lock held; the ring is not empty. */
static void pop(struct textbook_pool *pool, struct pool_task *task)
{
    bool tells = true;
    uint64_t first = atomic_load_explicit(&pool->first, memory_order_relaxed);
    const struct pool_job *job = &pool->slots[first % pool->head.config.capacity];
    if (POOL_DEFECT(ROOM_SELDOM) && textbook_waiting(&pool->head) < pool->head.config.capacity)
        tells = false; /* only where it was full */
    *task = (struct pool_task){job->fn, job->arg, first};
    atomic_store_explicit(&pool->first, first + 1, memory_order_seq_cst);
    if (tells && !(POOL_DEFECT(BLOCKED_UNTOLD) && atomic_load_explicit(&pool->head.cancelling, memory_order_relaxed)))
        pthread_cond_signal(&pool->not_full);
}

static bool empty(struct textbook_pool *pool)
{
    return atomic_load_explicit(&pool->first, memory_order_relaxed) ==
           atomic_load_explicit(&pool->last, memory_order_relaxed);
}

static bool textbook_evict(struct pool_head *head, struct pool_task *task, uint64_t below)
{
    struct textbook_pool *pool = textbook_of(head);
    bool found;
    pthread_mutex_lock(&pool->lock);
    found = !empty(pool) && atomic_load_explicit(&pool->first, memory_order_relaxed) < below;
    if (found)
        pop(pool, task);
    pthread_mutex_unlock(&pool->lock);
    return found;
}

static bool textbook_seal(struct pool_head *head, uint64_t accepted)
{
    struct textbook_pool *pool = textbook_of(head);
    bool sealed;
    pthread_mutex_lock(&pool->lock);
    sealed = pool->sealed = pool->sealed || atomic_load_explicit(&pool->last, memory_order_relaxed) == accepted;
    pthread_mutex_unlock(&pool->lock);
    return sealed;
}

/* The push has signalled already. */
static void textbook_wake(struct pool_head *head)
{
    (void)head;
}

static void textbook_wake_all(struct pool_head *head)
{
    struct textbook_pool *pool = textbook_of(head);
    pthread_mutex_lock(&pool->lock);
    pthread_cond_broadcast(&pool->not_empty);
    pthread_mutex_unlock(&pool->lock);
}

/* Sleeps until there is room, or something else for the submitter to see. */
static void textbook_room_sleep(struct pool_head *head, uint64_t epoch, int64_t deadline_ns)
{
    struct textbook_pool *pool = textbook_of(head);
    struct timespec until = {deadline_ns / 1000000000, deadline_ns % 1000000000};
    int state, error = 0;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    pthread_mutex_lock(&pool->lock);
    while (textbook_waiting(head) >= head->config.capacity && !error &&
           !(atomic_load_explicit(&head->attention, memory_order_acquire) & POOL_CLOSED) &&
           atomic_load_explicit(&head->epoch, memory_order_acquire) == epoch) {
        error = deadline_ns < 0 ? pthread_cond_wait(&pool->not_full, &pool->lock)
                                : pthread_cond_timedwait(&pool->not_full, &pool->lock, &until);
        if (POOL_DEFECT(SUBMIT_TRUSTS))
            break;
    }
    pthread_mutex_unlock(&pool->lock);
    pthread_setcancelstate(state, NULL);
}

static void textbook_room_wake(struct pool_head *head)
{
    struct textbook_pool *pool = textbook_of(head);
    pthread_mutex_lock(&pool->lock);
    pthread_cond_broadcast(&pool->not_full);
    pthread_mutex_unlock(&pool->lock);
}

/* Waits for a job. Returns false when the pool is drained. */
static bool take(struct textbook_pool *pool, struct pool_worker *worker, struct pool_task *task)
{
    struct pool_head *head = &pool->head;
    pthread_mutex_lock(&pool->lock);
    while (empty(pool)) {
        /* As pool_announce, but without the lock, which the seal takes. */
        pool_fence();
        if (atomic_load_explicit(&head->watchers, memory_order_relaxed)) {
            pthread_mutex_unlock(&pool->lock);
            pool_quiet_look(head);
            pthread_mutex_lock(&pool->lock);
            if (!empty(pool))
                break;
        }
        if (atomic_load_explicit(&head->drained, memory_order_acquire) || (worker->owes && pool_replace_idle(worker))) {
            pthread_mutex_unlock(&pool->lock);
            return false;
        }
        atomic_store_explicit(&head->parked_now, ++pool->sleeping, memory_order_relaxed);
        atomic_store_explicit(&worker->park, 1, memory_order_relaxed);
        pool_count_own(&worker->parks, 1, memory_order_relaxed);
        pthread_cond_wait(&pool->not_empty, &pool->lock);
        if (POOL_DEFECT(WORKER_TRUSTS) && empty(pool))
            pool_defect_run_stale();
        atomic_store_explicit(&worker->park, 0, memory_order_relaxed);
        atomic_store_explicit(&head->parked_now, --pool->sleeping, memory_order_relaxed);
        atomic_fetch_add_explicit(&head->wakes, 1, memory_order_relaxed);
        /* Release: pairs with the acquire in pool_head_stats, which then sees the wake. */
        if (empty(pool) && !atomic_load_explicit(&head->drained, memory_order_acquire))
            atomic_fetch_add_explicit(&head->wakes_vain, 1, memory_order_release);
    }
    pop(pool, task);
    pthread_mutex_unlock(&pool->lock);
    if (head->config.results == POOL_RESULTS_THROTTLE)
        pool_room_look(head); /* submitters wait for places, too: room.c */
    return true;
}

static void textbook_loop(struct pool_worker *worker)
{
    struct textbook_pool *pool = textbook_of(worker->pool);
    struct pool_task task;
    while (take(pool, worker, &task))
        pool_run(&pool->head, worker, &task);
}

static int textbook_init(struct pool_head *head)
{
    struct textbook_pool *pool = textbook_of(head);
    pthread_condattr_t monotonic;
    pool->slots = calloc(head->config.capacity, sizeof *pool->slots);
    if (!pool->slots)
        return -ENOMEM;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->not_empty, &monotonic);
    pthread_cond_init(&pool->not_full, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return 0;
}

static void textbook_destroy(struct pool_head *head)
{
    struct textbook_pool *pool = textbook_of(head);
    if (!pool->slots)
        return;
    if (!POOL_DEFECT(CALLERS_LEFT)) /* glibc's waits for who waits there */
        pthread_cond_destroy(&pool->not_full);
    pthread_cond_destroy(&pool->not_empty);
    pthread_mutex_destroy(&pool->lock);
    free(pool->slots);
}

static const struct pool_design textbook_design = {
    .name = "textbook",
    .pool_size = sizeof(struct textbook_pool),
    .worker_size = sizeof(struct pool_worker),
    .init = textbook_init,
    .destroy = textbook_destroy,
    .loop = textbook_loop,
    .push = textbook_push,
    .wake = textbook_wake,
    .wake_all = textbook_wake_all,
    .evict = textbook_evict,
    .boundary = textbook_accepted,
    .accepted = textbook_accepted,
    .waiting = textbook_waiting,
    .seal = textbook_seal,
    .room_sleep = textbook_room_sleep,
    .room_wake = textbook_room_wake,
};

static int textbook_submit(struct pool *pool, pool_job_fn *fn, void *arg)
{
    return pool_submit_by(pool, fn, arg, textbook_push);
}

static int textbook_submit_batch(struct pool *pool, const struct pool_job *jobs, int count)
{
    return pool_submit_batch_by(pool, jobs, count, textbook_push);
}

static int textbook_open(struct pool **out, const struct pool_config *config);

static const struct pool_ops textbook_ops =
    POOL_HEAD_OPS(textbook, "mutex and two conditions, one signal per job under the lock: the baseline",
                  POOL_CAN_QUEUE | POOL_CAN_RUN_APART | POOL_CAN_CANCEL | POOL_CAN_RESULTS | POOL_CAN_DROP |
                      POOL_KEEPS_ORDER | POOL_CAN_KEEP_ORDER | POOL_CAN_CONTAIN);

static int textbook_open(struct pool **out, const struct pool_config *config)
{
    return pool_head_open(out, config, &textbook_design, &textbook_ops);
}

POOL_REGISTER(textbook_ops);
