/* slice.c - see slice.h. All that takes time or memory happens before the
 * clock starts or after it stopped; between, producers submit, workers work,
 * and this thread sleeps in pool_wait. */
#include "bench/slice.h"

#include <dirent.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "bench/stats.h"
#include "pools/core/futex.h"
#include "pools/core/topology.h"

/* A producer, or the consumer. */
struct actor {
    struct workload_slice *work;
    _Atomic int *ready, *go;
    int index; /* of a producer; -1: the consumer */
    int cpu;
    pthread_t thread;
    _Atomic uint32_t ended; /* a futex */
};

/* Says what is wrong; the first thing said is kept. */
__attribute__((format(printf, 2, 3))) static void fail(struct slice *slice, const char *format, ...)
{
    va_list arguments;
    if (*slice->failure)
        return;
    va_start(arguments, format);
    vsnprintf(slice->failure, sizeof slice->failure, format, arguments);
    va_end(arguments);
}

int slice_places(const struct plan_entry *entry, struct slice_places *places)
{
    char why[256];
    return topology_place(entry->pin, places->cpus, (int)(sizeof places->cpus / sizeof *places->cpus), &places->count,
                          why, sizeof why);
}

int slice_worker_cpu(const struct slice_places *places, int worker)
{
    return places->count ? places->cpus[worker % places->count] : -1;
}

int slice_producer_cpu(const struct slice_places *places, int producer)
{
    return places->count ? places->cpus[places->count - 1 - producer % places->count] : -1;
}

int slice_consumer_cpu(const struct slice_places *places, const struct plan_entry *entry)
{
    return slice_producer_cpu(places, entry->producers);
}

