/* child.c - see child.h. A round warms every configuration up (which also says
 * how many jobs make a slice), then runs short slices of all of them in a
 * shuffled order, then in the mirrored order, as often as its time allows. */
#include "bench/child.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "bench/plan.h"
#include "bench/slice.h"
#include "bench/stats.h"
#include "pools/core/topology.h"
#include "workloads/core/kernel.h"

enum {
    SLICE_NS = 8000000,        /* of jobs below 10 us */
    SLICE_LONG_NS = 20000000,  /* of longer ones */
    LONG_JOB_NS = 10000,
    LONG_JOBS_MIN = 50,
    WARM_NS = 1000000,         /* a warm-up run that takes so long says enough */
    WARM_RUNS_MAX = 6,
    SLICES_MAX = 64,           /* of one configuration in one round */
};
/* A slice that takes a hundred times what it should, and at least this, hangs. */
#define SLICE_LIMIT_FLOOR_NS INT64_C(10000000000)

/* What a configuration has gathered in this round. */
struct gathered {
    int64_t jobs;    /* of a slice */
    double slice_ns; /* expected */
    int count;
    struct slice slices[SLICES_MAX];
    struct slice_latency latency;
    char failure[SLICE_FAILURE_MAX];
    bool ended; /* failed: no more slices */
};

struct round {
    struct plan plan;
    struct gathered *gathered; /* [plan.count] */
    int *order;
    uint64_t random;
    int out;
    bool spoilt; /* a pool hangs in this process: its threads would disturb what follows */
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

/* xorshift64*: for shuffles. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

static void report(int out, const char *kind, json_t *what)
{
    json_t *line = json_pack("{s:o}", kind, what);
    char *text = json_dumps(line, JSON_COMPACT);
    size_t length = text ? strlen(text) : 0, done = 0;
    if (text)
        text[length++] = '\n'; /* over the terminating zero */
    while (done < length) {
        ssize_t wrote = write(out, text + done, length - done);
        if (wrote <= 0)
            _exit(1); /* the parent is gone */
        done += (size_t)wrote;
    }
    free(text);
    json_decref(line);
}

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

/* Noise. */

static void steal_ticks(double *steal, double *all)
{
    double user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0;
    FILE *file = fopen("/proc/stat", "re");
    *steal = 0;
    if (file && fscanf(file, "cpu %lf %lf %lf %lf %lf %lf %lf %lf", &user, &nice, &system, &idle, &iowait, &irq,
                       &softirq, steal) != 8)
        *steal = 0;
    if (file)
        fclose(file);
    *all = user + nice + system + idle + iowait + irq + softirq + *steal;
}

/* A fixed stretch of computation: longer than it should be means disturbed. */
static double sentinel_ns(void)
{
    enum { STEPS = 200000, RUNS = 5 };
    double times[RUNS];
    static volatile uint64_t sink;
    for (int i = 0; i < RUNS; i++) {
        int64_t begin = workload_now_ns();
        sink = kernel_run(sink, STEPS);
        times[i] = (double)(workload_now_ns() - begin);
    }
    return stats_median(times, RUNS).median / (STEPS / kernel_steps_per_ns());
}

/* The slices. */

static void run_slice(struct round *round, int index, int64_t jobs, bool counts)
{
    struct plan_entry *entry = &round->plan.entries[index];
    struct gathered *gathered = &round->gathered[index];
    struct slice *slice = &gathered->slices[counts ? gathered->count : 0];
    int64_t limit = (int64_t)(gathered->slice_ns * 100);
    if (limit < SLICE_LIMIT_FLOOR_NS)
        limit = SLICE_LIMIT_FLOOR_NS;
    report(round->out, "running", json_integer(index));
    slice_run(entry, jobs, next_random(&round->random), limit, slice, counts ? &gathered->latency : NULL);
    if (*slice->failure) {
        memcpy(gathered->failure, slice->failure, sizeof gathered->failure);
        gathered->ended = true;
    }
    round->spoilt = round->spoilt || slice->hung;
    gathered->count += counts;
}

