/* slow-consumer.c - jobs with results, and a consumer that takes its time: who
 * waits, how deep the queues get, what is lost.
 *
 * The consumer waits `take` for each result as a database or a client would,
 * that is without using a CPU, to a schedule: when it overslept one result it is
 * ahead with the next, so that its rate is exact. Or it computes.
 * Every job keeps its times; who waited when is reckoned from them afterwards
 * (flow.h), and nothing looks on while the clock runs. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "workloads/core/flow.h"
#include "workloads/core/kernel.h"
#include "workloads/core/times.h"
#include "workloads/core/units.h"
#include "workloads/core/workload.h"

enum { SIZE, DIST, PRODUCE, TAKE, CALL, BATCH, CONSUMER, PAUSE, DIES, PARAMS };
enum { CONSUMER_WAITS, CONSUMER_COMPUTES };

static const char *const consumers[] = {"waits", "computes", NULL};

static const struct workload_param params[PARAMS] = {
    [SIZE] = {"size", WORKLOAD_TIME, "200us", 1, 10000000000, NULL, "mean CPU time of a job"},
    [DIST] = {"dist", WORKLOAD_CHOICE, "fixed", 0, 0, random_distributions, "of it: " RANDOM_DISTRIBUTIONS_HELP},
    [PRODUCE] = {"produce", WORKLOAD_TIME, "0ns", 0, 10000000000, NULL, "computation of a producer between submits"},
    [TAKE] = {"take", WORKLOAD_TIME, "200us", 0, 10000000000, NULL, "what the consumer takes for each result"},
    [CALL] = {"call", WORKLOAD_TIME, "0ns", 0, 10000000000, NULL, "and for each receive, however many it brought"},
    [BATCH] = {"batch", WORKLOAD_COUNT, "1", 1, WORKLOAD_BATCH_MAX, NULL, "results that one receive may bring"},
    [CONSUMER] = {"consumer", WORKLOAD_CHOICE, "waits", 0, 0, consumers, "waits, or computes (and uses a CPU)"},
    [PAUSE] = {"pause", WORKLOAD_TIME, "0ns", 0, 10000000000, NULL, "one stop of the consumer, halfway"},
    [DIES] = {"dies", WORKLOAD_COUNT, "0", 0, 1000000000, NULL,
              "the consumer ends after so many results; 0: it does not"},
};

enum {
    PRODUCERS_WAITING,
    QUEUE_DEPTH,
    WORKERS_BLOCKED,
    CONSUMER_BUSY,
    RESULTS_LOST,
    REFUSED,
    DROPPED,
    OLDEST,
    RECOVERY,
    QUEUE_MOST,
    RESULTS_DEPTH,
    WORKERS_BUSY,
    RECEIVED,
    FIGURES
};
static const struct workload_figure figures[FIGURES] = {
    [PRODUCERS_WAITING] = {"producers_waiting", "prod.wait", WORKLOAD_SHARE,
                           "share of time that producers are in submit"},
    [QUEUE_DEPTH] = {"queue_depth", "queue", WORKLOAD_NUMBER, "jobs that wait, weighted by time"},
    [WORKERS_BLOCKED] = {"workers_blocked", "blocked", WORKLOAD_SHARE,
                         "share of time that workers wait for a result's place"},
    [CONSUMER_BUSY] = {"consumer_busy", "consumer", WORKLOAD_SHARE, "share of time that the consumer takes results"},
    [RESULTS_LOST] = {"results_lost", "lost", WORKLOAD_SHARE, "share of results that found no place"},
    [REFUSED] = {"jobs_refused", "refused", WORKLOAD_SHARE, "share of submits that were refused"},
    [DROPPED] = {"jobs_dropped", "dropped", WORKLOAD_SHARE, "share of accepted jobs that were dropped"},
    [OLDEST] = {"oldest_ns", "oldest", WORKLOAD_NS, "the greatest age of a waiting job"},
    [RECOVERY] = {"recovery_ns", "recovery", WORKLOAD_NS,
                  "from the pause's end until no more is under way than before"},
    [QUEUE_MOST] = {"queue_most", NULL, WORKLOAD_NUMBER, "the most jobs that waited at once"},
    [RESULTS_DEPTH] = {"results_depth", NULL, WORKLOAD_NUMBER, "results that wait, weighted by time"},
    [WORKERS_BUSY] = {"workers_busy", NULL, WORKLOAD_SHARE, "share of time that workers run jobs"},
    [RECEIVED] = {"results_per_s", NULL, WORKLOAD_NUMBER, "results received per second"},
};

struct consumer_job {
    struct kernel_job work;
    int64_t index;
    struct workload_stamp *stamp;
    struct flow_job flow;
    uint32_t runs, received, lost, withdrawn; /* withdrawn: dropped or cancelled before its start */
    bool garbled;                             /* its result was not what it returned */
};

