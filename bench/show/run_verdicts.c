/* run_verdicts.c - see run_verdicts.h. */
#include "bench/show/run_verdicts.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/results/benchmark.h"
#include "bench/results/result.h"
#include "bench/show/search_show.h"
#include "bench/show/verdicts.h"
#include "workloads/core/units.h"

enum { TEXT = 64 };

static const char *value_text(enum workload_unit unit, double value, char *text)
{
    if (unit == WORKLOAD_NS)
        units_time_text(value, text, TEXT);
    else if (unit == WORKLOAD_BYTES)
        units_bytes_text(value, text, TEXT);
    else if (unit == WORKLOAD_RATE)
        units_count_text(value, text, TEXT);
    else
        snprintf(text, TEXT, "%.3g", value);
    if (unit == WORKLOAD_RATE)
        snprintf(text + strlen(text), TEXT - strlen(text), "/s");
    return text;
}

/* A percentile is of all rounds' samples together. */
static bool is_pooled(const json_t *configuration, const char *metric)
{
    return json_object_get(result_value(json_object_get(configuration, "summary"), metric), "pooled") != NULL;
}

static void put_figures(json_t *row, const json_t *configuration)
{
    static const char *const units[] = {"ns", "share", "number", "bytes", "jobs/s"};
    struct benchmark_metric metric;
    double median, low, high;
    char text[2 * TEXT + 8], ends[2][TEXT], figure[TEXT * 2];
    size_t rounds = json_array_size(json_object_get(configuration, "trials"));
    benchmark_metric(configuration, &metric);
    snprintf(figure, sizeof figure, "%s, %s, %s", metric.name + (strncmp(metric.name, "figures.", 8) ? 0 : 8),
             units[metric.unit], is_pooled(configuration, metric.name) ? "of all rounds together" : "median of rounds");
    verdicts_set(row, "figure", figure);
    verdicts_set(row, "better", metric.more_is_better ? "higher" : "lower");
    snprintf(text, sizeof text, "%zu", rounds);
    verdicts_set(row, "rounds", text);
    if (!result_metric(configuration, metric.name, &median, &low, &high) || !isfinite(median))
        return;
    verdicts_set(row, "new", value_text(metric.unit, median, text));
    if (!isfinite(low) || !isfinite(high) || !(result_coverage(configuration, metric.name) >= 0.95))
        return; /* too few rounds for an interval */
    value_text(metric.unit, low, ends[0]);
    snprintf(text, sizeof text, "%s .. %s", ends[0], value_text(metric.unit, high, ends[1]));
    verdicts_set(row, "interval", text);
    snprintf(text, sizeof text, "+-%.1f%%", 100 * (high - low) / 2 / fabs(median));
    verdicts_set(row, "noise", median != 0 ? text : "");
}

/* Rounds that failed, those that this machine is to blame for, and the first reason. */
struct trials {
    int all, failed, cannot;
    const char *failure;
};

static struct trials look(const json_t *configuration)
{
    struct trials trials = {.failure = ""};
    json_t *trial;
    size_t i;
    json_array_foreach (json_object_get(configuration, "trials"), i, trial) {
        const char *verdict = result_string(trial, "verdict");
        trials.all++;
        trials.cannot += !strcmp(verdict, "cannot");
        trials.failed += strcmp(verdict, "ok") && strcmp(verdict, "cannot");
        if (strcmp(verdict, "ok") && !*trials.failure)
            trials.failure = result_string(trial, "failure");
    }
    return trials;
}

/* Of its promises: "broken" if one is, else "cannot tell" if one may be, else "kept"; "": none. */
static const char *promises_of(const json_t *configuration)
{
    const char *all = "";
    json_t *judged;
    size_t i;
    json_array_foreach (json_object_get(json_object_get(configuration, "summary"), "slo"), i, judged) {
        const char *one = result_string(judged, "verdict");
        if (!strcmp(one, "broken"))
            return "broken";
        if (!strcmp(one, "kept"))
            all = *all ? all : "kept";
        else
            all = "cannot tell";
    }
    return all;
}