/* Doubles the jobs until a run takes long enough to say how long one is. */
static void warm_up(struct round *round, int index)
{
    struct plan_entry *entry = &round->plan.entries[index];
    struct gathered *gathered = &round->gathered[index];
    double work = entry->workload.ops->work_ns(&entry->workload), per_job, target;
    int64_t jobs = work > 0 ? (int64_t)(WARM_NS / work) + 1 : 4096, least;

    if (jobs > 4096)
        jobs = 4096;
    for (int i = 0; i < WARM_RUNS_MAX && !gathered->ended; i++) {
        run_slice(round, index, jobs, false);
        if (gathered->slices[0].wall_ns >= WARM_NS)
            break;
        jobs *= 4;
    }
    per_job = gathered->slices[0].wall_ns / (double)jobs;
    target = per_job < LONG_JOB_NS ? SLICE_NS : SLICE_LONG_NS;
    least = per_job < LONG_JOB_NS ? 5 * (int64_t)entry->capacity : LONG_JOBS_MIN;
    gathered->jobs = per_job > 0 ? (int64_t)(target / per_job) : jobs;
    if (gathered->jobs < least)
        gathered->jobs = least;
    gathered->slice_ns = (double)gathered->jobs * per_job;
}

static void shuffle(struct round *round)
{
    for (int i = 0; i < round->plan.count; i++)
        round->order[i] = i;
    for (int i = round->plan.count - 1; i > 0; i--) {
        int j = (int)(next_random(&round->random) % (uint64_t)(i + 1)), kept = round->order[i];
        round->order[i] = round->order[j];
        round->order[j] = kept;
    }
}

/* How many slices of this configuration fit into its share of the round. */
static int slices_wanted(const struct round *round, int index)
{
    double share = (double)round->plan.budget_ns / round->plan.rounds;
    double with_overhead = round->gathered[index].slice_ns * 1.25 + 500000;
    int pairs = (int)(share / (2 * with_overhead));
    return 2 * (pairs < 1 ? 1 : pairs > SLICES_MAX / 2 ? SLICES_MAX / 2 : pairs);
}

static void run_all(struct round *round)
{
    bool more = true;
    for (int pass = 0; more && !interrupted && !round->spoilt; pass++) {
        int count = round->plan.count;
        more = false;
        if (pass % 2 == 0)
            shuffle(round);
        for (int i = 0; i < count && !interrupted && !round->spoilt; i++) {
            int index = round->order[pass % 2 ? count - 1 - i : i];
            struct gathered *gathered = &round->gathered[index];
            if (gathered->ended || gathered->count >= slices_wanted(round, index))
                continue;
            run_slice(round, index, gathered->jobs, true);
            more = true;
        }
    }
}

/* The trial. */

static json_t *trial_threads(const struct plan_entry *entry, int workers)
{
    json_t *threads = json_array();
    struct slice_places places;
    if (slice_places(entry, &places))
        return threads;
    for (int i = 0; i < workers; i++) {
        int cpu = slice_worker_cpu(&places, i);
        json_array_append_new(threads, json_pack("{s:s, s:i, s:o}", "role", "worker", "index", i, "cpu",
                                                 cpu < 0 ? json_null() : json_integer(cpu)));
    }
    for (int i = 0; i < entry->producers; i++) {
        int cpu = slice_producer_cpu(&places, i);
        json_array_append_new(threads, json_pack("{s:s, s:i, s:o}", "role", "producer", "index", i, "cpu",
                                                 cpu < 0 ? json_null() : json_integer(cpu)));
    }
    return threads;
}

