/* cthreadpool.c - C-Thread-Pool ("thpool"), which comes as a source file, compiled beside this one. */
#include <thpool.h>

#include "pools/core/peer.h"

struct thpool_peer {
    struct peer peer;
    threadpool pool;
};

static void run(void *arg)
{
    peer_run(arg);
}

static int thpool_open(struct pool **out, const struct pool_config *config)
{
    struct thpool_peer *pool = (struct thpool_peer *)peer_new(sizeof *pool, config);
    if (!pool)
        return -errno;
    pool->pool = thpool_init(config->workers);
    if (!pool->pool) {
        free(pool);
        return -EAGAIN;
    }
    *out = &pool->peer.base;
    return 0;
}

static int thpool_submit(struct pool *pool, pool_job_fn *fn, void *arg)
{
    struct peer_box *box;
    int error = peer_box_new(pool, fn, arg, sizeof *box, &box);
    if (!error && thpool_add_work(((struct thpool_peer *)pool)->pool, run, box))
        return peer_box_refused(box, -ENOMEM);
    return error;
}

/* Its own wait has no time-out. */
static int thpool_peer_wait(struct pool *pool, int64_t timeout_ns)
{
    if (timeout_ns >= 0)
        return peer_wait(pool, timeout_ns);
    thpool_wait(((struct thpool_peer *)pool)->pool);
    return 0;
}

/* Forgets what is queued. */
static int64_t thpool_free(struct pool *pool)
{
    thpool_destroy(((struct thpool_peer *)pool)->pool);
    free(pool);
    return 0;
}

static const struct pool_reason reasons[] = {
    {"ignored-cancel", "has no cancel; thpool_destroy forgets queued jobs, and ends the pool"},
    {"late-add", "opens only when all its threads run: they cannot be held at birth"},
    {"zero-workers", "documents num_threads as the \"number of threads to be created\"; of 0 nothing"},
    {"no-recover", "documents nothing of a job that ends its thread"},
    {NULL, NULL},
};

static const struct pool_ops cthreadpool = {
    .abi = POOL_ABI,
    .name = "cthreadpool",
    .summary = "C-Thread-Pool (thpool)",
    .can = PEER_CAN | POOL_KEEPS_ORDER,
    .declares = (PEER_DECLARES & ~POOL_NO_WAIT) | POOL_OPEN_AWAITS | POOL_CLOSE_CANCELS | POOL_NO_DISCARD,
    .version = PEER_VERSION,
    .reasons = reasons,
    .open = thpool_open,
    .submit = thpool_submit,
    .close = peer_close,
    .wait = thpool_peer_wait,
    .stats = peer_stats,
    .free = thpool_free,
};

POOL_PLUGIN(&cthreadpool);
