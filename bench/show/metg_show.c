/* metg_show.c - see metg_show.h. */
#include "bench/show/metg_show.h"

#include <string.h>

#include "bench/results/label.h"
#include "bench/results/result.h"
#include "bench/show/grid.h"
#include "bench/show/terminal.h"
#include "bench/statistics/stats.h"
#include "workloads/core/units.h"

static double number(const json_t *metg, const char *prefix, const char *key)
{
    char name[64];
    snprintf(name, sizeof name, "%s%s", prefix, key);
    return json_number_value(json_object_get(metg, name)); /* 0: null */
}

/* "350 ns", or "<100 ns" where it lies below all sizes that were measured. */
static const char *end_text(const json_t *metg, double ns, bool below, char *text, size_t size)
{
    char value[32];
    const char *beyond = ns > 0 ? "" : below ? "<" : ">";
    if (!(ns > 0))
        ns = number(metg, "", below ? "least_size_ns" : "most_size_ns");
    snprintf(text, size, "%s%s", beyond, units_time_text(ns, value, sizeof value));
    return text;
}

/* "350 ns (340 ns..361 ns)"; "-" where it is not known. */
static const char *value_text(const json_t *metg, const char *prefix, char *text, size_t size)
{
    char key[64], middle[40], low[40], high[40];
    const char *side;
    double ns = number(metg, prefix, "ns");
    snprintf(key, sizeof key, "%sside", prefix);
    side = result_string(metg, key);
    if (!strcmp(side, "inside") && number(metg, prefix, "rounds") >= STATS_ENOUGH)
        snprintf(text, size, "%s (%s..%s)", units_time_text(ns, middle, sizeof middle),
                 end_text(metg, number(metg, prefix, "low_ns"), true, low, sizeof low),
                 end_text(metg, number(metg, prefix, "high_ns"), false, high, sizeof high));
    else if (!strcmp(side, "unknown"))
        snprintf(text, size, "-");
    else
        end_text(metg, ns, !strcmp(side, "below"), text, size);
    return text;
}

/* The loop with as many workers, once for each number of them. */
static void add_loop(const json_t *list, size_t index, struct grid *grid)
{
    static const char *const workers[] = {"workers", NULL};
    const json_t *metg = json_array_get(list, index);
    char text[128];
    for (size_t i = 0; i < index; i++)
        if (label_same(json_array_get(list, i), metg, workers))
            return;
    if (!(number(metg, "reference_", "ns") > 0))
        return;
    grid_row(grid);
    grid_cell(grid, "plain loop");
    grid_cell(grid, "%lld", (long long)result_integer(metg, "workers"));
    grid_cell(grid, "%s", value_text(metg, "reference_", text, sizeof text));
}

static bool some_inside(const json_t *list)
{
    json_t *metg;
    size_t i;
    json_array_foreach (list, i, metg)
        if (!strcmp(result_string(metg, "side"), "inside"))
            return true;
    return false;
}

void metg_show(const json_t *result, FILE *out, bool colour)
{
    const json_t *list = json_object_get(result, "metg");
    json_t *metg;
    size_t i;
    char text[160];
    struct grid grid;
    if (!some_inside(list))
        return;
    fprintf(out, "%ssmallest job worth it (METG: 50%% efficiency)%s   median over rounds (95%% interval)\n\n",
            colour ? "\033[1m" : "", colour ? "\033[0m" : "");
    grid_begin(&grid);
    grid_column(&grid, "pool", "", GRID_LEFT, 0);
    grid_column(&grid, "workers", "", GRID_RIGHT, 0);
    grid_column(&grid, "METG", "", GRID_LEFT, 0);
    grid_column(&grid, "half of the plain loop's speed", "", GRID_LEFT, 1);
    json_array_foreach (list, i, metg) {
        grid_row(&grid);
        grid_cell(&grid, "%s", label_of(list, metg, text, sizeof text));
        grid_cell(&grid, "%lld", (long long)result_integer(metg, "workers"));
        grid_cell(&grid, "%s", value_text(metg, "", text, sizeof text));
        grid_cell(&grid, "%s", value_text(metg, "relative_", text, sizeof text));
    }
    for (i = 0; i < json_array_size(list); i++)
        add_loop(list, i, &grid);
    grid_print(&grid, out, terminal_width(out), colour);
    grid_end(&grid);
    terminal_print(out, 0, "plain loop: as many threads as CPUs at work, each running its share of the jobs, no pool.");
    fputc('\n', out);
}
