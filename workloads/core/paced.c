/* paced.c - see paced.h. */
#include "workloads/core/paced.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "pools/core/futex.h"
#include "workloads/core/course.h"
#include "workloads/core/random.h"
#include "workloads/core/times.h"
#include "workloads/core/units.h"

enum { PLANNED, SUBMITTED };

enum { SPIN_NS = 60000 }; /* before an arrival the generator is awake */

const struct workload_figure paced_figures[PACED_FIGURES] = {
    [PACED_P50] = {"latency_p50_ns", "p50", WORKLOAD_NS, "from the planned submit of a job to its end, median",
                   .quantile = 0.5, .sample = PLANNED},
    [PACED_P99] = {"latency_p99_ns", "p99", WORKLOAD_NS, "the same, 99th percentile", .quantile = 0.99,
                   .sample = PLANNED},
    [PACED_P999] = {"latency_p999_ns", "p99.9", WORKLOAD_NS, "the same, 99.9th percentile", .quantile = 0.999,
                    .sample = PLANNED},
    [PACED_NAIVE_P99] = {"uncorrected_p99_ns", "naive p99", WORKLOAD_NS,
                         "99th percentile from the actual submit: what a harness says that waits with the pool",
                         .quantile = 0.99, .sample = SUBMITTED},
    [PACED_OFFERED] = {"offered_per_s", "offered/s", WORKLOAD_RATE, "jobs planned per second, those that are counted"},
    [PACED_DONE] = {"done_per_s", "done/s", WORKLOAD_RATE,
                    "jobs that ended per second, in the time in which the planned ones are counted"},
    [PACED_LATE] = {"generator_late_p99_ns", "gen. late", WORKLOAD_NS,
                    "the generator's own lateness, 99th percentile: after it was due and free to submit"},
    [PACED_BEFORE] = {"before_ns", NULL, WORKLOAD_NS,
                      "mean time from the plan until the producer came to submit the job"},
    [PACED_SUBMIT] = {"submit_ns", NULL, WORKLOAD_NS, "mean time in submit, until the job started or submit returned"},
    [PACED_QUEUE] = {"queue_ns", NULL, WORKLOAD_NS,
                     "mean time from there to the start: in the queue, and until a worker was awake"},
    [PACED_RUN] = {"run_ns", NULL, WORKLOAD_NS,
                   "mean time from the start to the end; these four make the mean latency"},
    [PACED_SUBMITTING] = {"submitting", NULL, WORKLOAD_SHARE, "share of the time that producers are in submit"},
    [PACED_GENERATOR] = {"generator_ns", NULL, WORKLOAD_NS,
                         "mean time by which jobs were late because the generator itself was"},
    [PACED_POOL_P99] = {"pool_p99_ns", NULL, WORKLOAD_NS, "the latency less that, 99th percentile"},
    [PACED_POOL_P999] = {"pool_p999_ns", NULL, WORKLOAD_NS, "the same, 99.9th percentile"},
    [PACED_FAIRNESS] = {"producer_fairness", NULL, WORKLOAD_SHARE,
                        "Jain's index of the producers' jobs that ended in the time in which jobs are counted"},
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
    struct paced_setting setting;
    struct workload_slice slice; /* as that workload sees it */
    struct pool paced;           /* what it submits to */
    struct shot *shots;
    struct generator *generators; /* [producers] */
    _Atomic int64_t begin_ns;     /* of the first producer, where there is one begin for all; 0: not yet */
    _Atomic int producing;        /* each producer takes itself off; the last one sees what all planned */
};

static __thread struct generator *generator; /* of this producer */

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
    const struct paced_setting *setting;
    struct shot *shot;
    int64_t due, ready;
    int answer;
    (void)pool;
    if (g->next == g->last)
        return -ENOSPC; /* more jobs than were announced: a mistake of the workload */
    setting = &g->own->setting;
    g->due_ns = setting->due(setting->context, g->next, g->due_ns, &g->random);
    shot = &g->own->shots[g->next++];
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

void paced_release(struct workload_slice *slice)
{
    struct own *own = slice->own;
    if (own) {
        if (own->slice.own)
            own->setting.jobs.ops->release(&own->slice);
        free(own->shots);
        free(own->generators);
        free(own->setting.context);
    }
    workload_forget(slice);
}

