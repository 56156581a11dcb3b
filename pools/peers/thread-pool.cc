/* thread-pool.cc - libthread-pool: a queue per thread, futures, stealing by
 * try-lock. */
#include <new>
#include <stdexcept>
#include <thread_pool/thread_pool.hpp>

#include "pools/core/peer.h"

struct thread_pool_peer {
    struct peer peer;
    thread_pool::ThreadPool *pool;
};

static int thread_pool_open(struct pool **out, const struct pool_config *config)
{
    struct thread_pool_peer *pool = (struct thread_pool_peer *)peer_new(sizeof *pool, config);
    if (!pool)
        return -errno;
    try {
        pool->pool = new thread_pool::ThreadPool((size_t)config->workers);
    } catch (...) {
        free(pool);
        return -EAGAIN;
    }
    *out = &pool->peer.base;
    return 0;
}

/* The future is let go: what it would tell is counted by the adapter. */
static int thread_pool_submit(struct pool *pool, pool_job_fn *fn, void *arg)
{
    struct peer_box *box;
    int error = peer_box_new(pool, fn, arg, sizeof *box, &box);
    if (error)
        return error;
    try {
        ((struct thread_pool_peer *)pool)->pool->Submit(peer_run, box);
    } catch (const std::bad_alloc &) {
        return peer_box_refused(box, -ENOMEM);
    }
    return 0;
}

/* Its destructor drains. */
static int64_t thread_pool_free(struct pool *base)
{
    struct thread_pool_peer *pool = (struct thread_pool_peer *)base;
    delete pool->pool;
    free(pool);
    return 0;
}

static const struct pool_reason reasons[] = {
    {"ignored-cancel", "has no cancel"},
    {"zero-workers", "takes 0 for one thread"},
    {"no-recover", "documents nothing of a job that ends its thread"},
    {NULL, NULL},
};

static const struct pool_ops ops = {
    .abi = POOL_ABI,
    .name = "thread-pool",
    .summary = "libthread-pool's ThreadPool::Submit",
    .can = PEER_CAN,
    .open = thread_pool_open,
    .submit = thread_pool_submit,
    .submit_batch = NULL,
    .close = peer_close,
    .cancel = NULL,
    .wait = peer_wait,
    .receive = NULL,
    .free = thread_pool_free,
    .stats = peer_stats,
    .explain = NULL,
    .declares = PEER_DECLARES | POOL_ZERO_IS_AUTO,
    .version = PEER_VERSION,
    .reasons = reasons,
    .enter = NULL,
};

POOL_PLUGIN(&ops);