struct own {
    struct consumer_job *jobs;
    uint64_t produce_steps, take_steps_per_us;
    int64_t pause_begin, pause_end;
    int64_t strangers; /* results of jobs that are none of ours */
};

static double bottleneck_ns(const struct workload_spec *spec)
{
    const int64_t *values = spec->values;
    double take = (double)values[TAKE] + (double)values[CALL] / (double)values[BATCH];
    return fmax((double)values[SIZE], fmax(take, (double)values[PRODUCE]));
}

static double work_ns(const struct workload_spec *spec)
{
    return (double)spec->values[SIZE];
}

/* Long enough for the queues to fill and a pause to be felt. */
static int64_t slice_jobs(const struct workload_spec *spec, const struct workload_setting *setting)
{
    enum { LEAST = 200, MANY = 2000, FILLS = 16, FILLS_LONG = 4 };
    int64_t places = (int64_t)(setting->capacity + setting->results_capacity), jobs = FILLS * places;
    int64_t pause = 4 * spec->values[PAUSE] / (int64_t)(bottleneck_ns(spec) + 1);
    if (jobs > MANY)
        jobs = FILLS_LONG * places > MANY ? FILLS_LONG * places : MANY;
    jobs = jobs > pause ? jobs : pause;
    return jobs > LEAST ? jobs : LEAST;
}

/* The jobs, and where they end. */

static int expected(const struct consumer_job *job)
{
    return (int)(job->work.seed >> 33); /* >= 0: done */
}

static int run(void *arg)
{
    struct consumer_job *job = arg;
    job->stamp->started = workload_now_ns();
    job->work.result = kernel_run(job->work.seed, job->work.steps);
    job->runs++;
    job->stamp->worker = pool_worker();
    job->stamp->ended = workload_now_ns();
    return expected(job);
}

static void discard(void *arg, enum pool_why why)
{
    struct consumer_job *job = arg;
    job->flow.settled = workload_now_ns();
    if (why == POOL_WHY_RESULT_LOST)
        job->lost++;
    else
        job->withdrawn++;
}

