/* slice_run.c - see slice_run.h. All that takes time or memory happens before the
 * clock starts or after it stopped; between, producers submit, workers work,
 * and this thread sleeps in pool_wait. */
#include "bench/measure/slice_run.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "bench/machine/clocks.h"
#include "bench/measure/actors.h"
#include "bench/measure/left.h"
#include "bench/measure/little.h"
#include "bench/measure/pin.h"
#include "bench/measure/places.h"
#include "bench/measure/recording.h"
#include "bench/measure/window.h"
#include "bench/statistics/rates.h"
#include "bench/statistics/stats.h"
#include "pools/core/topology.h"

/* As it declares. */
static bool counts_nothing(const struct pool *pool, const struct pool_stats *stats)
{
    return pool->ops->declares & POOL_NO_COUNTS && !stats->accepted;
}

static void check_law(struct slice *slice, const struct workload_slice *work)
{
    const struct pool_stats *s = &slice->stats;
    struct workload_verdict verdict = {0};
    int64_t unaccounted = slice->refused + (int64_t)s->cancelled + (int64_t)s->dropped;

    if (s->accepted != s->done + s->failed + s->cancelled + s->dropped)
        slice_fail(slice, "the law is broken: accepted %llu, done %llu, failed %llu, cancelled %llu, dropped %llu",
                   (unsigned long long)s->accepted, (unsigned long long)s->done, (unsigned long long)s->failed,
                   (unsigned long long)s->cancelled, (unsigned long long)s->dropped);
    work->spec->ops->verify(work, &verdict);
    if (*verdict.cannot && !*slice->failure) {
        slice_fail(slice, "%lld of %lld jobs failed: %s", (long long)verdict.failed, (long long)work->jobs,
                   verdict.cannot);
        slice->cannot = true;
    }
    verdict.missing -= work->withheld;
    if (verdict.missing != unaccounted)
        slice_fail(slice,
                   "%lld jobs lost: of %lld submitted, %lld never ran, and %lld were refused, cancelled or dropped",
                   (long long)(verdict.missing - unaccounted), (long long)slice->jobs, (long long)verdict.missing,
                   (long long)unaccounted);
    if (verdict.doubled)
        slice_fail(slice, "%lld jobs ran more than once", (long long)verdict.doubled);
    if (verdict.garbled)
        slice_fail(slice, "%lld jobs have a wrong result", (long long)verdict.garbled);
    if (*verdict.broken)
        slice_fail(slice, "%s", verdict.broken);
    if ((uint64_t)(slice->jobs - slice->refused) != s->accepted && !counts_nothing(work->pool, s))
        slice_fail(slice, "%lld jobs were accepted, the pool counts %llu", (long long)(slice->jobs - slice->refused),
                   (unsigned long long)s->accepted);
    if (s->failed)
        slice_fail(slice, "%llu jobs failed", (unsigned long long)s->failed);
}

/* Times taken on two CPUs whose clocks are out of step are no times: negative, or longer
 * than the slice. */
static void check_clocks(const struct workload_slice *work, struct slice *slice)
{
    for (int64_t i = 0; i < work->stamp_count && !*slice->failure; i++) {
        const struct workload_stamp *stamp = &work->stamps[i];
        int64_t queued = stamp->started - stamp->submitted, ran = stamp->ended - stamp->started;
        if (!stamp->started || !stamp->ended)
            continue;
        if (queued >= -CLOCKS_STEP_NS && ran >= -CLOCKS_STEP_NS &&
            (double)(queued + ran) <= slice->wall_ns + CLOCKS_STEP_NS)
            continue;
        slice->cannot = true;
        slice_fail(slice,
                   "the clocks of two CPUs are out of step: a job started %lld ns after its submit and ended %lld ns "
                   "after its start, in a slice of %.0f ns",
                   (long long)queued, (long long)ran, slice->wall_ns);
    }
}

static uint64_t interval(int64_t from, int64_t to)
{
    return to > from ? (uint64_t)(to - from) : 0;
}

/* How many jobs are submitted before the queue is full, in a closed loop whose latency is
 * the waiting behind it; 0: all count. */
