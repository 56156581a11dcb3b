/* report_row.c - see report_row.h. */
#include "bench/show/report_row.h"

#include <math.h>
#include <string.h>

#include "bench/results/policy.h"
#include "bench/results/result.h"
#include "workloads/core/units.h"

/* pool, jobs/s, interval, overhead, p50, p99, p99.9, busy, switches, wakes; then notes. */
#define ROW_FORMAT "%-*s  %6s  %6s  %8s  %7s  %7s  %7s  %4s  %8s  %7s  %9s"

static const char *count_text(double value, char *text, size_t size)
{
    if (isnan(value))
        snprintf(text, size, "-");
    else if (value == 0)
        snprintf(text, size, "0");
    else if (value < 0.0005)
        snprintf(text, size, "%.0e", value);
    else
        snprintf(text, size, value < 0.1 ? "%.3f" : value < 10 ? "%.2f" : "%.0f", value);
    return text;
}

static double latency_of(const json_t *configuration, const char *quantile)
{
    const json_t *latency = json_object_get(json_object_get(configuration, "summary"), "latency");
    const json_t *value = json_object_get(json_object_get(latency, "submit_to_end"), quantile);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

/* Whether somebody else's pool has declared this of itself. */
static bool declares(const json_t *configuration, const char *what)
{
    const json_t *list = json_object_get(configuration, "pool_declares");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!strcmp(json_string_value(json_array_get(list, i)), what))
            return true;
    return false;
}

static void notes(const json_t *configuration, bool own, char *text, size_t size)
{
    const json_t *trials = json_object_get(configuration, "trials");
    json_int_t disturbed = result_integer(json_object_get(configuration, "summary"), "disturbed_trials");
    size_t failed = 0, cannot = 0, i;
    json_t *trial;
    json_array_foreach (trials, i, trial) {
        cannot += !strcmp(result_string(trial, "verdict"), "cannot");
        failed += strcmp(result_string(trial, "verdict"), "ok") != 0;
    }
    *text = '\0';
    if (failed > cannot)
        snprintf(text, size, "%zu FAILED", failed - cannot);
    else if (cannot)
        snprintf(text, size, "cannot run here");
    else if (result_is_floor(configuration))
        snprintf(text, size, own ? "no workers" : "floor");
    else if (disturbed)
        snprintf(text, size, "%lld disturbed", (long long)disturbed);
    if (declares(configuration, "unbounded") && !result_is_floor(configuration))
        snprintf(text + strlen(text), size - strlen(text), "%sunbounded", *text ? ", " : "");
    if (declares(configuration, "wait-helps"))
        snprintf(text + strlen(text), size - strlen(text), "%sproducer helps", *text ? ", " : "");
}

/* Half the width of the 95% interval, where there were rounds enough for one. */
static const char *spread_text(const json_t *configuration, const char *metric, char *text, size_t size)
{
    double median, low, high, share = NAN, coverage = result_coverage(configuration, metric);
    snprintf(text, size, "-");
    if (result_metric(configuration, metric, &median, &low, &high) && median > 0 && coverage >= 0.95)
        share = fmax(high - median, median - low) / median;
    if (share > 9.99)
        snprintf(text, size, ">999%%");
    else if (!isnan(share))
        snprintf(text, size, share > 0.995 ? "%.0f%%" : "%.1f%%", 100 * share);
    return text;
}

/* The columns that all workloads have. */

/* The overhead as a multiple of what binds it: of a wake-up where most jobs need one,
 * else of a cache line's way to another CPU and back. */
static const char *limit_text(const struct report_table *table, double overhead, double wakes, char *text, size_t size)
{
    static const double most_jobs = 0.5;
    bool wake = wakes > most_jobs;
    double limit = wake ? table->wake_ns : table->line_ns;
    if (isnan(overhead) || overhead < 0 || isnan(limit) || !(limit > 0))
        snprintf(text, size, "-");
    else
        snprintf(text, size, overhead / limit < 9.95 ? "%.1fx %s" : "%.0fx %s", overhead / limit,
                 wake ? "wake" : "line");
    return text;
}

