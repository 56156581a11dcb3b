/* promises.c [ROW...] - the rate that `sweep --slo` keeps on this machine, against queues
 * whose answer is known. Prints a table; exit status 1 when a rate is off, or is beyond
 * what the workers have time for. TIMES=2: twice as long.
 *
 * Jobs come at random (Poisson) and take a random time (exponential): M/M/c. They compute
 * where there is a CPU for each worker beside the generator's; else they sleep, and a sleep
 * takes somewhat longer than it should: what is left of M/M/c is M/G/c. So what is known is
 * reckoned from the services that were measured: Erlang C with their mean, and a queue of
 * millions of jobs that draws from them; the rate kept is held against the second.
 *
 * That queue has the pool in it: what a worker takes from one job to the next, and until it
 * begins when it had nothing to do, are measured at the rate kept, and drawn too
 * (tests/core/measured_queue.h). Of a job of 20 us that is a good part.
 *
 * Even a perfect search has its chance: in the time that was spent near that rate so many
 * jobs are late, more or less. That is reckoned with the same queue, many times as long as
 * that. Off is what is beyond 3% by more than two standard errors. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/commands/sweep.h"
#include "bench/findings/open_loop.h"
#include "bench/json/must.h"
#include "bench/machine/machine.h"
#include "bench/measure/child.h"
#include "bench/measure/slice_run.h"
#include "bench/results/hist_json.h"
#include "bench/results/result.h"
#include "pools/core/topology.h"
#include "tests/core/erlang.h"
#include "tests/core/measured_queue.h"
#include "workloads/core/units.h"

static const double TOLERANCE = 0.03;

/* The promise is so many services long that the load at which it is kept is 70 to 95%:
 * less, and chance is too much; more, and it is saturation that is measured. Of jobs of 20 us
 * p90 is promised: where a CPU is taken away for a millisecond now and then, more than one
 * such job in a hundred is late at any rate. */
struct row {
    const char *name;
    int workers;
    int64_t service_ns;
    const char *promise;
    double limit; /* services */
    int seconds;
};

static const struct row rows[] = {
    {"1x20us", 1, 20000, "p90", 10, 30},   {"4x20us", 4, 20000, "p90", 6, 30},
    {"16x20us", 16, 20000, "p90", 4, 30},  {"1x500us", 1, 500000, "p99", 15, 100},
    {"4x500us", 4, 500000, "p99", 10, 60}, {"16x500us", 16, 500000, "p99", 7, 40},
    {"1x2ms", 1, 2000000, "p99", 15, 240}, {"4x2ms", 4, 2000000, "p99", 10, 120},
    {"16x2ms", 16, 2000000, "p99", 7, 60},
};
enum { ROWS = sizeof rows / sizeof *rows };

/* The machine. */

static bool computes(const struct row *row)
{
    return row->workers + 1 <= topology_cpus_of("core");
}

static struct plan_entry entry_of(const struct row *row, int workers, const char *before, const char *distribution)
{
    static const int64_t no_park_ns = 100000; /* who has a CPU of its own need not be woken */
    struct plan_entry entry = {.pool = pool_find("mutex"),
                               .workers = workers,
                               .producers = 1,
                               .capacity = 1 << 16,
                               .spin_ns = computes(row) ? no_park_ns : 0};
    char spec[128], why[256];
    snprintf(entry.pin, sizeof entry.pin, "%s", computes(row) ? "core" : "none");
    if (computes(row))
        snprintf(spec, sizeof spec, "%scpu:size=%lldns,dist=%s", before, (long long)row->service_ns, distribution);
    else
        snprintf(spec, sizeof spec, "%sio:op=sleep,wait=%lldns,cpu=0ns,dist=%s", before, (long long)row->service_ns,
                 distribution);
    if (workload_parse(spec, &entry.workload, why, sizeof why)) {
        fprintf(stderr, "%s\n", why);
        exit(1);
    }
    return entry;
}

/* One worker alone: what a service takes here, and what of a CPU. */
struct alone {
    double service_ns, cpu_ns;
};

static bool measure_alone(const struct row *row, struct alone *alone)
{
    static struct slice slice;
    static struct slice_samples samples;
    enum { JOBS = 20000, LIMIT_S = 60 };
    struct plan_entry entry = entry_of(row, 1, "", "fixed");
    int64_t jobs = INT64_C(1000000000) / row->service_ns;
    entry.capacity = 64;
    memset(&samples, 0, sizeof samples);
    slice_run(&entry, jobs < JOBS ? jobs : JOBS, 7, INT64_C(1000000000) * LIMIT_S, &slice, &samples);
    if (*slice.failure)
        fprintf(stderr, "%s: %s\n", row->name, slice.failure);
    alone->service_ns = hist_mean(&samples.start_to_end);
    alone->cpu_ns = slice.cpu_ns / (double)slice.jobs;
    return !*slice.failure && alone->service_ns > 0;
}

/* The share of jobs that may be later than the promise. */
static double share_of(const struct row *row)
{
    return 1 - slo_kind(row->promise)->quantile;
}

