/* job_cost.c - see job_cost.h. */
#include "bench/measure/job_cost.h"

#include "pools/core/futex.h"

enum { JOBS = 50, TRIES = 5, POOLS_MAX = 64 };

static int nothing(void *arg)
{
    (void)arg;
    return 0;
}

/* The fastest of some tries: others may want the CPUs, too. */
static double measure(const struct pool_ops *ops)
{
    struct pool_config config = {.workers = 1, .capacity = JOBS};
    struct pool *pool;
    double least = 0;
    if (pool_open(&pool, ops, &config))
        return 0;
    for (int t = 0; t < TRIES; t++) {
        int64_t begin = pool_clock_ns();
        double ns;
        for (int i = 0; i < JOBS; i++)
            pool_submit(pool, nothing, NULL);
        pool_wait(pool, -1);
        ns = (double)(pool_clock_ns() - begin) / JOBS;
        least = t && least < ns ? least : ns;
    }
    pool_free(pool);
    return least;
}

double job_cost_ns(const struct pool_ops *pool)
{
    static struct {
        const struct pool_ops *pool;
        double ns;
    } known[POOLS_MAX];
    int i = 0;
    if (pool_is_added(pool))
        return 0;
    while (i < POOLS_MAX - 1 && known[i].pool && known[i].pool != pool)
        i++;
    if (known[i].pool != pool) {
        known[i].pool = pool;
        known[i].ns = measure(pool);
    }
    return known[i].ns;
}
