/* openmp.c - tasks of OpenMP, as the compiler's runtime has them.
 *
 * Only a thread of a parallel region can create tasks that others run. So each
 * producer enters one, of as many threads as workers and itself; it works too,
 * when too many tasks wait, and at the region's end. */
#include <omp.h>

#include "pools/core/peer.h"

struct openmp_pool {
    struct peer peer;
    int *cpus;
};

static int openmp_open(struct pool **out, const struct pool_config *config)
{
    struct openmp_pool *pool = (struct openmp_pool *)peer_new(sizeof *pool, config);
    if (!pool)
        return -errno;
    pool->cpus = config->cpu_count > 0 ? malloc((size_t)config->cpu_count * sizeof *pool->cpus) : NULL;
    if (config->cpu_count > 0 && !pool->cpus) {
        free(pool);
        return -ENOMEM;
    }
    if (pool->cpus)
        memcpy(pool->cpus, config->cpus, (size_t)config->cpu_count * sizeof *pool->cpus);
    *out = &pool->peer.base;
    return 0;
}

/* The first thread of the team is the producer, who is where he should be. */
static void pin_here(const struct openmp_pool *pool)
{
    int number = omp_get_thread_num();
    if (pool->cpus && number)
        peer_pin(pool->cpus[(number - 1) % pool->peer.config.cpu_count]);
}

static void openmp_enter(struct pool *base, void (*main)(void *arg), void *arg)
{
    struct openmp_pool *pool = (struct openmp_pool *)base;
#pragma omp parallel num_threads(pool->peer.config.workers + 1)
    {
        pin_here(pool);
#pragma omp barrier
#pragma omp master
        main(arg);
    }
}

static int openmp_submit(struct pool *pool, pool_job_fn *fn, void *arg)
{
    struct peer_box *box;
    int error = peer_box_new(pool, fn, arg, sizeof *box, &box);
    if (error)
        return error;
#pragma omp task firstprivate(box)
    peer_run(box);
    return 0;
}

static int64_t openmp_free(struct pool *base)
{
    free(((struct openmp_pool *)base)->cpus);
    free(base);
    return 0;
}

static const struct pool_ops openmp = {
    .abi = POOL_ABI,
    .name = "openmp",
    .summary = "OpenMP tasks; the producer is one of the team, and helps",
    .can = PEER_CAN,
    .declares =
        PEER_DECLARES | POOL_MUST_ENTER | POOL_CALLER_MAY_RUN | POOL_WAIT_HELPS | POOL_PINS_ITSELF | POOL_ZERO_IS_AUTO,
    .version = PEER_VERSION,
    .open = openmp_open,
    .submit = openmp_submit,
    .close = peer_close,
    .wait = peer_wait,
    .stats = peer_stats,
    .free = openmp_free,
    .enter = openmp_enter,
};

POOL_PLUGIN(&openmp);