static void prepare_generators(const struct workload_slice *slice, struct own *own)
{
    for (int p = 0; p < slice->producers; p++) {
        struct generator *g = &own->generators[p];
        *g = (struct generator){.own = own, .random = random_mix(slice->seed + (uint64_t)p)};
        workload_range(slice, p, &g->next, &g->last);
        g->due_ns = own->setting.stagger_ns * p;
    }
}

/* The slice as the jobs' own workload sees it. */
static int prepare_jobs(struct workload_slice *slice, struct own *own)
{
    int error;
    own->slice = *slice;
    own->slice.spec = &own->setting.jobs;
    own->slice.own = own->setting.jobs_own;
    own->slice.stamps = NULL;
    own->slice.handed_ns = NULL;
    own->slice.stamp_count = 0;
    own->slice.pool = &own->paced;
    own->slice.paced = true;
    error = own->setting.jobs.ops->prepare(&own->slice);
    if (error) {
        memcpy(slice->why, own->slice.why, sizeof slice->why);
        own->slice.own = NULL;
    }
    slice->work_ns = own->slice.work_ns;
    return error;
}

int paced_prepare(struct workload_slice *slice, const struct paced_setting *setting)
{
    struct own *own = slice->own = calloc(1, sizeof *own);
    int error;
    if (own) {
        own->setting = *setting;
        own->shots = workload_memory(slice->jobs, sizeof *own->shots);
        own->generators = workload_memory(slice->producers, sizeof *own->generators);
    } else {
        free(setting->context);
    }
    slice->handed_ns = workload_memory(slice->jobs, sizeof *slice->handed_ns);
    if (workload_stamp(slice, 1) || !own || !own->shots || !own->generators || !slice->handed_ns) {
        free(setting->jobs_own);
        paced_release(slice);
        return -ENOMEM;
    }
    atomic_init(&own->producing, slice->producers);
    own->paced.ops = &paced_ops;
    for (int64_t i = 0; i < slice->jobs; i++)
        own->shots[i] = (struct shot){.own = own, .stamp = &slice->stamps[i], .handed = &slice->handed_ns[i]};
    prepare_generators(slice, own);
    error = prepare_jobs(slice, own);
    if (error)
        paced_release(slice);
    return error;
}

/* When a producer has no more to plan. */
static int64_t planned_end(const struct own *own, const struct generator *g)
{
    const struct paced_setting *setting = &own->setting;
    return g->begin_ns + (int64_t)(setting->to_the_end ? setting->warm_ns + setting->counted_ns : g->due_ns);
}

/* What is counted lies between the warm-up of the last producer that began and the
 * plan's end of the first one that is through. */
static void choose_window(struct workload_slice *slice)
{
    const struct own *own = slice->own;
    int64_t from = 0, to = INT64_MAX;
    for (int p = 0; p < slice->producers; p++) {
        const struct generator *g = &own->generators[p];
        int64_t begin = g->begin_ns + (int64_t)own->setting.warm_ns, end = planned_end(own, g);
        from = begin > from ? begin : from;
        to = end < to ? end : to;
    }
    slice->counted_from_ns = from;
    slice->counted_to_ns = to > from ? to : from;
}

/* Relaxed: it is a time, and says nothing of other memory. */
static int64_t one_begin(struct own *own, int64_t now_ns)
{
    int64_t begun_ns = 0;
    return atomic_compare_exchange_strong_explicit(&own->begin_ns, &begun_ns, now_ns, memory_order_relaxed,
                                                   memory_order_relaxed)
               ? now_ns
               : begun_ns;
}

void paced_produce(struct workload_slice *slice, int producer)
{
    struct own *own = slice->own;
    generator = &own->generators[producer];
    generator->pool = slice->pool;
    generator->begin_ns = generator->free_ns = generator->ideal_ns = workload_now_ns();
    if (own->setting.one_begin)
        generator->begin_ns = one_begin(own, generator->begin_ns);
    prctl(PR_SET_TIMERSLACK, 1);
    own->setting.jobs.ops->produce(&own->slice, producer);
    /* Acquire and release: the last one off sees what all the others planned. */
    if (atomic_fetch_sub_explicit(&own->producing, 1, memory_order_acq_rel) == 1)
        choose_window(slice);
}