static json_t *trial_memory(const struct gathered *gathered)
{
    struct memory most = {0};
    int64_t pool = -1;
    for (int i = 0; i < gathered->count; i++) {
        const struct slice *slice = &gathered->slices[i];
        if (!slice->memory.measured)
            return json_null();
        if (slice->memory.allocated_bytes > most.allocated_bytes)
            most.allocated_bytes = slice->memory.allocated_bytes;
        if (slice->memory.resident_bytes > most.resident_bytes)
            most.resident_bytes = slice->memory.resident_bytes;
        if (slice->memory.peak_bytes > most.peak_bytes)
            most.peak_bytes = slice->memory.peak_bytes;
        pool = slice->pool_bytes;
    }
    return json_pack("{s:I, s:I, s:I, s:o}", "allocated_bytes", (json_int_t)most.allocated_bytes, "resident_bytes",
                     (json_int_t)most.resident_bytes, "peak_bytes", (json_int_t)most.peak_bytes, "pool_bytes",
                     pool < 0 ? json_null() : json_integer(pool));
}

static double median_of(const struct gathered *gathered, double (*value)(const struct slice *, double), double workers)
{
    double values[SLICES_MAX];
    if (!gathered->count)
        return NAN;
    for (int i = 0; i < gathered->count; i++)
        values[i] = value(&gathered->slices[i], workers);
    return stats_median(values, gathered->count).median;
}

/* Jobs that ran; what is measured is per such job. */
static double ran(const struct slice *slice)
{
    return (double)(slice->stats.done + slice->stats.failed);
}

static double value_ns(const struct slice *slice, double workers)
{
    (void)workers;
    return slice->wall_ns / ran(slice);
}

static double value_overhead(const struct slice *slice, double workers)
{
    return workers * slice->wall_ns / ran(slice) - slice->work_ns;
}

static double value_busy(const struct slice *slice, double workers)
{
    return ran(slice) * slice->work_ns / (workers * slice->wall_ns);
}

static double value_cpu(const struct slice *slice, double workers)
{
    (void)workers;
    return slice->cpu_ns / ran(slice);
}

static double value_fairness(const struct slice *slice, double workers)
{
    (void)workers;
    return slice->fairness;
}

/* Sums over the slices. */
static void trial_counts(json_t *trial, const struct gathered *gathered)
{
    struct pool_stats sum = {0};
    double jobs = 0, switches = 0, involuntary = 0;
    int64_t refused = 0;
    for (int i = 0; i < gathered->count; i++) {
        const struct slice *slice = &gathered->slices[i];
        sum.accepted += slice->stats.accepted;
        sum.done += slice->stats.done;
        sum.failed += slice->stats.failed;
        sum.cancelled += slice->stats.cancelled;
        sum.dropped += slice->stats.dropped;
        sum.caller_runs += slice->stats.caller_runs;
        sum.steals += slice->stats.steals;
        sum.wakes += slice->stats.wakes;
        refused += slice->refused;
        jobs += ran(slice);
        switches += (double)(slice->voluntary + slice->involuntary);
        involuntary += (double)slice->involuntary;
    }
    json_object_update_new(trial, json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "accepted",
                                            (json_int_t)sum.accepted, "done", (json_int_t)sum.done, "failed",
                                            (json_int_t)sum.failed, "cancelled", (json_int_t)sum.cancelled, "dropped",
                                            (json_int_t)sum.dropped, "refused", (json_int_t)refused, "caller_runs",
                                            (json_int_t)sum.caller_runs, "steals", (json_int_t)sum.steals));
    json_object_set_new(trial, "switches_per_job", number(switches / jobs));
    json_object_set_new(trial, "involuntary_switches", json_integer((json_int_t)involuntary));
    json_object_set_new(trial, "wakes_per_job", number((double)sum.wakes / jobs));
}

static json_t *trial_slices(const struct gathered *gathered)
{
    json_t *slices = json_array();
    for (int i = 0; i < gathered->count; i++) {
        const struct slice *slice = &gathered->slices[i];
        json_array_append_new(slices, json_pack("{s:f, s:f, s:I}", "wall_ns", slice->wall_ns, "cpu_ns", slice->cpu_ns,
                                                "jobs", (json_int_t)ran(slice)));
    }
    return slices;
}

