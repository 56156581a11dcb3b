/* burst.c - open loop: jobs come when they are due, whether the pool is ready or not.
 *
 * Any other workload's jobs (`of=`), at a rate: evenly, at random (Poisson), or in
 * bursts (on and off). Latency counts from the moment at which a job was *planned*
 * to be submitted; from the actual submit it would leave out what a late pool costs
 * those who queue behind it (coordinated omission), and that is shown beside.
 *
 * The other workload submits to a pool that is none: it waits for the next arrival
 * and hands the job on. So no workload has to know of it. Each of several
 * producers makes its share of the rate. Source: G. Tene, "How not to measure
 * latency"; wrk2. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "pools/core/futex.h"
#include "workloads/core/backlog.h"
#include "workloads/core/random.h"
#include "workloads/core/times.h"
#include "workloads/core/units.h"
#include "workloads/core/workload.h"

enum { RATE, ARRIVALS, ON, OFF, FOR, OF, PARAMS };
enum { CONSTANT, POISSON, ON_OFF };
enum { PLANNED, SUBMITTED, SAMPLES };
enum {
    P50,
    P99,
    P999,
    NAIVE_P99,
    OFFERED,
    DONE,
    LATE,
    SUBMITTING,
    BEFORE,
    SUBMIT,
    QUEUE,
    RUN,
    GENERATOR,
    POOL_P99,
    POOL_P999,
    FIGURES
};

enum {
    JOBS_MIN = 50,
    SPIN_NS = 60000, /* before an arrival the generator is awake */
};

static const char *const arrivals[] = {"constant", "poisson", "onoff", NULL};

static const struct workload_param params[PARAMS] = {
    [RATE] = {"rate", WORKLOAD_COUNT, "10k", 1, 100000000, NULL, "jobs per second, by all producers together"},
    [ARRIVALS] = {"arrivals", WORKLOAD_CHOICE, "poisson", 0, 0, arrivals,
                  "evenly, at random, or in bursts of the same mean rate"},
    [ON] = {"on", WORKLOAD_TIME, "10ms", 1000, 10000000000, NULL, "onoff: how long a burst lasts"},
    [OFF] = {"off", WORKLOAD_TIME, "10ms", 0, 10000000000, NULL, "onoff: how long it is quiet after it"},
    [FOR] = {"for", WORKLOAD_TIME, "30ms", 1000000, 600000000000, NULL, "how long a slice is; it has 50 jobs at least"},
    [OF] = {"of", WORKLOAD_REST, "empty", 0, 0, NULL,
            "whose jobs: a workload with its parameters; comes last and takes the rest"},
};

static const struct workload_figure figures[FIGURES] = {
    [P50] = {"latency_p50_ns", "p50", WORKLOAD_NS, "from the planned submit of a job to its end, median",
             .quantile = 0.5, .sample = PLANNED},
    [P99] = {"latency_p99_ns", "p99", WORKLOAD_NS, "the same, 99th percentile", .quantile = 0.99, .sample = PLANNED},
    [P999] = {"latency_p999_ns", "p99.9", WORKLOAD_NS, "the same, 99.9th percentile", .quantile = 0.999,
              .sample = PLANNED},
    [NAIVE_P99] = {"uncorrected_p99_ns", "naive p99", WORKLOAD_NS,
                   "99th percentile from the actual submit: what a harness says that waits with the pool",
                   .quantile = 0.99, .sample = SUBMITTED},
    [OFFERED] = {"offered_per_s", "offered/s", WORKLOAD_RATE, "jobs planned per second"},
    [DONE] = {"done_per_s", "done/s", WORKLOAD_RATE, "jobs that ended per second, until the last of them"},
    [LATE] = {"generator_late_p99_ns", "gen. late", WORKLOAD_NS,
              "the generator's own lateness, 99th percentile: after it was due and free to submit"},
    [BEFORE] = {"before_ns", NULL, WORKLOAD_NS, "mean time from the plan until the producer came to submit the job"},
    [SUBMIT] = {"submit_ns", NULL, WORKLOAD_NS, "mean time in submit, until the job started or submit returned"},
    [QUEUE] = {"queue_ns", NULL, WORKLOAD_NS,
               "mean time from there to the start: in the queue, and until a worker was awake"},
    [RUN] = {"run_ns", NULL, WORKLOAD_NS, "mean time from the start to the end; these four make the mean latency"},
    [SUBMITTING] = {"submitting", NULL, WORKLOAD_SHARE, "share of the time that producers are in submit"},
    [GENERATOR] = {"generator_ns", NULL, WORKLOAD_NS,
                   "mean time by which jobs were late because the generator itself was"},
    [POOL_P99] = {"pool_p99_ns", NULL, WORKLOAD_NS, "the latency less that, 99th percentile"},
    [POOL_P999] = {"pool_p999_ns", NULL, WORKLOAD_NS, "the same, 99.9th percentile"},
};