static void sleep_until(int64_t at)
{
    struct timespec until = {at / 1000000000, at % 1000000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        ;
}

/* Spends `ns` on what came, and returns when the consumer is due to be through:
 * it began with what it received when that was there and it had time. */
static int64_t take(const struct own *own, const struct workload_spec *spec, int64_t arrived, int64_t due, int64_t ns)
{
    static uint64_t sink;
    if (spec->values[CONSUMER] == CONSUMER_COMPUTES) {
        sink = kernel_run(sink, (uint64_t)ns * own->take_steps_per_us / 1000);
        return workload_now_ns();
    }
    due = (due > arrived ? due : arrived) + ns;
    if (ns && due > workload_now_ns())
        sleep_until(due);
    return due;
}

/* One stop, when half of the jobs have gone by. */
static void pause_once(struct own *own, const struct workload_slice *slice, int64_t *due)
{
    own->pause_begin = workload_now_ns();
    *due = own->pause_begin + slice->spec->values[PAUSE];
    sleep_until(*due);
    own->pause_end = *due = workload_now_ns();
}

/* Returns the job of the first result; NULL when one of them is a stranger's. */
static struct consumer_job *note_received(struct own *own, const struct pool_result *results, int count)
{
    int64_t now = workload_now_ns(), strangers = own->strangers;
    for (int i = 0; i < count; i++) {
        struct consumer_job *job = results[i].arg;
        if (results[i].fn != run) {
            own->strangers++;
            continue;
        }
        job->received++;
        job->flow.settled = now;
        job->garbled |= results[i].status != expected(job);
    }
    return own->strangers > strangers ? NULL : results[0].arg;
}

static void consume(struct workload_slice *slice)
{
    const int64_t *values = slice->spec->values;
    struct own *own = slice->own;
    struct pool_result results[WORKLOAD_BATCH_MAX];
    int64_t received = 0, due = 0;
    int count;
    prctl(PR_SET_TIMERSLACK, 1); /* of this thread: sleeps to the ns, not to 50 us */
    while ((count = pool_receive_batch(slice->pool, results, (int)values[BATCH], -1)) > 0) {
        const struct consumer_job *last = results[count - 1].arg;
        struct consumer_job *first = note_received(own, results, count);
        received += count;
        if (values[DIES] && received >= values[DIES])
            return;
        if (!first)
            continue;
        due = take(own, slice->spec, first->stamp->ended, due, count * values[TAKE] + values[CALL]);
        first->flow.taken = workload_now_ns();
        if (values[PAUSE] && !own->pause_begin && last->index >= slice->jobs / 2)
            pause_once(own, slice, &due);
    }
}

/* The slice. */

static void release(struct workload_slice *slice)
{
    struct own *own = slice->own;
    if (own)
        free(own->jobs);
    workload_forget(slice);
}

static int prepare(struct workload_slice *slice)
{
    const int64_t *values = slice->spec->values;
    double total = 0;
    struct own *own = slice->own = calloc(1, sizeof *own);
    if (own)
        own->jobs = workload_memory(slice->jobs, sizeof *own->jobs);
    if (workload_stamp(slice, 1) || !own || !own->jobs) {
        release(slice);
        return -ENOMEM;
    }
    own->produce_steps = kernel_steps((double)values[PRODUCE]);
    own->take_steps_per_us = kernel_steps(1000);
    for (int64_t i = 0; i < slice->jobs; i++) {
        own->jobs[i] =
            (struct consumer_job){.work = kernel_job(slice->seed + (uint64_t)i, (double)values[SIZE], values[DIST]),
                                  .index = i,
                                  .stamp = &slice->stamps[i]};
        total += (double)own->jobs[i].work.steps;
    }
    slice->work_ns = total / (double)slice->jobs / kernel_steps_per_ns();
    return 0;
}

/* Jobs are counted off one by one: a producer's own work comes between. */
static void produce(struct workload_slice *slice, int producer)
{
    struct own *own = slice->own;
    uint64_t state = slice->seed;
    int64_t first, last;
    workload_range(slice, producer, &first, &last);
    for (; first < last; first++) {
        struct consumer_job *job = &own->jobs[first];
        int answer;
        state = kernel_run(state, own->produce_steps);
        job->flow.submitted = job->stamp->submitted = workload_now_ns();
        answer = pool_submit(slice->pool, run, job);
        job->flow.admitted = workload_now_ns();
        if (!workload_answered(slice, producer, answer))
            return;
    }
    __asm__ volatile("" : : "r"(state)); /* its work is not to be left out */
}

static void verify(const struct workload_slice *slice, struct workload_verdict *verdict)
{
    const struct own *own = slice->own;
    int64_t without = 0, twice = 0;
    for (int64_t i = 0; i < slice->jobs; i++) {
        const struct consumer_job *job = &own->jobs[i];
        workload_judge(verdict, job->runs, !job->garbled && kernel_job_is_right(&job->work, slice->seed + (uint64_t)i));
        without += job->runs == 1 && job->received + job->lost == 0;
        twice += job->received + job->lost > 1;
    }
    if (without || twice || own->strangers)
        snprintf(verdict->broken, sizeof verdict->broken,
                 "results: of %lld jobs the result was never received nor reported lost, of %lld more than once; "
                 "%lld were of jobs that nobody submitted",
                 (long long)without, (long long)twice, (long long)own->strangers);
}

/* Figures. */

/* From the fifth part of the submits on, when the queues have filled, until the
 * last, when they begin to drain. Returns false when out of memory. */
static bool window(const struct workload_slice *slice, int64_t *begin, int64_t *end)
{
    const struct own *own = slice->own;
    int64_t *submits = malloc((size_t)slice->jobs * sizeof *submits);
    if (!submits)
        return false;
    *end = 0;
    for (int64_t i = 0; i < slice->jobs; i++) {
        submits[i] = own->jobs[i].flow.submitted;
        if (own->jobs[i].flow.admitted > *end)
            *end = own->jobs[i].flow.admitted;
    }
    times_sort(submits, slice->jobs);
    *begin = submits[slice->jobs / 5];
    free(submits);
    return true;
}

/* Losses are counted from `begin` on, like the means: the first results always
 * find a place. */
static void measure_counts(const struct workload_slice *slice, int64_t begin, struct workload_report *report)
{
    const struct own *own = slice->own;
    double received = 0, lost = 0, withdrawn = 0, refused = 0, ran = 0;
    int64_t first = INT64_MAX, last = 0;
    for (int64_t i = 0; i < slice->jobs; i++) {
        const struct consumer_job *job = &own->jobs[i];
        received += job->received;
        lost += job->flow.submitted >= begin ? job->lost : 0;
        ran += job->flow.submitted >= begin ? job->runs : 0;
        withdrawn += job->withdrawn;
        if (job->flow.submitted < first)
            first = job->flow.submitted;
        if (job->received && job->flow.settled > last)
            last = job->flow.settled;
        report->sample(report, 0, job->flow.admitted - job->flow.submitted);
    }
    for (int i = 0; i < slice->producers; i++)
        refused += (double)slice->refused[i];
    report->figures[RESULTS_LOST] = lost / ran;
    report->figures[REFUSED] = refused / (double)slice->jobs;
    report->figures[DROPPED] = withdrawn / ((double)slice->jobs - refused);
    report->figures[RECEIVED] = received * 1e9 / (double)(last - first);
}

static void measure(const struct workload_slice *slice, struct workload_report *report)
{
    const struct workload_setting *with = &slice->setting;
    struct own *own = slice->own;
    struct flow_setting setting = {
        .producers = with->producers,
        .workers = with->workers,
        .blocking = with->results == POOL_RESULTS_BLOCK,
        .results_capacity = with->results_capacity,
        .pause_begin = own->pause_begin,
        .pause_end = own->pause_end,
    };
    struct flow_job *jobs = malloc((size_t)slice->jobs * sizeof *jobs);
    struct flow *flow = malloc(sizeof *flow);
    for (int64_t i = 0; i < slice->jobs && jobs; i++) {
        jobs[i] = own->jobs[i].flow;
        jobs[i].started = own->jobs[i].stamp->started;
        jobs[i].ended = own->jobs[i].stamp->ended;
    }
    if (jobs && flow && window(slice, &setting.begin, &setting.end) &&
        !flow_measure(jobs, slice->jobs, &setting, flow)) {
        measure_counts(slice, setting.begin, report);
        report->figures[PRODUCERS_WAITING] = flow->mean[FLOW_WAITING] / with->producers;
        report->figures[QUEUE_DEPTH] = flow->mean[FLOW_QUEUE];
        report->figures[QUEUE_MOST] = flow->most[FLOW_QUEUE];
        report->figures[WORKERS_BLOCKED] = flow->mean[FLOW_BLOCKED] / with->workers;
        report->figures[WORKERS_BUSY] = flow->mean[FLOW_BUSY] / with->workers;
        report->figures[RESULTS_DEPTH] = flow->mean[FLOW_RESULTS];
        report->figures[CONSUMER_BUSY] = flow->mean[FLOW_CONSUMING];
        report->figures[OLDEST] = flow->oldest_ns;
        report->figures[RECOVERY] = flow->recovery_ns;
        report->course_step_ns = flow->course_step_ns;
        memcpy(report->course, flow->course, sizeof flow->course);
        if (own->pause_end) {
            report->event_begin_ns = (double)(own->pause_begin - flow->course_begin);
            report->event_end_ns = (double)(own->pause_end - flow->course_begin);
        }
    }
    free(flow);
    free(jobs);
}

/* Words. */

static const double nearly_all = 0.94; /* the rest is wake-ups */
static const double noticeable = 0.03;

/* What could be done about a consumer that is always busy. */
static const char *consumer_remedy(const struct workload_spec *spec)
{
    double call = (double)spec->values[CALL] / (double)spec->values[BATCH];
    return call > 0.25 * ((double)spec->values[TAKE] + call) ? "a buffer would not help, batched receive would"
                                                             : "a buffer would not help, a faster consumer would";
}

static void say(const struct workload_spec *spec, const struct workload_setting *setting, const double *f, char *text,
                size_t size)
{
    char recovery[32], who[96] = "", lost[64] = "", share[32];
    int used;
    if (setting->results == POOL_RESULTS_BLOCK)
        snprintf(who, sizeof who, "workers blocked %s of the time, ",
                 units_share_rough(f[WORKERS_BLOCKED], share, sizeof share));
    if (f[RESULTS_LOST] > 0)
        snprintf(lost, sizeof lost, "%s of the results lost, ",
                 units_share_rough(f[RESULTS_LOST], share, sizeof share));
    if (f[CONSUMER_BUSY] >= nearly_all)
        used = snprintf(text, size, "bound by the consumer; %s%sproducers waiting %s; %s", who, lost,
                        units_share_rough(f[PRODUCERS_WAITING], share, sizeof share), consumer_remedy(spec));
    else if (f[WORKERS_BLOCKED] > noticeable || f[RESULTS_LOST] > noticeable)
        used =
            snprintf(text, size, "%s%sthough the consumer is busy only %.0f%% of the time: a larger buffer would help",
                     who, lost, 100 * f[CONSUMER_BUSY]);
    else if (setting->results == POOL_RESULTS_THROTTLE && f[PRODUCERS_WAITING] > 0.5 && f[WORKERS_BUSY] < nearly_all)
        used = snprintf(text, size,
                        "producers wait for places (workers busy %.0f%%), though the consumer is busy only %.0f%% of "
                        "the time: a larger buffer would help",
                        100 * f[WORKERS_BUSY], 100 * f[CONSUMER_BUSY]);
    else if (f[PRODUCERS_WAITING] > 0.5)
        used = snprintf(text, size, "bound by the workers (busy %.0f%%); the consumer keeps up, busy %.0f%%",
                        100 * f[WORKERS_BUSY], 100 * f[CONSUMER_BUSY]);
    else
        used =
            snprintf(text, size, "bound by the producers; the consumer keeps up, busy %.0f%%", 100 * f[CONSUMER_BUSY]);
    if (!spec->values[PAUSE] || used < 0 || (size_t)used >= size)
        return;
    if (isnan(f[RECOVERY]))
        snprintf(text + used, size - (size_t)used, "; does not recover from the pause");
    else
        snprintf(text + used, size - (size_t)used, "; recovers %s after the pause",
                 units_time_text(f[RECOVERY], recovery, sizeof recovery));
}

static const struct workload_ops slow_consumer = {
    .abi = WORKLOAD_ABI,
    .name = "slow-consumer",
    .summary = "jobs with results, and a consumer that takes its time",
    .unit = "a stretch of computation of `size` whose result the consumer receives",
    .params = params,
    .param_count = PARAMS,
    .needs = POOL_CAN_RESULTS,
    .why = "it has no result channel",
    .waits = true,
    .capacity = 8,
    .figures = figures,
    .figure_count = FIGURES,
    .samples = {"submit_wait"},
    .series = {"queue", "producers_waiting", "workers_blocked", "results", "workers_busy", "consumer_busy"},
    .work_ns = work_ns,
    .job_ns = bottleneck_ns,
    .jobs = slice_jobs,
    .prepare = prepare,
    .produce = produce,
    .consume = consume,
    .discard = discard,
    .verify = verify,
    .measure = measure,
    .say = say,
    .release = release,
};

WORKLOAD_REGISTER(slow_consumer);
