/* cancel.c - a full queue, every worker in a job, and then a cancel: how long
 * until nothing starts, until every queued job has its outcome, until quiet.
 *
 * All is seen from outside, by the jobs' own stamps, the discard callback and
 * the canceller, the last of the producers. When the cancel returns each job was
 * started or has its outcome, but for one in the hand of each worker, which may
 * be about to run it or to settle it: more than that is a broken promise. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "workloads/core/kernel.h"
#include "workloads/core/own_cancel.h"
#include "workloads/core/workload.h"

enum { KIND, LOOK, SIZE, PARAMS };
enum { KIND_LOOK, KIND_SLEEP, KIND_POLL, KIND_NEVER };

static const char *const kinds[] = {"look", "sleep", "poll", "never", NULL};

static const struct workload_param params[PARAMS] = {
    [KIND] = {"jobs", WORKLOAD_CHOICE, "look", 0, 0, kinds,
              "look: compute and look for the cancel; sleep: in pool_sleep; poll: in poll, with the cancel's "
              "descriptor beside their own; never: compute and do not look"},
    [LOOK] = {"look", WORKLOAD_TIME, "10us", 100, 1000000000, NULL, "how often a computing job looks"},
    [SIZE] = {"size", WORKLOAD_TIME, "2ms", 1000, 10000000000, NULL, "length of a job that never looks"},
};

enum { LAST_START, SETTLED, QUIET, STOPPED, LATE, CALL, QUEUED, FIGURES };
static const struct workload_figure figures[FIGURES] = {
    [LAST_START] = {"last_start_ns", "last start", WORKLOAD_NS,
                    "from the call until the last job started; 0: none did"},
    [SETTLED] = {"settled_ns", "settled", WORKLOAD_NS, "from the call until the last queued job had its outcome"},
    [QUIET] = {"quiet_ns", "quiet", WORKLOAD_NS, "from the call until a wait for quiet returned"},
    [STOPPED] = {"stopped_ns", "stopped", WORKLOAD_NS, "from the call until the last running job ended"},
    [LATE] = {"late_starts", "late starts", WORKLOAD_NUMBER, "jobs that started after the cancel had returned"},
    [CALL] = {"call_ns", NULL, WORKLOAD_NS, "how long the call took"},
    [QUEUED] = {"queued", NULL, WORKLOAD_NUMBER, "jobs that were queued at the call"},
};

/* A job that is never told ends all the same. */
#define PATIENCE_NS INT64_C(5000000000)

struct own;
struct cancel_job {
    struct own *own;
    struct workload_stamp *stamp;
    int64_t settled; /* discarded */
    uint32_t runs, discarded;
    bool deaf; /* it was not told within PATIENCE_NS */
};

struct own {
    struct cancel_job *jobs;
    pool_job_fn *fn;
    const struct job_calls *calls; /* what jobs ask of a cancel */
    uint64_t steps;                /* of computation, at a stretch */
    int silent[2];                 /* a pipe that nobody writes to: the job's own I/O */
    int64_t running_wanted;
    _Atomic int64_t running;
    _Atomic int filled;                 /* producers that are through */
    int64_t called, returned, quiet_at; /* the cancel */
};

/* The jobs. */

static void begin(struct cancel_job *job)
{
    job->stamp->started = workload_now_ns();
    atomic_fetch_add_explicit(&job->own->running, 1, memory_order_relaxed);
    job->runs++;
}

static int end(struct cancel_job *job)
{
    job->deaf = workload_now_ns() - job->stamp->started >= PATIENCE_NS;
    job->stamp->worker = pool_worker();
    job->stamp->ended = workload_now_ns();
    return 0;
}

static int run_look(void *arg)
{
    struct cancel_job *job = arg;
    static _Thread_local uint64_t sink;
    begin(job);
    while (!job->own->calls->cancelled() && workload_now_ns() - job->stamp->started < PATIENCE_NS)
        sink = kernel_run(sink, job->own->steps);
    return end(job);
}

static int run_sleep(void *arg)
{
    struct cancel_job *job = arg;
    begin(job);
    job->own->calls->sleep(PATIENCE_NS);
    return end(job);
}

static int run_poll(void *arg)
{
    struct cancel_job *job = arg;
    struct pollfd watched[2] = {{.fd = job->own->silent[0], .events = POLLIN}, {.events = POLLIN}};
    int left_ms = PATIENCE_NS / 1000000;
    begin(job);
    watched[1].fd = job->own->calls->cancel_fd();
    while (poll(watched, 2, left_ms) < 0 && errno == EINTR)
        ;
    return end(job);
}

