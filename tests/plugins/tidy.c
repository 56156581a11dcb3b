/* tidy.c - a pool that polls, under a lock of its own making: the only calls of the C library that
 * `poolbench check` can hold its workers at are malloc and free. Each worker has some memory, which
 * it frees at its end; free awaits the workers after that. UNTIDY: before it, and then the worker
 * is still in the pool's code; nothing but a thread that stands at that free shows it. */
#define _GNU_SOURCE
#include <poolbench.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "ring.h"

#ifdef UNTIDY
#define NAME "untidy"
#else
#define NAME "tidy"
#endif

struct tidy {
    struct pool base;
    atomic_flag lock;
    struct pool_stats stats;
    struct ring ring;
    pthread_t threads[POOL_WORKERS_MAX];
    _Atomic int alive;
};

static __thread struct tidy *inside;

static void lock(struct tidy *pool)
{
    while (atomic_flag_test_and_set(&pool->lock))
        sched_yield();
}

static void unlock(struct tidy *pool)
{
    atomic_flag_clear(&pool->lock);
}

static void nap(void)
{
    clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){0, 100000}, NULL);
}

static bool at_rest(const struct tidy *pool)
{
    return pool->stats.done + pool->stats.failed == pool->stats.accepted;
}

/* With the lock, which it gives away while the job runs. */
static void run(struct tidy *pool, struct pool_job job)
{
    struct tidy *outer = inside;
    int status;
    pool->stats.started++;
    unlock(pool);
    inside = pool;
    status = job.fn(job.arg);
    inside = outer;
    lock(pool);
    *(status < 0 ? &pool->stats.failed : &pool->stats.done) += 1;
}

static void work(struct tidy *pool)
{
    lock(pool);
    while (pool->stats.state == POOL_OPEN || !at_rest(pool)) {
        if (ring_waiting(&pool->ring)) {
            run(pool, ring_take(&pool->ring));
            continue;
        }
        unlock(pool);
        nap();
        lock(pool);
    }
    unlock(pool);
}

static void *worker(void *arg)
{
    struct tidy *pool = arg;
    volatile char *memory = malloc(64); /* else the compiler leaves it out */
    if (memory)
        *memory = 1;
    work(pool);
#ifdef UNTIDY
    atomic_fetch_sub(&pool->alive, 1);
    free((void *)memory);
#else
    free((void *)memory);
    atomic_fetch_sub(&pool->alive, 1);
#endif
    return NULL;
}

static int tidy_submit(struct pool *base, pool_job_fn *fn, void *arg)
{
    struct tidy *pool = (struct tidy *)base;
    int error = 0;
    lock(pool);
    while (inside != pool && pool->stats.state == POOL_OPEN && !ring_has_room(&pool->ring)) {
        unlock(pool);
        nap();
        lock(pool);
    }
    if (inside != pool && pool->stats.state != POOL_OPEN) {
        error = -ESHUTDOWN;
    } else {
        pool->stats.accepted++;
        if (ring_has_room(&pool->ring))
            ring_put(&pool->ring, (struct pool_job){fn, arg});
        else
            run(pool, (struct pool_job){fn, arg});
    }
    unlock(pool);
    return error;
}

static int tidy_close(struct pool *base)
{
    struct tidy *pool = (struct tidy *)base;
    int error;
    lock(pool);
    error = pool->stats.state == POOL_OPEN ? 0 : -EALREADY;
    pool->stats.state = POOL_CLOSING;
    unlock(pool);
    return error;
}

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int tidy_wait(struct pool *base, int64_t timeout_ns)
{
    struct tidy *pool = (struct tidy *)base;
    int64_t begin_ns = now_ns();
    bool quiet;
    if (inside == pool)
        return -EDEADLK;
    for (;; nap()) {
        lock(pool);
        quiet = at_rest(pool);
        unlock(pool);
        if (quiet || (timeout_ns >= 0 && now_ns() - begin_ns >= timeout_ns))
            return quiet ? 0 : -ETIMEDOUT;
    }
}

static int tidy_stats(struct pool *base, struct pool_stats *stats)
{
    struct tidy *pool = (struct tidy *)base;
    lock(pool);
    *stats = pool->stats;
    stats->waiting = ring_waiting(&pool->ring);
    if (stats->state == POOL_CLOSING && at_rest(pool))
        stats->state = POOL_DRAINED;
    unlock(pool);
    return 0;
}

static int64_t tidy_free(struct pool *base)
{
    struct tidy *pool = (struct tidy *)base;
    if (inside == pool)
        return -EDEADLK;
    tidy_close(base);
    tidy_wait(base, -1);
#ifdef UNTIDY
    for (int i = 0; i < pool->stats.workers; i++)
        pthread_detach(pool->threads[i]);
    while (atomic_load(&pool->alive))
        nap();
#else
    for (int i = 0; i < pool->stats.workers; i++)
        pthread_join(pool->threads[i], NULL);
#endif
    free(pool->ring.slots);
    free(pool);
    return 0;
}

static int tidy_open(struct pool **out, const struct pool_config *config)
{
    struct tidy *pool;
    if (config->workers < 1 || config->workers > POOL_WORKERS_MAX)
        return -EINVAL;
    if (config->full != POOL_BLOCK)
        return -ENOTSUP;
    pool = calloc(1, sizeof *pool);
    if (!pool)
        return -ENOMEM;
    for (int *count = &pool->stats.workers, error = ring_init(&pool->ring, config->capacity);
         !error && *count < config->workers; ++*count) {
        atomic_fetch_add(&pool->alive, 1);
        if (pthread_create(&pool->threads[*count], NULL, worker, pool)) {
            atomic_fetch_sub(&pool->alive, 1);
            break;
        }
    }
    *out = &pool->base;
    if (!pool->stats.workers)
        return tidy_free(*out), -EAGAIN;
    return 0;
}

static const struct pool_ops tidy = {
    .abi = POOL_ABI,
    .name = NAME,
    .summary = "for the tests of poolbench check",
    .can = POOL_CAN_QUEUE | POOL_CAN_RUN_APART | POOL_KEEPS_ORDER,
    .declares = POOL_JOBS_RETURN | POOL_FORK_UNSEEN,
    .open = tidy_open,
    .submit = tidy_submit,
    .close = tidy_close,
    .wait = tidy_wait,
    .stats = tidy_stats,
    .free = tidy_free,
};

POOL_PLUGIN(&tidy);
