/* plan.c [WORKERS...] - what `poolbench plan` foretells, against what is then measured: p99 of
 * the sojourn at 50, 70 and 90% utilisation. Prints a table; exit status 1 when a row is off by
 * more than 15% and by more than chance can be.
 *
 * Chance has two parts. So many jobs in the same queue have another p99 each time: they are played, many times. And
 * the services that were measured alone are a sample: at 90% utilisation a mean that is 1% off moves p99 by 10%.
 *
 * As plan does it: how long jobs are served is measured first, alone; the model takes these
 * times (bench/models/forecast.h); then jobs come at random at the rate, and count from their
 * planned start. Jobs sleep, so that they hardly wait for CPUs; they compute where there is
 * a CPU for each worker beside the generator's. Each row has arrivals of its own. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/machine/machine.h"
#include "bench/measure/round_noise.h"
#include "bench/measure/slice_run.h"
#include "bench/models/forecast.h"
#include "pools/core/topology.h"
#include "workloads/core/units.h"

static const double TOLERANCE = 0.15, QUANTILE = 0.99;

/* A computing and a sleeping kind, each even and exponential. */
struct kind {
    const char *name, *spec; /* with the mean service in ns */
    bool computes;
};

static const struct kind kinds[] = {
    {"cpu, exponential", "cpu:size=%lldns,dist=exp", true},
    {"cpu, fixed", "cpu:size=%lldns", true},
    {"sleep, exponential", "io:op=sleep,wait=%lldns,cpu=0ns,dist=exp", false},
    {"sleep, fixed", "io:op=sleep,wait=%lldns,cpu=0ns", false},
};

/* Few workers are watched for longer: their queue forgets slowly. */
static const struct size {
    int workers;
    int64_t service_ns;
} sizes[] = {{1, 500000}, {2, 500000}, {4, 1000000}, {8, 2000000}, {16, 2000000}};

static const struct load {
    double utilisation;
    int seconds;
} loads[] = {{0.5, 10}, {0.7, 12}, {0.9, 25}};

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

struct row {
    const struct kind *kind;
    const struct size *size;
    const struct load *load;
};

static struct plan_entry entry_of(const struct row *row, int workers, const char *before)
{
    struct plan_entry entry = {.pool = pool_find("ring"), .workers = workers, .producers = 1, .capacity = 1 << 16};
    char jobs[128], spec[256], why[256];
    snprintf(entry.pin, sizeof entry.pin, "%s", row->kind->computes ? "core" : "none");
    snprintf(jobs, sizeof jobs, row->kind->spec, (long long)row->size->service_ns);
    snprintf(spec, sizeof spec, "%s%s", before, jobs);
    if (workload_parse(spec, &entry.workload, why, sizeof why)) {
        fprintf(stderr, "%s\n", why);
        exit(1);
    }
    return entry;
}

/* Runs it; false, and why not, when something went wrong. No two have the same arrivals and services. */
static bool run(const struct plan_entry *entry, int64_t jobs, struct slice *slice, struct slice_samples *samples)
{
    static const int64_t limit_ns = INT64_C(200000000000);
    static uint64_t seed;
    memset(samples, 0, sizeof *samples);
    slice_run(entry, jobs, ++seed, limit_ns, slice, samples);
    if (*slice->failure)
        fprintf(stderr, "%s: %s\n", entry->workload.text, slice->failure);
    return !*slice->failure;
}

/* How long they are served, alone: 2 s of them, and more until the mean is known to 1%, or for 20 s. */
static bool measure_alone(const struct row *row, struct service *service)
{
    enum { PIECES_MAX = 10 };
    static const double fine = 0.01;
    static struct slice slice;
    static struct slice_samples samples;
    static struct hist all;
    struct plan_entry entry = entry_of(row, 1, "");
    entry.capacity = 64;
    all = (struct hist){0};
    for (int piece = 0; piece < PIECES_MAX; piece++) {
        if (!run(&entry, INT64_C(2000000000) / row->size->service_ns, &slice, &samples))
            return false;
        hist_merge(&all, &samples.start_to_end);
        if (service_from_hist(service, &all))
            return false;
        if (piece == PIECES_MAX - 1 || service_mean_error(service) <= fine)
            return true;
        service_destroy(service);
    }
    return false;
}