/* Two digits of so many services. */
static double limit_of(const struct row *row, const struct alone *alone)
{
    double ns = row->limit * alone->service_ns, unit = pow(10, floor(log10(ns)) - 1);
    return round(ns / unit) * unit;
}

/* The generator needs a CPU for itself; jobs that sleep must hardly ever wait for one, or it
 * is no longer a worker that they wait for. False, and why not. */
static bool reachable(const struct row *row, const struct alone *alone, double limit_ns, char *why, size_t size)
{
    static const double seldom = 0.5;
    double rate = erlang_rate(row->workers, alone->service_ns, limit_ns, share_of(row));
    double cpus = topology_cpus_of("none"), share = rate * alone->cpu_ns / (cpus - 1);
    if (cpus < 2) {
        snprintf(why, size, "the generator needs a CPU for itself, and there is but one");
        return false;
    }
    if (computes(row) || share <= seldom)
        return true;
    snprintf(
        why, size,
        "%.0f k/s would be asked for; each job takes %.1f us of a CPU, that is %.0f%% of what the generator leaves: "
        "they would wait for CPUs and not for workers",
        rate * 1e6, alone->cpu_ns / 1e3, 100 * share);
    return false;
}

/* What is between the services, at a rate: of one slice of burst, which has a stamp of each job. */

static struct measured starts, turns; /* large */
static const struct workload_ops *burst;

static void measure_between(const struct workload_slice *slice, struct workload_report *report)
{
    if (measured_between(slice->stamps, slice->stamp_count, slice->counted_from_ns, &starts.hist, &turns.hist))
        fprintf(stderr, "promises: out of memory\n");
    burst->measure(slice, report);
}

/* Leaves nothing there where the slice failed. */
static void watch_between(const struct row *row, double rate)
{
    static struct slice slice;
    static struct slice_samples samples;
    static struct workload_ops watched;
    static const double jobs = 200000, most_s = 20;
    struct plan_entry entry;
    struct workload_setting setting;
    char before[64];
    snprintf(before, sizeof before, "burst:rate=%.0f,for=%.0fms,of=", rate, 1e3 * fmin(most_s, jobs / rate));
    entry = entry_of(row, row->workers, before, "exp");
    burst = entry.workload.ops;
    watched = *burst;
    watched.measure = measure_between;
    entry.workload.ops = &watched;
    setting = plan_setting(&entry);
    starts.hist = turns.hist = (struct hist){0};
    memset(&samples, 0, sizeof samples);
    slice_run(&entry, burst->jobs(&entry.workload, &setting), 7, INT64_C(60000000000), &slice, &samples);
    if (*slice.failure)
        fprintf(stderr, "%s: %s\n", row->name, slice.failure);
    measured_prepare(&starts);
    measured_prepare(&turns);
}

/* What was found. */

/* The services of all probes near the rate that was kept; how many jobs came in those near
 * the one that is known. */
static void gather_services(const json_t *result, double kept, struct measured *services)
{
    static const double near = 0.15;
    json_t *configuration, *trial;
    size_t i, t;
    memset(&services->hist, 0, sizeof services->hist);
    json_array_foreach (json_object_get(result, "configurations"), i, configuration) {
        struct open_loop loop = open_loop_of(configuration);
        if (fabs(loop.offered_per_s / kept - 1) > near)
            continue;
        json_array_foreach (json_object_get(configuration, "trials"), t, trial)
            if (!strcmp(result_string(trial, "verdict"), "ok"))
                hist_json_read(&services->hist, json_object_get(json_object_get(trial, "latency"), "start_to_end"));
    }
    measured_prepare(services);
}

static double jobs_near(const json_t *result, double known)
{
    static const double near = 0.1;
    double jobs = 0;
    json_t *configuration;
    size_t i;
    json_array_foreach (json_object_get(result, "configurations"), i, configuration) {
        struct open_loop loop = open_loop_of(configuration);
        if (fabs(loop.offered_per_s / known - 1) <= near)
            jobs += loop.offered;
    }
    return jobs;
}

static json_t *search(const struct row *row, double limit_ns, double times)
{
    struct slo_list promises = {.count = 1, .items = {{.kind = slo_kind(row->promise), .limit_ns = (int64_t)limit_ns}}};
    struct plan_entry entry = entry_of(row, row->workers, "burst:of=", "exp");
    struct plan plan = {.entries = &entry,
                        .count = 1,
                        .rounds = SEARCH_ROUNDS,
                        .budget_ns = (int64_t)(times * row->seconds * 1e9),
                        .seed = 7};
    char *words[] = {"prove", NULL};
    json_t *result = result_new(1, words, json_object());
    int error = sweep_search(&plan, &promises, result);
    if (error) {
        fprintf(stderr, "%s: %s\n", row->name, strerror(-error));
        exit(1);
    }
    return result;
}

static void print_begin(const struct row *row)
{
    char service[32];
    printf("| %d | %s | %s |", row->workers, units_time_text((double)row->service_ns, service, sizeof service),
           computes(row) ? "compute" : "sleep");
}

static bool print_not(const char *what, const char *why)
{
    printf(" - | - | - | - | - | - | - | %s: %s |\n", what, why);
    return true;
}

