/* result.c - see result.h. */
#include "bench/results/result.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/json/must.h"
#include "bench/machine/machine.h"
#include "bench/results/hist_json.h"
#include "bench/results/pooled_figures.h"
#include "bench/statistics/stats.h"

enum { VALUES_MAX = 20000 };

/* Numbers of a trial that are summarised over rounds. */
static const char *const metrics[] = {
    "jobs_per_s", "delivered_per_s",   "lost_share",       "ns_per_job",    "overhead_ns_per_job",
    "busy",       "cpu_ns_per_job",    "switches_per_job", "wakes_per_job", "vain_wakes_per_job",
    "fairness",   "producer_fairness",
};

static const char *const latencies[] = {"submit_to_start", "start_to_end", "submit_to_end"};

json_t *result_new(int argc, char **argv, json_t *wanted)
{
    json_t *result = json_object(), *command = json_array();
    char date[32];
    time_t now = time(NULL);
    struct tm utc;
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    for (int i = 0; i < argc; i++)
        json_array_append_new(command, must_text(argv[i]));
    json_object_set_new(result, "format", json_integer(RESULT_FORMAT));
    json_object_set_new(result, "program", must_text("poolbench"));
    json_object_set_new(result, "date", must_text(date));
    json_object_set_new(result, "command", command);
    json_object_set_new(result, "machine", machine_json());
    json_object_set_new(result, "build", machine_build_json());
    json_object_update(result, wanted);
    json_decref(wanted);
    json_object_set_new(result, "rounds", json_array());
    json_object_set_new(result, "configurations", json_array());
    return result;
}

int result_add_configuration(json_t *result, json_t *configuration)
{
    json_t *configurations = json_object_get(result, "configurations");
    json_array_append_new(configurations, configuration);
    json_object_set_new(configuration, "trials", json_array());
    return (int)json_array_size(configurations) - 1;
}

