/* exported_rows.c - see exported_rows.h. */
#include "bench/show/exported_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/results/benchmark.h"
#include "bench/results/read_duet.h"
#include "bench/results/result.h"
#include "bench/statistics/stats.h"

enum { ROUNDS = 20000, SLICES = 4096 };

static struct exported_row *add(struct exported_rows *rows, const char *benchmark)
{
    struct exported_row *row;
    if (rows->count == rows->room) {
        rows->room = rows->room ? 2 * rows->room : 64;
        rows->all = must_memory(realloc(rows->all, (size_t)rows->room * sizeof *rows->all));
    }
    row = &rows->all[rows->count++];
    *row = (struct exported_row){.low = NAN, .high = NAN};
    snprintf(row->benchmark, sizeof row->benchmark, "%s", benchmark);
    return row;
}

/* The median of the rounds, with its interval where they are enough for one. */
static void add_rounds(struct exported_rows *rows, const json_t *configuration, const char *benchmark, const char *key,
                       const char *metric)
{
    static double values[ROUNDS];
    int count = result_values(configuration, key, values, NULL, ROUNDS);
    struct stats_median median;
    struct exported_row *row;
    if (!count)
        return;
    median = stats_median(values, count);
    row = add(rows, benchmark);
    row->of = configuration;
    row->per_job = true;
    row->value = median.median;
    row->samples = count;
    snprintf(row->metric, sizeof row->metric, "%s", metric);
    if (count < STATS_ENOUGH)
        return;
    row->low = median.low;
    row->high = median.high;
    row->coverage = median.coverage;
}

/* Of all rounds' samples together; those that there are too few samples for are not there. */
static void add_latencies(struct exported_rows *rows, const json_t *configuration, const char *benchmark)
{
    static const struct {
        const char *key, *metric;
    } all[] = {{"p50_ns", "latency-p50"}, {"p99_ns", "latency-p99"}, {"p99.9_ns", "latency-p999"}};
    const json_t *latency =
        json_object_get(json_object_get(json_object_get(configuration, "summary"), "latency"), "submit_to_end");
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const json_t *value = json_object_get(latency, all[i].key);
        struct exported_row *row;
        if (!json_is_number(value))
            continue;
        row = add(rows, benchmark);
        row->of = configuration;
        row->value = json_number_value(value);
        snprintf(row->metric, sizeof row->metric, "%s", all[i].metric);
    }
}

/* "figures.start_p50_ns" is called "start-p50": it has a unit. */
static void call(struct exported_row *row, const char *key)
{
    static const char figures[] = "figures.", ns[] = "_ns";
    size_t length;
    snprintf(row->metric, sizeof row->metric, "%.90s", key + strlen(figures));
    length = strlen(row->metric);
    if (row->unit == WORKLOAD_NS && length > strlen(ns) && !strcmp(row->metric + length - strlen(ns), ns))
        row->metric[length - strlen(ns)] = '\0';
    for (char *c = row->metric; *c; c++)
        *c = *c == '_' ? '-' : *c;
}

/* By what its workload is judged, where that is no speed; `burst`'s is a latency that is there. */
static void add_judged(struct exported_rows *rows, const json_t *configuration, const char *benchmark)
{
    struct benchmark_metric metric;
    double value, low, high;
    struct exported_row *row;
    benchmark_metric(configuration, &metric);
    if (strncmp(metric.name, "figures.", strlen("figures.")) ||
        !strncmp(metric.name, "figures.latency_p", strlen("figures.latency_p")) ||
        !result_metric(configuration, metric.name, &value, &low, &high))
        return;
    row = add(rows, benchmark);
    row->of = configuration;
    row->unit = metric.unit;
    row->more_is_better = metric.more_is_better;
    row->value = value;
    row->coverage = result_coverage(configuration, metric.name);
    call(row, metric.name);
    if (row->coverage < 0.95) /* of fewer rounds than make an interval it is their range */
        return;
    row->low = low;
    row->high = high;
}

static void add_run(struct exported_rows *rows, const json_t *document)
{
    char name[BENCHMARK_NAME];
    json_t *one;
    size_t i;
    json_array_foreach (json_object_get(document, "configurations"), i, one) {
        benchmark_name(one, name, sizeof name);
        add_rounds(rows, one, name, "ns_per_job", "time");
        add_rounds(rows, one, name, "cpu_ns_per_job", "cpu-time");
        add_latencies(rows, one, name);
        add_judged(rows, one, name);
    }
}

struct adding {
    struct exported_rows *rows;
    const char *metric;
    bool interval;
};

static void add_point(void *context, const struct record_point *point)
{
    const struct adding *adding = context;
    struct exported_row *row = add(adding->rows, point->benchmark);
    row->unit = point->unit;
    row->more_is_better = point->more_is_better;
    row->value = point->value;
    row->samples = point->rounds;
    snprintf(row->metric, sizeof row->metric, "%s", point->is_size ? "workers" : adding->metric);
    if (!adding->interval || isnan(point->low) || isnan(point->high))
        return;
    row->low = point->low;
    row->high = point->high;
    row->coverage = 0.95;
}

/* The points of searches are those that found a rate, in order. */
static void mark_open(const json_t *document, struct exported_rows *rows)
{
    json_t *search;
    size_t i;
    int at = 0;
    while (at < rows->count && !strcmp(rows->all[at].metric, "workers")) /* of a plan, before its rates */
        at++;
    json_array_foreach (json_object_get(document, "searches"), i, search)
        if (json_number_value(json_object_get(search, "rate_kept")) > 0 && at < rows->count)
            rows->all[at++].bound = result_rate_bound(search);
}

/* What lies between the rate that is kept and the one that is broken is no interval of 95%. */
void exported_rows_make(const json_t *document, struct exported_rows *rows)
{
    struct adding ratio = {rows, "ratio", true}, rate = {rows, "rate-kept", false};
    *rows = (struct exported_rows){0};
    if (read_duet_is(document)) {
        record_points(document, add_point, &ratio);
    } else if (json_array_size(json_object_get(document, "searches")) || json_object_get(document, "plan")) {
        record_points(document, add_point, &rate);
        mark_open(document, rows);
    } else {
        add_run(rows, document);
    }
}

void exported_rows_free(struct exported_rows *rows)
{
    free(rows->all);
    *rows = (struct exported_rows){0};
}

int exported_rows_side(const json_t *benchmark, const char *side, double *values, int max)
{
    static double inner[SLICES];
    const char *session = result_string(json_object_get(benchmark, "finding"), "session");
    json_t *trial, *value;
    size_t i, j;
    int count = 0;
    if (strcmp(result_string(benchmark, "figure_unit"), "ns"))
        return 0;
    json_array_foreach (json_object_get(benchmark, *session ? session : "first"), i, trial) {
        int slices = 0;
        json_array_foreach (json_object_get(json_object_get(trial, side), "values"), j, value)
            if (json_is_number(value) && slices < SLICES)
                inner[slices++] = json_number_value(value);
        if (slices && !strcmp(result_string(trial, "verdict"), "ok") && count < max)
            values[count++] = stats_median(inner, slices).median;
    }
    return count;
}