static int64_t fill_of(const struct plan_entry *entry)
{
    const struct workload_ops *ops = entry->workload.ops;
    int64_t batch = 1;
    if (workload_has_columns(ops) || !(entry->pool->can & POOL_CAN_RUN_APART))
        return 0;
    for (int i = 0; i < ops->param_count; i++)
        if (!strcmp(ops->params[i].name, "batch"))
            batch = entry->workload.values[i];
    return (int64_t)entry->capacity + entry->workers + entry->producers * batch;
}

/* The most jobs that can be in the system at once, from the stamp before their submit:
 * what producers hold, what waits and what runs. */
static double in_system_most(const struct plan_entry *entry)
{
    int64_t fill = fill_of(entry);
    if (workload_has_columns(entry->workload.ops) || entry->pool->declares & POOL_UNBOUNDED || !fill)
        return NAN;
    return (double)fill;
}

/* Whether a job was submitted once that many were: each producer does its share. */
static bool was_filled(const struct workload_slice *work, int64_t job, int64_t fill)
{
    int64_t first = 0, last = 0;
    for (int p = 0; p < work->producers && last <= job; p++)
        workload_range(work, p, &first, &last);
    return (job - first) * work->producers >= fill;
}

/* A job that was refused or dropped is infinitely late; one that was cancelled got what was
 * asked for. */
static void collect_stamps(const struct workload_slice *work, int workers, int64_t fill, struct slice *slice,
                           struct slice_samples *samples)
{
    double *shares = calloc((size_t)workers + 1, sizeof *shares);
    bool apart = false; /* some job ran on a worker */
    struct little little = {0};
    bool lost = slice->refused || slice->stats.dropped;
    for (int64_t i = 0; i < work->stamp_count; i++) {
        const struct workload_stamp *stamp = &work->stamps[i];
        if (!window_counts(work, stamp))
            continue;
        if (!stamp->started || !stamp->ended) {
            if (samples && lost && stamp->submitted && (!fill || was_filled(work, workload_stamp_job(work, i), fill)))
                samples->submit_to_end.lost++;
            continue;
        }
        if (shares && stamp->worker >= 0 && stamp->worker < workers) {
            shares[stamp->worker]++;
            apart = true;
        }
        if (!samples)
            continue;
        if (fill && !was_filled(work, workload_stamp_job(work, i), fill)) {
            hist_record(&samples->start_to_end, interval(stamp->started, stamp->ended));
            continue;
        }
        hist_record(&samples->submit_to_start, interval(stamp->submitted, stamp->started));
        hist_record(&samples->start_to_end, interval(stamp->started, stamp->ended));
        hist_record(&samples->submit_to_end, interval(stamp->submitted, stamp->ended));
        little_add(&little, stamp->submitted, stamp->ended);
    }
    slice->in_system =
        little_in_system(&little, work->stamp_count ? (double)work->jobs / (double)work->stamp_count : NAN);
    slice->fairness = apart ? stats_jain(shares, workers) : NAN;
    free(shares);
}

static double rusage_cpu_ns(const struct rusage *usage)
{
    return ((double)usage->ru_utime.tv_sec + (double)usage->ru_stime.tv_sec) * 1e9 +
           ((double)usage->ru_utime.tv_usec + (double)usage->ru_stime.tv_usec) * 1e3;
}

/* Waits for quiet while the pool gets on. */
static bool wait_for_quiet(struct pool *pool, struct patience *patience)
{
    int error = -ETIMEDOUT;
    while (error == -ETIMEDOUT && patience_left(patience)) {
        int64_t left = patience->until_ns - workload_now_ns();
        error = pool_wait(pool, left > 0 ? left : 0); /* less would be for ever */
    }
    return !error;
}

/* The interval itself. Returns false when nothing moved for so long. */
static bool run_measured(struct actors *actors, int64_t limit_ns, struct slice *slice)
{
    struct rusage before, after;
    struct patience patience;
    int64_t begin;
    int error = actors_start(actors);

    getrusage(RUSAGE_SELF, &before);
    begin = workload_now_ns();
    actors_go(actors);
    patience_begin(&patience, actors->work->pool, limit_ns);
    if (!actors_join_producers(actors, &patience, slice) || !actors_join_consumer(actors, &patience, slice) ||
        !wait_for_quiet(actors->work->pool, &patience))
        return false;
    slice->wall_ns = (double)(workload_now_ns() - begin);
    getrusage(RUSAGE_SELF, &after);
    slice->cpu_ns = rusage_cpu_ns(&after) - rusage_cpu_ns(&before);
    slice->voluntary = after.ru_nvcsw - before.ru_nvcsw;
    slice->involuntary = after.ru_nivcsw - before.ru_nivcsw;
    slice->producer_fairness = error ? NAN : actors_fairness(actors, begin);
    if (error) {
        slice_fail(slice, "a producer or the consumer could not start: %s (ulimit -u, or pids.max of a container)",
                   strerror(error));
        slice->cannot = true;
    }
    return true;
}