struct shot {
    struct pool_job job;
    struct own *own;
    struct workload_stamp *stamp; /* submitted: as planned */
    int64_t submitted, returned, own_late;
    int64_t behind; /* a generator that is never late itself: own_late, and what is left of it from earlier jobs */
};

/* One producer's side. */
struct generator {
    struct pool *pool;
    struct own *own;
    int64_t next, last;
    uint64_t random;
    double due_ns; /* since the begin */
    int64_t begin_ns, free_ns, in_submit_ns;
    int64_t ideal_ns; /* when it would be free, had it never been late itself */
};

struct own {
    struct workload_spec spec;   /* of the jobs */
    struct workload_slice slice; /* as that workload sees it */
    struct pool paced;           /* what it submits to */
    struct shot *shots;
    struct generator *generators; /* [producers] */
    int64_t rate, on, off, kind;
    int producers;
};

static __thread struct generator *generator; /* of this producer */

/* When the next job is due, in ns since the begin. */
static double next_due(struct generator *g)
{
    const struct own *own = g->own;
    double mean = 1e9 * own->producers / (double)own->rate, cycle = (double)(own->on + own->off);
    g->random = random_mix(g->random);
    if (own->kind == POISSON)
        return g->due_ns + mean * random_draw(RANDOM_EXPONENTIAL, g->random);
    if (own->kind == CONSTANT || own->off == 0)
        return g->due_ns + mean;
    g->due_ns += mean * (double)own->on / cycle; /* denser, so that the mean rate holds */
    return fmod(g->due_ns, cycle) < (double)own->on ? g->due_ns : (floor(g->due_ns / cycle) + 1) * cycle;
}

static int64_t wait_until(int64_t due_ns)
{
    static _Atomic uint32_t never;
    int64_t now = workload_now_ns();
    if (due_ns - now > 2 * SPIN_NS)
        pool_futex_wait(&never, 0, due_ns - SPIN_NS);
    while ((now = workload_now_ns()) < due_ns)
        pool_pause();
    return now;
}

static int run_shot(void *arg)
{
    struct shot *shot = arg;
    int status;
    shot->stamp->started = workload_now_ns();
    status = shot->job.fn(shot->job.arg);
    shot->stamp->worker = pool_worker();
    shot->stamp->ended = workload_now_ns();
    return status;
}

static int paced_submit(struct pool *pool, pool_job_fn *fn, void *arg)
{
    struct generator *g = generator;
    struct shot *shot;
    int64_t due, ready;
    int answer;
    (void)pool;
    if (g->next == g->last)
        return -ENOSPC; /* more jobs than were announced: a mistake of the workload */
    shot = &g->own->shots[g->next++];
    g->due_ns = next_due(g);
    due = g->begin_ns + (int64_t)g->due_ns;
    ready = g->free_ns > due ? g->free_ns : due;
    shot->job = (struct pool_job){fn, arg};
    shot->stamp->submitted = due;
    shot->submitted = wait_until(due);
    shot->own_late = shot->submitted - ready;
    answer = pool_submit(g->pool, run_shot, shot);
    g->free_ns = shot->returned = workload_now_ns();
    g->in_submit_ns += g->free_ns - shot->submitted;
    g->ideal_ns = g->ideal_ns > due ? g->ideal_ns : due;
    shot->behind = shot->submitted - g->ideal_ns;
    g->ideal_ns += g->free_ns - shot->submitted;
    return answer;
}

