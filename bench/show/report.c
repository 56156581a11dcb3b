/* report.c - see report.h. Everything is read from the result, so that a table
 * can be made of a file as well as of a run. */
#include "bench/show/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/findings/pairing.h"
#include "bench/json/must.h"
#include "bench/results/result.h"
#include "bench/show/left_show.h"
#include "bench/show/metg_show.h"
#include "bench/show/placement_show.h"
#include "bench/show/ratio_text.h"
#include "bench/show/report_row.h"
#include "bench/show/slo_show.h"
#include "bench/show/speedup_show.h"
#include "bench/show/tails.h"
#include "bench/show/terminal.h"
#include "bench/statistics/stats.h"
#include "workloads/core/units.h"

static bool same(const json_t *a, const json_t *b, const char *key)
{
    return json_equal(json_object_get(a, key), json_object_get(b, key));
}

/* Whether b stands in a's table: all is the same but the pool and what becomes
 * of results; the floor knows no workers. */
static bool same_table(const json_t *a, const json_t *b)
{
    static const char *const keys[] = {"spec", "producers", "pin"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!same(a, b, keys[i]))
            return false;
    return result_is_floor(b) || (same(a, b, "workers") && same(a, b, "capacity") && same(a, b, "full"));
}

/* Rows with the same fate of results stand together, the best of them first. */
static int by_merit(const void *left, const void *right)
{
    const struct report_row *a = left, *b = right;
    if (a->results != b->results)
        return a->results < b->results ? -1 : 1;
    if (a->places != b->places)
        return a->places < b->places ? -1 : 1;
    if (a->floor != b->floor)
        return a->floor ? 1 : -1;
    if (isnan(a->merit) || isnan(b->merit))
        return isnan(a->merit) - isnan(b->merit);
    return a->merit < b->merit ? 1 : a->merit > b->merit ? -1 : strcmp(a->pool, b->pool);
}

/* What the column by which rows are judged shows of them, as a ratio; NaN: it shows none. */
static double of_columns(const struct report_row *row, const struct report_row *best)
{
    return row->merit / best->merit; /* both of one sign */
}

/* "steal = ring (0.98..1.02); mutex is 0.93x ring (0.91..0.95)." Of rows that
 * stand together. */
static void print_comparison(const struct report_table *table, const struct report_row *rows, int count, FILE *out)
{
    int width = terminal_text_width(out), column = 0;
    for (int i = 1; i < count; i++) {
        char part[256];
        struct stats_ratio ratio;
        if (rows[i].floor || isnan(rows[i].merit) || rows[0].floor)
            continue;
        ratio = pairing_ratio(table->judged_by, rows[i].configuration, rows[0].configuration);
        if (!ratio.pairs)
            continue;
        ratio_text_sentence(&ratio, of_columns(&rows[i], &rows[0]), rows[i].pool, rows[0].pool, part, sizeof part);
        if (!column && (table->less_is_better || table->loses) && !table->ops->consume)
            column = fprintf(out, "%s: ", table->head);
        else if (!column && table->ops->consume)
            column = fprintf(out, "%s: ", rows[0].results_text);
        else if (column && column + (int)strlen(part) + 3 > width) {
            fputs(";\n  ", out);
            column = 2;
        } else if (column)
            column += fprintf(out, "; ");
        column += fprintf(out, "%s", part);
    }
    if (column)
        fputs(".\n", out);
}

/* What the workload says of the best of rows that stand together. */
static void print_verdict(const struct report_table *table, const struct report_row *row, FILE *out)
{
    double figures[WORKLOAD_FIGURES_MAX];
    struct workload_setting setting = {
        .workers = (int)result_integer(row->configuration, "workers"),
        .producers = (int)result_integer(row->configuration, "producers"),
        .capacity = (size_t)result_integer(row->configuration, "capacity"),
        .results = row->results,
        .results_capacity = (size_t)row->places,
    };
    char text[512] = "";
    if (!table->ops->say || isnan(row->merit))
        return;
    for (int i = 0; i < table->ops->figure_count; i++)
        figures[i] = report_figure(row->configuration, &table->ops->figures[i]);
    table->ops->say(&table->spec, &setting, figures, text, sizeof text);
    if (!*text)
        return;
    if (row->results == POOL_RESULTS_NONE)
        terminal_print(out, 2, "%s: %s.", row->pool, text);
    else
        terminal_print(out, 2, "%s, %s: %s.", row->results_text, row->pool, text);
}