/* Under load: p99 of submit to end, how long jobs were served then, on average (alone is not the same), how many
 * there were, and what else went on; "" for nothing that counts. */
struct loaded {
    double p99_ns, served_ns;
    int64_t jobs;
    char disturbed[96];
};

static void tell_noise(const struct round_noise *noise, struct loaded *loaded)
{
    json_t *noted = round_noise_end(noise);
    *loaded->disturbed = '\0';
    if (round_noise_disturbs(noted))
        snprintf(loaded->disturbed, sizeof loaded->disturbed, "the host took %.1f%% of the CPUs, other programs %.1f%%",
                 100 * json_number_value(json_object_get(noted, "steal_share")),
                 100 * json_number_value(json_object_get(noted, "others_share")));
    json_decref(noted);
}

/* Something else may have taken one CPU for a moment only, but in the middle of a job, and for so long that more than a
 * quarter of those beyond p99 came meanwhile. No service is longer than 20 times their mean, of exponential ones one in
 * 10^8. */
static void tell_held_up(const struct slice_samples *samples, double per_s, struct loaded *loaded)
{
    static const double longest = 20, share = 0.25;
    const struct hist *services = &samples->start_to_end;
    double held_ns = (double)services->max;
    char text[32];
    if (held_ns > longest * hist_mean(services) &&
        held_ns / 1e9 * per_s > share * (1 - QUANTILE) * (double)loaded->jobs)
        snprintf(loaded->disturbed, sizeof loaded->disturbed, "a job was held up for %s",
                 units_time_text(held_ns, text, sizeof text));
}

static bool measure_loaded(const struct row *row, double per_s, struct loaded *loaded)
{
    static struct slice slice;
    static struct slice_samples samples;
    struct workload_setting setting;
    struct plan_entry entry;
    struct round_noise noise;
    char before[96];
    snprintf(before, sizeof before, "burst:rate=%.0f,for=%ds,of=", per_s, row->load->seconds);
    entry = entry_of(row, row->size->workers, before);
    setting = plan_setting(&entry);
    round_noise_begin(&noise);
    if (!run(&entry, entry.workload.ops->jobs(&entry.workload, &setting), &slice, &samples))
        return false;
    tell_noise(&noise, loaded);
    loaded->p99_ns = hist_quantile(&samples.submit_to_end, QUANTILE);
    loaded->served_ns = hist_mean(&samples.start_to_end);
    loaded->jobs = (int64_t)(samples.submit_to_end.count + samples.submit_to_end.lost);
    tell_held_up(&samples, per_s, loaded);
    return true;
}

/* What was disturbed is asked once more. */
static bool measure_in_peace(const struct row *row, double per_s, struct loaded *loaded)
{
    return measure_loaded(row, per_s, loaded) && (!*loaded->disturbed || measure_loaded(row, per_s, loaded));
}

/* What the services that were measured leave open of the forecast, as a standard deviation of its logarithm. */
static double chance_of_services(const struct row *row, const struct forecast_load *load,
                                 const struct slo_list *promise)
{
    static const double sigmas = 1.96; /* of service_mean_error, to each side */
    double error = service_mean_error(load->service);
    struct forecast low, high;
    if (forecast_scaled(&low, load, row->size->workers, promise, 1 - error) ||
        forecast_scaled(&high, load, row->size->workers, promise, 1 + error))
        exit(1);
    return log(high.values[0] / low.values[0]) / 2 / sigmas;
}

/* The standard deviation of the logarithm of p99 of so many jobs. */
static double chance_of_jobs(const struct row *row, const struct service *service, double per_s, int64_t jobs)
{
    enum { RUNS = 40 };
    double sum = 0, squares = 0;
    for (int i = 0; i < RUNS; i++) {
        struct queue_simulation queue = {.workers = row->size->workers,
                                         .rate = per_s / 1e9,
                                         .service = service,
                                         .jobs = jobs + jobs / 3,
                                         .warm_ns = (double)jobs / 3 / per_s * 1e9,
                                         .seed = (uint64_t)i + 1};
        struct queue_outcome outcome;
        double log_p99;
        if (queue_simulate(&queue, &outcome))
            exit(1);
        log_p99 = log(hist_quantile(outcome.latency, QUANTILE));
        sum += log_p99;
        squares += log_p99 * log_p99;
        queue_outcome_destroy(&outcome);
    }
    return sqrt(fmax(0, squares / RUNS - sum * sum / RUNS / RUNS) * RUNS / (RUNS - 1));
}