/* Each job of a batch comes when it is due. */
static int paced_batch(struct pool *pool, const struct pool_job *jobs, int count)
{
    for (int i = 0; i < count; i++) {
        int answer = paced_submit(pool, jobs[i].fn, jobs[i].arg);
        if (answer)
            return i ? i : answer;
    }
    return count;
}

static const struct pool_ops paced_ops = {
    .abi = POOL_ABI, .name = "paced", .summary = "", .submit = paced_submit, .submit_batch = paced_batch};

/* The workload whose jobs they are. It was parsed with the whole, and is right. */
static void inner(const struct workload_spec *spec, struct workload_spec *jobs)
{
    char why[256];
    workload_parse(workload_rest(spec), jobs, why, sizeof why);
}

static double work_ns(const struct workload_spec *spec)
{
    struct workload_spec jobs;
    inner(spec, &jobs);
    return jobs.ops->work_ns(&jobs);
}

static double job_ns(const struct workload_spec *spec)
{
    return 1e9 / (double)spec->values[RATE];
}

static int64_t jobs_of(const struct workload_spec *spec, const struct workload_setting *setting)
{
    enum { MOST = 1 << 20 };
    int64_t jobs = (int64_t)((double)spec->values[RATE] * (double)spec->values[FOR] / 1e9);
    double cycle = (double)spec->values[RATE] * (double)(spec->values[ON] + spec->values[OFF]) / 1e9;
    (void)setting;
    /* Whole bursts with their pauses, so that the mean rate is the one that was asked for. */
    if (spec->values[ARRIVALS] == ON_OFF && spec->values[OFF])
        jobs = (int64_t)(ceil((double)(jobs < JOBS_MIN ? JOBS_MIN : jobs) / cycle) * cycle + 0.5);
    return jobs < JOBS_MIN ? JOBS_MIN : jobs > MOST ? MOST : jobs;
}

static void release(struct workload_slice *slice)
{
    struct own *own = slice->own;
    if (own) {
        if (own->slice.own)
            own->spec.ops->release(&own->slice);
        free(own->shots);
        free(own->generators);
    }
    workload_forget(slice);
}

static void prepare_generators(const struct workload_slice *slice, struct own *own)
{
    for (int p = 0; p < slice->producers; p++) {
        struct generator *g = &own->generators[p];
        *g = (struct generator){.own = own, .random = random_mix(slice->seed + (uint64_t)p)};
        workload_range(slice, p, &g->next, &g->last);
        /* Several producers do not all begin at once. */
        g->due_ns = 1e9 / (double)own->rate * p;
    }
}

static int prepare(struct workload_slice *slice)
{
    const int64_t *values = slice->spec->values;
    struct own *own = slice->own = calloc(1, sizeof *own);
    int error;
    if (own) {
        own->shots = workload_memory(slice->jobs, sizeof *own->shots);
        own->generators = workload_memory(slice->producers, sizeof *own->generators);
    }
    if (workload_stamp(slice, 1) || !own || !own->shots || !own->generators) {
        release(slice);
        return -ENOMEM;
    }
    own->rate = values[RATE];
    own->kind = values[ARRIVALS];
    own->on = values[ON];
    own->off = values[OFF];
    own->producers = slice->producers;
    own->paced.ops = &paced_ops;
    inner(slice->spec, &own->spec);
    for (int64_t i = 0; i < slice->jobs; i++)
        own->shots[i] = (struct shot){.own = own, .stamp = &slice->stamps[i]};
    prepare_generators(slice, own);
    own->slice = *slice;
    own->slice.spec = &own->spec;
    own->slice.own = NULL;
    own->slice.stamps = NULL;
    own->slice.stamp_count = 0;
    own->slice.pool = &own->paced;
    own->slice.paced = true;
    error = own->spec.ops->prepare(&own->slice);
    if (error) {
        memcpy(slice->why, own->slice.why, sizeof slice->why);
        own->slice.own = NULL;
        release(slice);
        return error;
    }
    slice->work_ns = own->slice.work_ns;
    return 0;
}

