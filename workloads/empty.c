/* empty.c - jobs that do nothing but leave a mark: the pool's own cost.
 *
 * Each job has one byte, which it adds one to; so it is proved that each ran,
 * once, and no stranger did. One job in `sample` stamps its times instead of
 * staying empty, because a stamp (24 ns) costs more than many a pool does. */
#include <stdlib.h>

#include "workloads/core/workload.h"

enum { BATCH, SAMPLE, PARAMS };

static const struct workload_param params[PARAMS] = {
    [BATCH] = {"batch", WORKLOAD_COUNT, "1", 1, WORKLOAD_BATCH_MAX, NULL, "jobs per submit; 1 submits singly"},
    [SAMPLE] = {"sample", WORKLOAD_COUNT, "64", 1, 1000000, NULL, "one job in so many, at random, stamps its times"},
};

struct stamped {
    unsigned char *mark;
    struct workload_stamp *stamp;
};

struct own {
    unsigned char *marks;    /* [jobs] */
    struct stamped *stamped; /* [stamp_count] */
};

static int run_empty(void *arg)
{
    unsigned char *mark = arg;
    *mark = (unsigned char)(*mark + 1);
    return 0;
}

static int run_stamped(void *arg)
{
    struct stamped *job = arg;
    job->stamp->started = workload_now_ns();
    *job->mark = (unsigned char)(*job->mark + 1);
    job->stamp->worker = pool_worker();
    job->stamp->ended = workload_now_ns();
    return 0;
}

static double work_ns(const struct workload_spec *spec)
{
    (void)spec;
    return 0;
}

static void release(struct workload_slice *slice)
{
    struct own *own = slice->own;
    if (own) {
        free(own->marks);
        free(own->stamped);
    }
    workload_forget(slice);
}

static int prepare(struct workload_slice *slice)
{
    struct own *own = slice->own = calloc(1, sizeof *own);
    int error = workload_stamp(slice, slice->spec->values[SAMPLE]);
    if (own) {
        own->marks = workload_memory(slice->jobs, 1);
        own->stamped = workload_memory(slice->stamp_count, sizeof *own->stamped);
    }
    if (error || !own || !own->marks || !own->stamped) {
        release(slice);
        return -ENOMEM;
    }
    for (int64_t i = 0; i < slice->stamp_count; i++)
        own->stamped[i] = (struct stamped){&own->marks[workload_stamp_job(slice, i)], &slice->stamps[i]};
    return 0;
}

static inline struct pool_job make(struct workload_slice *slice, int64_t index, struct workload_stamp *stamp)
{
    struct own *own = slice->own;
    if (!stamp)
        return (struct pool_job){run_empty, &own->marks[index]};
    stamp->submitted = workload_now_ns();
    return (struct pool_job){run_stamped, &own->stamped[stamp - slice->stamps]};
}

static void produce(struct workload_slice *slice, int producer)
{
    workload_submit(slice, producer, slice->spec->values[BATCH], make);
}

static void verify(const struct workload_slice *slice, struct workload_verdict *verdict)
{
    const struct own *own = slice->own;
    for (int64_t i = 0; i < slice->jobs; i++)
        workload_judge(verdict, own->marks[i], true);
}

static const struct workload_ops empty = {
    .abi = WORKLOAD_ABI,
    .name = "empty",
    .summary = "jobs that do nothing: the pool's own cost",
    .unit = "an empty job",
    .params = params,
    .param_count = PARAMS,
    .work_ns = work_ns,
    .prepare = prepare,
    .produce = produce,
    .verify = verify,
    .release = release,
};

WORKLOAD_REGISTER(empty);
