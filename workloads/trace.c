/* trace.c - open loop: a recorded day again, each job when it came then, and as long as it
 * took.
 *
 * Arrivals are those of a file (workloads/core/trace.h), or `times` as dense; jobs compute
 * for as long as the recording says, or wait, or are those of another workload (`of=`), of
 * which only the arrivals are the recording's. What part of it a slice replays:
 * workloads/core/trace_part.h; from when latency counts: workloads/core/paced.h. Several
 * producers take turns. A recording is no steady state, and nothing asks for one. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "workloads/core/kernel.h"
#include "workloads/core/kinds.h"
#include "workloads/core/paced.h"
#include "workloads/core/trace_part.h"
#include "workloads/core/units.h"

static const char *const ways[] = {"cpu", "sleep", NULL};

static const struct workload_param params[TRACE_PARAMS] = {
    [TRACE_FILE] = {"file", WORKLOAD_TEXT, "day.csv", 0, 0, NULL,
                    "lines of arrival_s,service_s[,class], plain or gzipped; its name has no comma"},
    [TRACE_TIMES] = {"times", WORKLOAD_FACTOR, "1", WORKLOAD_FACTOR_ONE / 1000, INT64_C(1000) * WORKLOAD_FACTOR_ONE,
                     NULL, "so many times the rate: arrivals are as much closer"},
    [TRACE_AS] = {"as", WORKLOAD_CHOICE, "cpu", 0, 0, ways, "what a job does for as long as it took then"},
    [TRACE_FROM] = {"from", WORKLOAD_TIME, "0", 0, TRACE_SPAN_MAX_S * 1000000000, NULL,
                    "where in the recording, since its first job"},
    [TRACE_FOR] = {"for", WORKLOAD_TIME, "0", 0, 600000000000, NULL,
                   "how long arrivals are counted, at most to the last; 0: as long as a round has time"},
    [TRACE_WARM] = {"warm", WORKLOAD_TIME, "0", 0, 600000000000, NULL,
                    "for how long what came before `from` is replayed first; not given: a third of `for`"},
    [TRACE_OF] = {"of", WORKLOAD_REST, "recorded", 0, 0, NULL,
                  "whose jobs, in place of recorded ones: a workload; comes last and takes the rest"},
};

/* The jobs as recorded: a workload that only this one knows. */

struct recorded_job {
    struct kernel_job work;
    int64_t sleep_ns;
    uint32_t runs;
};

struct recorded {
    int64_t sum_ns;
    struct recorded_job jobs[];
};

/* A sleep ends up to the thread's timer slack (50 us) too late, which the recorded time has in
 * it already, and which is the pool's own to set. So it begins to end so much earlier, and
 * what is left then is waited for awake. */
static void wait_out(int64_t ns)
{
    enum { SLACK_MOST = 50000 };
    int64_t until = workload_now_ns() + ns, slack = prctl(PR_GET_TIMERSLACK),
            left = ns - (slack > SLACK_MOST ? SLACK_MOST : slack);
    struct timespec length = {left / 1000000000, left % 1000000000};
    if (left > 0)
        clock_nanosleep(CLOCK_MONOTONIC, 0, &length, NULL);
    while (workload_now_ns() < until)
        ;
}

static int run_recorded(void *arg)
{
    struct recorded_job *job = arg;
    job->work.result = kernel_run(job->work.seed, job->work.steps);
    if (job->sleep_ns)
        wait_out(job->sleep_ns);
    job->runs++;
    return 0;
}

static int prepare_recorded(struct workload_slice *slice)
{
    struct recorded *recorded = slice->own;
    for (int64_t i = 0; i < slice->jobs; i++)
        recorded->jobs[i].work.seed = random_mix(slice->seed + (uint64_t)i);
    slice->work_ns = (double)recorded->sum_ns / (double)slice->jobs;
    return 0;
}

static void produce_recorded(struct workload_slice *slice, int producer)
{
    struct recorded *recorded = slice->own;
    int64_t first, last;
    workload_range(slice, producer, &first, &last);
    for (; first < last; first++)
        if (!workload_answered(slice, producer, pool_submit(slice->pool, run_recorded, &recorded->jobs[first])))
            return;
}

static void verify_recorded(const struct workload_slice *slice, struct workload_verdict *verdict)
{
    const struct recorded *recorded = slice->own;
    for (int64_t i = 0; i < slice->jobs; i++) {
        const struct recorded_job *job = &recorded->jobs[i];
        workload_judge(verdict, job->runs, job->work.result == kernel_expect(job->work.seed, job->work.steps));
    }
}

static void release_recorded(struct workload_slice *slice)
{
    workload_forget(slice);
}

static const struct workload_ops recorded_ops = {
    .abi = WORKLOAD_ABI,
    .name = "recorded",
    .prepare = prepare_recorded,
    .produce = produce_recorded,
    .verify = verify_recorded,
    .release = release_recorded,
};

/* The workload. */

static bool has_other_jobs(const struct workload_spec *spec)
{
    return workload_gives(spec, "of");
}

static double other_jobs(const struct workload_spec *spec, double (*what)(const struct workload_spec *))
{
    struct workload_spec jobs;
    char why[256];
    return workload_parse(workload_rest(spec), &jobs, why, sizeof why) ? 0 : what(&jobs);
}

static double own_work_ns(const struct workload_spec *spec)
{
    return spec->ops->work_ns(spec);
}

static double work_ns(const struct workload_spec *spec)
{
    if (has_other_jobs(spec))
        return other_jobs(spec, own_work_ns);
    return spec->values[TRACE_AS] == TRACE_AS_CPU ? trace_part_of(spec).service_ns : 0;
}