/* "fairness of producers: ring 0.99, mutex 0.97." Where there are several. */
static void print_producers(const struct report_table *table, FILE *out)
{
    double value, low, high;
    char *text = NULL;
    size_t size;
    FILE *line = open_memstream(&text, &size);
    must_memory(line);
    for (int i = 0; i < table->count; i++)
        if (result_metric(table->rows[i].configuration, "producer_fairness", &value, &low, &high))
            fprintf(line, "%s%s %.2f", ftell(line) ? ", " : "fairness of producers (Jain): ", table->rows[i].pool,
                    value);
    fclose(line);
    if (*text)
        terminal_print(out, 2, "%s.", text);
    free(text);
}

/* Whether it keeps its rate for all that is known: it was steady, lost nothing, and no round failed. */
static bool keeps_rate(const json_t *configuration)
{
    const json_t *loop = json_object_get(json_object_get(configuration, "summary"), "open_loop");
    json_t *trial;
    size_t i;
    json_array_foreach (json_object_get(configuration, "trials"), i, trial)
        if (strcmp(result_string(trial, "verdict"), "ok"))
            return false;
    return !strcmp(result_string(loop, "state"), "steady") && !(json_number_value(json_object_get(loop, "lost")) > 0);
}

/* Where jobs come when they are due: whether what was measured is a steady state. */
static void print_open_loop(const struct report_table *table, FILE *out)
{
    int asked = 0, kept = 0;
    for (int i = 0; i < table->count; i++) {
        const json_t *configuration = table->rows[i].configuration,
                     *loop = json_object_get(json_object_get(configuration, "summary"), "open_loop");
        asked += !*result_string(configuration, "unsupported");
        kept += keeps_rate(configuration);
        if (*result_string(loop, "why"))
            terminal_line(out, 2, "%s: %s.", table->rows[i].pool, result_string(loop, "why"));
    }
    if (kept && kept == asked)
        fputs("the rate is kept by all.\n", out);
}

/* Owner of table->rows: the caller. */
static void gather_rows(const json_t *result, const json_t *first, struct report_table *table)
{
    const json_t *configurations = json_object_get(result, "configurations");
    json_t *other;
    size_t i;
    table->rows = calloc(json_array_size(configurations) + 1, sizeof *table->rows);
    must_memory(table->rows);
    json_array_foreach (configurations, i, other)
        if (same_table(first, other))
            report_row_fill(table, &table->rows[table->count++], other);
    qsort(table->rows, (size_t)table->count, sizeof *table->rows, by_merit);
}

/* What the machine allowed, median over the rounds; NaN: it is not known. */
static double limit_of(const json_t *result, const char *key)
{
    enum { MOST = 1024 };
    double values[MOST];
    int count = 0;
    json_t *round;
    size_t i;
    json_array_foreach (json_object_get(result, "rounds"), i, round)
        if (json_is_number(json_object_get(round, key)) && count < MOST)
            values[count++] = json_number_value(json_object_get(round, key));
    return count ? stats_median(values, count).median : NAN;
}

