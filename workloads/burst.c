/* burst.c - open loop: jobs come when they are due, whether the pool is ready or not.
 *
 * Any other workload's jobs (`of=`), at a rate: evenly, at random (Poisson), or in
 * bursts (on and off). Latency counts from the moment at which a job was *planned*
 * to be submitted; from the actual submit it would leave out what a late pool costs
 * those who queue behind it (coordinated omission), and that is shown beside.
 *
 * A queue begins empty and takes a while until it is as long as it is going to be: a
 * slice begins with a warm-up, and only what is planned after it counts, until the
 * first producer has no more to plan. A job that got no service is infinitely late.
 *
 * The other workload submits to a pool that is none: it waits for the next arrival
 * and hands the job on. So no workload has to know of it. Each of several
 * producers makes its share of the rate. Source: G. Tene, "How not to measure
 * latency"; wrk2. */
#include <errno.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "pools/core/futex.h"
#include "workloads/core/random.h"
#include "workloads/core/times.h"
#include "workloads/core/units.h"
#include "workloads/core/workload.h"

enum { RATE, ARRIVALS, ON, OFF, FOR, WARM, OF, PARAMS };
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
    JOBS_MIN = 50,      /* that count */
    JOBS_MAX = 1 << 20, /* of a slice: what is kept for each has to fit into memory */
    SPIN_NS = 60000,    /* before an arrival the generator is awake */
};

static const char *const arrivals[] = {"constant", "poisson", "onoff", NULL};