/* An open loop is watched. */
static void begin_watch(const struct plan_entry *entry, struct actors *actors, struct watch *watch)
{
    if (!rates_has(entry->workload.ops))
        return;
    actors->watch = watch;
    watch_begin(watch, actors->work->seed, workload_job_ns(&entry->workload) * (double)actors->work->jobs);
}

static int open_pool(const struct plan_entry *entry, const struct places *places, struct slice *slice,
                     struct pool **pool)
{
    struct pool_config config = {
        .workers = entry->workers,
        .capacity = entry->capacity,
        .full = entry->full,
        .full_timeout_ns = entry->full_timeout_ns,
        .results = entry->results,
        .results_capacity = entry->results_capacity,
        .discard = entry->workload.ops->discard,
        .cpus = places->count ? places->cpus : NULL,
        .cpu_count = places->count,
        .spin_ns = entry->spin_ns,
    };
    struct memory before, after;
    int error;
    memory_read(&before);
    error = pool_open(pool, entry->pool, &config);
    if (!error && entry->apart)
        (*pool)->ops = entry->pool; /* in which nothing is missing */
    memory_read(&after);
    slice->pool_bytes =
        before.measured && after.measured ? (int64_t)(after.allocated_bytes - before.allocated_bytes) : -1;
    if (error == -EAGAIN || error == -ENOMEM) {
        slice_fail(slice, "pool_open: %s (ulimit -u, ulimit -v, pids.max or memory of a container)", strerror(-error));
        slice->cannot = true;
    } else if (pool_is_added(entry->pool) && (error == -ENOTSUP || error == -EINVAL)) { /* its own to refuse */
        slice_fail(slice, "pool_open: %s (not to be had so: another --full, or number of workers, may be)",
                   strerror(-error));
        slice->cannot = true;
    } else if (error) {
        slice_fail(slice, "pool_open: %s", strerror(-error));
    }
    return error;
}

/* Somebody else's pool: its workers are pinned, and what it counted until now is
 * not of this slice. */
static void settle_in(const struct plan_entry *entry, const struct places *places, struct pool *pool,
                      struct pool_stats *base, bool *pinned)
{
    *base = (struct pool_stats){0};
    *pinned = false;
    if (!entry->apart && !pool_is_added(entry->pool))
        return;
    if (places->count && entry->pool->can & POOL_CAN_RUN_APART && !(entry->pool->declares & POOL_PINS_ITSELF))
        *pinned = pin_workers(pool, entry->workers, places);
    pool_stats(pool, base);
}

static void stats_since(struct pool_stats *stats, const struct pool_stats *base)
{
    stats->accepted -= base->accepted;
    stats->started -= base->started;
    stats->done -= base->done;
    stats->caller_runs -= base->caller_runs;
    stats->wakes -= base->wakes;
    stats->wakes_vain -= base->wakes_vain;
    stats->parks -= base->parks;
    stats->steals -= base->steals;
}

/* What the workload has to say, of a slice that went well. */
struct gathering {
    struct workload_report report;
    struct slice_samples *samples; /* or NULL */
};

static void gather(struct workload_report *report, int which, int64_t ns)
{
    struct gathering *gathering = (struct gathering *)report;
    if (!gathering->samples)
        return;
    if (ns == WORKLOAD_LOST)
        gathering->samples->own[which].lost++;
    else
        hist_record(&gathering->samples->own[which], ns > 0 ? (uint64_t)ns : 0);
}