const char *result_string(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

json_int_t result_integer(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

const char *result_rate_bound(const json_t *search)
{
    if (!strcmp(result_string(search, "limited_by"), "promise"))
        return "";
    return json_number_value(json_object_get(search, "rate_kept")) >
                   json_number_value(json_object_get(search, "rate_proved"))
               ? "~"
               : ">= ";
}

const char *result_search_verdict(const json_t *search)
{
    const char *limit = result_string(search, "limited_by");
    if (json_number_value(json_object_get(search, "rate_kept")) > 0)
        return "kept";
    if (*result_string(search, "verdict"))
        return result_string(search, "verdict");
    return !strcmp(limit, "generator") ? limit : !strcmp(limit, "promise") ? "broken" : "cannot tell"; /* of before */
}

bool result_is_floor(const json_t *configuration)
{
    return !strcmp(result_string(configuration, "pool"), "inline") ||
           !strcmp(result_string(configuration, "role"), "floor");
}

bool result_is_unfilled(const json_t *latency)
{
    const json_t *whole = json_object_get(latency, "submit_to_end");
    return result_integer(json_object_get(latency, "start_to_end"), "count") && !result_integer(whole, "count") &&
           !result_integer(whole, "lost");
}

void result_add_trial(json_t *result, json_t *trial)
{
    size_t index = (size_t)json_integer_value(json_object_get(trial, "configuration"));
    json_t *configuration = json_array_get(json_object_get(result, "configurations"), index);
    json_t *trials = json_object_get(configuration, "trials");
    if (json_array_size(trials)) /* one course is enough to see how it goes */
        json_object_set_new(trial, "course", json_null());
    json_array_append(trials, trial);
}

void result_add_round(json_t *result, json_t *noise)
{
    json_array_append(json_object_get(result, "rounds"), noise);
}

static bool trial_is_good(const json_t *trial)
{
    const char *verdict = json_string_value(json_object_get(trial, "verdict"));
    return verdict && !strcmp(verdict, "ok");
}

const json_t *result_value(const json_t *object, const char *metric)
{
    const json_t *found = json_object_get(object, metric);
    const char *dot = strchr(metric, '.');
    char first[64];
    if (found || !dot)
        return found;
    snprintf(first, sizeof first, "%.*s", (int)(dot - metric), metric);
    return json_is_object(json_object_get(object, first)) ? result_value(json_object_get(object, first), dot + 1)
                                                          : NULL;
}

int result_values(const json_t *configuration, const char *metric, double *values, int *rounds, int max)
{
    json_t *trial;
    size_t i;
    int count = 0;
    json_array_foreach (json_object_get(configuration, "trials"), i, trial) {
        const json_t *value = result_value(trial, metric);
        if (!trial_is_good(trial) || !json_is_number(value) || count >= max)
            continue;
        if (rounds)
            rounds[count] = (int)json_integer_value(json_object_get(trial, "round"));
        values[count++] = json_number_value(value);
    }
    return count;
}

static double number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

bool result_metric(const json_t *configuration, const char *metric, double *median, double *low, double *high)
{
    const json_t *found = result_value(json_object_get(configuration, "summary"), metric);
    *median = *low = *high = NAN;
    if (!json_is_object(found))
        return false;
    *median = number_of(found, json_object_get(found, "pooled") ? "pooled" : "median");
    *low = number_of(found, json_object_get(found, "pooled_low") ? "pooled_low" : "low");
    *high = number_of(found, json_object_get(found, "pooled_low") ? "pooled_high" : "high");
    return !isnan(*median);
}

double result_coverage(const json_t *configuration, const char *metric)
{
    static const double of_pooled = 0.95;
    const json_t *found = result_value(json_object_get(configuration, "summary"), metric);
    if (json_object_get(found, "pooled_low"))
        return json_is_number(json_object_get(found, "pooled_high")) ? of_pooled : 0;
    return json_number_value(json_object_get(found, "coverage"));
}

static json_t *summarise_metric(const json_t *configuration, const char *metric, double *values)
{
    struct stats_median median;
    int count = result_values(configuration, metric, values, NULL, VALUES_MAX);
    if (!count)
        return json_null();
    median = stats_median(values, count);
    return must_pack("{s:f, s:f, s:f, s:f, s:i}", "median", median.median, "low", median.low, "high", median.high,
                     "coverage", median.coverage, "count", count);
}

/* Marks trials that lie far off the others of their configuration. */
static int mark_disturbed(json_t *configuration, double *values)
{
    static const char *const classes[] = {"regular", "mild", "severe"};
    int count = result_values(configuration, "ns_per_job", values, NULL, VALUES_MAX), disturbed = 0;
    double median, mad, first_quartile, third_quartile;
    json_t *trial;
    size_t i;
    if (count < 3)
        return 0;
    median = stats_median(values, count).median;
    mad = stats_mad(values, count);
    first_quartile = stats_quantile(values, count, 0.25);
    third_quartile = stats_quantile(values, count, 0.75);
    json_array_foreach (json_object_get(configuration, "trials"), i, trial) {
        double ns = json_number_value(json_object_get(trial, "ns_per_job"));
        bool good = trial_is_good(trial), is = good && stats_disturbed(ns, median, mad);
        json_object_set_new(trial, "disturbed", json_boolean(is));
        json_object_set_new(trial, "outlier",
                            good ? must_text(classes[stats_outlier(ns, first_quartile, third_quartile)]) : json_null());
        disturbed += is;
    }
    return disturbed;
}

/* All trials' samples together. */
static json_t *merge(const json_t *configuration, const char *group, const char *which)
{
    static struct hist merged;
    json_t *trial;
    size_t i;
    merged = (struct hist){0};
    json_array_foreach (json_object_get(configuration, "trials"), i, trial)
        if (trial_is_good(trial))
            hist_json_read(&merged, json_object_get(json_object_get(trial, group), which));
    return hist_json(&merged);
}

/* The workload's own figures and histograms, by the names that the trials have. */
static void summarise_workload(const json_t *configuration, json_t *summary, double *values)
{
    json_t *figures = json_object(), *samples = json_object(), *trial, *unused;
    const char *name;
    size_t i;
    json_array_foreach (json_object_get(configuration, "trials"), i, trial) {
        json_object_foreach (json_object_get(trial, "figures"), name, unused) {
            char metric[96];
            snprintf(metric, sizeof metric, "figures.%s", name);
            if (!json_object_get(figures, name))
                json_object_set_new(figures, name, summarise_metric(configuration, metric, values));
        }
        json_object_foreach (json_object_get(trial, "samples"), name, unused)
            if (!json_object_get(samples, name))
                json_object_set_new(samples, name, merge(configuration, "samples", name));
    }
    json_object_set_new(summary, "figures", figures);
    json_object_set_new(summary, "samples", samples);
}

static void drop_buckets(json_t *configuration)
{
    static const char *const groups[] = {"latency", "samples"};
    json_t *trial, *hist;
    const char *name;
    size_t i;
    json_array_foreach (json_object_get(configuration, "trials"), i, trial)
        for (size_t g = 0; g < sizeof groups / sizeof *groups; g++)
            json_object_foreach (json_object_get(trial, groups[g]), name, hist)
                json_object_del(hist, "buckets");
}

static void summarise_configuration(json_t *result, json_t *configuration, double *values, int *failed)
{
    json_t *summary = json_object(), *latency = json_object(), *trial;
    size_t i;
    json_array_foreach (json_object_get(configuration, "trials"), i, trial) {
        if (trial_is_good(trial))
            continue;
        (*failed)++;
        json_array_append_new(
            json_object_get(result, "failures"),
            must_pack("{s:O, s:O, s:O, s:O, s:O, s:O, s:O, s:O}", "pool", json_object_get(configuration, "pool"),
                      "spec", json_object_get(configuration, "spec"), "workers",
                      json_object_get(configuration, "workers"), "results", json_object_get(configuration, "results"),
                      "results_capacity", json_object_get(configuration, "results_capacity"), "round",
                      json_object_get(trial, "round"), "verdict", json_object_get(trial, "verdict"), "failure",
                      json_object_get(trial, "failure")));
    }
    for (size_t m = 0; m < sizeof metrics / sizeof *metrics; m++)
        json_object_set_new(summary, metrics[m], summarise_metric(configuration, metrics[m], values));
    for (size_t l = 0; l < sizeof latencies / sizeof *latencies; l++)
        json_object_set_new(latency, latencies[l], merge(configuration, "latency", latencies[l]));
    json_object_set_new(summary, "latency", latency);
    summarise_workload(configuration, summary, values);
    json_object_set_new(summary, "disturbed_trials", json_integer(mark_disturbed(configuration, values)));
    json_object_set_new(configuration, "summary", summary);
}

int result_summarise(json_t *result, bool interrupted)
{
    double *values = malloc(VALUES_MAX * sizeof *values);
    json_t *configuration;
    size_t i;
    int failed = 0;
    must_memory(values);
    json_object_set_new(result, "interrupted", json_boolean(interrupted));
    json_object_set_new(result, "failures", json_array());
    json_array_foreach (json_object_get(result, "configurations"), i, configuration)
        summarise_configuration(result, configuration, values, &failed);
    pooled_figures_add(result);
    free(values);
    return failed;
}

void result_drop_buckets(json_t *result)
{
    json_t *configuration;
    size_t i;
    json_array_foreach (json_object_get(result, "configurations"), i, configuration)
        drop_buckets(configuration);
}

double result_median(const json_t *configuration, const char *metric)
{
    double *values = malloc(VALUES_MAX * sizeof *values), median = NAN;
    int count = values ? result_values(configuration, metric, values, NULL, VALUES_MAX) : 0;
    if (count)
        median = stats_median(values, count).median;
    free(values);
    return median;
}

int result_cannot(const json_t *result)
{
    json_t *failure;
    size_t i;
    int count = 0;
    json_array_foreach (json_object_get(result, "failures"), i, failure)
        count += !strcmp(json_string_value(json_object_get(failure, "verdict")), "cannot");
    return count;
}

/* CSV. */

static void csv_text(FILE *out, const char *text)
{
    fputc('"', out);
    for (const char *c = text; *c; c++) {
        if (*c == '"')
            fputc('"', out);
        fputc(*c == '\n' ? ' ' : *c, out);
    }
    fputc('"', out);
}

static void csv_value(FILE *out, const json_t *value)
{
    if (json_is_integer(value))
        fprintf(out, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        fprintf(out, "%.9g", json_real_value(value));
    else if (json_is_string(value))
        csv_text(out, json_string_value(value));
}

/* A file's figures may be called anything. */
static void csv_head(FILE *out, const char *name)
{
    if (strpbrk(name, ",\"\r\n"))
        csv_text(out, name);
    else
        fputs(name, out);
    fputc(',', out);
}

/* The names of the workloads' figures, each once, as an object's keys. */
static json_t *figure_names(const json_t *result)
{
    json_t *names = json_object(), *configuration, *trial, *unused;
    const char *name;
    size_t i, j;
    json_array_foreach (json_object_get(result, "configurations"), i, configuration)
        json_array_foreach (json_object_get(configuration, "trials"), j, trial)
            json_object_foreach (json_object_get(trial, "figures"), name, unused)
                json_object_set_new(names, name, json_null());
    return names;
}

void result_csv(const json_t *result, FILE *out)
{
    static const char *const of_configuration[] = {"pool", "spec", "workers", "producers", "capacity",
                                                   "full", "pin",  "role",    "results",   "results_capacity"};
    static const char *const of_trial[] = {"round",
                                           "verdict",
                                           "jobs_per_s",
                                           "delivered_per_s",
                                           "lost_share",
                                           "ns_per_job",
                                           "overhead_ns_per_job",
                                           "busy",
                                           "cpu_ns_per_job",
                                           "switches_per_job",
                                           "wakes_per_job",
                                           "vain_wakes_per_job",
                                           "fairness",
                                           "producer_fairness",
                                           "accepted",
                                           "done",
                                           "failed",
                                           "cancelled",
                                           "dropped",
                                           "refused",
                                           "received",
                                           "lost"};
    static const char *const quantiles[] = {"p50_ns", "p99_ns", "p99.9_ns"};
    enum {
        CONFIGURATION = sizeof of_configuration / sizeof *of_configuration,
        TRIAL = sizeof of_trial / sizeof *of_trial,
        QUANTILES = 3
    };
    json_t *configuration, *trial, *unused, *figures = figure_names(result);
    const char *name;
    size_t i, j;
    for (size_t k = 0; k < CONFIGURATION; k++)
        fprintf(out, "%s,", of_configuration[k]);
    for (size_t k = 0; k < TRIAL; k++)
        fprintf(out, "%s,", of_trial[k]);
    fprintf(out, "p50_ns,p99_ns,p99.9_ns,");
    json_object_foreach (figures, name, unused)
        csv_head(out, name);
    fprintf(out, "failure\n");
    json_array_foreach (json_object_get(result, "configurations"), i, configuration) {
        json_array_foreach (json_object_get(configuration, "trials"), j, trial) {
            const json_t *latency = json_object_get(json_object_get(trial, "latency"), "submit_to_end");
            for (size_t k = 0; k < CONFIGURATION; k++, fputc(',', out))
                csv_value(out, json_object_get(configuration, of_configuration[k]));
            for (size_t k = 0; k < TRIAL; k++, fputc(',', out))
                csv_value(out, json_object_get(trial, of_trial[k]));
            for (size_t k = 0; k < QUANTILES; k++, fputc(',', out))
                csv_value(out, json_object_get(latency, quantiles[k]));
            json_object_foreach (figures, name, unused) {
                csv_value(out, json_object_get(json_object_get(trial, "figures"), name));
                fputc(',', out);
            }
            csv_value(out, json_object_get(trial, "failure"));
            fputc('\n', out);
        }
    }
    json_decref(figures);
}