static void produce(struct workload_slice *slice, int producer)
{
    struct own *own = slice->own;
    generator = &own->generators[producer];
    generator->pool = slice->pool;
    generator->begin_ns = generator->free_ns = generator->ideal_ns = workload_now_ns();
    prctl(PR_SET_TIMERSLACK, 1);
    own->spec.ops->produce(&own->slice, producer);
}

static void discard(void *arg, enum pool_why why)
{
    struct shot *shot = arg;
    if (shot->own->spec.ops->discard)
        shot->own->spec.ops->discard(shot->job.arg, why);
}

static void verify(const struct workload_slice *slice, struct workload_verdict *verdict)
{
    const struct own *own = slice->own;
    own->spec.ops->verify(&own->slice, verdict);
}

static void measure_rates(const struct workload_slice *slice, int64_t done, int64_t last_end,
                          struct workload_report *report)
{
    const struct own *own = slice->own;
    int64_t begin = INT64_MAX, planned_end = 0, in_submit = 0, end = 0;
    for (int p = 0; p < slice->producers; p++) {
        const struct generator *g = &own->generators[p];
        begin = g->begin_ns < begin ? g->begin_ns : begin;
        planned_end = g->begin_ns + (int64_t)g->due_ns > planned_end ? g->begin_ns + (int64_t)g->due_ns : planned_end;
        end = g->free_ns > end ? g->free_ns : end;
        in_submit += g->in_submit_ns;
    }
    report->figures[OFFERED] = round((double)slice->jobs / ((double)(planned_end - begin) / 1e9));
    report->figures[DONE] = last_end > begin ? round((double)done / ((double)(last_end - begin) / 1e9)) : NAN;
    report->figures[SUBMITTING] = (double)in_submit / ((double)(end - begin) * slice->producers);
}

/* Where the time of the jobs that ran went: means of stretches that lie end to end. */
static void measure_stretches(const struct workload_slice *slice, int64_t done, struct workload_report *report)
{
    const struct own *own = slice->own;
    double sums[4] = {0};
    for (int64_t i = 0; i < slice->jobs; i++) {
        const struct shot *shot = &own->shots[i];
        const struct workload_stamp *stamp = shot->stamp;
        int64_t out = shot->returned < stamp->started ? shot->returned : stamp->started;
        if (!stamp->ended)
            continue;
        sums[0] += (double)(shot->submitted - stamp->submitted);
        sums[1] += (double)(out - shot->submitted);
        sums[2] += (double)(stamp->started - out);
        sums[3] += (double)(stamp->ended - stamp->started);
    }
    for (int i = 0; i < 4; i++)
        report->figures[BEFORE + i] = sums[i] / (double)done;
}

