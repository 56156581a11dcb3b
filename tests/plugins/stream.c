/* stream.c - a pool with a channel of results that keeps its contract; or, as the environment
 * names it (STREAM=overwrites, twice, forgets, endless, unwoken, statuses, silent), has one bug
 * there, for the tests of `poolbench check`. */
#define _GNU_SOURCE
#include <poolbench.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ring.h"

static const char *bug = "none";
#define HAS(name) (!strcmp(bug, name))

struct stream {
    struct pool base;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* for everybody */
    struct pool_stats stats;
    struct pool_config config;
    struct ring ring;
    uint64_t taken, put; /* results */
    int64_t free_places; /* under THROTTLE */
    bool given_up;
    struct pool_result *results;
    pthread_t threads[POOL_WORKERS_MAX];
};

static __thread struct stream *inside;

static bool at_rest(const struct stream *pool)
{
    return pool->stats.done + pool->stats.failed == pool->stats.accepted;
}

static bool full(const struct stream *pool)
{
    return pool->put - pool->taken == pool->config.results_capacity;
}

/* The places of the ring; without a bound there are many. */
static struct pool_result *place(struct stream *pool, uint64_t position)
{
    return &pool->results[position % (HAS("endless") ? 4096 : pool->config.results_capacity)];
}

/* With the lock, which it gives away where it waits, and for the callback. */
static void keep(struct stream *pool, struct pool_result result)
{
    if (HAS("statuses"))
        result.status = 0;
    while (full(pool) && pool->config.results == POOL_RESULTS_BLOCK && !pool->given_up && !HAS("overwrites") &&
           !HAS("endless")) {
        pool->stats.blocked_results++;
        pthread_cond_wait(&pool->changed, &pool->lock);
        pool->stats.blocked_results--;
    }
    if (full(pool) && !HAS("endless")) {
        if (HAS("overwrites")) {
            pool->taken++; /* the oldest */
        } else {
            pthread_mutex_unlock(&pool->lock);
            if (pool->config.discard && !HAS("silent"))
                pool->config.discard(result.arg, POOL_WHY_RESULT_LOST);
            pthread_mutex_lock(&pool->lock);
            pool->stats.lost++;
            return;
        }
    }
    *place(pool, pool->put++) = result;
    pthread_cond_broadcast(&pool->changed);
}

static void run(struct stream *pool, struct pool_job job)
{
    int status;
    pool->stats.started++;
    pthread_mutex_unlock(&pool->lock);
    inside = pool;
    status = job.fn(job.arg);
    inside = NULL;
    pthread_mutex_lock(&pool->lock);
    if (pool->config.results && !(HAS("forgets") && pool->stats.state != POOL_OPEN && full(pool)))
        keep(pool, (struct pool_result){job.fn, job.arg, status});
    *(status < 0 ? &pool->stats.failed : &pool->stats.done) += 1;
    pthread_cond_broadcast(&pool->changed);
}