static void pin_here(int cpu)
{
    cpu_set_t set;
    if (cpu < 0)
        return;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

static void *actor_main(void *arg)
{
    struct actor *actor = arg;
    pin_here(actor->cpu);
    atomic_fetch_add(actor->ready, 1);
    for (int turn = 0; !atomic_load_explicit(actor->go, memory_order_acquire); turn++)
        if (turn > 1000) /* more of them than CPUs: let the others come to the start */
            sched_yield();
    if (actor->index < 0)
        actor->work->spec->ops->consume(actor->work);
    else
        actor->work->spec->ops->produce(actor->work, actor->index);
    atomic_store(&actor->ended, 1);
    pool_futex_wake(&actor->ended, 1);
    return NULL;
}

/* Entries of a folder of /proc; 0 when it cannot be read. */
static int entries(const char *path)
{
    DIR *folder = opendir(path);
    int count = 0;
    if (!folder)
        return 0;
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

struct before {
    int threads, descriptors;
};

static struct before count_threads_and_descriptors(void)
{
    return (struct before){entries("/proc/self/task"), entries("/proc/self/fd")};
}

/* A joined thread may still be seen for a moment in /proc. */
static void check_left_over(struct slice *slice, struct before before)
{
    enum { TRIES = 200 };
    struct timespec nap = {0, 1000000};
    struct before now = count_threads_and_descriptors();
    for (int i = 0; i < TRIES && now.threads > before.threads; i++) {
        nanosleep(&nap, NULL);
        now = count_threads_and_descriptors();
    }
    slice->threads_left = now.threads > before.threads ? now.threads - before.threads : 0;
    if (now.threads > before.threads || now.descriptors > before.descriptors)
        fail(slice, "left behind: %d threads, %d descriptors", now.threads - before.threads,
             now.descriptors - before.descriptors);
}

static void check_law(struct slice *slice, const struct workload_slice *work)
{
    const struct pool_stats *s = &slice->stats;
    struct workload_verdict verdict = {0};
    int64_t unaccounted = slice->refused + (int64_t)s->cancelled + (int64_t)s->dropped;

    if (s->accepted != s->done + s->failed + s->cancelled + s->dropped)
        fail(slice, "the law is broken: accepted %llu, done %llu, failed %llu, cancelled %llu, dropped %llu",
             (unsigned long long)s->accepted, (unsigned long long)s->done, (unsigned long long)s->failed,
             (unsigned long long)s->cancelled, (unsigned long long)s->dropped);
    work->spec->ops->verify(work, &verdict);
    if (*verdict.cannot && !*slice->failure) {
        fail(slice, "%lld of %lld jobs failed: %s", (long long)verdict.failed, (long long)work->jobs, verdict.cannot);
        slice->cannot = true;
    }
    if (verdict.missing != unaccounted)
        fail(slice, "%lld jobs lost: of %lld submitted, %lld never ran, and %lld were refused, cancelled or dropped",
             (long long)(verdict.missing - unaccounted), (long long)work->jobs, (long long)verdict.missing,
             (long long)unaccounted);
    if (verdict.doubled)
        fail(slice, "%lld jobs ran more than once", (long long)verdict.doubled);
    if (verdict.garbled)
        fail(slice, "%lld jobs have a wrong result", (long long)verdict.garbled);
    if (*verdict.broken)
        fail(slice, "%s", verdict.broken);
    if ((uint64_t)(work->jobs - slice->refused) != s->accepted)
        fail(slice, "%lld jobs were accepted, the pool counts %llu", (long long)(work->jobs - slice->refused),
             (unsigned long long)s->accepted);
    if (s->failed)
        fail(slice, "%llu jobs failed", (unsigned long long)s->failed);
}

static void collect_stamps(const struct workload_slice *work, int workers, struct slice *slice,
                           struct slice_samples *samples)
{
    double *shares = calloc((size_t)workers + 1, sizeof *shares);
    bool apart = false; /* some job ran on a worker */
    for (int64_t i = 0; i < work->stamp_count; i++) {
        const struct workload_stamp *stamp = &work->stamps[i];
        if (!stamp->started || !stamp->ended)
            continue;
        if (shares && stamp->worker >= 0 && stamp->worker < workers) {
            shares[stamp->worker]++;
            apart = true;
        }
        if (!samples)
            continue;
        hist_record(&samples->submit_to_start, (uint64_t)(stamp->started - stamp->submitted));
        hist_record(&samples->start_to_end, (uint64_t)(stamp->ended - stamp->started));
        hist_record(&samples->submit_to_end, (uint64_t)(stamp->ended - stamp->submitted));
    }
    slice->fairness = apart ? stats_jain(shares, workers) : NAN;
    free(shares);
}

static double rusage_cpu_ns(const struct rusage *usage)
{
    return ((double)usage->ru_utime.tv_sec + (double)usage->ru_stime.tv_sec) * 1e9 +
           ((double)usage->ru_utime.tv_usec + (double)usage->ru_stime.tv_usec) * 1e3;
}

/* All that acts beside the pool: the producers, then the consumer if there is one. */
struct cast {
    struct workload_slice *work;
    struct actor *actors; /* [count] */
    int count, started;
    bool consumer; /* the last of them is one */
    _Atomic int ready, go;
};

static int cast_init(struct cast *cast, struct workload_slice *work, const struct slice_places *places,
                     const struct plan_entry *entry)
{
    cast->work = work;
    cast->consumer = entry->workload.ops->consume != NULL;
    cast->count = entry->producers + cast->consumer;
    cast->actors = calloc((size_t)cast->count, sizeof *cast->actors);
    for (int i = 0; i < cast->count && cast->actors; i++) {
        bool produces = i < entry->producers;
        cast->actors[i].work = work;
        cast->actors[i].ready = &cast->ready;
        cast->actors[i].go = &cast->go;
        cast->actors[i].index = produces ? i : -1;
        cast->actors[i].cpu = produces ? slice_producer_cpu(places, i) : slice_consumer_cpu(places, entry);
    }
    return cast->actors ? 0 : -ENOMEM;
}

/* Brings all to the start. Returns 0, or the error of the one that did not come:
 * the others do their part without it. */
static int cast_start(struct cast *cast)
{
    int error = 0;
    for (; cast->started < cast->count && !error; cast->started += !error) {
        struct actor *actor = &cast->actors[cast->started];
        error = pthread_create(&actor->thread, NULL, actor_main, actor);
    }
    while (atomic_load(&cast->ready) < cast->started)
        sched_yield();
    return error;
}

static bool join_until(struct actor *actor, int64_t until_ns)
{
    while (!atomic_load(&actor->ended)) {
        if (workload_now_ns() >= until_ns)
            return false;
        pool_futex_wait(&actor->ended, 0, until_ns);
    }
    return pthread_join(actor->thread, NULL) == 0;
}

/* Somebody waits for a consumer that is gone, for ever: says who, and lets them
 * go, by close, then cancel. */
static void let_go(struct cast *cast, struct slice *slice)
{
    enum { TRIES = 100 };
    struct pool *pool = cast->work->pool;
    struct timespec nap = {0, 1000000};
    struct pool_stats stats, before = {0};
    char text[SLICE_FAILURE_MAX - 256] = "";
    bool closed;
    pool_stats(pool, &stats);
    for (int i = 0; i < TRIES && (stats.done != before.done || stats.accepted != before.accepted); i++) {
        before = stats; /* until nothing moves any more */
        nanosleep(&nap, NULL);
        pool_stats(pool, &stats);
    }
    pool_explain(pool, text, sizeof text);
    closed = pool_close(pool) == -EALREADY;
    fail(slice, "the consumer ended after %llu results, %s; who waited then:\n%s", (unsigned long long)stats.received,
         closed ? "while the pool drained" : "with producers at work", text);
    pool_cancel(pool);
}

/* Joins the producers. Those who wait for a consumer look after it: it does not
 * end before the pool is closed. */
static bool producers_join(struct cast *cast, int64_t until_ns, struct slice *slice)
{
    enum { LOOK_NS = 20000000 };
    int producers = cast->started < cast->work->producers ? cast->started : cast->work->producers;
    const struct actor *consumer = cast->started > cast->work->producers ? &cast->actors[cast->started - 1] : NULL;
    for (int i = 0; i < producers; i++) {
        while (!join_until(&cast->actors[i], consumer ? workload_now_ns() + LOOK_NS : until_ns)) {
            if (workload_now_ns() >= until_ns)
                return false;
            if (consumer && atomic_load(&consumer->ended) && !*slice->failure)
                let_go(cast, slice);
        }
    }
    return true;
}

/* The end of the input; then the consumer receives what is left. */
static bool consumer_join(struct cast *cast, int64_t until_ns, struct slice *slice)
{
    struct pool_stats stats;
    if (!cast->consumer)
        return true;
    pool_close(cast->work->pool);
    if (cast->started == cast->count && !join_until(&cast->actors[cast->count - 1], until_ns))
        return false;
    pool_stats(cast->work->pool, &stats);
    if ((stats.state != POOL_DRAINED || stats.pending) && !*slice->failure)
        let_go(cast, slice);
    return true;
}

/* The interval itself. Returns false when quiet did not come in time. */
static bool run_measured(struct cast *cast, int64_t limit_ns, struct slice *slice)
{
    struct rusage before, after;
    int64_t begin;
    int error = cast_start(cast);

    getrusage(RUSAGE_SELF, &before);
    begin = workload_now_ns();
    atomic_store_explicit(&cast->go, 1, memory_order_release);
    if (!producers_join(cast, begin + limit_ns, slice) || !consumer_join(cast, begin + limit_ns, slice) ||
        pool_wait(cast->work->pool, limit_ns))
        return false;
    slice->wall_ns = (double)(workload_now_ns() - begin);
    getrusage(RUSAGE_SELF, &after);
    slice->cpu_ns = rusage_cpu_ns(&after) - rusage_cpu_ns(&before);
    slice->voluntary = after.ru_nvcsw - before.ru_nvcsw;
    slice->involuntary = after.ru_nivcsw - before.ru_nivcsw;
    if (error)
        fail(slice, "a producer or the consumer could not start: %s", strerror(error));
    return true;
}

static int open_pool(const struct plan_entry *entry, const struct slice_places *places, struct slice *slice,
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
    memory_read(&after);
    slice->pool_bytes =
        before.measured && after.measured ? (int64_t)(after.allocated_bytes - before.allocated_bytes) : -1;
    if (error)
        fail(slice, "pool_open: %s", strerror(-error));
    return error;
}

/* What the workload has to say, of a slice that went well. */
struct gathering {
    struct workload_report report;
    struct slice_samples *samples; /* or NULL */
};

static void gather(struct workload_report *report, int which, int64_t ns)
{
    struct gathering *gathering = (struct gathering *)report;
    if (gathering->samples)
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

/* With the pool open: everything between open and free. */
static void run_in_pool(struct cast *cast, int64_t limit_ns, struct slice *slice, struct slice_samples *samples)
{
    struct workload_slice *work = cast->work;
    if (!run_measured(cast, limit_ns, slice)) {
        char text[SLICE_FAILURE_MAX - 128] = "";
        pool_explain(work->pool, text, sizeof text);
        fail(slice, "hang: no quiet within %.0f s\n%s", (double)limit_ns / 1e9, text);
        slice->hung = true;
        return;
    }
    for (int i = 0; i < work->producers; i++) {
        slice->refused += work->refused[i];
        if (work->error[i])
            fail(slice, "submit: %s", strerror(-work->error[i]));
    }
    pool_stats(work->pool, &slice->stats);
    memory_read(&slice->memory);
    check_law(slice, work);
    collect_stamps(work, slice->stats.workers, slice, samples);
    collect_report(work, slice, samples);
}

/* Everything that a slice needs but the pool. */
static bool prepare(const struct plan_entry *entry, struct workload_slice *work, struct slice_places *places,
                    struct cast *cast, struct slice *slice)
{
    int error = -ENOMEM;
    work->refused = calloc((size_t)entry->producers, sizeof *work->refused);
    work->error = calloc((size_t)entry->producers, sizeof *work->error);
    work->work_ns = entry->workload.ops->work_ns(&entry->workload);
    if (work->refused && work->error)
        error = slice_places(entry, places);
    if (!error)
        error = cast_init(cast, work, places, entry);
    if (!error)
        error = entry->workload.ops->prepare(work);
    if (error) {
        fail(slice, "cannot prepare: %s", *work->why ? work->why : strerror(-error));
        slice->cannot = true;
    }
    return !error;
}

void slice_run(const struct plan_entry *entry, int64_t jobs, uint64_t seed, int64_t limit_ns, struct slice *slice,
               struct slice_samples *samples)
{
    struct before before = count_threads_and_descriptors();
    struct workload_slice work = {.spec = &entry->workload,
                                  .jobs = jobs,
                                  .seed = seed,
                                  .producers = entry->producers,
                                  .setting = plan_setting(entry)};
    struct slice_places places = {0};
    struct cast cast = {0};

    memory_forget_peak();
    memset(slice, 0, sizeof *slice);
    slice->jobs = jobs;
    if (prepare(entry, &work, &places, &cast, slice)) {
        slice->work_ns = work.work_ns;
        /* Even one after the other they may run. */
        limit_ns += (int64_t)(workload_job_ns(&entry->workload) * (double)jobs);
        if (open_pool(entry, &places, slice, &work.pool) == 0) {
            run_in_pool(&cast, limit_ns, slice, samples);
            if (slice->hung)
                return; /* jobs may still run: nothing of theirs is freed */
            pool_free(work.pool);
        }
        entry->workload.ops->release(&work);
    }
    free(cast.actors);
    free(work.error);
    free(work.refused);
    check_left_over(slice, before);
}
