/* slo_show.c - see slo_show.h. */
#include "bench/show/slo_show.h"

#include <math.h>
#include <string.h>

#include "bench/findings/slo_judge.h"
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

static const char *one_text(const json_t *judged, const char *which, const struct slo_kind *kind, char *text,
                            size_t size)
{
    return slo_value_text(kind, slo_value_of(judged, which), text, size);
}

/* "1.21 ms  (1.10 ms .. 1.35 ms)" */
static void value_text(const json_t *judged, const struct slo_kind *kind, char *text, size_t size)
{
    char value[32], low[32], high[32];
    snprintf(text, size, "-");
    if (!result_integer(judged, "rounds"))
        return;
    one_text(judged, "value", kind, value, sizeof value);
    one_text(judged, "low", kind, low, sizeof low);
    one_text(judged, "high", kind, high, sizeof high);
    if (!strcmp(low, high))
        snprintf(text, size, "%s", value);
    else
        snprintf(text, size, "%s  (%s .. %s)", value, low, strcmp(high, "never") ? high : "no upper end");
}

static void show_row(const struct report_row *row, const json_t *judged, const struct slo_kind *kind, int width,
                     FILE *out)
{
    const char *verdict = result_string(judged, "verdict"), *why = result_string(judged, "why");
    char value[160];
    value_text(judged, kind, value, sizeof value);
    fprintf(out, "  %-*s", width, row->pool);
    if (row->results != POOL_RESULTS_NONE)
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
        const struct slo slo = slo_from_json(judged);
        const char *from = !strcmp(table->ops->name, "burst") ? "planned submit" : "submit";
        char text[64];
        if (!slo.kind) /* of a later version's file */
            continue;
        slo_text(&slo, text, sizeof text);
        if (slo.kind->is_loss)
            fprintf(out, "promise %s of the jobs (all rounds together):\n", text);
        else
            fprintf(out, "promise %s, from the %s to the end (of all jobs submitted, all rounds together):\n", text,
                    from);
        for (int i = 0; i < table->count; i++)
            if (judged_of(&table->rows[i], which))
                show_row(&table->rows[i], judged_of(&table->rows[i], which), slo.kind, width, out);
    }
}
