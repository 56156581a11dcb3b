/* apr.c - APR's thread pool (apr-util). A push walks the queue of its priority. */
#include <apr_general.h>
#include <apr_thread_pool.h>

#include "pools/core/peer.h"

struct apr_peer {
    struct peer peer;
    apr_pool_t *memory;
    apr_thread_pool_t *pool;
};

static void *APR_THREAD_FUNC run(apr_thread_t *thread, void *arg)
{
    (void)thread;
    peer_run(arg);
    return NULL;
}

static int apr_open(struct pool **out, const struct pool_config *config)
{
    struct apr_peer *pool = (struct apr_peer *)peer_new(sizeof *pool, config);
    apr_size_t workers = (apr_size_t)config->workers;
    if (!pool)
        return -errno;
    if (apr_initialize() || apr_pool_create(&pool->memory, NULL) ||
        apr_thread_pool_create(&pool->pool, workers, workers, pool->memory)) {
        if (pool->memory)
            apr_pool_destroy(pool->memory); /* and the threads that were started */
        free(pool);
        return -EAGAIN;
    }
    *out = &pool->peer.base;
    return 0;
}

static int apr_submit(struct pool *pool, pool_job_fn *fn, void *arg)
{
    struct peer_box *box;
    int error = peer_box_new(pool, fn, arg, sizeof *box, &box);
    if (!error &&
        apr_thread_pool_push(((struct apr_peer *)pool)->pool, run, box, APR_THREAD_TASK_PRIORITY_NORMAL, pool))
        return peer_box_refused(box, -EAGAIN);
    return error;
}

/* Forgets what is queued. */
static int64_t apr_free(struct pool *base)
{
    struct apr_peer *pool = (struct apr_peer *)base;
    apr_thread_pool_destroy(pool->pool);
    apr_pool_destroy(pool->memory);
    apr_terminate();
    free(pool);
    return 0;
}

static const struct pool_reason reasons[] = {
    {"ignored-cancel", "documents that its cancel (by owner) spins until the owner's running jobs have ended"},
    {"zero-workers", "documents max_threads as \"the maximum number of threads\"; 0 gives one thread"},
    {"no-recover", "documents apr_thread_exit for threads of the caller's own only"},
    {NULL, NULL},
};

static const struct pool_ops apr = {
    .abi = POOL_ABI,
    .name = "apr",
    .summary = "APR's apr_thread_pool",
    .can = PEER_CAN | POOL_KEEPS_ORDER,
    .declares = PEER_DECLARES | POOL_CLOSE_CANCELS | POOL_NO_DISCARD | POOL_ZERO_IS_AUTO,
    .version = PEER_VERSION,
    .reasons = reasons,
    .open = apr_open,
    .submit = apr_submit,
    .close = peer_close,
    .wait = peer_wait,
    .stats = peer_stats,
    .free = apr_free,
};

POOL_PLUGIN(&apr);