static int run_never(void *arg)
{
    struct cancel_job *job = arg;
    static _Thread_local uint64_t sink;
    begin(job);
    sink = kernel_run(sink, job->own->steps);
    return end(job);
}

static void discard(void *arg, enum pool_why why)
{
    struct cancel_job *job = arg;
    (void)why;
    job->settled = workload_now_ns();
    job->discarded++;
}

/* The slice. */

static double work_ns(const struct workload_spec *spec)
{
    (void)spec;
    return 0; /* most jobs never run */
}

static double job_ns(const struct workload_spec *spec)
{
    return spec->values[KIND] == KIND_NEVER ? (double)spec->values[SIZE] / 100 : 1000;
}

static int64_t slice_jobs(const struct workload_spec *spec, const struct workload_setting *setting)
{
    (void)spec;
    return setting->workers + (int64_t)setting->capacity;
}

static void release(struct workload_slice *slice)
{
    struct own *own = slice->own;
    if (own) {
        free(own->jobs);
        if (own->silent[0] >= 0) {
            close(own->silent[0]);
            close(own->silent[1]);
        }
    }
    own_cancel_end();
    workload_forget(slice);
}

static int prepare(struct workload_slice *slice)
{
    static pool_job_fn *const functions[] = {
        [KIND_LOOK] = run_look, [KIND_SLEEP] = run_sleep, [KIND_POLL] = run_poll, [KIND_NEVER] = run_never};
    const int64_t *values = slice->spec->values;
    struct own *own = slice->own = calloc(1, sizeof *own);
    double ns = (double)(values[KIND] == KIND_NEVER ? values[SIZE] : values[LOOK]);
    int error = 0;
    if (own) {
        own->jobs = workload_memory(slice->jobs, sizeof *own->jobs);
        own->fn = functions[values[KIND]];
        own->steps = kernel_steps(ns);
        if (pipe2(own->silent, O_CLOEXEC)) {
            error = -errno;
            own->silent[0] = -1;
            snprintf(slice->why, sizeof slice->why, "open a pipe: %s", strerror(errno));
        } else if ((error = own_cancel_begin())) {
            snprintf(slice->why, sizeof slice->why, "open an eventfd: %s", strerror(-error));
        }
    }
    if (workload_stamp(slice, 1) || !own || !own->jobs)
        error = -ENOMEM;
    for (int64_t i = 0; i < slice->jobs && !error; i++)
        own->jobs[i] = (struct cancel_job){.own = own, .stamp = &slice->stamps[i]};
    if (error)
        release(slice);
    return error;
}

static void nap(void)
{
    struct timespec length = {0, 20000};
    nanosleep(&length, NULL);
}

static bool submit(struct workload_slice *slice, int producer, int64_t index)
{
    struct own *own = slice->own;
    slice->stamps[index].submitted = workload_now_ns();
    return workload_answered(slice, producer, pool_submit(slice->pool, own->fn, &own->jobs[index]));
}

/* A job for every worker that runs, and until they all are in theirs. */
static bool occupy(struct workload_slice *slice)
{
    struct own *own = slice->own;
    struct pool_stats stats;
    int64_t deadline = workload_now_ns() + PATIENCE_NS;
    own->calls = own_cancel_calls(slice->pool->ops);
    pool_stats(slice->pool, &stats);
    own->running_wanted = stats.workers < slice->setting.workers ? stats.workers : slice->setting.workers;
    slice->withheld = slice->setting.workers - own->running_wanted; /* of workers that there are none of */
    for (int64_t i = 0; i < own->running_wanted; i++)
        if (!submit(slice, 0, i))
            return false;
    while (atomic_load(&own->running) < own->running_wanted) {
        if (workload_now_ns() > deadline) {
            slice->error[0] = -ETIMEDOUT;
            return false;
        }
        nap();
    }
    return true;
}

static void cancel(struct workload_slice *slice, struct own *own)
{
    own->called = workload_now_ns();
    if (pool_is_added(slice->pool->ops))
        own_cancel_raise();
    pool_cancel(slice->pool);
    own->returned = workload_now_ns();
    if (!pool_wait(slice->pool, 2 * PATIENCE_NS))
        own->quiet_at = workload_now_ns();
}