static void collect_report(const struct workload_slice *work, struct slice *slice, struct slice_samples *samples)
{
    const struct workload_ops *ops = work->spec->ops;
    struct gathering *gathering = calloc(1, sizeof *gathering);
    for (int i = 0; i < WORKLOAD_FIGURES_MAX; i++)
        slice->figures[i] = NAN;
    if (gathering && ops->measure && !*slice->failure) {
        gathering->samples = samples;
        gathering->report.sample = gather;
        ops->measure(work, &gathering->report);
        memcpy(slice->figures, gathering->report.figures, (size_t)ops->figure_count * sizeof *slice->figures);
        if (samples && gathering->report.course_step_ns > 0) {
            samples->course_step_ns = gathering->report.course_step_ns;
            memcpy(samples->course, gathering->report.course, sizeof samples->course);
            samples->event_begin_ns = gathering->report.event_begin_ns;
            samples->event_end_ns = gathering->report.event_end_ns;
        }
    }
    free(gathering);
}

/* What is counted by it must be a number of workers that there can be. A plug-in that speaks of none does not count
 * them, or has let all go that had nothing to do: it is taken to have had those that it was asked for. */
static void check_workers(const struct plan_entry *entry, struct slice *slice)
{
    int workers = slice->stats.workers, least = entry->pool->can & POOL_CAN_RUN_APART ? 1 : 0;
    if (!workers && least && pool_is_added(entry->pool)) {
        slice->stats.workers = entry->workers;
        return;
    }
    if (workers >= least && workers <= POOL_WORKERS_MAX)
        return;
    slice_fail(slice, "its statistics cannot be: it says that it has %d workers (%d to %d)", workers, least,
               POOL_WORKERS_MAX);
    slice->stats.workers = 0;
}

static void record(const struct plan_entry *entry, const struct workload_slice *work, struct slice *slice)
{
    int error = entry->record && !*slice->failure ? recording_write(entry->record, work) : 0;
    if (!error)
        return;
    slice_fail(slice, "cannot record: %s", strerror(-error));
    slice->cannot = true;
}

/* An answer that ended a producer. Nobody has closed the pool: what it says is in the first table of pool.h, but for
 * want of memory, and where jobs are cancelled. */
static void fail_submit(struct slice *slice, int error)
{
    if (error == -ENOMEM || error == -ECANCELED)
        slice_fail(slice, "submit: %s", strerror(-error));
    else
        slice_fail(slice,
                   "submit: %s; what an open pool answers is 0, -EAGAIN or -ETIMEDOUT, as its policy says (pool.h)",
                   strerror(-error));
}

/* With the pool open: everything between open and free. */
static void run_in_pool(const struct plan_entry *entry, const struct places *places, struct actors *actors,
                        int64_t limit_ns, struct slice *slice, struct slice_samples *samples)
{
    struct workload_slice *work = actors->work;
    static struct watch watch; /* large; slices run one after the other */
    struct pool_stats base;
    bool pinned, quiet;
    settle_in(entry, places, work->pool, &base, &pinned);
    begin_watch(entry, actors, &watch);
    quiet = run_measured(actors, limit_ns, slice);
    slice->stopped = !quiet && patience_ended();
    if (slice->stopped)
        return;
    if (!quiet) {
        char text[SLICE_FAILURE_MAX - 128] = "";
        pool_explain(work->pool, text, sizeof text);
        slice_fail(slice, "hang: no quiet, and nothing moved for %.0f s\n%s", (double)limit_ns / 1e9, text);
        slice->hung = true;
        return;
    }
    for (int i = 0; i < work->producers; i++) {
        slice->refused += work->refused[i];
        if (work->error[i])
            fail_submit(slice, work->error[i]);
    }
    slice->jobs -= work->withheld;
    if (slice->refused && entry->full == POOL_BLOCK)
        slice_fail(slice, "submit: refused %lld of %lld jobs, although it waits while the pool is full",
                   (long long)slice->refused, (long long)slice->jobs);
    pool_stats(work->pool, &slice->stats);
    stats_since(&slice->stats, &base);
    check_workers(entry, slice);
    slice->stats.pinned = slice->stats.pinned || pinned;
    memory_read(&slice->memory);
    check_law(slice, work);
    check_clocks(work, slice);
    if (slice->cannot)
        samples = NULL;
    slice->in_system_most = in_system_most(entry);
    slice->window = window_of(work);
    if (actors->watch)
        slice->law = watch_law(actors->watch, work, work->producers + slice->stats.workers);
    record(entry, work, slice);
    collect_stamps(work, slice->stats.workers, fill_of(entry), slice, samples);
    collect_report(work, slice, samples);
}

