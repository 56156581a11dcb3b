/* plain_loop.c - see plain_loop.h. */
#include "bench/measure/plain_loop.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "bench/json/must.h"
#include "bench/measure/places.h"
#include "bench/statistics/metg.h"
#include "bench/statistics/stats.h"
#include "pools/core/affinity.h"
#include "pools/core/futex.h"
#include "pools/core/topology.h"
#include "workloads/core/kernel.h"

enum {
    EPOCHS = 3,
    EPOCH_NS = 400000,
    JOBS_MIN = 8, /* of each thread */
    JOBS_MAX = 40000,
    RING = 64,             /* jobs of a thread, again and again */
    SIZE_MAX_NS = 1000000, /* longer ones say nothing new */
    SIZES_MAX = 64,
};

/* Below what anybody asks for: where the loop's own METG lies. */
static const double small_ns[] = {1, 4, 16, 64};

struct job {
    pool_job_fn *fn;
    uint64_t seed, steps, result;
};

/* One thread; its jobs are its own. */
struct runner {
    alignas(POOL_CACHE_LINE) struct job jobs[RING];
    int64_t count, ended_ns;
    int cpu; /* -1: not pinned */
    pthread_t thread;
    _Atomic int *ready, *go;
};

static int run(void *arg)
{
    struct job *job = arg;
    job->result = kernel_run(job->seed, job->steps);
    return 0;
}

static void *runner_main(void *arg)
{
    struct runner *runner = arg;
    if (runner->cpu >= 0)
        pool_affinity_set(runner->cpu);
    atomic_fetch_add(runner->ready, 1);
    for (int turn = 0; !atomic_load_explicit(runner->go, memory_order_acquire); turn++)
        if (turn > 1000)
            sched_yield();
    for (int64_t i = 0; i < runner->count; i++) {
        struct job *job = &runner->jobs[i % RING];
        job->fn(job);
    }
    runner->ended_ns = workload_now_ns();
    return NULL;
}

/* As many as that many workers have CPUs. */
static int threads_for(const struct plan_entry *like)
{
    int cpus = (int)topology_cpus_of(like->pin);
    return like->workers < cpus || cpus < 1 ? like->workers : cpus;
}

/* One epoch: from the word to go to the last one's end, per job of all. */
static double epoch(struct runner *runners, int threads, int64_t count)
{
    _Atomic int ready = 0, go = 0;
    int64_t begin, end = 0;
    int started = 0;
    for (; started < threads; started++) {
        runners[started].ready = &ready;
        runners[started].go = &go;
        runners[started].count = count;
        if (pthread_create(&runners[started].thread, NULL, runner_main, &runners[started]))
            break;
    }
    while (atomic_load(&ready) < started)
        sched_yield();
    begin = workload_now_ns();
    atomic_store_explicit(&go, 1, memory_order_release);
    for (int i = 0; i < started; i++) {
        pthread_join(runners[i].thread, NULL);
        end = runners[i].ended_ns > end ? runners[i].ended_ns : end;
    }
    return started == threads ? (double)(end - begin) / (double)(count * threads) : NAN;
}

/* Of a size: at least one step is taken. */
static uint64_t steps_of(double size_ns)
{
    double steps = size_ns * kernel_steps_per_ns();
    return steps < 1 ? 1 : (uint64_t)(steps + 0.5);
}

double plain_loop_measure(int threads, const int *cpus, int count, double size_ns)
{
    int64_t jobs = (int64_t)(EPOCH_NS / size_ns);
    double epochs[EPOCHS];
    struct runner *runners = aligned_alloc(POOL_CACHE_LINE, (size_t)threads * sizeof *runners);
    int known = 0;
    if (!runners)
        return NAN;
    jobs = jobs < JOBS_MIN ? JOBS_MIN : jobs > JOBS_MAX ? JOBS_MAX : jobs;
    for (int i = 0; i < threads; i++) {
        runners[i] = (struct runner){.cpu = count ? cpus[i % count] : -1};
        for (int j = 0; j < RING; j++)
            runners[i].jobs[j] = (struct job){.fn = run, .seed = (uint64_t)j, .steps = steps_of(size_ns)};
    }
    for (int i = 0; i < EPOCHS; i++) {
        epochs[known] = epoch(runners, threads, jobs);
        known += isfinite(epochs[known]);
    }
    free(runners);
    return known ? stats_median(epochs, known).median : NAN;
}

/* Whether METG may be read from it: the size of its jobs. */
static bool is_ours(const struct plan_entry *entry, double *size_ns)
{
    return !entry->floor && entry->pool->can & POOL_CAN_RUN_APART && metg_size(&entry->workload, size_ns);
}

static int add_size(double *sizes, int count, double size_ns)
{
    for (int i = 0; i < count; i++)
        if (sizes[i] == size_ns)
            return count;
    if (count < SIZES_MAX)
        sizes[count++] = size_ns;
    return count;
}

/* The loop like one entry's workers, at all sizes that the plan has with as many. */
static void add_workers(json_t *list, const struct plan *plan, const struct plan_entry *like)
{
    double sizes[SIZES_MAX], size_ns;
    struct places places = {0};
    int count = 0, threads = threads_for(like);
    for (int i = 0; i < plan->count; i++)
        if (plan->entries[i].workers == like->workers && is_ours(&plan->entries[i], &size_ns))
            count = add_size(sizes, count, size_ns);
    if (count < 2 || places_of(like, &places))
        return;
    for (size_t i = 0; i < sizeof small_ns / sizeof *small_ns; i++)
        count = add_size(sizes, count, small_ns[i]);
    for (int i = 0; i < count; i++) {
        double ns, work_ns = (double)steps_of(sizes[i]) / kernel_steps_per_ns();
        if (sizes[i] > SIZE_MAX_NS)
            continue;
        ns = plain_loop_measure(threads, places.cpus, places.count, sizes[i]);
        if (isfinite(ns))
            json_array_append_new(list, must_pack("{s:i, s:f, s:f, s:f}", "workers", like->workers, "size_ns", sizes[i],
                                                  "ns_per_job", ns, "efficiency", work_ns / (ns * threads)));
    }
}

json_t *plain_loop_json(const struct plan *plan)
{
    json_t *list = json_array();
    double size_ns;
    for (int i = 0; i < plan->count; i++) {
        bool known = !is_ours(&plan->entries[i], &size_ns);
        for (int j = 0; j < i && !known; j++)
            known = plan->entries[j].workers == plan->entries[i].workers && is_ours(&plan->entries[j], &size_ns);
        if (!known)
            add_workers(list, plan, &plan->entries[i]);
    }
    return list;
}