static void *worker(void *arg)
{
    struct stream *pool = arg;
    pthread_mutex_lock(&pool->lock);
    while (pool->stats.state == POOL_OPEN || !at_rest(pool)) {
        if (ring_waiting(&pool->ring)) {
            struct pool_job job = ring_take(&pool->ring);
            pthread_cond_broadcast(&pool->changed);
            run(pool, job);
            continue;
        }
        pool->stats.parked++;
        pthread_cond_wait(&pool->changed, &pool->lock);
        pool->stats.parked--;
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

static bool has_room(const struct stream *pool)
{
    return ring_has_room(&pool->ring) && (pool->config.results != POOL_RESULTS_THROTTLE || pool->free_places > 0);
}

static int stream_submit(struct pool *base, pool_job_fn *fn, void *arg)
{
    struct stream *pool = (struct stream *)base;
    int error = 0;
    pthread_mutex_lock(&pool->lock);
    pool->stats.blocked_submit++;
    while (inside != pool && pool->stats.state == POOL_OPEN && !has_room(pool))
        pthread_cond_wait(&pool->changed, &pool->lock);
    pool->stats.blocked_submit--;
    pthread_cond_broadcast(&pool->changed);
    if (inside != pool && pool->stats.state != POOL_OPEN) {
        error = -ESHUTDOWN;
    } else if (!has_room(pool)) {
        error = -EAGAIN; /* inside */
    } else {
        ring_put(&pool->ring, (struct pool_job){fn, arg});
        pool->free_places--;
        pool->stats.accepted++;
    }
    pthread_mutex_unlock(&pool->lock);
    return error;
}

static int stream_close(struct pool *base)
{
    struct stream *pool = (struct stream *)base;
    int error;
    pthread_mutex_lock(&pool->lock);
    error = pool->stats.state == POOL_OPEN ? 0 : -EALREADY;
    pool->stats.state = POOL_CLOSING;
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
    return error;
}

static struct timespec after(int64_t ns)
{
    const int64_t year = 31536000000000000;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    ns = (ns < 0 ? 0 : ns < year ? ns : year) + now.tv_nsec;
    return (struct timespec){now.tv_sec + ns / 1000000000, ns % 1000000000};
}

/* With the lock. Returns 0, or ETIMEDOUT. */
static int sleep_until(struct stream *pool, int64_t timeout_ns, const struct timespec *until)
{
    return timeout_ns < 0 ? pthread_cond_wait(&pool->changed, &pool->lock)
                          : pthread_cond_clockwait(&pool->changed, &pool->lock, CLOCK_MONOTONIC, until);
}

static int stream_wait(struct pool *base, int64_t timeout_ns)
{
    struct stream *pool = (struct stream *)base;
    struct timespec until = after(timeout_ns);
    int error = 0;
    if (inside == pool)
        return -EDEADLK;
    pthread_mutex_lock(&pool->lock);
    pool->stats.blocked_wait++;
    while (!error && !at_rest(pool))
        error = sleep_until(pool, timeout_ns, &until);
    pool->stats.blocked_wait--;
    error = at_rest(pool) ? 0 : -error;
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
    return error;
}

static bool is_over(const struct stream *pool)
{
    return pool->given_up || (pool->stats.state != POOL_OPEN && at_rest(pool));
}

static int stream_receive(struct pool *base, struct pool_result *results, int count, int64_t timeout_ns)
{
    struct stream *pool = (struct stream *)base;
    struct timespec until = after(timeout_ns);
    int error = 0, got = 0;
    if (!pool->config.results)
        return -ENOTSUP;
    if (inside == pool && timeout_ns)
        return -EDEADLK;
    pthread_mutex_lock(&pool->lock);
    pool->stats.blocked_receive++;
    while (!error && pool->put == pool->taken && !is_over(pool))
        error = sleep_until(pool, timeout_ns, &until);
    pool->stats.blocked_receive--;
    for (; got < count && pool->put > pool->taken; got++) {
        results[got] = *place(pool, pool->taken++);
        pool->free_places++;
        pool->stats.received++;
        if (HAS("twice") && pool->stats.received == 5)
            pool->taken--;
    }
    if (!HAS("unwoken"))
        pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
    return got ? got : -error;
}

static int stream_stats(struct pool *base, struct pool_stats *stats)
{
    struct stream *pool = (struct stream *)base;
    pthread_mutex_lock(&pool->lock);
    *stats = pool->stats;
    stats->waiting = ring_waiting(&pool->ring);
    stats->pending = pool->put - pool->taken;
    if (stats->state == POOL_CLOSING && at_rest(pool))
        stats->state = POOL_DRAINED;
    pthread_mutex_unlock(&pool->lock);
    return 0;
}

static bool is_awaited(const struct stream *pool)
{
    return pool->stats.blocked_submit || pool->stats.blocked_wait || pool->stats.blocked_receive;
}

static int64_t stream_free(struct pool *base)
{
    struct stream *pool = (struct stream *)base;
    int64_t left, lost;
    if (inside == pool)
        return -EDEADLK;
    stream_close(base);
    pthread_mutex_lock(&pool->lock);
    lost = (int64_t)pool->stats.lost;
    pool->given_up = true;
    pthread_cond_broadcast(&pool->changed);
    while (!at_rest(pool) || is_awaited(pool))
        pthread_cond_wait(&pool->changed, &pool->lock);
    left = (int64_t)(pool->put - pool->taken + pool->stats.lost) - lost;
    pthread_mutex_unlock(&pool->lock);
    for (int i = 0; i < pool->stats.workers; i++)
        pthread_join(pool->threads[i], NULL);
    while (pool->taken < pool->put) {
        struct pool_result *result = place(pool, pool->taken++);
        if (pool->config.discard)
            pool->config.discard(result->arg, POOL_WHY_RESULT_LOST);
    }
    free(pool->ring.slots);
    free(pool->results);
    free(pool);
    return left;
}

static int stream_open(struct pool **out, const struct pool_config *config)
{
    struct stream *pool;
    int error;
    if (getenv("STREAM"))
        bug = getenv("STREAM");
    if (config->workers < 1 || config->workers > POOL_WORKERS_MAX)
        return -EINVAL;
    if (config->full != POOL_BLOCK)
        return -ENOTSUP;
    pool = calloc(1, sizeof *pool);
    if (!pool)
        return -ENOMEM;
    pool->config = *config;
    error = ring_init(&pool->ring, config->capacity);
    if (!pool->config.results_capacity)
        pool->config.results_capacity = pool->ring.capacity;
    pool->free_places = (int64_t)pool->config.results_capacity;
    pool->results = calloc(pool->config.results_capacity + 4096, sizeof *pool->results);
    for (int *count = &pool->stats.workers; !error && pool->results && *count < config->workers; ++*count)
        if (pthread_create(&pool->threads[*count], NULL, worker, pool))
            break;
    *out = &pool->base;
    if (!pool->stats.workers)
        return stream_free(*out), -EAGAIN;
    return 0;
}

static const struct pool_ops stream = {
    .abi = POOL_ABI,
    .name = "stream",
    .summary = "for the tests of poolbench check",
    .can = POOL_CAN_QUEUE | POOL_CAN_RUN_APART | POOL_KEEPS_ORDER | POOL_CAN_RESULTS,
    .declares = POOL_JOBS_RETURN | POOL_FORK_UNSEEN,
    .open = stream_open,
    .submit = stream_submit,
    .close = stream_close,
    .wait = stream_wait,
    .receive = stream_receive,
    .stats = stream_stats,
    .free = stream_free,
};

POOL_PLUGIN(&stream);
