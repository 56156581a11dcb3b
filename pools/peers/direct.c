/* direct.c - no pool: each job runs in its submitter, through the adapter.
 *
 * What stands between it and `inline` is what every adapter adds to a job. */
#include "pools/core/peer.h"

static int direct_open(struct pool **out, const struct pool_config *config)
{
    struct peer *peer = peer_new(sizeof *peer, config);
    if (!peer)
        return -errno;
    peer->config.workers = 0;
    *out = &peer->base;
    return 0;
}

static int direct_submit(struct pool *pool, pool_job_fn *fn, void *arg)
{
    struct peer_box *box;
    int error = peer_box_new(pool, fn, arg, sizeof *box, &box);
    if (!error)
        peer_run(box);
    return error;
}

static int64_t direct_free(struct pool *pool)
{
    free(pool);
    return 0;
}

static const struct pool_ops direct = {
    .abi = POOL_ABI,
    .name = "direct",
    .summary = "no pool: what the adapter of each peer costs",
    .declares = PEER_DECLARES | POOL_CALLER_MAY_RUN | POOL_JOBS_RETURN,
    .open = direct_open,
    .submit = direct_submit,
    .close = peer_close,
    .wait = peer_wait,
    .stats = peer_stats,
    .free = direct_free,
};

POOL_PLUGIN(&direct);