static void measure(const struct workload_slice *slice, struct workload_report *report)
{
    const struct own *own = slice->own;
    int64_t *planned = malloc((size_t)slice->jobs * 4 * sizeof *planned), *naive = planned + slice->jobs,
            *late = naive + slice->jobs, *of_pool = late + slice->jobs, done = 0, last_end = 0;
    double behind = 0;
    for (int i = 0; i < FIGURES; i++)
        report->figures[i] = NAN;
    for (int64_t i = 0; i < slice->jobs && planned; i++) {
        const struct shot *shot = &own->shots[i];
        late[i] = shot->own_late;
        if (!shot->stamp->ended)
            continue;
        planned[done] = shot->stamp->ended - shot->stamp->submitted;
        naive[done] = shot->stamp->ended - shot->submitted;
        of_pool[done] = planned[done] - shot->behind;
        behind += (double)shot->behind;
        report->sample(report, PLANNED, planned[done]);
        report->sample(report, SUBMITTED, naive[done]);
        last_end = shot->stamp->ended > last_end ? shot->stamp->ended : last_end;
        done++;
    }
    if (planned && done) {
        times_sort(planned, done);
        times_sort(naive, done);
        times_sort(late, slice->jobs);
        times_sort(of_pool, done);
        report->figures[P50] = times_quantile(planned, done, 0.5);
        report->figures[P99] = times_quantile(planned, done, 0.99);
        report->figures[P999] = times_quantile(planned, done, 0.999);
        report->figures[NAIVE_P99] = times_quantile(naive, done, 0.99);
        report->figures[LATE] = times_quantile(late, slice->jobs, 0.99);
        report->figures[GENERATOR] = behind / (double)done;
        report->figures[POOL_P99] = times_quantile(of_pool, done, 0.99);
        report->figures[POOL_P999] = times_quantile(of_pool, done, 0.999);
        measure_rates(slice, done, last_end, report);
        measure_stretches(slice, done, report);
    }
    free(planned);
}

/* Whether the figures are of the pool, or of the generator. */
/* Of bursts only that much less is done than is offered: they end with a backlog. */
static bool falls_behind(const struct workload_spec *spec, const struct workload_setting *setting, const double *f)
{
    static const double very_much = 0.25;
    struct backlog backlog = {f[OFFERED], f[DONE], (double)jobs_of(spec, setting), f[P50], f[P99], f[RUN]};
    if (spec->values[ARRIVALS] == ON_OFF)
        return f[OFFERED] / f[DONE] - 1 > very_much;
    return backlog_grows(&backlog);
}

static void say(const struct workload_spec *spec, const struct workload_setting *setting, const double *f, char *text,
                size_t size)
{
    static const double much_late = 0.2, all_the_time = 0.9;
    bool behind = falls_behind(spec, setting, f);
    char late[32], offered[32], done[32];
    if (f[LATE] > much_late * f[P99])
        snprintf(
            text, size,
            "the generator is the limit: its own lateness (p99 %s) is much of the latency; more CPUs, or a lower rate",
            units_time_text(f[LATE], late, sizeof late));
    else if (behind && f[SUBMITTING] > all_the_time)
        snprintf(text, size,
                 "%s/s of %s/s offered: the pool cannot keep the rate; producers spend %.0f%% of the time in submit",
                 units_count_text(f[DONE], done, sizeof done), units_count_text(f[OFFERED], offered, sizeof offered),
                 100 * f[SUBMITTING]);
    else if (behind)
        snprintf(text, size, "%s/s of %s/s offered: more comes than is done",
                 units_count_text(f[DONE], done, sizeof done), units_count_text(f[OFFERED], offered, sizeof offered));
    else
        snprintf(text, size, "the rate is kept; the generator's own lateness: p99 %s",
                 units_time_text(f[LATE], late, sizeof late));
}

static const struct workload_ops burst = {
    .abi = WORKLOAD_ABI,
    .name = "burst",
    .summary = "open loop: any other workload's jobs at a rate; latency from the planned submit",
    .unit = "a job that comes when it is due",
    .params = params,
    .param_count = PARAMS,
    .waits = true,
    .judged_by = "latency_p99_ns",
    .figures = figures,
    .figure_count = FIGURES,
    .samples = {"planned_to_end", "submit_to_end"},
    .work_ns = work_ns,
    .job_ns = job_ns,
    .jobs = jobs_of,
    .prepare = prepare,
    .produce = produce,
    .discard = discard,
    .verify = verify,
    .measure = measure,
    .say = say,
    .release = release,
};

WORKLOAD_REGISTER(burst);
