/* tails.c - see tails.h. */
#include "bench/show/tails.h"

#include <math.h>
#include <string.h>

#include "bench/findings/judged.h"
#include "bench/results/result.h"
#include "bench/show/terminal.h"
#include "bench/statistics/stats.h"
#include "workloads/core/units.h"

enum { ROUNDS_MAX = 10000, TAILS_MAX = WORKLOAD_FIGURES_MAX };

/* A percentile that a table shows. */
struct tail {
    const char *head;
    char metric[96];
    double pooled, samples, needed; /* of one row; NaN: none; lost jobs are samples, too */
};

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static int common_tails(const json_t *configuration, struct tail *tails)
{
    static const struct {
        const char *head, *field;
        double needed;
    } all[] = {{"p50", "p50_ns", 2}, {"p99", "p99_ns", 100}, {"p99.9", "p99.9_ns", 1000}};
    const json_t *summary = json_object_get(configuration, "summary"),
                 *latency = json_object_get(json_object_get(summary, "latency"), "submit_to_end");
    int count = 0;
    for (; count < (int)(sizeof all / sizeof *all); count++) {
        struct tail *tail = &tails[count];
        *tail = (struct tail){.head = all[count].head,
                              .pooled = number(latency, all[count].field),
                              .samples = number(latency, "count") + (double)result_integer(latency, "lost"),
                              .needed = all[count].needed};
        snprintf(tail->metric, sizeof tail->metric, "latency.submit_to_end.%s", all[count].field);
    }
    return count;
}

static int own_tails(const struct workload_ops *ops, const json_t *configuration, struct tail *tails)
{
    const json_t *figures = json_object_get(json_object_get(configuration, "summary"), "figures");
    int count = 0;
    for (int f = 0; f < ops->figure_count; f++) {
        const struct workload_figure *figure = &ops->figures[f];
        const json_t *found = json_object_get(figures, figure->name);
        struct tail *tail = &tails[count];
        if (!figure->head || !(figure->quantile > 0) || figure->shared)
            continue;
        *tail = (struct tail){.head = figure->head,
                              .pooled = number(found, "pooled"),
                              .samples = number(found, "samples"),
                              .needed = number(found, "needed")};
        snprintf(tail->metric, sizeof tail->metric, "figures.%s", figure->name);
        count++;
    }
    return count;
}

/* The median round, and how many lie beyond twice that. */
static void show_difference(const char *pool, const json_t *configuration, const struct tail *tail, FILE *out)
{
    static const double much = 2;
    static double values[ROUNDS_MAX];
    int count = result_values(configuration, tail->metric, values, NULL, ROUNDS_MAX), bad = 0;
    double median = count ? stats_median(values, count).median : NAN;
    char pooled[32], single[32];
    if (count < 2 || !(tail->pooled > much * median || tail->pooled < median / much))
        return;
    for (int i = 0; i < count; i++)
        bad += values[i] > much * fmin(median, tail->pooled);
    terminal_print(out, 2, "%s: %s %s of all rounds together, %s in the median round: %d of %d rounds %s bad.", pool,
                   tail->head, units_time_text(tail->pooled, pooled, sizeof pooled),
                   units_time_text(median, single, sizeof single), bad, count, bad == 1 ? "was" : "were");
}

/* Enough samples, and yet no figure: the jobs at that percentile got no service. */
static bool is_never(const struct tail *tail)
{
    return isnan(tail->pooled) && tail->samples > 0 && tail->samples >= tail->needed;
}

static void show_too_few(const char *pool, const struct tail *tail, FILE *out)
{
    if (isnan(tail->pooled) && tail->samples > 0 && !is_never(tail))
        terminal_print(out, 2, "%s: %s -, of %.0f sample%s; it needs %.0f.", pool, tail->head, tail->samples,
                       tail->samples == 1 ? "" : "s", tail->needed);
}

