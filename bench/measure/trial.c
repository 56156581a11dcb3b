/* trial.c - see trial.h. */
#include "bench/measure/trial.h"

#include <math.h>
#include <stdlib.h>

#include "bench/json/must.h"
#include "bench/measure/little.h"
#include "bench/measure/places.h"
#include "bench/results/hist_json.h"
#include "bench/statistics/rates.h"
#include "bench/statistics/stats.h"
#include "pools/core/topology.h"

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static void thread_add(json_t *threads, const char *role, int index, int cpu)
{
    json_array_append_new(threads, must_pack("{s:s, s:i, s:o}", "role", role, "index", index, "cpu",
                                             cpu < 0 ? json_null() : json_integer(cpu)));
}

/* Where every thread was. What the pool says of itself counts: fewer workers
 * may run than were asked for, and they may not be where they should. */
static json_t *trial_threads(const struct plan_entry *entry, const struct trial *trial)
{
    json_t *threads = json_array();
    struct places places;
    const struct pool_stats *stats = trial->count ? &trial->slices[0].stats : NULL;
    if (places_of(entry, &places))
        return threads;
    for (int i = 0; stats && i < stats->workers; i++)
        thread_add(threads, "worker", i, stats->pinned ? places_worker_cpu(&places, i) : -1);
    for (int i = 0; i < entry->producers; i++)
        thread_add(threads, "producer", i, places_producer_cpu(&places, i));
    if (entry->workload.ops->consume)
        thread_add(threads, "consumer", 0, places_consumer_cpu(&places, entry));
    return threads;
}

