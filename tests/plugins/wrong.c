/* wrong.c - a small pool that is right; and with what the environment names, for the tests of
 * `poolbench explore`: WRONG=lost-wakeup and so on.
 *
 * A bug that wants its schedule: lost-wakeup, double-run, lock-order, early-wait; leaves: the last
 * thread is seen to have gone while it still holds the lock, which is freed (as in C-Thread-Pool).
 *
 * Right, and rare: robust: a thread ends with the lock in its hands; inherits: the lock is a futex
 * that inherits priorities; polls: nobody ever sleeps; picky: it opens with eight slots or more only.
 *
 * Not to be followed: waitv, forks, forks-bare, clones, spawns (by their system calls). spins:
 * a worker that never comes to an end. */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <poolbench.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ring.h"

#define HAS(what) __builtin_expect(!strcmp(wrong_name, what), 0)
static char wrong_name[24];

struct wrong {
    struct pool base;
    pthread_mutex_t lock, counts;
    pthread_cond_t jobs, room, quiet;
    uint32_t word; /* the lock that inherits */
    struct pool_stats stats;
    struct ring ring;
    volatile int alive; /* threads; leaves looks at it without the lock */
    pthread_t threads[POOL_WORKERS_MAX];
};

static __thread struct wrong *inside;
static __thread int depth;