static json_t *trial_json(const struct round *round, int index)
{
    const struct plan_entry *entry = &round->plan.entries[index];
    const struct gathered *gathered = &round->gathered[index];
    int threads = plan_workers(entry), cpus = topology_cpus_worth();
    double workers = threads < cpus ? threads : cpus, ns = median_of(gathered, value_ns, workers);
    bool has_work = entry->workload.ops->work_ns(&entry->workload) > 0;
    json_t *trial = json_pack("{s:i, s:s}", "configuration", index, "verdict", *gathered->failure ? "failed" : "ok");

    json_object_set_new(trial, "failure", *gathered->failure ? json_string(gathered->failure) : json_null());
    json_object_set_new(trial, "jobs_per_s", number(1e9 / ns));
    json_object_set_new(trial, "ns_per_job", number(ns));
    json_object_set_new(trial, "overhead_ns_per_job", number(median_of(gathered, value_overhead, workers)));
    json_object_set_new(trial, "busy", has_work ? number(median_of(gathered, value_busy, workers)) : json_null());
    json_object_set_new(trial, "cpu_ns_per_job", number(median_of(gathered, value_cpu, workers)));
    json_object_set_new(trial, "fairness", number(median_of(gathered, value_fairness, workers)));
    trial_counts(trial, gathered);
    json_object_set_new(trial, "slices", trial_slices(gathered));
    json_object_set_new(trial, "latency",
                        json_pack("{s:o, s:o, s:o}", "submit_to_start", hist_json(&gathered->latency.submit_to_start),
                                  "start_to_end", hist_json(&gathered->latency.start_to_end), "submit_to_end",
                                  hist_json(&gathered->latency.submit_to_end)));
    json_object_set_new(trial, "memory", trial_memory(gathered));
    json_object_set_new(trial, "threads",
                        trial_threads(entry, entry->pool->can & POOL_CAN_RUN_APART ? entry->workers : 0));
    return trial;
}

/* The round. */

static int read_plan(int descriptor, struct plan *plan)
{
    json_error_t error;
    json_t *json = json_loadfd(descriptor, 0, &error);
    int failed = json ? plan_from_json(plan, json) : -EINVAL;
    json_decref(json);
    return failed;
}

int child_main(int plan_descriptor, int out_descriptor)
{
    struct round round = {.out = out_descriptor};
    double steal_before, all_before, steal_after, all_after, sentinel_before, sentinel_after;
    struct sigaction action = {.sa_handler = on_interrupt};

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigaction(SIGINT, &action, NULL);
    if (read_plan(plan_descriptor, &round.plan))
        return 1;
    /* Not inherited by anything, and gone before descriptors are counted. */
    close(plan_descriptor);
    round.random = round.plan.seed ? round.plan.seed : 1;
    round.gathered = calloc((size_t)round.plan.count, sizeof *round.gathered);
    round.order = calloc((size_t)round.plan.count, sizeof *round.order);
    if (!round.gathered || !round.order)
        return 1;
    kernel_steps_per_ns();
    steal_ticks(&steal_before, &all_before);
    sentinel_before = sentinel_ns();
    shuffle(&round);
    for (int i = 0; i < round.plan.count && !interrupted && !round.spoilt; i++)
        warm_up(&round, round.order[i]);
    run_all(&round);
    sentinel_after = sentinel_ns();
    steal_ticks(&steal_after, &all_after);
    /* When spoilt, only what failed is told; the rest is measured elsewhere. */
    for (int i = 0; i < round.plan.count; i++)
        if (*round.gathered[i].failure || (round.gathered[i].count && !round.spoilt))
            report(round.out, "trial", trial_json(&round, i));
    report(round.out, "round",
           json_pack("{s:b, s:o, s:f, s:f}", "complete", !round.spoilt, "steal_share",
                     number(all_after > all_before ? (steal_after - steal_before) / (all_after - all_before) : 0),
                     "sentinel_before", sentinel_before, "sentinel_after", sentinel_after));
    /* A hung pool's threads may still run: leave without destructors. */
    _exit(0);
}
