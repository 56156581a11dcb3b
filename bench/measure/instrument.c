/* instrument.c - see instrument.h. The producer's loop of `empty` runs against a pool
 * whose submit only returns; so the indirect call is in the figure, which every pool
 * has. A sampled job runs, too, because its stamps are taken there. */
#include "bench/measure/instrument.h"

#include "bench/json/must.h"
#include "bench/statistics/stats.h"
#include "workloads/core/workload.h"

enum { EPOCHS = 15, JOBS = 20000 };

static int swallow(struct pool *pool, pool_job_fn *fn, void *arg)
{
    (void)pool, (void)fn, (void)arg;
    return 0;
}

static int run_here(struct pool *pool, pool_job_fn *fn, void *arg)
{
    (void)pool;
    fn(arg);
    return 0;
}

/* ns for each job of `text` against that submit. */
static double cost(const char *text, const struct pool_ops *ops)
{
    double epochs[EPOCHS];
    struct workload_spec spec;
    char why[256];
    if (workload_parse(text, &spec, why, sizeof why))
        return 0;
    for (int i = 0; i < EPOCHS; i++) {
        struct pool pool = {ops};
        int64_t refused = 0, begin;
        int error = 0;
        struct workload_slice slice = {
            .spec = &spec, .jobs = JOBS, .producers = 1, .refused = &refused, .error = &error, .pool = &pool};
        if (spec.ops->prepare(&slice))
            return 0;
        begin = workload_now_ns();
        spec.ops->produce(&slice, 0);
        epochs[i] = (double)(workload_now_ns() - begin) / JOBS;
        spec.ops->release(&slice);
    }
    return stats_median(epochs, EPOCHS).median;
}

void instrument_measure(struct instrument *instrument)
{
    static const struct pool_ops swallows = {.abi = POOL_ABI, .name = "swallows", .submit = swallow},
                                 runs = {.abi = POOL_ABI, .name = "runs", .submit = run_here};
    instrument->job_ns = cost("empty:sample=1000000", &swallows);
    instrument->sampled_ns = cost("empty:sample=1", &runs);
}

json_t *instrument_json(const struct instrument *instrument)
{
    return must_pack("{s:f, s:f}", "job_ns", instrument->job_ns, "sampled_ns", instrument->sampled_ns);
}
