/* slo_show.c - see slo_show.h. */
#include "bench/show/slo_show.h"

#include <string.h>

#include "bench/findings/slo_judge.h"
#include "bench/results/result.h"
#include "bench/show/grid.h"
#include "bench/show/terminal.h"
#include "bench/statistics/rates.h"
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

/* "1.21 ms" and "1.10 ms .. 1.35 ms"; "-" and nothing where it is not known. */
static void add_value(struct grid *grid, const json_t *judged, const struct slo_kind *kind)
{
    char value[32] = "-", low[32] = "", high[32] = "";
    if (result_integer(judged, "rounds")) {
        one_text(judged, "value", kind, value, sizeof value);
        one_text(judged, "low", kind, low, sizeof low);
        one_text(judged, "high", kind, high, sizeof high);
    }
    grid_cell(grid, "%s", value);
    if (!strcmp(low, high))
        grid_cell(grid, "%s", "");
    else
        grid_cell(grid, "%s .. %s", low, strcmp(high, "never") ? high : "no end");
}

static void add_row(struct grid *grid, const struct report_row *row, const json_t *judged, const struct slo_kind *kind,
                    bool results)
{
    const char *verdict = result_string(judged, "verdict");
    grid_row(grid);
    grid_cell(grid, "  %-9s", row->pool);
    if (results)
        grid_cell(grid, "%s", row->results == POOL_RESULTS_NONE ? "" : row->results_text);
    grid_cell(grid, "%-11s", strcmp(verdict, "broken") ? verdict : "BROKEN");
    add_value(grid, judged, kind);
    grid_note(grid, "%s", result_string(judged, "why"));
}

static void print_rows(const struct report_table *table, size_t which, const struct slo_kind *kind, FILE *out)
{
    struct grid grid;
    bool results = false;
    grid_begin(&grid);
    for (int i = 0; i < table->count; i++)
        results = results || table->rows[i].results != POOL_RESULTS_NONE;
    grid_column(&grid, "  pool", "", GRID_LEFT, 0);
    if (results)
        grid_column(&grid, "results", "", GRID_LEFT, 0);
    grid_column(&grid, "", "", GRID_LEFT, 0);
    grid_column(&grid, kind->name, "", GRID_RIGHT, 0);
    grid_column(&grid, "95% interval", "", GRID_RIGHT, 1);
    for (int i = 0; i < table->count; i++)
        if (judged_of(&table->rows[i], which))
            add_row(&grid, &table->rows[i], judged_of(&table->rows[i], which), kind, results);
    grid_print(&grid, out, terminal_width(out), table->colour);
    grid_end(&grid);
}

void slo_show(const struct report_table *table, FILE *out)
{
    const json_t *judged;
    for (size_t which = 0; (judged = first_judged(table, which)); which++) {
        const struct slo slo = slo_from_json(judged);
        const char *from = rates_has(table->ops) ? "planned submit" : "submit";
        char text[64];
        if (!slo.kind) /* of a later version's file */
            continue;
        slo_text(&slo, text, sizeof text);
        if (slo.kind->is_loss)
            terminal_line(out, 2, "promise %s of the jobs (all rounds together):", text);
        else
            terminal_line(
                out, 2, "promise %s, from the %s to the end (of all jobs submitted, all rounds together):", text, from);
        print_rows(table, which, slo.kind, out);
    }
}