static void print_table(const json_t *result, const json_t *first, FILE *out, bool colour)
{
    struct report_table table = {.colour = colour};
    const struct report_row *rows;
    int end;
    const char *bold = colour ? "\033[1m" : "", *plain = colour ? "\033[0m" : "";
    report_table_begin(&table, first);
    gather_rows(result, first, &table);
    rows = table.rows;
    terminal_print(out, 2, "%s%s%s   %lld worker%s, %lld producer%s, pin=%s, capacity %lld, full=%s", bold,
                   result_string(first, "spec"), plain, (long long)result_integer(first, "workers"),
                   result_integer(first, "workers") == 1 ? "" : "s", (long long)result_integer(first, "producers"),
                   result_integer(first, "producers") == 1 ? "" : "s", result_string(first, "pin"),
                   (long long)result_integer(first, "capacity"), result_string(first, "full"));
    fputc('\n', out);
    report_rows_print(&table, out);
    for (int begin = 0; begin < table.count; begin = end) {
        for (end = begin + 1;
             end < table.count && rows[end].results == rows[begin].results && rows[end].places == rows[begin].places;)
            end++;
        print_comparison(&table, rows + begin, end - begin, out);
    }
    for (int i = 0; i < table.count; i++)
        if (i == 0 || rows[i].results != rows[i - 1].results || rows[i].places != rows[i - 1].places)
            print_verdict(&table, &rows[i], out);
    print_open_loop(&table, out);
    tails_show(&table, out);
    left_show(&table, out);
    slo_show(&table, out);
    print_producers(&table, out);
    fputc('\n', out);
    free(table.rows);
}

/* Whether an earlier configuration opened this one's table. */
static bool printed_before(const json_t *configurations, size_t index)
{
    const json_t *configuration = json_array_get(configurations, index);
    for (size_t i = 0; i < index; i++)
        if (!result_is_floor(json_array_get(configurations, i)) &&
            same_table(json_array_get(configurations, i), configuration))
            return true;
    return false;
}

/* The floor opens a table only where nothing else does. */
static bool floor_alone(const json_t *configurations, const json_t *floor)
{
    size_t i;
    json_t *other;
    json_array_foreach (configurations, i, other)
        if (!result_is_floor(other) && same_table(other, floor))
            return false;
    return true;
}

/* What the columns of one workload's tables mean. */
static void print_figures_legend(const struct workload_ops *ops, FILE *out)
{
    char text[4096] = "";
    for (int i = 0; i < ops->figure_count; i++) {
        size_t used = strlen(text);
        if (ops->figures[i].head && ops->figures[i].help)
            snprintf(text + used, sizeof text - used, "%s%s: %s", used ? "; " : "", ops->figures[i].head,
                     ops->figures[i].help);
    }
    if (*text)
        terminal_print(out, 0, "%s.", text);
}

/* Whether some row's overhead is not told from 0, or is less than what should bind it. */
static void look_at_overheads(const json_t *configurations, bool *nothing, bool *below)
{
    double value, low, high;
    json_t *configuration;
    size_t i;
    *nothing = *below = false;
    json_array_foreach (configurations, i, configuration) {
        *nothing = *nothing || (result_metric(configuration, "overhead_ns_per_job", &value, &low, &high) &&
                                (value <= 0 || low <= 0));
        *below = *below || (result_metric(configuration, "of_limit", &value, &low, &high) && value < 0.95);
    }
}

static void print_common_legend(const json_t *result, const json_t *configurations, FILE *out)
{
    double line = limit_of(result, "line_ns"), wake = limit_of(result, "wake_ns");
    char first[32], second[32];
    bool nothing, below;
    look_at_overheads(configurations, &nothing, &below);
    terminal_print(out, 0,
                   "overhead: worker time per job beyond the job's own. p50..p99.9: submit to end. busy: share of "
                   "worker time in computation of jobs. floor: no workers.");
    if (nothing)
        terminal_print(
            out, 0,
            "overhead \"<12 ns\": the interval ends there and holds 0; \"~0\": all of it lies at or below 0, "
            "where a job's length was shorter than it was calibrated to be.");
    if (!isnan(line) && !isnan(wake))
        terminal_print(out, 0,
                       "of limit: overhead as a multiple of a cache line's way to another CPU and back in the same "
                       "round (%s on the whole), or of a futex wake-up (%s) where most jobs need one.",
                       units_time_text(line, first, sizeof first), units_time_text(wake, second, sizeof second));
    if (below)
        terminal_print(out, 0,
                       "of limit below 1x: one trip of a cache line, or one wake-up, serves several jobs (batches, "
                       "claims of several).");
}

