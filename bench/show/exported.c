/* exported.c - see exported.h: the formats. Each row of tools that know repetitions is a round, which is a process. */
#include "bench/show/exported.h"

#include <gsl/gsl_statistics.h>
#include <math.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/results/benchmark.h"
#include "bench/results/read_duet.h"
#include "bench/results/result.h"
#include "bench/show/duet_show.h"
#include "bench/show/exported_rows.h"
#include "bench/show/exported_text.h"
#include "bench/show/junit.h"
#include "bench/show/markdown.h"
#include "bench/show/plan_show.h"
#include "bench/show/plan_verdicts.h"
#include "bench/show/run_verdicts.h"
#include "bench/statistics/stats.h"

enum { ROUNDS = 20000 };

/* The configurations that have a time, one after the other: its values of all good rounds. */
static const json_t *next(const json_t *result, size_t *at, double *values, int *count, char name[BENCHMARK_NAME])
{
    const json_t *list = json_object_get(result, "configurations"), *one;
    while ((one = json_array_get(list, (*at)++))) {
        *count = result_values(one, "ns_per_job", values, NULL, ROUNDS);
        benchmark_name(one, name, BENCHMARK_NAME);
        if (*count)
            return one;
    }
    return NULL;
}

static void print(json_t *document, FILE *out)
{
    json_dumpf(document, out, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
    fputc('\n', out);
    json_decref(document);
}

static const json_t *machine_of(const json_t *result)
{
    return json_object_get(result, "machine");
}

/* Google Benchmark's JSON, one row a round and no aggregates: CI tools take every row. Its tools want a CPU time: 0
 * where it is not known. */
static void gbench(const json_t *result, FILE *out)
{
    static double values[ROUNDS], cpu[ROUNDS];
    char name[BENCHMARK_NAME];
    json_t *rows = json_array(), *context;
    const json_t *one;
    size_t at = 0;
    int count, family = 0;
    while ((one = next(result, &at, values, &count, name))) {
        int cpus = result_values(one, "cpu_ns_per_job", cpu, NULL, ROUNDS);
        for (int i = 0; i < count; i++)
            json_array_append_new(rows,
                                  must_pack("{s:s, s:i, s:i, s:s, s:s, s:i, s:i, s:I, s:i, s:f, s:f, s:s}", "name",
                                            name, "family_index", family, "per_family_instance_index", 0, "run_name",
                                            name, "run_type", "iteration", "repetitions", count, "repetition_index", i,
                                            "threads", result_integer(one, "workers"), "iterations", 1, "real_time",
                                            values[i], "cpu_time", cpus == count ? cpu[i] : 0.0, "time_unit", "ns"));
        family++;
    }
    context = must_pack("{s:s, s:s, s:s, s:I, s:b, s:[], s:[f], s:s, s:s, s:i}", "date", result_string(result, "date"),
                        "host_name", result_string(machine_of(result), "host"), "executable", "poolbench", "num_cpus",
                        result_integer(machine_of(result), "cpus"), "cpu_scaling_enabled", 0, "caches", "load_avg",
                        json_number_value(json_object_get(machine_of(result), "load_before")), "library_version",
                        result_string(json_object_get(result, "build"), "version"), "library_build_type", "release",
                        "json_schema_version", 1);
    print(must_pack("{s:o, s:o}", "context", context, "benchmarks", rows), out);
}

/* Go's benchmark text, which benchstat reads; six lines or more make an interval. Of a duet
 * both sides: benchstat -col /side. */
static void benchstat_begin(const json_t *document, FILE *out)
{
    const char *model = result_string(machine_of(document), "cpu_model");
    fprintf(out, "pkg: poolbench\n");
    if (*model)
        fprintf(out, "cpu: %s\n", model);
    fprintf(out, "Unit jobs/s better=higher\nUnit cpu-ns/op better=lower\n");
}

static void benchstat_run(const json_t *result, FILE *out)
{
    static double values[ROUNDS], cpu[ROUNDS];
    char name[BENCHMARK_NAME];
    const json_t *one;
    size_t at = 0;
    int count;
    while ((one = next(result, &at, values, &count, name))) {
        bool has_cpu = result_values(one, "cpu_ns_per_job", cpu, NULL, ROUNDS) == count;
        for (int i = 0; i < count; i++) {
            fprintf(out, "BenchmarkPool/%s-%lld 1 %.9g ns/op", name, (long long)result_integer(one, "workers"),
                    values[i]);
            if (values[i] > 0)
                fprintf(out, " %.9g jobs/s", 1e9 / values[i]);
            if (has_cpu)
                fprintf(out, " %.9g cpu-ns/op", cpu[i]);
            fputc('\n', out);
        }
    }
}

/* Where a benchmark is judged by a figure of its own, that is the unit. */
static void benchstat_duet(const json_t *document, FILE *out)
{
    static const char *const sides[] = {"base", "new"};
    static double values[ROUNDS];
    json_t *one;
    size_t i;
    json_array_foreach (json_object_get(document, "benchmarks"), i, one) {
        const char *figure = result_string(one, "figure");
        char name[BENCHMARK_NAME];
        benchmark_name(one, name, sizeof name);
        for (int s = 0; s < 2; s++) {
            int count = exported_rows_side(one, sides[s], values, ROUNDS);
            for (int v = 0; v < count; v++)
                fprintf(out, "BenchmarkPool/%s/side=%s-%lld 1 %.9g %s\n", name, sides[s],
                        (long long)result_integer(one, "workers"), values[v],
                        !*figure || !strcmp(figure, "ns_per_job") ? "ns/op" : figure);
        }
    }
}

static void benchstat(const json_t *document, FILE *out)
{
    struct exported_rows rows;
    benchstat_begin(document, out);
    if (read_duet_is(document)) {
        benchstat_duet(document, out);
    } else if (json_array_size(json_object_get(document, "searches"))) {
        exported_rows_make(document, &rows);
        for (int i = 0; i < rows.count; i++)
            fprintf(out, "BenchmarkPool/%s 1 %.9g jobs/s\n", rows.all[i].benchmark, rows.all[i].value);
        exported_rows_free(&rows);
    } else {
        benchstat_run(document, out);
    }
}

/* Bencher's own JSON: values and, of rounds enough, their intervals. The time is the measure
 * "latency", which Bencher has from the start; in ns. */
static void bencher(const json_t *document, FILE *out)
{
    struct exported_rows rows;
    json_t *all = json_object();
    exported_rows_make(document, &rows);
    for (int i = 0; i < rows.count; i++) {
        const struct exported_row *row = &rows.all[i];
        json_t *measure = must_pack("{s:f}", "value", row->value), *benchmark = json_object_get(all, row->benchmark);
        if (isfinite(row->low) && isfinite(row->high))
            json_object_update_new(measure, must_pack("{s:f, s:f}", "lower_value", row->low, "upper_value", row->high));
        if (!benchmark)
            json_object_set_new(all, row->benchmark, benchmark = json_object());
        json_object_set_new(benchmark, strcmp(row->metric, "time") ? row->metric : "latency", measure);
    }
    exported_rows_free(&rows);
    print(all, out);
}

static const char *unit_of(const struct exported_row *row)
{
    static const char *const units[] = {[WORKLOAD_NS] = "ns",
                                        [WORKLOAD_SHARE] = "share",
                                        [WORKLOAD_NUMBER] = "x",
                                        [WORKLOAD_BYTES] = "bytes",
                                        [WORKLOAD_RATE] = "jobs/s"};
    return row->per_job                                                   ? "ns/job"
           : strcmp(row->metric, "ratio") && row->unit == WORKLOAD_NUMBER ? ""
                                                                          : units[row->unit];
}

static const char *bound_text(const struct exported_row *row)
{
    if (!row->bound || !*row->bound)
        return "";
    return *row->bound == '~' ? ", about: something else ended the search"
                              : ", at least: something else ended the search";
}

/* "median of 12 rounds, less is better; the range covers it with 96.1%" */
static void say_extra(const struct exported_row *row, char *text, size_t size)
{
    const char *better = row->more_is_better ? "more is better" : "less is better";
    bool range = isfinite(row->low) && isfinite(row->high);
    if (row->per_job && range)
        snprintf(text, size, "median of %d rounds, %s; the range covers it with %.1f%%", row->samples, better,
                 100 * row->coverage);
    else if (row->per_job)
        snprintf(text, size, "median of %d round%s, %s; too few for a range", row->samples,
                 row->samples == 1 ? "" : "s", better);
    else if (!strcmp(row->metric, "ratio"))
        snprintf(text, size, "time of the new build as a multiple of the base's, in %d processes, %s", row->samples,
                 better);
    else if (!strcmp(row->metric, "rate-kept"))
        snprintf(text, size, "highest rate that keeps the promise%s, %d probes, %s", bound_text(row), row->samples,
                 better);
    else if (!strcmp(row->metric, "workers"))
        snprintf(text, size, "the fewest that a plan found, %d rounds, %s", row->samples, better);
    else
        snprintf(text, size, "of all rounds together, %s", better);
}

/* github-action-benchmark's customSmallerIsBetter and customBiggerIsBetter: a file has one
 * direction. */
static void github_action_of(const json_t *document, bool more, FILE *out)
{
    struct exported_rows rows;
    json_t *all = json_array();
    exported_rows_make(document, &rows);
    for (int i = 0; i < rows.count; i++) {
        const struct exported_row *row = &rows.all[i];
        char name[RECORD_NAME + 100], range[64], extra[192];
        json_t *json;
        if (row->more_is_better != more)
            continue;
        snprintf(name, sizeof name, "%s%s%s", row->benchmark, strcmp(row->metric, "time") ? " " : "",
                 strcmp(row->metric, "time") ? row->metric : "");
        json = must_pack("{s:s, s:s, s:f}", "name", name, "unit", unit_of(row), "value", row->value);
        if (isfinite(row->low) && isfinite(row->high)) {
            snprintf(range, sizeof range, "%.4g .. %.4g", row->low, row->high);
            json_object_set_new(json, "range", must_text(range));
        }
        say_extra(row, extra, sizeof extra);
        json_object_set_new(json, "extra", must_text(extra));
        json_array_append_new(all, json);
    }
    exported_rows_free(&rows);
    print(all, out);
}

static void github_action(const json_t *document, FILE *out)
{
    github_action_of(document, false, out);
}

static void github_action_bigger(const json_t *document, FILE *out)
{
    github_action_of(document, true, out);
}

/* What hyperfine wants a number for, and is not known, or beyond all numbers. */
static double or_zero(double value)
{
    return isfinite(value) ? value : 0;
}

/* hyperfine's JSON, in seconds a job: its plot scripts read it. */
static void hyperfine(const json_t *result, FILE *out)
{
    static double values[ROUNDS];
    char name[BENCHMARK_NAME];
    json_t *all = json_array();
    const json_t *one;
    size_t at = 0;
    int count;
    while ((one = next(result, &at, values, &count, name))) {
        json_t *times = json_array(), *codes = json_array();
        size_t n = (size_t)count;
        for (int i = 0; i < count; i++) {
            values[i] *= 1e-9;
            json_array_append_new(times, json_real(values[i]));
            json_array_append_new(codes, json_integer(0));
        }
        json_array_append_new(all, must_pack("{s:s, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:o, s:o, s:{s:s, s:s}}",
                                             "command", name, "mean", or_zero(gsl_stats_mean(values, 1, n)), "stddev",
                                             count > 1 ? or_zero(gsl_stats_sd(values, 1, n)) : 0.0, "median",
                                             stats_median(values, count).median, "user",
                                             or_zero(1e-9 * result_median(one, "cpu_ns_per_job")), "system", 0.0, "min",
                                             gsl_stats_min(values, 1, n), "max", gsl_stats_max(values, 1, n), "times",
                                             times, "exit_codes", codes, "parameters", "pool",
                                             result_string(one, "pool"), "workload", result_string(one, "spec")));
    }
    print(must_pack("{s:o}", "results", all), out);
}

static bool is_plan(const json_t *document)
{
    return json_is_object(json_object_get(document, "plan"));
}

/* A run has a row for each round, with all its figures. */
static void csv(const json_t *document, FILE *out)
{
    if (read_duet_is(document) || is_plan(document) || json_array_size(json_object_get(document, "searches")))
        exported_table(document, out);
    else
        result_csv(document, out);
}

/* Pages say what was found, also of a duet. */
static void page(const json_t *document, void (*write)(const json_t *verdicts, FILE *out), FILE *out)
{
    json_t *verdicts = read_duet_is(document) ? duet_show_verdicts(document)
                       : is_plan(document)    ? plan_verdicts(document)
                                              : run_verdicts(document);
    write(verdicts, out);
    json_decref(verdicts);
}

static void junit(const json_t *document, FILE *out)
{
    page(document, junit_write, out);
}

static void markdown(const json_t *document, FILE *out)
{
    if (is_plan(document))
        plan_show_markdown(document, out);
    else
        page(document, markdown_write, out);
}

#define EVERY (EXPORTED_RUN | EXPORTED_SEARCH | EXPORTED_DUET)
const struct exported_format exported_formats[] = {{"gbench", gbench, EXPORTED_RUN},
                                                   {"benchstat", benchstat, EVERY},
                                                   {"bencher", bencher, EVERY},
                                                   {"github-action", github_action, EXPORTED_RUN | EXPORTED_DUET},
                                                   {"github-action-bigger", github_action_bigger, EXPORTED_SEARCH},
                                                   {"hyperfine", hyperfine, EXPORTED_RUN},
                                                   {"csv", csv, EVERY},
                                                   {"openmetrics", exported_openmetrics, EVERY},
                                                   {"junit", junit, EVERY | EXPORTED_PAGE},
                                                   {"markdown", markdown, EVERY | EXPORTED_PAGE},
                                                   {NULL, NULL, 0}};

static int kind_of(const json_t *document)
{
    if (read_duet_is(document))
        return EXPORTED_DUET;
    return json_array_size(json_object_get(document, "searches")) || is_plan(document) ? EXPORTED_SEARCH : EXPORTED_RUN;
}

/* A search has probes, each at a rate of its own, and no time of a job that could be compared. */
const char *exported_refusal(const struct exported_format *format, const json_t *document)
{
    struct exported_rows rows;
    int kind = kind_of(document), count;
    if (!(format->takes & kind)) {
        if (kind == EXPORTED_SEARCH)
            return format->write == github_action
                       ? "a search for a rate, of which more is better: --format github-action-bigger"
                       : "a search for a rate, which this format cannot say";
        if (kind == EXPORTED_DUET)
            return "a duet, whose two sides this format cannot say";
        return "a run, of whose figures less is better: --format github-action";
    }
    exported_rows_make(document, &rows);
    count = rows.count;
    exported_rows_free(&rows);
    if (count || format->takes & EXPORTED_PAGE)
        return NULL;
    return kind == EXPORTED_RUN      ? "nothing was measured: no benchmark has a time"
           : is_plan(document)       ? "the plan has no answer"
           : kind == EXPORTED_SEARCH ? "no search found a rate"
                                     : "no benchmark has a change";
}