/* Of the part that is replayed, so that all its jobs take as long as it does. */
static double job_ns(const struct workload_spec *spec)
{
    struct trace_part part = trace_part_of(spec);
    return part.jobs ? (part.warm_ns + part.counted_ns) / (double)part.jobs : 0;
}

static int64_t jobs_of(const struct workload_spec *spec, const struct workload_setting *setting)
{
    int64_t jobs = trace_part_of(spec).jobs;
    (void)setting;
    return jobs ? jobs : 1;
}

static int check(const struct workload_spec *spec, char *why, size_t size)
{
    if (!workload_gives(spec, "file")) {
        snprintf(why, size, "which recording? file=day.csv (poolbench run --record makes one)");
        return -EINVAL;
    }
    if (has_other_jobs(spec) && workload_gives(spec, "as")) {
        snprintf(why, size, "as= is of recorded jobs, of= has others (one of them)");
        return -EINVAL;
    }
    return 0;
}

static bool warn(const struct workload_spec *spec, char *text, size_t size)
{
    struct trace_part part = trace_part_of(spec);
    char from[32] = "its begin", length[32];
    if (part.whole || !part.jobs)
        return false;
    if (spec->values[TRACE_FROM])
        units_time_text((double)spec->values[TRACE_FROM], from, sizeof from);
    snprintf(text, size,
             "%.90s: each round replays a part of the recording, %s from %s on: %lld jobs (from=, for=, a larger "
             "--budget, fewer --rounds)",
             spec->text, units_time_text(part.counted_ns, length, sizeof length), from, (long long)part.jobs);
    return true;
}

static double due(const void *context, int64_t index, double before_ns, uint64_t *random)
{
    (void)before_ns, (void)random;
    return ((const double *)context)[index];
}

/* Deals the jobs of the recording to the producers' ranges in turn: where in the slice each
 * stands is written to `place`. */
static void deal(const struct workload_slice *slice, int64_t *place)
{
    int64_t next[slice->producers], last[slice->producers];
    int p = 0;
    for (int i = 0; i < slice->producers; i++)
        workload_range(slice, i, &next[i], &last[i]);
    for (int64_t i = 0; i < slice->jobs; i++, p = (p + 1) % slice->producers) {
        while (next[p] == last[p])
            p = (p + 1) % slice->producers;
        place[i] = next[p]++;
    }
}

static struct recorded *recorded_jobs(const struct workload_slice *slice, const struct trace_replayed *replayed,
                                      const int64_t *place)
{
    struct recorded *recorded = calloc(1, sizeof *recorded + (size_t)slice->jobs * sizeof *recorded->jobs);
    bool computes = slice->spec->values[TRACE_AS] == TRACE_AS_CPU;
    for (int64_t i = 0; recorded && i < slice->jobs; i++) {
        struct recorded_job *job = &recorded->jobs[place[i]];
        job->work.steps = computes ? kernel_steps((double)replayed[i].service_ns) : 0;
        job->sleep_ns = computes ? 0 : replayed[i].service_ns;
        recorded->sum_ns += computes ? replayed[i].service_ns : 0;
    }
    return recorded;
}

/* What the machinery needs of the recording. Returns 0 or -ENOMEM, with nothing left. */
static int make_setting(struct workload_slice *slice, const struct trace_part *part,
                        const struct trace_replayed *replayed, struct paced_setting *setting)
{
    int64_t *place = calloc((size_t)slice->jobs, sizeof *place);
    double *dues = calloc((size_t)slice->jobs, sizeof *dues);
    bool other = has_other_jobs(slice->spec);
    char why[256];
    *setting = (struct paced_setting){.due = due,
                                      .context = dues,
                                      .warm_ns = part->warm_ns,
                                      .counted_ns = part->counted_ns,
                                      .to_the_end = true,
                                      .one_begin = true,
                                      .jobs = {.ops = &recorded_ops}};
    if (place && dues) {
        deal(slice, place);
        for (int64_t i = 0; i < slice->jobs; i++)
            dues[place[i]] = replayed[i].due_ns;
        if (other)
            workload_parse(workload_rest(slice->spec), &setting->jobs, why, sizeof why);
        else
            setting->jobs_own = recorded_jobs(slice, replayed, place);
    }
    free(place);
    if (place && dues && (other || setting->jobs_own))
        return 0;
    free(dues);
    return -ENOMEM;
}

static int prepare(struct workload_slice *slice)
{
    struct trace_part part;
    struct trace_replayed *replayed;
    struct paced_setting setting;
    int error = trace_part_read(slice->spec, &part, &replayed, (struct why){slice->why, sizeof slice->why});
    if (error)
        return error;
    if (part.jobs < slice->jobs)
        error = -ESTALE; /* the file has changed */
    else
        error = make_setting(slice, &part, replayed, &setting);
    free(replayed);
    return error ? error : paced_prepare(slice, &setting);
}

static const struct workload_ops trace = {
    .abi = WORKLOAD_ABI,
    .name = "trace",
    .summary = "open loop: a recorded load again, each job when it came; latency from the planned submit",
    .unit = "a job of the recording, when it is due",
    .params = params,
    .param_count = TRACE_PARAMS,
    .waits = true,
    .judged_by = "latency_p99_ns",
    .figures = paced_figures,
    .figure_count = PACED_FIGURES,
    .samples = PACED_SAMPLES,
    .series = PACED_SERIES,
    .work_ns = work_ns,
    .job_ns = job_ns,
    .jobs = jobs_of,
    .check = check,
    .warn = warn,
    .prepare = prepare,
    .produce = paced_produce,
    .discard = paced_discard,
    .verify = paced_verify,
    .measure = paced_measure,
    .say = paced_say,
    .release = paced_release,
};

WORKLOAD_REGISTER(trace);