static void print_common(const struct report_table *table, const struct report_row *row, int width, FILE *out)
{
    char speed[32], overhead[32], p50[32], p99[32], p999[32], switches[32], wakes[32], limit[32], spread[16],
        share[16] = "-", note[64];
    double low, high, value, cost;
    notes(row->configuration, false, note, sizeof note);
    result_metric(row->configuration, "jobs_per_s", &value, &low, &high);
    units_count_text(value, speed, sizeof speed);
    if (result_metric(row->configuration, "busy", &value, &low, &high))
        snprintf(share, sizeof share, "%.0f%%", 100 * value);
    if (!result_metric(row->configuration, "overhead_ns_per_job", &value, &low, &high))
        value = NAN;
    cost = row->floor ? NAN : value;
    units_time_text(value, overhead, sizeof overhead);
    result_metric(row->configuration, "switches_per_job", &value, &low, &high);
    count_text(value, switches, sizeof switches);
    result_metric(row->configuration, "wakes_per_job", &value, &low, &high);
    count_text(value, wakes, sizeof wakes);
    limit_text(table, cost, value, limit, sizeof limit);
    fprintf(out, ROW_FORMAT "%s%s\n", width, row->pool, speed,
            spread_text(row->configuration, "jobs_per_s", spread, sizeof spread), overhead,
            units_time_text(latency_of(row->configuration, "p50_ns"), p50, sizeof p50),
            units_time_text(latency_of(row->configuration, "p99_ns"), p99, sizeof p99),
            units_time_text(latency_of(row->configuration, "p99.9_ns"), p999, sizeof p999), share, switches, wakes,
            limit, *note ? "  " : "", note);
}

/* The columns of a workload's own. */

double report_figure(const json_t *configuration, const struct workload_figure *figure)
{
    char metric[96];
    double value, low, high;
    snprintf(metric, sizeof metric, "figures.%s", figure->name);
    return result_metric(configuration, metric, &value, &low, &high) ? value : NAN;
}

static bool is_judge(const struct report_table *table, const struct workload_figure *figure)
{
    return table->ops->judged_by && !strcmp(table->ops->judged_by, figure->name);
}

/* A share that is nothing in every row, or what means nothing in any, has no
 * column. */
static bool shown(const struct report_table *table, const struct workload_figure *figure)
{
    bool some = false;
    if (!figure->head)
        return false;
    for (int i = 0; i < table->count; i++) {
        double value = report_figure(table->rows[i].configuration, figure);
        some = some || (figure->unit == WORKLOAD_SHARE ? value > 0 : !isnan(value));
    }
    return some;
}

