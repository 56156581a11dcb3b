/* report_row.c - see report_row.h. */
#include "bench/show/report_row.h"

#include <math.h>
#include <string.h>

#include "bench/findings/judged.h"
#include "bench/results/benchmark.h"
#include "bench/results/policy.h"
#include "bench/results/result.h"
#include "bench/show/grid.h"
#include "bench/show/terminal.h"
#include "workloads/core/units.h"

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
    const json_t *open_loop = json_object_get(json_object_get(configuration, "summary"), "open_loop");
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
    if (*result_string(open_loop, "why"))
        snprintf(text + strlen(text), size - strlen(text), "%s%s", *text ? ", " : "",
                 strcmp(result_string(open_loop, "state"), "overloaded") ? "not steady" : "overloaded");
    if (declares(configuration, "unbounded") && !result_is_floor(configuration))
        snprintf(text + strlen(text), size - strlen(text), "%sunbounded", *text ? ", " : "");
    if (declares(configuration, "wait-helps"))
        snprintf(text + strlen(text), size - strlen(text), "%sproducer helps", *text ? ", " : "");
}

/* Half the width of the 95% interval, where there were rounds enough for one. Of what is
 * not told from 0 there is no share. */
static const char *spread_text(const json_t *configuration, const char *metric, char *text, size_t size)
{
    double median, low, high, share = NAN, coverage = result_coverage(configuration, metric);
    snprintf(text, size, "-");
    if (result_metric(configuration, metric, &median, &low, &high) && median > 0 && low > 0 && coverage >= 0.95)
        share = fmax(high - median, median - low) / median;
    if (share > 9.99)
        snprintf(text, size, ">999%%");
    else if (!isnan(share))
        snprintf(text, size, share > 0.995 ? "%.0f%%" : "%.1f%%", 100 * share);
    return text;
}