static json_t *add(json_t *verdicts, const json_t *configuration)
{
    struct trials trials = look(configuration);
    const char *promises = promises_of(configuration), *unsupported = result_string(configuration, "unsupported");
    const char *verdict = *promises ? promises : "measured", *note = trials.failure;
    enum verdicts_state state = VERDICTS_SAME;
    char name[BENCHMARK_NAME];
    json_t *row;
    if (trials.failed) {
        state = VERDICTS_REGRESSION;
        verdict = "FAILED";
    } else if (!trials.all || trials.cannot) {
        state = VERDICTS_UNDECIDED;
        verdict = *unsupported ? "not supported" : "not measured";
        note = *unsupported ? unsupported : *note ? note : "no round";
    } else if (!strcmp(promises, "broken")) {
        state = VERDICTS_REGRESSION;
        verdict = "BROKEN";
    } else if (!strcmp(promises, "cannot tell")) {
        state = VERDICTS_UNDECIDED;
    }
    row = verdicts_row(verdicts, benchmark_name(configuration, name, sizeof name), result_string(configuration, "pool"),
                       state, verdict);
    verdicts_set(row, "note", note);
    return row;
}

/* Of a search the rate that it found; its probes break promises on purpose. What something else than the
 * promise ended is a rate at least, or about. */
static void add_search(json_t *verdicts, const json_t *result, const json_t *search)
{
    double kept = json_number_value(json_object_get(search, "rate_kept")),
           proved = json_number_value(json_object_get(search, "rate_proved")),
           broken = json_number_value(json_object_get(search, "rate_broken"));
    const char *bound = result_rate_bound(search);
    char name[BENCHMARK_NAME], text[400], rate[TEXT];
    bool none = !strcmp(result_search_verdict(search), "broken");
    json_t *row = verdicts_row(verdicts, benchmark_name(search, name, sizeof name), result_string(search, "pool"),
                               kept > 0 ? VERDICTS_SAME
                               : none   ? VERDICTS_REGRESSION
                                        : VERDICTS_UNDECIDED,
                               kept > 0 ? "kept"
                               : none   ? "NO RATE"
                                        : "cannot tell");
    search_show_note(result, search, text, sizeof text);
    verdicts_set(row, "note", text);
    verdicts_set(row, "figure", "highest rate that keeps its promises, jobs/s");
    verdicts_set(row, "better", "higher");
    snprintf(text, sizeof text, "%s%s",
             *bound == '~' ? "about "
             : *bound      ? "at least "
                           : "",
             value_text(WORKLOAD_RATE, kept, rate));
    verdicts_set(row, "new", kept > 0 ? text : "");
    snprintf(text, sizeof text, "proved at %s", proved > 0 ? value_text(WORKLOAD_RATE, proved, rate) : "none");
    if (broken > 0)
        snprintf(text + strlen(text), sizeof text - strlen(text), ", %s at %s",
                 json_is_true(json_object_get(search, "broken_short")) ? "watched for too short a time" : "broken",
                 value_text(WORKLOAD_RATE, broken, rate));
    verdicts_set(row, "noise", text);
}

json_t *run_verdicts(const json_t *result)
{
    json_t *verdicts = verdicts_new("run", result), *facts = json_object_get(verdicts, "facts"), *one;
    const json_t *noise = json_object_get(result, "noise"), *searches = json_object_get(result, "searches");
    char text[160];
    size_t i, count;
    json_array_foreach (json_object_get(result, "configurations"), i, one)
        if (!json_array_size(searches))
            put_figures(add(verdicts, one), one);
    json_array_foreach (searches, i, one)
        add_search(verdicts, result, one);
    count = json_array_size(json_object_get(verdicts, "rows"));
    snprintf(text, sizeof text,
             "%zu benchmarks, %d of them fail or break a promise, %d are not measured or undecided%s", count,
             verdicts_count(verdicts, VERDICTS_REGRESSION), verdicts_count(verdicts, VERDICTS_UNDECIDED),
             json_is_true(json_object_get(result, "interrupted")) ? "; interrupted" : "");
    verdicts_set(verdicts, "line", text);
    verdicts_set(facts, "machine", result_string(json_object_get(result, "machine"), "cpu_model"));
    if (*result_string(noise, "verdict"))
        verdicts_set(facts, "noise", result_string(noise, "verdict"));
    snprintf(text, sizeof text, "%lld", (long long)result_integer(result, "seed"));
    verdicts_set(facts, "seed", text);
    return verdicts;
}
