/* tbb.cc - oneTBB: jobs enqueued into an arena of their own.
 *
 * enqueue is the call for jobs from outside; nobody has to wait in the arena for
 * them. The library keeps its threads: to end them (tbb::finalize) spins for ever
 * where there is one CPU. */
#include <new>
#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include "pools/core/peer.h"

struct tbb_threads {
    tbb::global_control limit;
    tbb::task_arena arena;
    explicit tbb_threads(int workers)
        : limit(tbb::global_control::max_allowed_parallelism, (size_t)workers + 1), arena(workers, 0)
    {
        arena.initialize();
    }
};

struct tbb_pool {
    struct peer peer;
    struct tbb_threads *threads;
};

static int tbb_open(struct pool **out, const struct pool_config *config)
{
    struct tbb_pool *pool;
    pool = (struct tbb_pool *)peer_new(sizeof *pool, config);
    if (!pool)
        return -errno;
    try {
        pool->threads = new tbb_threads(config->workers);
    } catch (...) {
        free(pool);
        return -EAGAIN;
    }
    *out = &pool->peer.base;
    return 0;
}

static int tbb_submit(struct pool *pool, pool_job_fn *fn, void *arg)
{
    struct peer_box *box;
    int error = peer_box_new(pool, fn, arg, sizeof *box, &box);
    if (error)
        return error;
    try {
        ((struct tbb_pool *)pool)->threads->arena.enqueue([box] { peer_run(box); });
    } catch (const std::bad_alloc &) {
        return peer_box_refused(box, -ENOMEM);
    }
    return 0;
}

static int64_t tbb_free(struct pool *base)
{
    struct tbb_pool *pool = (struct tbb_pool *)base;
    peer_close(base);
    peer_wait(base, -1);
    delete pool->threads;
    free(pool);
    return 0;
}

static const struct pool_reason reasons[] = {
    {"ignored-cancel", "cancels groups of tasks (task_group::cancel), which jobs enqueued from outside have none of"},
    {"no-recover", "documents that a task may throw, and nothing of one that ends its thread"},
    {NULL, NULL},
};

static const struct pool_ops ops = {
    .abi = POOL_ABI,
    .name = "tbb",
    .summary = "oneTBB's task_arena::enqueue",
    .can = PEER_CAN,
    .open = tbb_open,
    .submit = tbb_submit,
    .submit_batch = NULL,
    .close = peer_close,
    .cancel = NULL,
    .wait = peer_wait,
    .receive = NULL,
    .free = tbb_free,
    .stats = peer_stats,
    .explain = NULL,
    .declares = PEER_DECLARES | POOL_THREADS_STAY,
    .version = PEER_VERSION,
    .reasons = reasons,
    .enter = NULL,
};

POOL_PLUGIN(&ops);
