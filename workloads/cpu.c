/* cpu.c - jobs that compute for a known time: fixed, exponential, heavy-tailed.
 *
 * The work is kernel.h's: calibrated in ns, and checked afterwards job by job
 * against its closed form, so that a garbled argument or result is found. */
#include <stdlib.h>

#include "workloads/core/kernel.h"
#include "workloads/core/workload.h"

enum { SIZE, DIST, BATCH, SAMPLE, PARAMS };

static const struct workload_param params[PARAMS] = {
    [SIZE] = {"size", WORKLOAD_TIME, "1us", 1, 10000000000, NULL, "mean CPU time of a job"},
    [DIST] = {"dist", WORKLOAD_CHOICE, "fixed", 0, 0, random_distributions, RANDOM_DISTRIBUTIONS_HELP},
    [BATCH] = {"batch", WORKLOAD_COUNT, "1", 1, WORKLOAD_BATCH_MAX, NULL, "jobs per submit; 1 submits singly"},
    [SAMPLE] = {"sample", WORKLOAD_COUNT, "0", 0, 1000000, NULL,
                "one job in so many, at random, stamps its times; 0: each, or 1 in 64 below 1 us"},
};

struct cpu_job {
    struct kernel_job work; /* first: what a stranger's pool would garble */
    uint32_t runs;
    struct workload_stamp *stamp; /* NULL: it is not sampled */
};

/* The job writes only what is its own; verify reads it after quiet. */
static int run(void *arg)
{
    struct cpu_job *job = arg;
    job->work.result = kernel_run(job->work.seed, job->work.steps);
    job->runs++;
    return 0;
}

static int run_stamped(void *arg)
{
    struct cpu_job *job = arg;
    struct workload_stamp *stamp = job->stamp;
    stamp->started = workload_now_ns();
    run(job);
    stamp->worker = pool_worker();
    stamp->ended = workload_now_ns();
    return 0;
}

static double work_ns(const struct workload_spec *spec)
{
    return (double)spec->values[SIZE];
}

static void release(struct workload_slice *slice)
{
    workload_forget(slice);
}

static int prepare(struct workload_slice *slice)
{
    const int64_t *values = slice->spec->values;
    double total = 0;
    struct cpu_job *jobs = slice->own = workload_memory(slice->jobs, sizeof *jobs);

    if (workload_stamp(slice, values[SAMPLE] ? values[SAMPLE] : values[SIZE] < 1000 ? 64 : 1) || !jobs) {
        release(slice);
        return -ENOMEM;
    }
    for (int64_t i = 0; i < slice->jobs; i++) {
        jobs[i].work = kernel_job(slice->seed + (uint64_t)i, (double)values[SIZE], values[DIST]);
        total += (double)jobs[i].work.steps;
    }
    for (int64_t i = 0; i < slice->stamp_count; i++)
        jobs[workload_stamp_job(slice, i)].stamp = &slice->stamps[i];
    slice->work_ns = total / (double)slice->jobs / kernel_steps_per_ns();
    return 0;
}

static inline struct pool_job make(struct workload_slice *slice, int64_t index, struct workload_stamp *stamp)
{
    struct cpu_job *job = (struct cpu_job *)slice->own + index;
    if (!stamp)
        return (struct pool_job){run, job};
    stamp->submitted = workload_now_ns();
    return (struct pool_job){run_stamped, job};
}

static void produce(struct workload_slice *slice, int producer)
{
    workload_submit(slice, producer, slice->spec->values[BATCH], make);
}

static void verify(const struct workload_slice *slice, struct workload_verdict *verdict)
{
    const struct cpu_job *jobs = slice->own;
    for (int64_t i = 0; i < slice->jobs; i++)
        workload_judge(verdict, jobs[i].runs, kernel_job_is_right(&jobs[i].work, slice->seed + (uint64_t)i));
}

static const struct workload_ops cpu = {
    .abi = WORKLOAD_ABI,
    .name = "cpu",
    .summary = "jobs that compute for a calibrated time",
    .unit = "a stretch of computation of `size`",
    .params = params,
    .param_count = PARAMS,
    .work_ns = work_ns,
    .prepare = prepare,
    .produce = produce,
    .verify = verify,
    .release = release,
};

WORKLOAD_REGISTER(cpu);