static const char *figure_text(double value, enum workload_unit unit, char *text, size_t size)
{
    if (isnan(value))
        snprintf(text, size, "-");
    else if (unit == WORKLOAD_SHARE)
        units_share_rough(value, text, size);
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

/* The columns that all workloads have. */

/* "183 ns"; what is not told from nothing, "<12 ns": the calibration of a job's length
 * errs, and so the rest, which is a small difference of two large numbers. */
static const char *overhead_text(const struct report_row *row, char *text, size_t size)
{
    double value, low, high;
    char number[32];
    if (!result_metric(row->configuration, "overhead_ns_per_job", &value, &low, &high))
        snprintf(text, size, "-");
    else if (value > 0 && low > 0)
        units_time_text(value, text, size);
    else if (high > 0)
        snprintf(text, size, "<%s", units_time_text(high, number, sizeof number));
    else
        snprintf(text, size, "~0");
    return text;
}

/* "1.9x line" or "0.8x wake". */
static const char *limit_text(const struct report_row *row, char *text, size_t size)
{
    const json_t *share = json_object_get(json_object_get(row->configuration, "summary"), "of_limit");
    const char *limit = result_string(share, "limit");
    double value, low, high;
    if (!result_metric(row->configuration, "of_limit", &value, &low, &high))
        snprintf(text, size, "-");
    else if (high <= 0)
        snprintf(text, size, "~0");
    else if (value <= 0 || low <= 0)
        snprintf(text, size, high < 9.95 ? "<%.1fx %s" : "<%.0fx %s", high, limit);
    else
        snprintf(text, size, value < 9.95 ? "%.1fx %s" : "%.0fx %s", value, limit);
    return text;
}

/* How many jobs; where they can be lost, how many came through, and the share of those
 * that did not. A consumer's workload tells apart itself what was lost where. */
static void speed_columns(struct grid *grid, const struct report_table *table)
{
    grid_column(grid, table->loses ? "delivered/s" : "jobs/s", "", GRID_RIGHT, 0);
    grid_column(grid, "+-95%", "", GRID_RIGHT, 0);
    if (table->loses && !table->ops->consume)
        grid_column(grid, "lost", "", GRID_RIGHT, 0);
}

static void add_speed(struct grid *grid, const struct report_table *table, const struct report_row *row)
{
    const char *metric = table->loses ? "delivered_per_s" : "jobs_per_s";
    double low, high, value;
    char text[64];
    result_metric(row->configuration, metric, &value, &low, &high);
    grid_cell(grid, "%s", units_count_text(value, text, sizeof text));
    grid_cell(grid, "%s", spread_text(row->configuration, metric, text, sizeof text));
    if (!table->loses || table->ops->consume)
        return;
    value = judged_lost_share(row->configuration);
    grid_cell(grid, "%s", figure_text(value, WORKLOAD_SHARE, text, sizeof text));
}

static void common_columns(struct grid *grid, const struct report_table *table)
{
    speed_columns(grid, table);
    grid_column(grid, "overhead", "", GRID_RIGHT, 1);
    grid_column(grid, "+-95%", "", GRID_RIGHT, 3);
    grid_column(grid, "p50", "", GRID_RIGHT, 2);
    grid_column(grid, "p99", "", GRID_RIGHT, 2);
    grid_column(grid, "p99.9", "", GRID_RIGHT, 5);
    grid_column(grid, "busy", "", GRID_RIGHT, 6);
    grid_column(grid, "switches", "per job", GRID_RIGHT, 8);
    grid_column(grid, "wakes", "per job", GRID_RIGHT, 7);
    grid_column(grid, "of limit", "", GRID_RIGHT, 4);
    grid_column(grid, "+-95%", "", GRID_RIGHT, 9);
}

static void add_common(struct grid *grid, const struct report_table *table, const struct report_row *row)
{
    static const char *const quantiles[] = {"p50_ns", "p99_ns", "p99.9_ns"};
    const json_t *configuration = row->configuration;
    double low, high, value;
    char text[64];
    add_speed(grid, table, row);
    grid_cell(grid, "%s", overhead_text(row, text, sizeof text));
    grid_cell(grid, "%s", spread_text(configuration, "overhead_ns_per_job", text, sizeof text));
    for (size_t q = 0; q < sizeof quantiles / sizeof *quantiles; q++)
        grid_cell(grid, "%s", units_time_text(latency_of(configuration, quantiles[q]), text, sizeof text));
    if (result_metric(configuration, "busy", &value, &low, &high))
        grid_cell(grid, "%.0f%%", 100 * value);
    else
        grid_cell(grid, "-");
    result_metric(configuration, "switches_per_job", &value, &low, &high);
    grid_cell(grid, "%s", count_text(value, text, sizeof text));
    result_metric(configuration, "wakes_per_job", &value, &low, &high);
    grid_cell(grid, "%s", count_text(value, text, sizeof text));
    grid_cell(grid, "%s", limit_text(row, text, sizeof text));
    grid_cell(grid, "%s", spread_text(configuration, "of_limit", text, sizeof text));
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
    return !table->loses && table->ops->judged_by && !strcmp(table->ops->judged_by, figure->name);
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

static void own_columns(struct grid *grid, const struct report_table *table)
{
    if (table->ops->consume)
        grid_column(grid, "results", "", GRID_LEFT, 0);
    if (!table->ops->judged_by || table->loses)
        speed_columns(grid, table);
    for (int i = 0; i < table->ops->figure_count; i++) {
        const struct workload_figure *figure = &table->ops->figures[i];
        if (shown(table, figure))
            grid_column(grid, figure->head, "", GRID_RIGHT, is_judge(table, figure) ? 0 : 1 + i);
        if (is_judge(table, figure))
            grid_column(grid, "+-95%", "", GRID_RIGHT, 0);
    }
}

static void add_own(struct grid *grid, const struct report_table *table, const struct report_row *row)
{
    char text[32];
    if (table->ops->consume)
        grid_cell(grid, "%s", row->results_text);
    if (!table->ops->judged_by || table->loses)
        add_speed(grid, table, row);
    for (int i = 0; i < table->ops->figure_count; i++) {
        const struct workload_figure *figure = &table->ops->figures[i];
        if (shown(table, figure))
            grid_cell(grid, "%s",
                      figure_text(report_figure(row->configuration, figure), figure->unit, text, sizeof text));
        if (is_judge(table, figure))
            grid_cell(grid, "%s", spread_text(row->configuration, table->judged_by, text, sizeof text));
    }
}

/* Both. */

/* By what rows are sorted, as long as jobs cannot be lost. */
static void judge_by(struct report_table *table, const json_t *configuration)
{
    static struct benchmark_metric metric; /* tables are printed one after the other */
    benchmark_metric(configuration, &metric);
    if (metric.more_is_better)
        return;
    table->judged_by = metric.name;
    table->head = metric.name + strlen("figures.");
    table->less_is_better = true;
    for (int i = 0; i < table->ops->figure_count; i++)
        if (is_judge(table, &table->ops->figures[i]) && table->ops->figures[i].head)
            table->head = table->ops->figures[i].head;
}

/* Of a plug-in's workload, which a page does not know, there are the common columns. */
void report_table_begin(struct report_table *table, const json_t *configuration)
{
    static const struct workload_ops unknown = {.name = "unknown"};
    char why[256];
    workload_parse(result_string(configuration, "spec"), &table->spec, why, sizeof why);
    table->ops = table->spec.ops ? table->spec.ops : &unknown;
    table->loses = table->ops->consume || judged_may_lose(configuration);
    table->judged_by = table->loses ? "delivered_per_s" : "jobs_per_s";
    table->head = table->loses ? "delivered/s" : "jobs/s";
    if (!table->loses)
        judge_by(table, configuration);
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
    if (table->less_is_better)
        row->merit = -row->merit;
}

static void add_row(struct grid *grid, const struct report_table *table, const struct report_row *row, bool own)
{
    const char *unsupported = result_string(row->configuration, "unsupported");
    char note[128];
    grid_row(grid);
    grid_cell(grid, "%s", row->pool);
    if (*unsupported) {
        grid_note(grid, strncmp(unsupported, "left out", 8) ? "not supported: %s" : "%s", unsupported);
        return;
    }
    if (own)
        add_own(grid, table, row);
    else
        add_common(grid, table, row);
    notes(row->configuration, own, note, sizeof note);
    grid_note(grid, "%s", note);
}

void report_rows_print(const struct report_table *table, FILE *out)
{
    bool own = workload_has_columns(table->ops);
    struct grid grid;
    grid_begin(&grid);
    grid_column(&grid, "pool", "", GRID_LEFT, 0);
    if (own)
        own_columns(&grid, table);
    else
        common_columns(&grid, table);
    for (int i = 0; i < table->count; i++)
        add_row(&grid, table, &table->rows[i], own);
    grid_print(&grid, out, terminal_width(out), table->colour);
    grid_end(&grid);
}