static void produce(struct workload_slice *slice, int producer)
{
    struct own *own = slice->own;
    int64_t queued = slice->jobs - slice->setting.workers, first, last;
    if (producer == 0) {
        bool occupied = occupy(slice);
        atomic_store(&own->filled, occupied ? 1 : -1);
    }
    while (!atomic_load(&own->filled))
        nap();
    if (atomic_load(&own->filled) < 0)
        return;
    first = queued * producer / slice->producers;
    last = queued * (producer + 1) / slice->producers;
    for (; first < last; first++)
        if (!submit(slice, producer, slice->setting.workers + first))
            break;
    if (atomic_fetch_add(&own->filled, 1) == slice->producers) /* the last one; it began at 1 */
        cancel(slice, own);
}

static void verify(const struct workload_slice *slice, struct workload_verdict *verdict)
{
    const struct own *own = slice->own;
    int64_t deaf = 0, late = 0, unsettled = 0, both = 0;
    for (int64_t i = 0; i < slice->jobs; i++) {
        const struct cancel_job *job = &own->jobs[i];
        workload_judge(verdict, job->runs, true);
        deaf += job->deaf;
        late += job->runs && own->returned && job->stamp->started > own->returned;
        unsettled += job->discarded && job->settled > own->returned;
        both += job->discarded + job->runs > 1;
    }
    if (!own->quiet_at)
        snprintf(verdict->broken, sizeof verdict->broken, "after the cancel the pool did not come to quiet");
    else if (deaf && slice->spec->values[KIND] != KIND_NEVER)
        snprintf(verdict->broken, sizeof verdict->broken, "%lld running jobs were not told of the cancel",
                 (long long)deaf);
    else if (late + unsettled > slice->setting.workers)
        snprintf(verdict->broken, sizeof verdict->broken,
                 "when pool_cancel had returned %lld jobs still started and %lld queued ones had no outcome yet; "
                 "%d workers can have had one each in hand",
                 (long long)late, (long long)unsettled, slice->setting.workers);
    else if (both)
        snprintf(verdict->broken, sizeof verdict->broken, "%lld jobs had more than one outcome", (long long)both);
}

static void measure(const struct workload_slice *slice, struct workload_report *report)
{
    const struct own *own = slice->own;
    int64_t last_start = own->called, settled = own->called, stopped = own->called, late = 0, queued = 0, running = 0;
    for (int64_t i = 0; i < slice->jobs; i++) {
        const struct cancel_job *job = &own->jobs[i];
        if (job->discarded) {
            settled = job->settled > settled ? job->settled : settled;
            queued++;
        }
        if (!job->runs)
            continue;
        last_start = job->stamp->started > last_start ? job->stamp->started : last_start;
        late += job->stamp->started > own->returned;
        if (job->stamp->ended <= own->called)
            continue;
        running += job->stamp->started <= own->called;
        stopped = job->stamp->ended > stopped ? job->stamp->ended : stopped;
        report->sample(report, 0, job->stamp->ended - own->called);
    }
    report->figures[LAST_START] = (double)(last_start - own->called);
    report->figures[SETTLED] = (double)(settled - own->called);
    /* When the canceller came so late to a CPU that nothing ran any more, there was
     * nothing to be stopped, and how soon that was says nothing of the pool. */
    report->figures[QUIET] = running ? (double)(own->quiet_at - own->called) : NAN;
    report->figures[STOPPED] = running ? (double)(stopped - own->called) : NAN;
    report->figures[LATE] = (double)late;
    report->figures[CALL] = (double)(own->returned - own->called);
    report->figures[QUEUED] = (double)queued;
}

static const struct workload_ops cancel_ops = {
    .abi = WORKLOAD_ABI,
    .name = "cancel",
    .summary = "a full queue and busy workers, then a cancel",
    .unit = "a job that is cancelled, most of them in the queue",
    .params = params,
    .param_count = PARAMS,
    .needs = POOL_CAN_CANCEL | POOL_CAN_QUEUE | POOL_CAN_RUN_APART,
    .why = "it has no queue whose jobs a cancel could reach",
    .waits = true,
    .judged_by = "quiet_ns",
    .figures = figures,
    .figure_count = FIGURES,
    .samples = {"stop"},
    .work_ns = work_ns,
    .job_ns = job_ns,
    .jobs = slice_jobs,
    .prepare = prepare,
    .produce = produce,
    .discard = discard,
    .verify = verify,
    .measure = measure,
    .release = release,
};

WORKLOAD_REGISTER(cancel_ops);
