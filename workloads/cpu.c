/* cpu.c - jobs that compute for a known time: fixed, exponential, heavy-tailed.
 *
 * The work is kernel.h's: calibrated in ns, and checked afterwards job by job
 * against its closed form, so that a garbled argument or result is found. */
#include <stdlib.h>

#include "workloads/core/kernel.h"
#include "workloads/core/random.h"
#include "workloads/core/workload.h"

enum { SIZE, DIST, BATCH, SAMPLE, PARAMS };

static const struct workload_param params[PARAMS] = {
    [SIZE] = {"size", WORKLOAD_TIME, "1us", 1, 10000000000, NULL, "mean CPU time of a job"},
    [DIST] = {"dist", WORKLOAD_CHOICE, "fixed", 0, 0, random_distributions, RANDOM_DISTRIBUTIONS_HELP},
    [BATCH] = {"batch", WORKLOAD_COUNT, "1", 1, WORKLOAD_BATCH_MAX, NULL, "jobs per submit; 1 submits singly"},
    [SAMPLE] = {"sample", WORKLOAD_COUNT, "0", 0, 1000000, NULL,
                "one job in so many stamps its times; 0: each, or 1 in 64 below 1 us"},
};

struct cpu_job {
    uint64_t seed, steps, result;
    uint32_t runs;
    int32_t stamp; /* index, or -1 */
    struct workload_stamp *stamps;
};

/* The job writes only what is its own; verify reads it after quiet. */
static int run(void *arg)
{
    struct cpu_job *job = arg;
    job->result = kernel_run(job->seed, job->steps);
    job->runs++;
    return 0;
}

static int run_stamped(void *arg)
{
    struct cpu_job *job = arg;
    struct workload_stamp *stamp = &job->stamps[job->stamp];
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
    free(slice->own);
    free(slice->stamps);
    slice->own = NULL;
    slice->stamps = NULL;
}

static int prepare(struct workload_slice *slice)
{
    const int64_t *values = slice->spec->values;
    double steps_per_ns = kernel_steps_per_ns(), total = 0;
    struct cpu_job *jobs = slice->own = workload_memory(slice->jobs, sizeof *jobs);

    slice->stamp_every = values[SAMPLE] ? values[SAMPLE] : values[SIZE] < 1000 ? 64 : 1;
    slice->stamp_count = (slice->jobs + slice->stamp_every - 1) / slice->stamp_every;
    slice->stamps = workload_memory(slice->stamp_count, sizeof *slice->stamps);
    if (!jobs || !slice->stamps) {
        release(slice);
        return -ENOMEM;
    }
    for (int64_t i = 0; i < slice->jobs; i++) {
        uint64_t random = random_mix(slice->seed + (uint64_t)i);
        double steps = (double)values[SIZE] * random_draw(values[DIST], random) * steps_per_ns;
        jobs[i] = (struct cpu_job){.seed = random, .steps = steps < 1 ? 1 : (uint64_t)(steps + 0.5), .stamp = -1};
        total += (double)jobs[i].steps;
        if (i % slice->stamp_every == 0) {
            jobs[i].stamp = (int32_t)(i / slice->stamp_every);
            jobs[i].stamps = slice->stamps;
        }
    }
    slice->work_ns = total / (double)slice->jobs / steps_per_ns;
    return 0;
}

static inline struct pool_job make(struct workload_slice *slice, int64_t index, bool stamped)
{
    struct cpu_job *job = (struct cpu_job *)slice->own + index;
    if (!stamped)
        return (struct pool_job){run, job};
    slice->stamps[job->stamp].submitted = workload_now_ns();
    return (struct pool_job){run_stamped, job};
}

static void produce(struct workload_slice *slice, int producer)
{
    workload_submit(slice, producer, slice->spec->values[BATCH], make);
}

static void verify(const struct workload_slice *slice, struct workload_verdict *verdict)
{
    const struct cpu_job *jobs = slice->own;
    for (int64_t i = 0; i < slice->jobs; i++) {
        bool right = jobs[i].seed == random_mix(slice->seed + (uint64_t)i) &&
                     jobs[i].result == kernel_expect(jobs[i].seed, jobs[i].steps);
        verdict->missing += jobs[i].runs == 0;
        verdict->doubled += jobs[i].runs > 1;
        verdict->garbled += jobs[i].runs == 1 && !right;
        verdict->ran += jobs[i].runs == 1 && right;
    }
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