static void print_legend(const json_t *result, const json_t *configurations, size_t rounds, FILE *out, bool colour)
{
    bool plain_table = false;
    json_t *configuration;
    size_t i;
    fputs(colour ? "\033[2m" : "", out);
    for (int w = 0; w < workload_count(); w++) {
        const struct workload_ops *ops = workload_at(w);
        bool here = false;
        json_array_foreach (configurations, i, configuration)
            here = here || !strcmp(result_string(configuration, "workload"), ops->name);
        plain_table = plain_table || (here && !workload_has_columns(ops));
        if (here && workload_has_columns(ops))
            print_figures_legend(ops, out);
    }
    if (plain_table)
        print_common_legend(result, configurations, out);
    terminal_print(
        out, 0,
        "Percentiles, and what was lost, are of all rounds together. jobs/s and all others: median over %zu round%s; "
        "+-95%%: the exact interval of the rounds' median, from 6 rounds on; of a percentile that of all samples, from "
        "3 "
        "rounds on. "
        "In brackets: the 95%% interval of the ratio, round against round; \"=\": all of it within 3%% of "
        "1; \"?\": it holds 1, and more: undecided; \"of the columns\": what the table's two figures say, "
        "where that lies outside.%s",
        rounds, rounds == 1 ? "" : "s", colour ? "\033[0m" : "");
    fputc('\n', out);
}

static void print_failure(const json_t *failure, FILE *out)
{
    bool cannot = !strcmp(result_string(failure, "verdict"), "cannot"),
         results = strcmp(result_string(failure, "results"), "none");
    char fate[80] = "";
    if (results)
        snprintf(fate, sizeof fate, "/%.48s-%lld", result_string(failure, "results"),
                 (long long)result_integer(failure, "results_capacity"));
    terminal_line(out, 8, "%s  %s/%s/t%lld%s, round %lld: %s", cannot ? "CANNOT" : "FAILED",
                  result_string(failure, "pool"), result_string(failure, "spec"),
                  (long long)result_integer(failure, "workers"), fate, (long long)result_integer(failure, "round") + 1,
                  result_string(failure, "failure"));
}

/* Whether a table begins with it. */
static bool opens_table(const json_t *configurations, size_t index)
{
    const json_t *configuration = json_array_get(configurations, index);
    return !printed_before(configurations, index) &&
           (!result_is_floor(configuration) || floor_alone(configurations, configuration));
}

void report_table_of(const json_t *result, const char *spec, FILE *out)
{
    const json_t *configurations = json_object_get(result, "configurations");
    json_t *configuration;
    size_t i;
    json_array_foreach (configurations, i, configuration)
        if (!strcmp(result_string(configuration, "spec"), spec) && opens_table(configurations, i))
            print_table(result, configuration, out, false);
}

void report_legend(const json_t *result, FILE *out)
{
    print_legend(result, json_object_get(result, "configurations"), json_array_size(json_object_get(result, "rounds")),
                 out, false);
}

void report_table(const json_t *result, FILE *out, bool colour)
{
    const json_t *configurations = json_object_get(result, "configurations");
    json_t *configuration, *failure;
    size_t i, rounds = json_array_size(json_object_get(result, "rounds"));
    json_array_foreach (configurations, i, configuration)
        if (opens_table(configurations, i))
            print_table(result, configuration, out, colour);
    speedup_show(result, out, colour);
    placement_show(result, out, colour);
    metg_show(result, out, colour);
    print_legend(result, configurations, rounds, out, colour);
    json_array_foreach (json_object_get(result, "failures"), i, failure)
        print_failure(failure, out);
    if (json_array_size(json_object_get(result, "failures")))
        fputc('\n', out);
}