/* `off` is a share of what was measured, `by_chance` a standard deviation of logarithms: twice too long
 * and half as long are as far off. */
static const char *verdict(double off, double by_chance, const struct loaded *loaded)
{
    return fabs(off) <= TOLERANCE                                 ? "holds"
           : *loaded->disturbed                                   ? "cannot tell: disturbed, twice"
           : fabs(log1p(off)) <= log1p(TOLERANCE) + 2 * by_chance ? "cannot tell: 15% is within chance"
                                                                  : "OFF";
}

/* Returns whether all is well. */
static bool prove_at(const struct row *row, const struct service *service)
{
    struct slo_list promise = {.count = 1, .items = {{.kind = slo_kind("p99"), .limit_ns = INT64_MAX}}};
    double per_s = row->load->utilisation * row->size->workers / service->mean_ns * 1e9, off, by_chance;
    struct loaded loaded;
    struct forecast_load load = {.service = service, .rate = per_s / 1e9, .seed = 1};
    struct forecast forecast, served;
    const char *found;
    char text[5][32];
    if (forecast_at(&forecast, &load, row->size->workers, &promise) || !measure_in_peace(row, per_s, &loaded) ||
        forecast_scaled(&served, &load, row->size->workers, &promise, loaded.served_ns / service->mean_ns))
        return false;
    off = forecast.values[0] / loaded.p99_ns - 1;
    by_chance = hypot(chance_of_jobs(row, service, per_s, loaded.jobs), chance_of_services(row, &load, &promise));
    found = verdict(off, by_chance, &loaded);
    if (*loaded.disturbed)
        fprintf(stderr, "disturbed: %s\n", loaded.disturbed);
    printf("| %s, %d worker%s | %.0f%% | %s, %.2f | %s | %s | %s | %+.0f%% (+-%.0f%%) | %s | %s, %s |\n",
           row->kind->name, row->size->workers, row->size->workers == 1 ? "" : "s", 100 * row->load->utilisation,
           units_time_text(service->mean_ns, text[0], sizeof *text), service->cv2, forecast_model_name(forecast.model),
           units_time_text(forecast.values[0], text[1], sizeof *text),
           units_time_text(loaded.p99_ns, text[2], sizeof *text), 100 * off, 100 * by_chance, found,
           units_time_text(loaded.served_ns, text[3], sizeof *text),
           units_time_text(served.values[0], text[4], sizeof *text));
    fflush(stdout);
    return strcmp(found, "OFF");
}

static bool prove(const struct kind *kind, const struct size *size)
{
    struct row row = {kind, size, NULL};
    struct service service;
    bool good = true;
    if (kind->computes && size->workers + 1 > topology_cpus_of("core")) {
        printf("| %s, %d workers | - | - | - | - | - | - | not here: a CPU for each worker and one for the generator | "
               "- |\n",
               kind->name, size->workers);
        return true;
    }
    if (!measure_alone(&row, &service))
        return false;
    for (int i = 0; i < COUNT(loads); i++) {
        row.load = &loads[i];
        fprintf(stderr, "%s, %d workers, %.0f%%: about %d s\n", kind->name, size->workers, 100 * row.load->utilisation,
                row.load->seconds * 4 / 3);
        good = prove_at(&row, &service) && good;
    }
    service_destroy(&service);
    return good;
}

static bool is_asked(int workers, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (atoi(argv[i]) == workers)
            return true;
    return argc < 2;
}

int main(int argc, char **argv)
{
    bool good = true;
    char machine[512];
    must_begin();
    machine_text(machine, sizeof machine);
    printf("| jobs | utilisation | service alone, squared variation | model | foretold p99 | measured p99 | "
           "off (chance) | | service under load, foretold by it |\n|---|--:|--:|---|--:|--:|--:|---|--:|\n");
    for (int k = 0; k < COUNT(kinds); k++)
        for (int i = 0; i < COUNT(sizes); i++)
            if (is_asked(sizes[i].workers, argc, argv))
                good = prove(&kinds[k], &sizes[i]) && good;
    printf("\nMeasured on %s; poolbench %s, make prove-plan\n", machine, machine_revision);
    return good ? 0 : 1;
}