void paced_discard(void *arg, enum pool_why why)
{
    struct shot *shot = arg;
    if (shot->own->setting.jobs.ops->discard)
        shot->own->setting.jobs.ops->discard(shot->job.arg, why);
}

void paced_verify(const struct workload_slice *slice, struct workload_verdict *verdict)
{
    const struct own *own = slice->own;
    own->setting.jobs.ops->verify(&own->slice, verdict);
}

static bool counts(const struct workload_slice *slice, const struct workload_stamp *stamp)
{
    return stamp->submitted >= slice->counted_from_ns && stamp->submitted < slice->counted_to_ns;
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
    report->figures[PACED_OFFERED] = round((double)planned / counted_s);
    report->figures[PACED_DONE] = round((double)ended / counted_s);
    report->figures[PACED_SUBMITTING] = (double)in_submit / ((double)(end - begin) * slice->producers);
}

/* Each producer plans the same share: 1 is that all get as much done, 1/P that one gets
 * all. NaN: there is one only, or nothing ended. */
static double fairness(const struct workload_slice *slice)
{
    const struct own *own = slice->own;
    double sum = 0, squares = 0;
    for (int p = 0; p < slice->producers; p++) {
        int64_t i, last;
        double ended = 0;
        for (workload_range(slice, p, &i, &last); i < last; i++) {
            int64_t end = own->shots[i].stamp->ended;
            ended += end > slice->counted_from_ns && end <= slice->counted_to_ns;
        }
        sum += ended;
        squares += ended * ended;
    }
    return slice->producers > 1 && squares > 0 ? sum * sum / (squares * slice->producers) : NAN;
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
        report->figures[PACED_BEFORE + i] = sums[i] / (double)done;
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
    report->figures[PACED_P50] = quantile(counted, counted->planned_to_end, 0.5);
    report->figures[PACED_P99] = quantile(counted, counted->planned_to_end, 0.99);
    report->figures[PACED_P999] = quantile(counted, counted->planned_to_end, 0.999);
    report->figures[PACED_NAIVE_P99] = quantile(counted, counted->naive, 0.99);
    report->figures[PACED_LATE] = times_quantile(counted->late, counted->planned, 0.99);
    report->figures[PACED_GENERATOR] = counted->behind / (double)counted->done;
    report->figures[PACED_POOL_P99] = quantile(counted, counted->of_pool, 0.99);
    report->figures[PACED_POOL_P999] = quantile(counted, counted->of_pool, 0.999);
}

void paced_measure(const struct workload_slice *slice, struct workload_report *report)
{
    const struct own *own = slice->own;
    int64_t *times = malloc((size_t)slice->jobs * 4 * sizeof *times);
    struct counted counted = {.planned_to_end = times,
                              .naive = times + slice->jobs,
                              .late = times + 2 * slice->jobs,
                              .of_pool = times + 3 * slice->jobs};
    for (int i = 0; i < PACED_FIGURES; i++)
        report->figures[i] = NAN;
    for (int64_t i = 0; i < slice->jobs && times; i++)
        count_job(slice, &own->shots[i], &counted, report);
    if (counted.planned && counted.done) {
        measure_latency(&counted, report);
        measure_stretches(slice, counted.done, report);
    }
    if (counted.planned && slice->counted_to_ns > slice->counted_from_ns)
        measure_rates(slice, counted.planned, counted.ended, report);
    report->figures[PACED_FAIRNESS] = fairness(slice);
    report->course_step_ns = course_of(slice->stamps, slice->stamp_count, report->course[0], report->course[1]);
    free(times);
}

void paced_say(const struct workload_spec *spec, const struct workload_setting *setting, const double *f, char *text,
               size_t size)
{
    static const double much_late = 0.2;
    char late[32];
    (void)spec, (void)setting;
    if (f[PACED_LATE] > much_late * f[PACED_P99])
        snprintf(
            text, size,
            "the generator is the limit: its own lateness (p99 %s) is much of the latency; more CPUs, or a lower rate",
            units_time_text(f[PACED_LATE], late, sizeof late));
}