static const struct workload_param params[PARAMS] = {
    [RATE] = {"rate", WORKLOAD_COUNT, "10k", 1, 100000000, NULL, "jobs per second, by all producers together"},
    [ARRIVALS] = {"arrivals", WORKLOAD_CHOICE, "poisson", 0, 0, arrivals,
                  "evenly, at random, or in bursts of the same mean rate"},
    [ON] = {"on", WORKLOAD_TIME, "10ms", 1000, 10000000000, NULL, "onoff: how long a burst lasts"},
    [OFF] = {"off", WORKLOAD_TIME, "10ms", 0, 10000000000, NULL, "onoff: how long it is quiet after it"},
    [FOR] = {"for", WORKLOAD_TIME, "30ms", 1000000, 600000000000, NULL,
             "how long arrivals are counted, 50 of them at least; not given: as long as a round has time"},
    [WARM] = {"warm", WORKLOAD_TIME, "0", 0, 600000000000, NULL,
              "how long jobs come before they are counted; 0: a third of `for`"},
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
    [OFFERED] = {"offered_per_s", "offered/s", WORKLOAD_RATE, "jobs planned per second, those that are counted"},
    [DONE] = {"done_per_s", "done/s", WORKLOAD_RATE,
              "jobs that ended per second, in the time in which the planned ones are counted"},
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
    int64_t *handed;              /* the slice's, for the harness */
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
    double warm_ns, counted_ns;
    int producers;
    _Atomic int producing; /* each producer takes itself off; the last one sees what all planned */
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
    *shot->handed = shot->submitted;
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

/* A burst with its pause; 0: there are none. */
static double cycle_ns(const int64_t *values)
{
    return values[ARRIVALS] == ON_OFF && values[OFF] ? (double)(values[ON] + values[OFF]) : 0;
}

/* Whole bursts with their pauses, so that the mean rate is the one that was asked for. */
static double whole_cycles(double ns, double cycle)
{
    static const double hair = 1e-9; /* what is whole already stays so */
    return cycle > 0 ? ceil(ns / cycle - hair) * cycle : ns;
}

/* How long jobs are counted: as asked for, or until they are enough. */
static double counted_ns(const struct workload_spec *spec)
{
    double enough = JOBS_MIN * 1e9 / (double)spec->values[RATE];
    return whole_cycles(fmax((double)spec->values[FOR], enough), cycle_ns(spec->values));
}

static double warm_ns(const struct workload_spec *spec)
{
    static const double share = 1.0 / 3;
    double warm = spec->values[WARM] ? (double)spec->values[WARM] : share * counted_ns(spec);
    return whole_cycles(warm, cycle_ns(spec->values));
}

/* What a slice can hold of that, the warm-up in proportion: 1 is all. */
static double held_share(const struct workload_spec *spec)
{
    double jobs = (warm_ns(spec) + counted_ns(spec)) / 1e9 * (double)spec->values[RATE];
    return fmin(1, JOBS_MAX / jobs);
}

static double held_warm_ns(const struct workload_spec *spec)
{
    double cycle = cycle_ns(spec->values), warm = warm_ns(spec) * held_share(spec);
    return cycle > 0 ? floor(warm / cycle + 1e-9) * cycle : warm;
}

static double held_counted_ns(const struct workload_spec *spec)
{
    double cycle = cycle_ns(spec->values), counted = counted_ns(spec) * held_share(spec);
    return cycle > 0 ? fmax(1, floor(counted / cycle + 1e-9)) * cycle : counted;
}

static int64_t jobs_of(const struct workload_spec *spec, const struct workload_setting *setting)
{
    (void)setting;
    return (int64_t)((held_warm_ns(spec) + held_counted_ns(spec)) / 1e9 * (double)spec->values[RATE] + 0.5);
}

/* A cycle is never cut: its rate would not be the one that was asked for. */
static int check(const struct workload_spec *spec, char *why, size_t size)
{
    double jobs = cycle_ns(spec->values) / 1e9 * (double)spec->values[RATE];
    if (jobs <= JOBS_MAX)
        return 0;
    snprintf(why, size, "burst: on and off make a cycle of %.0f jobs; a slice holds %d (a lower rate, or shorter ones)",
             jobs, JOBS_MAX);
    return -EINVAL;
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
    slice->handed_ns = workload_memory(slice->jobs, sizeof *slice->handed_ns);
    if (workload_stamp(slice, 1) || !own || !own->shots || !own->generators || !slice->handed_ns) {
        release(slice);
        return -ENOMEM;
    }
    own->rate = values[RATE];
    own->kind = values[ARRIVALS];
    own->on = values[ON];
    own->off = values[OFF];
    own->warm_ns = held_warm_ns(slice->spec);
    own->counted_ns = held_counted_ns(slice->spec);
    own->producers = slice->producers;
    atomic_init(&own->producing, slice->producers);
    own->paced.ops = &paced_ops;
    inner(slice->spec, &own->spec);
    for (int64_t i = 0; i < slice->jobs; i++)
        own->shots[i] = (struct shot){.own = own, .stamp = &slice->stamps[i], .handed = &slice->handed_ns[i]};
    prepare_generators(slice, own);
    own->slice = *slice;
    own->slice.spec = &own->spec;
    own->slice.own = NULL;
    own->slice.stamps = NULL;
    own->slice.handed_ns = NULL;
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

/* When a producer has no more to plan: with its last job, but bursts end with the pause
 * after them. */
static int64_t planned_end(const struct own *own, const struct generator *g)
{
    bool bursts = own->kind == ON_OFF && own->off > 0;
    return g->begin_ns + (int64_t)(bursts ? own->warm_ns + own->counted_ns - 1 : g->due_ns);
}

/* What is counted lies between the warm-up of the last producer that began and the
 * plan's end of the first one that is through. */
static void choose_window(struct workload_slice *slice)
{
    const struct own *own = slice->own;
    int64_t from = 0, to = INT64_MAX;
    for (int p = 0; p < slice->producers; p++) {
        const struct generator *g = &own->generators[p];
        int64_t begin = g->begin_ns + (int64_t)own->warm_ns, end = planned_end(own, g);
        from = begin > from ? begin : from;
        to = end < to ? end : to;
    }
    slice->counted_from_ns = from;
    slice->counted_to_ns = to > from ? to : from;
}

static void produce(struct workload_slice *slice, int producer)
{
    struct own *own = slice->own;
    generator = &own->generators[producer];
    generator->pool = slice->pool;
    generator->begin_ns = generator->free_ns = generator->ideal_ns = workload_now_ns();
    prctl(PR_SET_TIMERSLACK, 1);
    own->spec.ops->produce(&own->slice, producer);
    /* Acquire and release: the last one off sees what all the others planned. */
    if (atomic_fetch_sub_explicit(&own->producing, 1, memory_order_acq_rel) == 1)
        choose_window(slice);
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

static bool counts(const struct workload_slice *slice, const struct workload_stamp *stamp)
{
    return stamp->submitted >= slice->counted_from_ns && stamp->submitted <= slice->counted_to_ns;
}

static void measure_rates(const struct workload_slice *slice, int64_t planned, int64_t ended,
                          struct workload_report *report)
{
    const struct own *own = slice->own;
    double counted_s = (double)(slice->counted_to_ns - slice->counted_from_ns) / 1e9;
    int64_t begin = INT64_MAX, in_submit = 0, end = 0;
    for (int p = 0; p < slice->producers; p++) {
        const struct generator *g = &own->generators[p];
        begin = g->begin_ns < begin ? g->begin_ns : begin;
        end = g->free_ns > end ? g->free_ns : end;
        in_submit += g->in_submit_ns;
    }
    report->figures[OFFERED] = round((double)planned / counted_s);
    report->figures[DONE] = round((double)ended / counted_s);
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
        if (!stamp->ended || !counts(slice, stamp))
            continue;
        sums[0] += (double)(shot->submitted - stamp->submitted);
        sums[1] += (double)(out - shot->submitted);
        sums[2] += (double)(stamp->started - out);
        sums[3] += (double)(stamp->ended - stamp->started);
    }
    for (int i = 0; i < 4; i++)
        report->figures[BEFORE + i] = sums[i] / (double)done;
}

/* The jobs that are counted: planned so many, of which `done` ran; their times. */
struct counted {
    int64_t *planned_to_end, *naive, *late, *of_pool;
    int64_t planned, done;
    int64_t ended; /* in the time in which they are counted, earlier ones among them */
    double behind;
};

static void count_job(const struct workload_slice *slice, const struct shot *shot, struct counted *counted,
                      struct workload_report *report)
{
    const struct workload_stamp *stamp = shot->stamp;
    counted->ended += stamp->ended > slice->counted_from_ns && stamp->ended <= slice->counted_to_ns;
    if (!stamp->submitted || !counts(slice, stamp))
        return;
    counted->late[counted->planned++] = shot->own_late;
    if (!stamp->ended) {
        report->sample(report, PLANNED, WORKLOAD_LOST);
        report->sample(report, SUBMITTED, WORKLOAD_LOST);
        return;
    }
    counted->planned_to_end[counted->done] = stamp->ended - stamp->submitted;
    counted->naive[counted->done] = stamp->ended - shot->submitted;
    counted->of_pool[counted->done] = counted->planned_to_end[counted->done] - shot->behind;
    counted->behind += (double)shot->behind;
    report->sample(report, PLANNED, counted->planned_to_end[counted->done]);
    report->sample(report, SUBMITTED, counted->naive[counted->done]);
    counted->done++;
}

/* Of all that were planned: NaN where that one got no service. */
static double quantile(const struct counted *counted, const int64_t *sorted, double q)
{
    double rank = ceil(q * (double)counted->planned);
    return rank <= (double)counted->done ? (double)sorted[(int64_t)rank - 1] : NAN;
}

static void measure_latency(struct counted *counted, struct workload_report *report)
{
    times_sort(counted->planned_to_end, counted->done);
    times_sort(counted->naive, counted->done);
    times_sort(counted->of_pool, counted->done);
    times_sort(counted->late, counted->planned);
    report->figures[P50] = quantile(counted, counted->planned_to_end, 0.5);
    report->figures[P99] = quantile(counted, counted->planned_to_end, 0.99);
    report->figures[P999] = quantile(counted, counted->planned_to_end, 0.999);
    report->figures[NAIVE_P99] = quantile(counted, counted->naive, 0.99);
    report->figures[LATE] = times_quantile(counted->late, counted->planned, 0.99);
    report->figures[GENERATOR] = counted->behind / (double)counted->done;
    report->figures[POOL_P99] = quantile(counted, counted->of_pool, 0.99);
    report->figures[POOL_P999] = quantile(counted, counted->of_pool, 0.999);
}

static void measure(const struct workload_slice *slice, struct workload_report *report)
{
    const struct own *own = slice->own;
    int64_t *times = malloc((size_t)slice->jobs * 4 * sizeof *times);
    struct counted counted = {.planned_to_end = times,
                              .naive = times + slice->jobs,
                              .late = times + 2 * slice->jobs,
                              .of_pool = times + 3 * slice->jobs};
    for (int i = 0; i < FIGURES; i++)
        report->figures[i] = NAN;
    for (int64_t i = 0; i < slice->jobs && times; i++)
        count_job(slice, &own->shots[i], &counted, report);
    if (counted.planned && counted.done) {
        measure_latency(&counted, report);
        measure_stretches(slice, counted.done, report);
    }
    if (counted.planned && slice->counted_to_ns > slice->counted_from_ns)
        measure_rates(slice, counted.planned, counted.ended, report);
    free(times);
}

/* Whether the figures are of the pool, or of the generator. Whether the rate is kept is
 * judged from all rounds together (bench/findings/open_loop.h). */
static void say(const struct workload_spec *spec, const struct workload_setting *setting, const double *f, char *text,
                size_t size)
{
    static const double much_late = 0.2;
    char late[32];
    (void)spec, (void)setting;
    if (f[LATE] > much_late * f[P99])
        snprintf(
            text, size,
            "the generator is the limit: its own lateness (p99 %s) is much of the latency; more CPUs, or a lower rate",
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
    .check = check,
    .prepare = prepare,
    .produce = produce,
    .discard = discard,
    .verify = verify,
    .measure = measure,
    .say = say,
    .release = release,
};

WORKLOAD_REGISTER(burst);
