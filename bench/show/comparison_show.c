/* comparison_show.c - see comparison_show.h. */
#include "bench/show/comparison_show.h"

#include <math.h>
#include <string.h>

#include "workloads/core/units.h"

static const char *value_text(const struct comparison_row *row, double value, char *text, size_t size)
{
    if (isnan(value))
        snprintf(text, size, "-");
    else if (row->is_rate)
        units_count_text(value, text, size);
    else if (row->unit == WORKLOAD_NS)
        units_time_text(value, text, size);
    else
        snprintf(text, size, "%.4g", value);
    if (row->is_rate)
        snprintf(text + strlen(text), size - strlen(text), "/s");
    return text;
}

/* In tenths of a percent, and never minus nothing. */
static double percent(double ratio)
{
    double tenths = round(1000 * (ratio - 1));
    return tenths == 0 ? 0 : tenths / 10;
}

static void row_texts(const struct comparison_row *row, char *change, char *interval, char *verdict, size_t size)
{
    snprintf(change, size, row->verdict == COMPARISON_FAILED ? "-" : "%+.1f%%", percent(row->change.ratio));
    snprintf(interval, size, row->change.known ? "%+.1f .. %+.1f%%" : "-", percent(row->change.low),
             percent(row->change.high));
    snprintf(verdict, size, "%s",
             row->regression ? row->verdict == COMPARISON_FAILED ? "FAILED" : "SLOWER"
                             : comparison_verdict_name(row->verdict));
    if (row->verdict == COMPARISON_UNDECIDED)
        snprintf(verdict + strlen(verdict), size - strlen(verdict), " (needs about %d rounds)", row->rounds_needed);
}

static void totals_text(const struct comparison *comparison, char *text, size_t size)
{
    enum { MANY = 20 }; /* then one at least differs by chance */
    int judged = comparison->counts[COMPARISON_SLOWER] + comparison->counts[COMPARISON_FASTER] +
                 comparison->counts[COMPARISON_SAME] + comparison->counts[COMPARISON_UNDECIDED];
    snprintf(
        text, size,
        "%d slower (%d by more than %.3g%%), %d faster, %d same, %d undecided; unpaired: two runs of different times",
        comparison->counts[COMPARISON_SLOWER], comparison->regressions - comparison->counts[COMPARISON_FAILED],
        100 * comparison->threshold, comparison->counts[COMPARISON_FASTER], comparison->counts[COMPARISON_SAME],
        comparison->counts[COMPARISON_UNDECIDED]);
    if (comparison->counts[COMPARISON_FAILED])
        snprintf(text + strlen(text), size - strlen(text), "; %d FAILED", comparison->counts[COMPARISON_FAILED]);
    if (judged >= MANY)
        snprintf(text + strlen(text), size - strlen(text), "; of %d, about %.0f differ by chance alone", judged,
                 0.05 * judged);
}

enum { TEXT = 64 };

void comparison_show_table(const struct comparison *comparison, FILE *out)
{
    int width = 9;
    char totals[256];
    for (int i = 0; i < comparison->count; i++)
        if ((int)strlen(comparison->rows[i].name) > width)
            width = (int)strlen(comparison->rows[i].name);
    fprintf(out, "%-*s  %9s  %9s  %8s  %18s  %s\n", width, "benchmark", "base", "new", "speed", "95% interval",
            "verdict");
    for (int i = 0; i < comparison->count; i++) {
        const struct comparison_row *row = &comparison->rows[i];
        char base[TEXT], new[TEXT], change[TEXT], interval[TEXT], verdict[TEXT];
        row_texts(row, change, interval, verdict, TEXT);
        fprintf(out, "%-*s  %9s  %9s  %8s  %18s  %s\n", width, row->name, value_text(row, row->base, base, TEXT),
                value_text(row, row->new, new, TEXT), change, interval, verdict);
    }
    totals_text(comparison, totals, sizeof totals);
    fprintf(out, "%s\n", totals);
}

void comparison_show_markdown(const struct comparison *comparison, FILE *out)
{
    char totals[256];
    totals_text(comparison, totals, sizeof totals);
    fprintf(out,
            "### %s\n\n%s\n\n| benchmark | base | new | speed | 95%% interval | verdict |\n|---|--:|--:|--:|--:|---|\n",
            comparison->regressions ? "poolbench: slower" : "poolbench: no regression", totals);
    for (int i = 0; i < comparison->count; i++) {
        const struct comparison_row *row = &comparison->rows[i];
        char base[TEXT], new[TEXT], change[TEXT], interval[TEXT], verdict[TEXT];
        const char *strong = row->regression ? "**" : "";
        row_texts(row, change, interval, verdict, TEXT);
        fprintf(out, "| `%s` | %s | %s | %s | %s | %s%s%s |\n", row->name, value_text(row, row->base, base, TEXT),
                value_text(row, row->new, new, TEXT), change, interval, strong, verdict, strong);
    }
}

static json_t *number_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

void comparison_show_json(const struct comparison *comparison, FILE *out)
{
    json_t *rows = json_array(), *document;
    for (int i = 0; i < comparison->count; i++) {
        const struct comparison_row *row = &comparison->rows[i];
        json_array_append_new(rows,
                              json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:b}", "benchmark", row->name, "base",
                                        number_or_null(row->base), "new", number_or_null(row->new), "speed_ratio",
                                        number_or_null(row->change.ratio), "low", number_or_null(row->change.low),
                                        "high", number_or_null(row->change.high), "verdict",
                                        comparison_verdict_name(row->verdict), "regression", (int)row->regression));
    }
    document = json_pack("{s:s, s:s, s:f, s:b, s:i, s:o}", "base", comparison->paths[0], "new", comparison->paths[1],
                         "threshold", comparison->threshold, "paired", 0, "regressions", comparison->regressions,
                         "rows", rows);
    json_dumpf(document, out, JSON_INDENT(1));
    fputc('\n', out);
    json_decref(document);
}