/* Everything that a slice needs but the pool. */
static bool prepare(const struct plan_entry *entry, struct workload_slice *work, struct places *places,
                    struct actors *actors, struct slice *slice)
{
    int error = -ENOMEM;
    work->refused = calloc((size_t)entry->producers, sizeof *work->refused);
    work->error = calloc((size_t)entry->producers, sizeof *work->error);
    work->work_ns = entry->workload.ops->work_ns(&entry->workload);
    if (work->refused && work->error)
        error = places_of(entry, places);
    if (!error)
        error = actors_init(actors, work, places, entry);
    if (!error)
        error = entry->workload.ops->prepare(work);
    if (error) {
        slice_fail(slice, "cannot prepare: %s", *work->why ? work->why : strerror(-error));
        slice->cannot = true;
    }
    return !error;
}

int64_t slice_run_patience_ns(const struct plan_entry *entry, int64_t jobs, int64_t limit_ns)
{
    static const double tail = 10; /* the mean says little of a heavy-tailed one */
    struct workload_setting setting = plan_setting(entry);
    double shared = fmax(1, setting.workers / setting.cpus);
    return limit_ns +
           (int64_t)(workload_job_ns(&entry->workload) * (double)jobs + tail * shared * rates_job_ns(&entry->workload));
}

/* Returns what it left. */
static struct left run_once(const struct plan_entry *entry, int64_t jobs, uint64_t seed, int64_t limit_ns,
                            struct slice *slice, struct slice_samples *samples)
{
    struct left before = left_count();
    struct workload_slice work = {.spec = &entry->workload,
                                  .jobs = jobs,
                                  .seed = seed,
                                  .producers = entry->producers,
                                  .setting = plan_setting(entry)};
    struct places places = {0};
    struct actors actors = {0};

    memory_forget_peak();
    memset(slice, 0, sizeof *slice);
    slice->jobs = jobs;
    if (prepare(entry, &work, &places, &actors, slice)) {
        slice->work_ns = work.work_ns;
        limit_ns = slice_run_patience_ns(entry, jobs, limit_ns);
        if (open_pool(entry, &places, slice, &work.pool) == 0) {
            run_in_pool(entry, &places, &actors, limit_ns, slice, samples);
            if (slice->hung || slice->stopped)
                return (struct left){0}; /* jobs may still run: nothing of theirs is freed */
            pool_free(work.pool);
        }
        entry->workload.ops->release(&work);
    }
    free(actors.all);
    free(work.error);
    free(work.refused);
    return entry->pool->declares & POOL_THREADS_STAY ? (struct left){0} : left_since(before);
}

/* A descriptor that is opened once, for a log or a device, stays as long as the process; what each pool leaves one
 * more of is a leak. So the same is run once more before anybody is accused. */
static void check_descriptors(const struct plan_entry *entry, int64_t jobs, uint64_t seed, int64_t limit_ns, int left,
                              struct slice *slice)
{
    static struct slice second;
    struct plan_entry again = *entry;
    struct left more;
    again.record = NULL;
    more = run_once(&again, jobs, seed, limit_ns, &second, NULL);
    if (second.hung || second.stopped)
        *slice = second;
    else if (more.descriptors)
        slice_fail(slice, "left behind: %d descriptor%s, and %d more by the next pool", left, left == 1 ? "" : "s",
                   more.descriptors);
    else
        slice->descriptors_left = left;
}

void slice_run(const struct plan_entry *entry, int64_t jobs, uint64_t seed, int64_t limit_ns, struct slice *slice,
               struct slice_samples *samples)
{
    struct left left = run_once(entry, jobs, seed, limit_ns, slice, samples);
    slice->threads_left = left.threads;
    if (left.threads)
        slice_fail(slice, "left behind: %d thread%s, %d descriptor%s", left.threads, left.threads == 1 ? "" : "s",
                   left.descriptors, left.descriptors == 1 ? "" : "s");
    else if (left.descriptors && !*slice->failure)
        check_descriptors(entry, jobs, seed, limit_ns, left.descriptors, slice);
}