static void lock(struct wrong *pool)
{
    if (HAS("inherits")) {
        uint32_t nobody = 0, self = (uint32_t)gettid();
        if (!__atomic_compare_exchange_n(&pool->word, &nobody, self, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            syscall(SYS_futex, &pool->word, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0);
    }
    if (pthread_mutex_lock(&pool->lock) == EOWNERDEAD)
        pthread_mutex_consistent(&pool->lock);
}

static void unlock(struct wrong *pool)
{
    uint32_t self = (uint32_t)gettid();
    pthread_mutex_unlock(&pool->lock);
    if (HAS("inherits") &&
        !__atomic_compare_exchange_n(&pool->word, &self, 0, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
        syscall(SYS_futex, &pool->word, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0);
}

/* May return for no reason. */
static void await(struct wrong *pool, pthread_cond_t *condition)
{
    if (HAS("inherits") || HAS("polls")) {
        unlock(pool);
        sched_yield();
        lock(pool);
    } else {
        pthread_cond_wait(condition, &pool->lock);
    }
}

static bool at_rest(const struct wrong *pool)
{
    if (HAS("early-wait"))
        return !ring_waiting(&pool->ring);
    return pool->stats.done + pool->stats.failed == pool->stats.accepted;
}

/* With the lock, which is let go while the job runs. */
static void run(struct wrong *pool, struct pool_job job)
{
    struct wrong *outer = inside;
    int status;
    pool->stats.started++;
    unlock(pool);
    inside = pool, depth++;
    status = job.fn(job.arg);
    depth--, inside = outer;
    if (HAS("lock-order"))
        pthread_mutex_lock(&pool->counts);
    lock(pool);
    *(status < 0 ? &pool->stats.failed : &pool->stats.done) += 1;
    if (at_rest(pool)) {
        pthread_cond_broadcast(&pool->quiet);
        pthread_cond_broadcast(&pool->jobs);
    }
    if (HAS("lock-order"))
        pthread_mutex_unlock(&pool->counts);
}

static void take(struct wrong *pool)
{
    struct pool_job job = ring_oldest(&pool->ring);
    if (HAS("double-run")) {
        unlock(pool);
        lock(pool);
    }
    pool->ring.first++;
    pthread_cond_signal(&pool->room);
    run(pool, job);
}

static void sleep_for_jobs(struct wrong *pool)
{
    struct {
        uint64_t value, address;
        uint32_t flags, reserved;
    } waiter = {0, (uint64_t)(uintptr_t)&pool->word, 2, 0};
    if (HAS("waitv"))
        syscall(449, &waiter, 1, 0, NULL, 0);
    if (HAS("lost-wakeup")) {
        unlock(pool);
        lock(pool);
    }
    await(pool, &pool->jobs);
}

static void *worker(void *arg)
{
    struct wrong *pool = arg;
    while (HAS("spins"))
        if (__atomic_load_n(&pool->word, __ATOMIC_RELAXED))
            break;
    lock(pool);
    while (pool->stats.state == POOL_OPEN || !at_rest(pool)) {
        if (ring_waiting(&pool->ring))
            take(pool);
        else
            sleep_for_jobs(pool);
    }
    pool->alive--;
    unlock(pool);
    return NULL;
}

static int put(struct wrong *pool, struct pool_job job)
{
    ring_put(&pool->ring, job);
    pool->stats.accepted++;
    pthread_cond_signal(&pool->jobs);
    return 0;
}

static int submit_locked(struct wrong *pool, struct pool_job job)
{
    pool->stats.blocked_submit++;
    while (inside != pool && pool->stats.state == POOL_OPEN && !ring_has_room(&pool->ring))
        await(pool, &pool->room);
    if (!--pool->stats.blocked_submit && pool->stats.state != POOL_OPEN)
        pthread_cond_broadcast(&pool->quiet);
    if (inside != pool && pool->stats.state != POOL_OPEN)
        return -ESHUTDOWN;
    if (ring_has_room(&pool->ring))
        return put(pool, job);
    if (depth >= POOL_DEPTH_MAX)
        return -EAGAIN;
    pool->stats.accepted++;
    run(pool, job);
    return 0;
}

static int wrong_submit(struct pool *base, pool_job_fn *fn, void *arg)
{
    struct wrong *pool = (struct wrong *)base;
    int error;
    lock(pool);
    if (HAS("lock-order")) {
        pthread_mutex_lock(&pool->counts);
        pthread_mutex_unlock(&pool->counts);
    }
    error = submit_locked(pool, (struct pool_job){fn, arg});
    unlock(pool);
    return error;
}

static int wrong_close(struct pool *base)
{
    struct wrong *pool = (struct wrong *)base;
    int error;
    lock(pool);
    error = pool->stats.state == POOL_OPEN ? 0 : -EALREADY;
    pool->stats.state = POOL_CLOSING;
    pthread_cond_broadcast(&pool->jobs);
    pthread_cond_broadcast(&pool->room);
    unlock(pool);
    return error;
}

/* Time-outs end at once: whoever waits that long may look again. */
static int wrong_wait(struct pool *base, int64_t timeout_ns)
{
    struct wrong *pool = (struct wrong *)base;
    int error;
    if (inside == pool)
        return -EDEADLK;
    lock(pool);
    pool->stats.blocked_wait++;
    while (timeout_ns < 0 && !at_rest(pool))
        await(pool, &pool->quiet);
    if (!--pool->stats.blocked_wait)
        pthread_cond_broadcast(&pool->quiet);
    error = at_rest(pool) ? 0 : -ETIMEDOUT;
    unlock(pool);
    return error;
}

static int wrong_stats(struct pool *base, struct pool_stats *stats)
{
    struct wrong *pool = (struct wrong *)base;
    lock(pool);
    *stats = pool->stats;
    stats->waiting = ring_waiting(&pool->ring);
    if (stats->state == POOL_CLOSING && at_rest(pool))
        stats->state = POOL_DRAINED;
    unlock(pool);
    return 0;
}

static void end_threads(struct wrong *pool)
{
    if (HAS("leaves")) {
        while (pool->alive)
            usleep(100);
        return;
    }
    for (int i = 0; i < pool->stats.workers; i++)
        pthread_join(pool->threads[i], NULL);
}

static int64_t wrong_free(struct pool *base)
{
    struct wrong *pool = (struct wrong *)base;
    if (inside == pool)
        return -EDEADLK;
    wrong_close(base);
    lock(pool);
    while (!at_rest(pool) || pool->stats.blocked_submit || pool->stats.blocked_wait)
        await(pool, &pool->quiet);
    unlock(pool);
    end_threads(pool);
    free(pool->ring.slots);
    free(pool);
    return 0;
}

static void *dies(void *arg)
{
    pthread_mutex_lock(&((struct wrong *)arg)->lock);
    return NULL;
}

static int nothing(void *arg)
{
    (void)arg;
    return 0;
}

/* What no schedule follows. */
static void leave_the_path(struct wrong *pool)
{
    static char stack[4096];
    pthread_t thread;
    if (HAS("robust") && !pthread_create(&thread, NULL, dies, pool))
        pthread_join(thread, NULL);
    if (HAS("forks") && fork() == 0)
        _exit(0);
    if (HAS("forks-bare") && _Fork() == 0)
        _exit(0);
    if (HAS("clones"))
        clone(nothing, stack + sizeof stack, 0, NULL);
    if (HAS("spawns"))
        syscall(SYS_clone3, NULL, 0);
}

static int start(struct wrong *pool, int count)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    if (HAS("leaves"))
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pool->alive = count;
    for (; pool->stats.workers < count; pool->stats.workers++)
        if (pthread_create(&pool->threads[pool->stats.workers], &attributes, worker, pool))
            break;
    pthread_attr_destroy(&attributes);
    lock(pool);
    pool->alive -= count - pool->stats.workers;
    unlock(pool);
    return pool->stats.workers;
}

static int wrong_open(struct pool **out, const struct pool_config *config)
{
    pthread_mutexattr_t robust;
    struct wrong *pool;
    if (config->workers < 1 || config->workers > POOL_WORKERS_MAX || (HAS("picky") && config->capacity < 8))
        return -EINVAL;
    if (config->full != POOL_BLOCK || config->flags & POOL_REPORT_CRASHES)
        return -ENOTSUP;
    pool = calloc(1, sizeof *pool);
    if (!pool)
        return -ENOMEM;
    if (ring_init(&pool->ring, config->capacity))
        return free(pool), -ENOMEM;
    pthread_mutexattr_init(&robust);
    pthread_mutexattr_setrobust(&robust, HAS("robust") ? PTHREAD_MUTEX_ROBUST : PTHREAD_MUTEX_STALLED);
    pthread_mutex_init(&pool->lock, &robust);
    leave_the_path(pool);
    if (start(pool, config->workers) < (config->workers_min ? config->workers_min : 1))
        return wrong_free(&pool->base), -EAGAIN;
    *out = &pool->base;
    return 0;
}

static const struct pool_ops wrong = {
    .abi = POOL_ABI,
    .name = "wrong",
    .summary = "a ring of jobs under one lock",
    .can = POOL_CAN_QUEUE | POOL_CAN_RUN_APART | POOL_KEEPS_ORDER,
    .declares = POOL_JOBS_RETURN | POOL_FORK_UNSEEN,
    .open = wrong_open,
    .submit = wrong_submit,
    .close = wrong_close,
    .wait = wrong_wait,
    .stats = wrong_stats,
    .free = wrong_free,
};

__attribute__((constructor)) static void choose(void)
{
    const char *name = getenv("WRONG");
    strncpy(wrong_name, name ? name : "", sizeof wrong_name - 1);
}

POOL_PLUGIN(&wrong);
