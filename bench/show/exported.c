/* exported.c - see exported.h. Times are wall time per job; each row of tools that know repetitions is
 * a round, which is a process. */
#include "bench/show/exported.h"

#include <gsl/gsl_statistics.h>
#include <math.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/results/benchmark.h"
#include "bench/results/read_duet.h"
#include "bench/results/result.h"
#include "bench/show/duet_show.h"
#include "bench/show/junit.h"
#include "bench/show/markdown.h"
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

/* Google Benchmark's JSON, one row a round and no aggregates: CI tools take every row. */
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
            json_array_append_new(rows, must_pack("{s:s, s:i, s:i, s:s, s:s, s:i, s:i, s:I, s:i, s:f, s:f, s:s}",
                                                  "name", name, "family_index", family, "per_family_instance_index", 0,
                                                  "run_name", name, "run_type", "iteration", "repetitions", count,
                                                  "repetition_index", i, "threads", result_integer(one, "workers"),
                                                  "iterations", 1, "real_time", values[i], "cpu_time",
                                                  cpus == count ? cpu[i] : values[i], "time_unit", "ns"));
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

/* Go's benchmark text, which benchstat reads; six lines or more make an interval. */
static void benchstat(const json_t *result, FILE *out)
{
    static double values[ROUNDS];
    char name[BENCHMARK_NAME];
    const json_t *one;
    size_t at = 0;
    int count;
    fprintf(out, "pkg: poolbench\ncpu: %s\nUnit jobs/s better=higher\n",
            result_string(machine_of(result), "cpu_model"));
    while ((one = next(result, &at, values, &count, name)))
        for (int i = 0; i < count; i++)
            fprintf(out, "BenchmarkPool/%s-%lld 1 %.9g ns/op %.9g jobs/s\n", name,
                    (long long)result_integer(one, "workers"), values[i], 1e9 / values[i]);
}

/* Bencher's own JSON: the median and, of rounds enough, its interval. */
static void bencher(const json_t *result, FILE *out)
{
    static double values[ROUNDS];
    char name[BENCHMARK_NAME];
    json_t *all = json_object();
    size_t at = 0;
    int count;
    while (next(result, &at, values, &count, name)) {
        struct stats_median median = stats_median(values, count);
        json_t *latency = must_pack("{s:f}", "value", median.median);
        if (count >= STATS_ENOUGH)
            json_object_update_new(latency,
                                   must_pack("{s:f, s:f}", "lower_value", median.low, "upper_value", median.high));
        json_object_set_new(all, name, must_pack("{s:o}", "latency", latency));
    }
    print(all, out);
}

/* github-action-benchmark's customSmallerIsBetter. */
static void github_action(const json_t *result, FILE *out)
{
    static double values[ROUNDS];
    char name[BENCHMARK_NAME], range[64], extra[128];
    json_t *all = json_array();
    size_t at = 0;
    int count;
    while (next(result, &at, values, &count, name)) {
        struct stats_median median = stats_median(values, count);
        json_t *row = must_pack("{s:s, s:s, s:f}", "name", name, "unit", "ns/job", "value", median.median);
        snprintf(extra, sizeof extra, "median of %d rounds, less is better; too few for a range", count);
        if (count >= STATS_ENOUGH) {
            snprintf(range, sizeof range, "%.4g .. %.4g", median.low, median.high);
            json_object_set_new(row, "range", must_text(range));
            snprintf(extra, sizeof extra, "median of %d rounds, less is better; the range covers it with %.1f%%", count,
                     100 * median.coverage);
        }
        json_object_set_new(row, "extra", must_text(extra));
        json_array_append_new(all, row);
    }
    print(all, out);
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
                                             "command", name, "mean", gsl_stats_mean(values, 1, n), "stddev",
                                             count > 1 ? gsl_stats_sd(values, 1, n) : 0.0, "median",
                                             stats_median(values, count).median, "user",
                                             1e-9 * result_median(one, "cpu_ns_per_job"), "system", 0.0, "min",
                                             gsl_stats_min(values, 1, n), "max", gsl_stats_max(values, 1, n), "times",
                                             times, "exit_codes", codes, "parameters", "pool",
                                             result_string(one, "pool"), "workload", result_string(one, "spec")));
    }
    print(must_pack("{s:o}", "results", all), out);
}

/* OpenMetrics text. Names of pools and workloads hold nothing that a label would have to escape (read.c). */
static void openmetrics(const json_t *result, FILE *out)
{
    static double values[ROUNDS];
    char name[BENCHMARK_NAME];
    const json_t *one;
    size_t at = 0;
    int count;
    fputs("# TYPE poolbench_job_seconds gauge\n# UNIT poolbench_job_seconds seconds\n"
          "# HELP poolbench_job_seconds Wall time per job: median over rounds (bound=median); of 6 and more its "
          "interval.\n",
          out);
    while ((one = next(result, &at, values, &count, name))) {
        struct stats_median median = stats_median(values, count);
        const double bounds[] = {median.median, median.low, median.high};
        static const char *const names[] = {"median", "low", "high"};
        for (int i = 0; i < (count >= STATS_ENOUGH ? 3 : 1); i++)
            fprintf(out, "poolbench_job_seconds{benchmark=\"%s\",pool=\"%s\",workers=\"%lld\",bound=\"%s\"} %.9g\n",
                    name, result_string(one, "pool"), (long long)result_integer(one, "workers"), names[i],
                    1e-9 * bounds[i]);
    }
    fputs("# EOF\n", out);
}

/* Pages say what was found, also of a duet. */
static void page(const json_t *result, void (*write)(const json_t *verdicts, FILE *out), FILE *out)
{
    json_t *verdicts = read_duet_is(result) ? duet_show_verdicts(result) : run_verdicts(result);
    write(verdicts, out);
    json_decref(verdicts);
}

static void junit(const json_t *result, FILE *out)
{
    page(result, junit_write, out);
}

static void markdown(const json_t *result, FILE *out)
{
    page(result, markdown_write, out);
}

bool exported_is_page(const char *name)
{
    return !strcmp(name, "junit") || !strcmp(name, "markdown");
}

const char *const exported_names[] = {"gbench", "benchstat",   "bencher", "github-action", "hyperfine",
                                      "csv",    "openmetrics", "junit",   "markdown",      NULL};
exported_fn *const exported_writers[] = {gbench,     benchstat,   bencher, github_action, hyperfine,
                                         result_csv, openmetrics, junit,   markdown};
