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
#include "pools/core/topology.h"

struct producer {
    struct workload_slice *work;
    _Atomic int *ready, *go;
    int index, cpu;
    pthread_t thread;
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

static void pin_here(int cpu)
{
    cpu_set_t set;
    if (cpu < 0)
        return;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

static void *producer_main(void *arg)
{
    struct producer *producer = arg;
    pin_here(producer->cpu);
    atomic_fetch_add(producer->ready, 1);
    for (int turn = 0; !atomic_load_explicit(producer->go, memory_order_acquire); turn++)
        if (turn > 1000) /* more producers than CPUs: let the others come to the start */
            sched_yield();
    producer->work->spec->ops->produce(producer->work, producer->index);
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
    if (verdict.missing != unaccounted)
        fail(slice, "%lld jobs lost: of %lld submitted, %lld never ran, and %lld were refused, cancelled or dropped",
             (long long)(verdict.missing - unaccounted), (long long)work->jobs, (long long)verdict.missing,
             (long long)unaccounted);
    if (verdict.doubled)
        fail(slice, "%lld jobs ran more than once", (long long)verdict.doubled);
    if (verdict.garbled)
        fail(slice, "%lld jobs have a wrong result", (long long)verdict.garbled);
    if ((uint64_t)(work->jobs - slice->refused) != s->accepted)
        fail(slice, "%lld jobs were accepted, the pool counts %llu", (long long)(work->jobs - slice->refused),
             (unsigned long long)s->accepted);
    if (s->failed)
        fail(slice, "%llu jobs failed", (unsigned long long)s->failed);
}

static void collect_stamps(const struct workload_slice *work, int workers, struct slice *slice,
                           struct slice_latency *latency)
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
        if (!latency)
            continue;
        hist_record(&latency->submit_to_start, (uint64_t)(stamp->started - stamp->submitted));
        hist_record(&latency->start_to_end, (uint64_t)(stamp->ended - stamp->started));
        hist_record(&latency->submit_to_end, (uint64_t)(stamp->ended - stamp->submitted));
    }
    slice->fairness = apart ? stats_jain(shares, workers) : NAN;
    free(shares);
}

static double rusage_cpu_ns(const struct rusage *usage)
{
    return ((double)usage->ru_utime.tv_sec + (double)usage->ru_stime.tv_sec) * 1e9 +
           ((double)usage->ru_utime.tv_usec + (double)usage->ru_stime.tv_usec) * 1e3;
}

/* The interval itself. Returns false when quiet did not come in time. */
static bool run_measured(struct producer *producers, struct workload_slice *work, int64_t limit_ns, struct slice *slice)
{
    _Atomic int ready = 0, go = 0;
    struct rusage before, after;
    struct timespec until;
    int64_t begin;
    int started = 0, error = 0;

    for (; started < work->producers; started++) {
        producers[started].ready = &ready;
        producers[started].go = &go;
        error = pthread_create(&producers[started].thread, NULL, producer_main, &producers[started]);
        if (error)
            break;
    }
    while (atomic_load(&ready) < started)
        sched_yield();
    getrusage(RUSAGE_SELF, &before);
    begin = workload_now_ns();
    atomic_store_explicit(&go, 1, memory_order_release);
    until = (struct timespec){(begin + limit_ns) / 1000000000, (begin + limit_ns) % 1000000000};
    for (int i = 0; i < started; i++)
        if (pthread_clockjoin_np(producers[i].thread, NULL, CLOCK_MONOTONIC, &until))
            return false;
    if (pool_wait(work->pool, limit_ns))
        return false;
    slice->wall_ns = (double)(workload_now_ns() - begin);
    getrusage(RUSAGE_SELF, &after);
    slice->cpu_ns = rusage_cpu_ns(&after) - rusage_cpu_ns(&before);
    slice->voluntary = after.ru_nvcsw - before.ru_nvcsw;
    slice->involuntary = after.ru_nivcsw - before.ru_nivcsw;
    if (error)
        fail(slice, "a producer could not start: %s", strerror(error));
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

/* With the pool open: everything between open and free. */
static void run_in_pool(struct workload_slice *work, struct producer *producers, int64_t limit_ns, struct slice *slice,
                        struct slice_latency *latency)
{
    if (!run_measured(producers, work, limit_ns, slice)) {
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
    collect_stamps(work, slice->stats.workers, slice, latency);
}

void slice_run(const struct plan_entry *entry, int64_t jobs, uint64_t seed, int64_t limit_ns, struct slice *slice,
               struct slice_latency *latency)
{
    struct before before = count_threads_and_descriptors();
    struct workload_slice work = {.spec = &entry->workload, .jobs = jobs, .seed = seed, .producers = entry->producers};
    struct slice_places places = {0};
    struct producer *producers = calloc((size_t)entry->producers, sizeof *producers);

    memory_forget_peak();
    memset(slice, 0, sizeof *slice);
    slice->jobs = jobs;
    work.refused = calloc((size_t)entry->producers, sizeof *work.refused);
    work.error = calloc((size_t)entry->producers, sizeof *work.error);
    work.work_ns = entry->workload.ops->work_ns(&entry->workload);
    if (!producers || !work.refused || !work.error || slice_places(entry, &places) ||
        entry->workload.ops->prepare(&work)) {
        fail(slice, "cannot prepare: %s", strerror(ENOMEM));
        goto release;
    }
    slice->work_ns = work.work_ns;
    limit_ns += (int64_t)(work.work_ns * (double)jobs); /* even one after the other they may run */
    for (int i = 0; i < entry->producers; i++)
        producers[i] = (struct producer){.work = &work, .index = i, .cpu = slice_producer_cpu(&places, i)};
    if (open_pool(entry, &places, slice, &work.pool) == 0) {
        run_in_pool(&work, producers, limit_ns, slice, latency);
        if (slice->hung)
            return; /* jobs may still run: nothing of theirs is freed */
        pool_free(work.pool);
    }
    entry->workload.ops->release(&work);
release:
    free(work.error);
    free(work.refused);
    free(producers);
    if (!*slice->failure)
        check_left_over(slice, before);
}