/* A search that was ended says that the truth may be higher. */
static const char *verdict(double off, double by_chance, bool was_ended)
{
    return fabs(off) <= TOLERANCE                   ? "holds"
           : fabs(off) <= TOLERANCE + 2 * by_chance ? "cannot tell: within chance"
           : off < 0 && was_ended                   ? "cannot tell: it may be higher"
                                                    : "OFF";
}

/* Returns whether all is well. */
static bool judge(const struct row *row, double limit_ns, const json_t *result)
{
    static struct measured services; /* large */
    const json_t *found = json_array_get(json_object_get(result, "searches"), 0);
    double kept = json_number_value(json_object_get(found, "rate_kept")), known, erlang, by_chance, most;
    struct measured_queue queue = {.workers = row->workers, .services = &services, .starts = &starts, .turns = &turns};
    char service[32], start[32], turn[32], limit[32], rates[3][32];
    const char *limited = result_string(found, "limited_by"), *answer;
    bool was_ended = strcmp(limited, "promise") != 0;
    if (!strcmp(limited, "generator"))
        return print_not("not reachable here", "the generator is the limit");
    if (!(kept > 0)) {
        print_not(was_ended ? "cannot tell: no rate was kept until the search was ended" : "OFF: no rate was kept",
                  limited);
        return was_ended;
    }
    gather_services(result, kept, &services);
    watch_between(row, kept);
    erlang = 1e9 * erlang_rate(row->workers, services.mean, limit_ns, share_of(row));
    known = 1e9 * measured_queue_rate(&queue, limit_ns, share_of(row));
    by_chance = measured_queue_chance(&queue, known / 1e9, limit_ns, jobs_near(result, known));
    most = measured_queue_most(&queue) * 1e9;
    answer = kept >= most ? "OFF: beyond saturation" : verdict(kept / known - 1, by_chance, was_ended);
    printf(" %s, %.2f; start %s, turn %s | %s <= %s | %.0f%% | %s | %s | %s | %+.1f%% (+-%.1f%%) | %s%s%s |\n",
           units_time_text(services.mean, service, sizeof service), services.variation,
           units_time_text(starts.mean, start, sizeof start), units_time_text(turns.mean, turn, sizeof turn),
           row->promise, units_time_text(limit_ns, limit, sizeof limit), 100 * known / most,
           units_count_text(erlang, rates[0], sizeof *rates), units_count_text(known, rates[1], sizeof *rates),
           units_count_text(kept, rates[2], sizeof *rates), 100 * (kept / known - 1), 100 * by_chance, answer,
           was_ended ? "; the search was ended by its " : "", was_ended ? limited : "");
    return strncmp(answer, "OFF", 3) != 0;
}

static bool prove(const struct row *row, double times)
{
    struct alone alone;
    char why[256];
    double limit_ns;
    json_t *result;
    bool good;
    fprintf(stderr, "%s: about %.0f s\n", row->name, times * row->seconds);
    if (!measure_alone(row, &alone))
        return false;
    limit_ns = limit_of(row, &alone);
    print_begin(row);
    if (!reachable(row, &alone, limit_ns, why, sizeof why)) {
        good = print_not("not reachable here", why);
    } else {
        result = search(row, limit_ns, times);
        good = judge(row, limit_ns, result);
        json_decref(result);
    }
    fflush(stdout);
    return good;
}

static const struct row *row_of(const char *name)
{
    for (int i = 0; i < ROWS; i++)
        if (!strcmp(rows[i].name, name))
            return &rows[i];
    fprintf(stderr, "promises: no row \"%s\"; there are:", name);
    for (int i = 0; i < ROWS; i++)
        fprintf(stderr, " %s", rows[i].name);
    fprintf(stderr, "\n");
    exit(2);
}

int main(int argc, char **argv)
{
    const char *longer = getenv("TIMES");
    double times = longer && *longer ? atof(longer) : 1;
    bool good = true;
    char machine[512];
    must_begin();
    if (argc == 4 && !strcmp(argv[1], CHILD_ARGUMENT))
        return child_main(atoi(argv[2]), atoi(argv[3]));
    if (!(times > 0 && times <= 100))
        return fprintf(stderr, "promises: TIMES=%s: not a number above 0 and up to 100\n", longer), 2;
    for (int i = 1; i < argc; i++)
        row_of(argv[i]);
    machine_text(machine, sizeof machine);
    printf("| workers | service | jobs | measured, squared variation | promise | load | Erlang C | known | kept | "
           "off (chance) | |\n|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|---|\n");
    fflush(stdout);
    for (int i = 0; i < (argc > 1 ? argc - 1 : ROWS); i++)
        good = prove(argc > 1 ? row_of(argv[i + 1]) : &rows[i], times) && good;
    printf("\nMeasured on %s; poolbench %s, make prove-measuring%s", machine, machine_revision,
           argc > 1 ? " ROWS=\"" : "");
    for (int i = 1; i < argc; i++)
        printf("%s%s", argv[i], i < argc - 1 ? " " : "\"");
    printf(times == 1 ? "\n" : " TIMES=%g\n", times);
    return good ? 0 : 1;
}
