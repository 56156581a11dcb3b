/* asio.cc - asio's thread_pool: posted handlers on one scheduler. */
#include <asio/post.hpp>
#include <asio/thread_pool.hpp>
#include <new>

#include "pools/core/peer.h"

struct asio_pool {
    struct peer peer;
    asio::thread_pool *pool;
};

static int asio_open(struct pool **out, const struct pool_config *config)
{
    struct asio_pool *pool = (struct asio_pool *)peer_new(sizeof *pool, config);
    if (!pool)
        return -errno;
    try {
        pool->pool = new asio::thread_pool((size_t)config->workers);
    } catch (...) {
        free(pool);
        return -EAGAIN;
    }
    *out = &pool->peer.base;
    return 0;
}

static int asio_submit(struct pool *pool, pool_job_fn *fn, void *arg)
{
    struct peer_box *box;
    int error = peer_box_new(pool, fn, arg, sizeof *box, &box);
    if (error)
        return error;
    try {
        asio::post(*((struct asio_pool *)pool)->pool, [box] { peer_run(box); });
    } catch (const std::bad_alloc &) {
        return peer_box_refused(box, -ENOMEM);
    }
    return 0;
}

static int64_t asio_free(struct pool *base)
{
    struct asio_pool *pool = (struct asio_pool *)base;
    pool->pool->join();
    delete pool->pool;
    free(pool);
    return 0;
}

static const struct pool_reason reasons[] = {
    {"ignored-cancel", "has no cancel of jobs: thread_pool::stop forgets what is queued, and ends the pool"},
    {"zero-workers", "documents num_threads as \"the number of threads\"; of 0 nothing"},
    {"no-recover", "documents exceptions (std::terminate), and nothing of a job that ends its thread"},
    {NULL, NULL},
};

static const struct pool_ops ops = {
    .abi = POOL_ABI,
    .name = "asio",
    .summary = "asio's thread_pool, post",
    .can = PEER_CAN | POOL_KEEPS_ORDER,
    .open = asio_open,
    .submit = asio_submit,
    .submit_batch = NULL,
    .close = peer_close,
    .cancel = NULL,
    .wait = peer_wait,
    .receive = NULL,
    .free = asio_free,
    .stats = peer_stats,
    .explain = NULL,
    .declares = PEER_DECLARES,
    .version = PEER_VERSION,
    .reasons = reasons,
    .enter = NULL,
};

POOL_PLUGIN(&ops);