static const char *figure_text(double value, enum workload_unit unit, char *text, size_t size)
{
    if (isnan(value))
        snprintf(text, size, "-");
    else if (unit == WORKLOAD_SHARE && value > 0 && value < 0.0005)
        snprintf(text, size, "<0.1%%");
    else if (unit == WORKLOAD_SHARE)
        snprintf(text, size, value > 0 && value < 0.1 ? "%.1f%%" : "%.0f%%", 100 * value);
    else if (value == 0)
        snprintf(text, size, "0");
    else if (unit == WORKLOAD_NS)
        units_time_text(value, text, size);
    else if (unit == WORKLOAD_BYTES)
        units_bytes_text(value, text, size);
    else if (unit == WORKLOAD_RATE)
        units_count_text(value, text, size);
    else if (value == floor(value))
        snprintf(text, size, "%.0f", value);
    else
        snprintf(text, size, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
    return text;
}

/* Of the column with the pools' names. */
static int name_width(const struct report_table *table)
{
    size_t width = 9;
    for (int i = 0; i < table->count; i++)
        if (strlen(table->rows[i].pool) > width)
            width = strlen(table->rows[i].pool);
    return (int)width;
}

static void print_own_header(const struct report_table *table, FILE *out)
{
    fprintf(out, "%-*s", name_width(table), "pool");
    if (table->ops->consume)
        fprintf(out, "  %-12s", "results");
    if (!table->ops->judged_by)
        fprintf(out, "  %7s  %6s", "jobs/s", "+-95%");
    for (int i = 0; i < table->ops->figure_count; i++) {
        const struct workload_figure *figure = &table->ops->figures[i];
        if (shown(table, figure))
            fprintf(out, "  %9s", figure->head);
        if (is_judge(table, figure))
            fprintf(out, "  %6s", "+-95%");
    }
    fprintf(out, "  %s\n", "notes");
}

static void print_own(const struct report_table *table, const struct report_row *row, FILE *out)
{
    char text[32], spread[32], note[64];
    double value, low, high;
    fprintf(out, "%-*s", name_width(table), row->pool);
    if (table->ops->consume)
        fprintf(out, "  %-12s", row->results_text);
    if (!table->ops->judged_by) {
        result_metric(row->configuration, "jobs_per_s", &value, &low, &high);
        fprintf(out, "  %7s  %6s", units_count_text(value, text, sizeof text),
                spread_text(row->configuration, "jobs_per_s", spread, sizeof spread));
    }
    for (int i = 0; i < table->ops->figure_count; i++) {
        const struct workload_figure *figure = &table->ops->figures[i];
        if (shown(table, figure))
            fprintf(out, "  %9s",
                    figure_text(report_figure(row->configuration, figure), figure->unit, text, sizeof text));
        if (is_judge(table, figure))
            fprintf(out, "  %6s", spread_text(row->configuration, table->judged_by, spread, sizeof spread));
    }
    notes(row->configuration, true, note, sizeof note);
    fprintf(out, "%s%s\n", *note ? "  " : "", note);
}

/* Both. */

void report_table_begin(struct report_table *table, const json_t *configuration)
{
    static char metric[96]; /* tables are printed one after the other */
    char why[256];
    workload_parse(result_string(configuration, "spec"), &table->spec, why, sizeof why);
    table->ops = table->spec.ops;
    table->judged_by = "jobs_per_s";
    table->head = "jobs/s";
    for (int i = 0; i < table->ops->figure_count; i++) {
        if (!is_judge(table, &table->ops->figures[i]))
            continue;
        snprintf(metric, sizeof metric, "figures.%s", table->ops->figures[i].name);
        table->judged_by = metric;
        table->head = table->ops->figures[i].head;
    }
}

void report_row_fill(const struct report_table *table, struct report_row *row, const json_t *configuration)
{
    double low, high;
    *row = (struct report_row){.configuration = configuration,
                               .pool = result_string(configuration, "pool"),
                               .floor = result_is_floor(configuration),
                               .places = result_integer(configuration, "results_capacity")};
    for (int i = POOL_RESULTS_NONE; i <= POOL_RESULTS_DROP; i++)
        if (!strcmp(result_string(configuration, "results"), policy_results_name((enum pool_results)i)))
            row->results = (enum pool_results)i;
    snprintf(row->results_text, sizeof row->results_text, "%s-%lld", policy_results_name(row->results),
             (long long)row->places);
    result_metric(configuration, table->judged_by, &row->merit, &low, &high);
    if (table->ops->judged_by)
        row->merit = -row->merit;
}

void report_rows_print(const struct report_table *table, FILE *out)
{
    const char *dim = table->colour ? "\033[2m" : "", *plain = table->colour ? "\033[0m" : "";
    bool own = workload_has_columns(table->ops);
    int width = name_width(table);
    fputs(dim, out);
    if (own)
        print_own_header(table, out);
    else
        fprintf(out, ROW_FORMAT "  notes\n" ROW_FORMAT "\n", width, "pool", "jobs/s", "+-95%", "overhead", "p50", "p99",
                "p99.9", "busy", "switches", "wakes", "of limit", width, "", "", "", "", "", "", "", "", "per job",
                "per job", "");
    fputs(plain, out);
    for (int i = 0; i < table->count; i++) {
        const struct report_row *row = &table->rows[i];
        const char *unsupported = result_string(row->configuration, "unsupported");
        if (*unsupported)
            fprintf(out, "%-*s  not supported: %s\n", width, row->pool, unsupported);
        else if (own)
            print_own(table, row, out);
        else
            print_common(table, row, width, out);
    }
}
