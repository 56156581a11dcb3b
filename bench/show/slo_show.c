/* slo_show.c - see slo_show.h. */
#include "bench/show/slo_show.h"

#include <math.h>
#include <string.h>

#include "bench/results/result.h"
#include "bench/statistics/slo.h"
#include "workloads/core/units.h"

static const json_t *judged_of(const struct report_row *row, size_t which)
{
    return json_array_get(json_object_get(json_object_get(row->configuration, "summary"), "slo"), which);
}

/* The first row that was judged: the floor is not, unless it was asked for. */
static const json_t *first_judged(const struct report_table *table, size_t which)
{
    const json_t *judged = NULL;
    for (int i = 0; i < table->count && !judged; i++)
        judged = judged_of(&table->rows[i], which);
    return judged;
}

/* "1.21 ms (1.10 ms .. 1.35 ms)", and of how many rounds where these are few. */
static void value_text(const json_t *judged, char *text, size_t size)
{
    char median[32], low[32], high[32];
    json_int_t rounds = result_integer(judged, "rounds");
    double coverage = json_number_value(json_object_get(judged, "coverage"));
    snprintf(text, size, "-");
    if (!rounds)
        return;
    units_time_text(json_number_value(json_object_get(judged, "median_ns")), median, sizeof median);
    units_time_text(json_number_value(json_object_get(judged, "low_ns")), low, sizeof low);
    units_time_text(json_number_value(json_object_get(judged, "high_ns")), high, sizeof high);
    if (rounds == 1)
        snprintf(text, size, "%s  (1 round: no interval)", median);
    else if (coverage < 0.95)
        snprintf(text, size, "%s  (%s .. %s: the range of %lld rounds)", median, low, high, (long long)rounds);
    else
        snprintf(text, size, "%s  (%s .. %s)", median, low, high);
}

static void show_row(const struct report_row *row, const json_t *judged, int width, bool apart, FILE *out)
{
    const char *verdict = result_string(judged, "verdict"), *why = result_string(judged, "why");
    char value[160];
    value_text(judged, value, sizeof value);
    fprintf(out, "  %-*s", width, row->pool);
    if (apart)
        fprintf(out, "  %-12s", row->results_text);
    fprintf(out, "  %-11s  %s%s%s\n", strcmp(verdict, "broken") ? verdict : "BROKEN", value, *why ? "; " : "", why);
}

void slo_show(const struct report_table *table, FILE *out)
{
    const json_t *judged;
    int width = 9;
    for (int i = 0; i < table->count; i++)
        if ((int)strlen(table->rows[i].pool) > width)
            width = (int)strlen(table->rows[i].pool);
    for (size_t which = 0; (judged = first_judged(table, which)); which++) {
        const struct slo slo = {slo_kind(result_string(judged, "name")), result_integer(judged, "limit_ns")};
        char text[64];
        if (!slo.kind) /* of a later version's file */
            continue;
        fprintf(out, "promise %s, from the %s to the end (each round's, of its slices together):\n",
                slo_text(&slo, text, sizeof text), !strcmp(table->ops->name, "burst") ? "planned submit" : "submit");
        for (int i = 0; i < table->count; i++)
            if (judged_of(&table->rows[i], which))
                show_row(&table->rows[i], judged_of(&table->rows[i], which), width, table->ops->consume != NULL, out);
    }
}