/* "ring: p50, p99 -: 62% of the jobs got no service, and are infinitely late." */
static void show_never(const struct report_row *row, const struct tail *tails, int count, FILE *out)
{
    char heads[256] = "", share[32];
    double lost = judged_lost_share(row->configuration);
    for (int t = 0; t < count; t++)
        if (is_never(&tails[t]))
            snprintf(heads + strlen(heads), sizeof heads - strlen(heads), "%s%s", *heads ? ", " : "", tails[t].head);
    if (*heads && lost > 0)
        terminal_print(out, 2, "%s: %s -: %s of the jobs got no service, and are infinitely late.", row->pool, heads,
                       units_share_text(lost, share, sizeof share));
}

/* A closed loop whose slices end before the queue is full: in all rounds, or in some, of which the others say what
 * there is. Of the longest such slice, which came nearest. */
static void show_unfilled(const struct report_row *row, FILE *out)
{
    long long places = result_integer(row->configuration, "capacity"), jobs = 0;
    int unfilled = 0, good = 0;
    json_t *trial;
    size_t i;
    json_array_foreach (json_object_get(row->configuration, "trials"), i, trial) {
        long long each = result_integer(json_array_get(json_object_get(trial, "slices"), 0), "jobs");
        if (strcmp(result_string(trial, "verdict"), "ok"))
            continue;
        good++;
        if (!result_is_unfilled(json_object_get(trial, "latency")))
            continue;
        unfilled++;
        jobs = each > jobs ? each : jobs;
    }
    if (unfilled && unfilled == good)
        terminal_print(
            out, 2,
            "%s: no latency: slices of %lld jobs do not keep %lld places full (a smaller --capacity, or burst "
            "for an open loop).",
            row->pool, jobs, places);
    else if (unfilled)
        terminal_print(
            out, 2,
            "%s: latency of %d of %d rounds: in the others slices of %lld jobs do not keep %lld places full (a smaller "
            "--capacity, or burst for an open loop).",
            row->pool, good - unfilled, good, jobs, places);
}

/* Little's law, where a round breaks it. */
static void show_little(const struct report_row *row, FILE *out)
{
    const json_t *worst = NULL;
    json_t *trial;
    int broken = 0;
    size_t i;
    json_array_foreach (json_object_get(row->configuration, "trials"), i, trial) {
        if (!json_is_false(json_object_get(trial, "little_holds")))
            continue;
        broken++;
        worst = trial;
    }
    if (broken && result_integer(worst, "looks"))
        terminal_print(out, 2,
                       "%s: Little's law is broken in %d round%s: at %lld random moments the pool says that it holds "
                       "%.1f jobs, by the jobs' own times it is %.1f to %.1f; do not trust its latency.",
                       row->pool, broken, broken == 1 ? "" : "s", (long long)result_integer(worst, "looks"),
                       json_number_value(json_object_get(worst, "in_pool")),
                       json_number_value(json_object_get(worst, "in_pool_low")),
                       json_number_value(json_object_get(worst, "in_pool_high")));
    else if (broken)
        terminal_print(out, 2,
                       "%s: Little's law is broken in %d round%s: rate x latency says %.0f jobs in the system, where "
                       "there can be %.0f; do not trust its latency.",
                       row->pool, broken, broken == 1 ? "" : "s",
                       json_number_value(json_object_get(worst, "in_system")),
                       json_number_value(json_object_get(worst, "in_system_most")));
}

void tails_show(const struct report_table *table, FILE *out)
{
    for (int i = 0; i < table->count; i++) {
        const struct report_row *row = &table->rows[i];
        struct tail tails[TAILS_MAX];
        int count = workload_has_columns(table->ops) ? own_tails(table->ops, row->configuration, tails)
                                                     : common_tails(row->configuration, tails);
        if (!workload_has_columns(table->ops))
            show_unfilled(row, out);
        show_little(row, out);
        for (int t = 0; t < count; t++) {
            show_difference(row->pool, row->configuration, &tails[t], out);
            show_too_few(row->pool, &tails[t], out);
        }
        show_never(row, tails, count, out);
    }
}