static json_t *trial_memory(const struct trial *trial)
{
    struct memory most = {0};
    int64_t pool = -1;
    for (int i = 0; i < trial->count; i++) {
        const struct slice *slice = &trial->slices[i];
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
    return must_pack("{s:I, s:I, s:I, s:o}", "allocated_bytes", (json_int_t)most.allocated_bytes, "resident_bytes",
                     (json_int_t)most.resident_bytes, "peak_bytes", (json_int_t)most.peak_bytes, "pool_bytes",
                     pool < 0 ? json_null() : json_integer(pool));
}

/* The median over the slices of a value that depends on the number of workers. */
static double median_of(const struct trial *trial, double (*value)(const struct slice *, double), double workers)
{
    double *values = trial->count ? malloc((size_t)trial->count * sizeof *values) : NULL, median;
    if (!values)
        return NAN;
    for (int i = 0; i < trial->count; i++)
        values[i] = value(&trial->slices[i], workers);
    median = stats_median(values, trial->count).median;
    free(values);
    return median;
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

/* The reciprocal of busy: of two slices the median is their mean, and the mean of reciprocals is what ns_per_job has.
 */
static double value_times_busy(const struct slice *slice, double workers)
{
    return workers * slice->wall_ns / (ran(slice) * slice->work_ns);
}

/* Of jobs that can be refused or dropped, and of results that find no place: what share of the speed came through. */
static double delivered_share(const struct trial *trial)
{
    double jobs = 0, lost = 0;
    for (int i = 0; i < trial->count; i++) {
        jobs += ran(&trial->slices[i]);
        lost += (double)trial->slices[i].stats.lost;
    }
    return jobs > 0 ? (jobs - lost) / jobs : 0;
}

/* The share of jobs that got no service: of those that are counted, in an open loop. */
static double value_lost(const struct slice *slice, double workers)
{
    (void)workers;
    if (slice->window.offered > 0)
        return (double)slice->window.lost / (double)slice->window.offered;
    return (double)(slice->refused + (int64_t)slice->stats.dropped) / (double)slice->jobs;
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

static double value_in_system(const struct slice *slice, double workers)
{
    (void)workers;
    return slice->in_system;
}

static double value_most(const struct slice *slice, double workers)
{
    (void)workers;
    return slice->in_system_most;
}

/* What the pool said of itself in the slices of an open loop. */
static struct watch_law watched(const struct trial *trial)
{
    struct watch_law sum = {0};
    for (int i = 0; i < trial->count; i++) {
        const struct watch_law *law = &trial->slices[i].law;
        sum.looks += law->looks;
        sum.in_pool += law->looks * law->in_pool;
        sum.low += law->looks * law->low;
        sum.high += law->looks * law->high;
    }
    sum.in_pool /= sum.looks;
    sum.low /= sum.looks;
    sum.high /= sum.looks;
    return sum;
}

/* Whether the slices keep Little's law; null where there is nothing to hold it against. */
static void add_law_of_little(json_t *json, const struct trial *trial, double workers)
{
    double in_system = median_of(trial, value_in_system, workers), most = median_of(trial, value_most, workers);
    struct watch_law law = watched(trial);
    json_t *holds = json_null();
    if (law.looks >= WATCH_LOOKS_MIN)
        holds = json_boolean(law.in_pool >= law.low && law.in_pool <= law.high);
    else if (!isnan(in_system) && !isnan(most))
        holds = json_boolean(in_system <= LITTLE_TOLERANCE * most);
    json_object_update_new(json, must_pack("{s:o, s:o, s:i, s:o, s:o, s:o, s:o}", "in_system", number(in_system),
                                           "in_system_most", number(most), "looks", law.looks, "in_pool",
                                           number(law.in_pool), "in_pool_low", number(law.low), "in_pool_high",
                                           number(law.high), "little_holds", holds));
}

static double value_producers(const struct slice *slice, double workers)
{
    (void)workers;
    return slice->producer_fairness;
}

/* Sums over the slices. */
static void trial_counts(json_t *json, const struct trial *trial)
{
    struct pool_stats sum = {0};
    double jobs = 0, switches = 0, involuntary = 0;
    int64_t refused = 0, threads_left = 0;
    for (int i = 0; i < trial->count; i++) {
        const struct slice *slice = &trial->slices[i];
        sum.accepted += slice->stats.accepted;
        sum.done += slice->stats.done;
        sum.failed += slice->stats.failed;
        sum.cancelled += slice->stats.cancelled;
        sum.dropped += slice->stats.dropped;
        sum.caller_runs += slice->stats.caller_runs;
        sum.steals += slice->stats.steals;
        sum.wakes += slice->stats.wakes;
        sum.wakes_vain += slice->stats.wakes_vain;
        sum.received += slice->stats.received;
        sum.lost += slice->stats.lost;
        refused += slice->refused;
        threads_left += slice->threads_left;
        jobs += ran(slice);
        switches += (double)(slice->voluntary + slice->involuntary);
        involuntary += (double)slice->involuntary;
    }
    json_object_update_new(json, must_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "accepted",
                                           (json_int_t)sum.accepted, "done", (json_int_t)sum.done, "failed",
                                           (json_int_t)sum.failed, "cancelled", (json_int_t)sum.cancelled, "dropped",
                                           (json_int_t)sum.dropped, "refused", (json_int_t)refused, "caller_runs",
                                           (json_int_t)sum.caller_runs, "steals", (json_int_t)sum.steals, "received",
                                           (json_int_t)sum.received, "lost", (json_int_t)sum.lost, "threads_left",
                                           (json_int_t)threads_left));
    json_object_set_new(json, "descriptors_left", json_integer(trial->descriptors_left));
    json_object_set_new(json, "switches_per_job", number(switches / jobs));
    json_object_set_new(json, "involuntary_switches", json_integer((json_int_t)involuntary));
    json_object_set_new(json, "wakes_per_job", number((double)sum.wakes / jobs));
    json_object_set_new(json, "vain_wakes_per_job", number((double)sum.wakes_vain / jobs));
}

/* What was counted of a slice of an open loop. */
static json_t *window_json(const struct slice_window *window)
{
    return must_pack("{s:f, s:f, s:I, s:I, s:I, s:I, s:I, s:f, s:f}", "warm_ns", window->warm_ns, "length_ns",
                     window->length_ns, "offered", (json_int_t)window->offered, "lost", (json_int_t)window->lost,
                     "done", (json_int_t)window->done, "backlog_begin", (json_int_t)window->backlog_begin,
                     "backlog_end", (json_int_t)window->backlog_end, "service_ns", window->service_ns,
                     "service_variation", window->service_variation);
}

static json_t *trial_slices(const struct trial *trial)
{
    json_t *slices = json_array();
    for (int i = 0; i < trial->count; i++) {
        const struct slice *slice = &trial->slices[i];
        json_t *json = must_pack("{s:f, s:f, s:I, s:f}", "wall_ns", slice->wall_ns, "cpu_ns", slice->cpu_ns, "jobs",
                                 (json_int_t)ran(slice), "work_ns", slice->work_ns);
        if (slice->window.length_ns > 0)
            json_object_set_new(json, "window", window_json(&slice->window));
        json_array_append_new(slices, json);
    }
    return slices;
}

/* The median over the slices; NaN: it means nothing in any. */
static double slices_median(const struct trial *trial, int figure, double *values)
{
    int count = 0;
    for (int i = 0; i < trial->count; i++)
        if (isfinite(trial->slices[i].figures[figure]))
            values[count++] = trial->slices[i].figures[figure];
    return count ? stats_median(values, count).median : NAN;
}

/* Each figure of the workload's: the median over the slices, a quantile of all their
 * samples, or the quotient of two such. */
static json_t *trial_figures(const struct plan_entry *entry, const struct trial *trial)
{
    const struct workload_ops *ops = entry->workload.ops;
    double *values = malloc(((size_t)trial->count + 1) * sizeof *values), found[WORKLOAD_FIGURES_MAX];
    json_t *figures = json_object();
    for (int f = 0; f < ops->figure_count && values; f++) {
        const struct workload_figure *figure = &ops->figures[f];
        found[f] = figure->quantile > 0 ? hist_held(&trial->samples.own[figure->sample], figure->quantile)
                                        : slices_median(trial, f, values);
    }
    for (int f = 0; f < ops->figure_count && values; f++) {
        const struct workload_figure *figure = &ops->figures[f];
        if (figure->divisor)
            found[f] = found[figure->quotient - 1] / found[figure->divisor - 1];
        json_object_set_new(figures, figure->name, number(found[f]));
    }
    free(values);
    return figures;
}

static json_t *trial_samples(const struct plan_entry *entry, const struct trial *trial)
{
    json_t *samples = json_object();
    for (int i = 0; i < WORKLOAD_SAMPLES_MAX && entry->workload.ops->samples[i]; i++)
        json_object_set_new(samples, entry->workload.ops->samples[i], hist_json(&trial->samples.own[i]));
    return samples;
}

/* How the last slice went over time; null without a course. */
static json_t *trial_course(const struct plan_entry *entry, const struct trial *trial)
{
    const struct slice_samples *samples = &trial->samples;
    json_t *course, *series = json_object();
    for (int s = 0; s < WORKLOAD_SERIES_MAX && entry->workload.ops->series[s]; s++) {
        json_t *values = json_array();
        for (int i = 0; i < WORKLOAD_COURSE; i++)
            json_array_append_new(values, json_real(round(samples->course[s][i] * 1e4) / 1e4));
        json_object_set_new(series, entry->workload.ops->series[s], values);
    }
    if (!(samples->course_step_ns > 0)) {
        json_decref(series);
        return json_null();
    }
    course = must_pack("{s:f, s:f, s:f, s:o}", "step_ns", samples->course_step_ns, "event_begin_ns",
                       samples->event_begin_ns, "event_end_ns", samples->event_end_ns, "series", series);
    return course;
}

static const char *verdict(const struct trial *trial)
{
    return trial->hung ? "hang" : trial->cannot ? "cannot" : *trial->failure ? "failed" : "ok";
}

/* How many CPUs the jobs had: what overhead and efficiency are reckoned with. A
 * worker without a CPU of its own adds nothing that could be lost. */
static double trial_workers(const struct plan_entry *entry, const struct trial *trial)
{
    int threads = plan_workers(entry);
    double cpus = topology_cpus_of(entry->pin);
    if (entry->pool->can & POOL_CAN_RUN_APART && trial->count && trial->slices[0].stats.workers)
        threads = trial->slices[0].stats.workers;
    return threads < cpus ? threads : cpus;
}

/* Whether the time beyond a job's own work is the pool's: not where jobs wait, nor
 * where nobody said how long one is. */
static bool has_overhead(const struct plan_entry *entry, const struct trial *trial)
{
    const struct workload_ops *ops = entry->workload.ops;
    bool known = !workload_is_added(ops) || (trial->count && trial->slices[0].work_ns > 0);
    return !ops->waits && known;
}

/* How many jobs can be served at a time: jobs that wait need no CPU of their own. A
 * submitter that runs jobs itself is one more. */
static double trial_servers(const struct plan_entry *entry, const struct trial *trial)
{
    bool apart = entry->pool->can & POOL_CAN_RUN_APART;
    double threads =
        apart && trial->count && trial->slices[0].stats.workers ? trial->slices[0].stats.workers : plan_workers(entry);
    if (apart && entry->full == POOL_CALLER_RUNS)
        threads += entry->producers;
    return rates_waits(&entry->workload) ? threads : fmin(threads, topology_cpus_of(entry->pin));
}

json_t *trial_json(const struct plan_entry *entry, const struct trial *trial)
{
    double workers = trial_workers(entry, trial), ns = median_of(trial, value_ns, workers);
    bool has_work = entry->workload.ops->work_ns(&entry->workload) > 0;
    json_t *json = must_pack("{s:s}", "verdict", verdict(trial));

    json_object_set_new(json, "failure", *trial->failure ? must_text(trial->failure) : json_null());
    json_object_set_new(json, "jobs_per_s", number(1e9 / ns));
    json_object_set_new(json, "ns_per_job", number(ns));
    json_object_set_new(json, "overhead_ns_per_job",
                        has_overhead(entry, trial) ? number(median_of(trial, value_overhead, workers)) : json_null());
    json_object_set_new(json, "busy", has_work ? number(1 / median_of(trial, value_times_busy, workers)) : json_null());
    json_object_set_new(json, "delivered_per_s", number(1e9 / ns * delivered_share(trial)));
    json_object_set_new(json, "lost_share", number(median_of(trial, value_lost, workers)));
    json_object_set_new(json, "cpu_ns_per_job", number(median_of(trial, value_cpu, workers)));
    json_object_set_new(json, "fairness", number(median_of(trial, value_fairness, workers)));
    add_law_of_little(json, trial, workers);
    json_object_set_new(json, "producer_fairness", number(median_of(trial, value_producers, workers)));
    trial_counts(json, trial);
    json_object_set_new(json, "servers", json_real(trial_servers(entry, trial)));
    json_object_set_new(json, "slices", trial_slices(trial));
    json_object_set_new(json, "latency",
                        must_pack("{s:o, s:o, s:o}", "submit_to_start", hist_json(&trial->samples.submit_to_start),
                                  "start_to_end", hist_json(&trial->samples.start_to_end), "submit_to_end",
                                  hist_json(&trial->samples.submit_to_end)));
    json_object_set_new(json, "figures", trial_figures(entry, trial));
    json_object_set_new(json, "samples", trial_samples(entry, trial));
    json_object_set_new(json, "course", trial_course(entry, trial));
    json_object_set_new(json, "memory", trial_memory(trial));
    json_object_set_new(json, "threads", trial_threads(entry, trial));
    return json;
}
