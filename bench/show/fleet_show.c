/* fleet_show.c - see fleet_show.h. Lines are fleet_lines.h's. */
#include "bench/show/fleet_show.h"

#include <math.h>
#include <string.h>

#include "bench/results/result.h"
#include "bench/show/fleet_lines.h"
#include "bench/show/grid.h"
#include "bench/show/markdown.h"
#include "bench/show/terminal.h"
#include "bench/statistics/slo.h"
#include "workloads/core/units.h"

enum { CELL = 64 };

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static bool is_true(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

/* "4.66 ms (4.5 .. 4.9 ms)"; "overloaded"; without an upper end "(4.5 ms ..)". */
static const char *value_text(const json_t *value, char *text, size_t size)
{
    const struct slo_kind *kind = slo_kind(result_string(value, "name"));
    char likely[32], low[32], high[32];
    if (is_true(value, "endless"))
        return snprintf(text, size, "overloaded"), text;
    if (!kind || isnan(number(value, "value")))
        return snprintf(text, size, "not known"), text;
    slo_value_text(kind, number(value, "value"), likely, sizeof likely);
    slo_value_text(kind, number(value, "low"), low, sizeof low);
    if (is_true(value, "high_endless"))
        snprintf(high, sizeof high, "overloaded");
    else if (isnan(number(value, "high")))
        snprintf(high, sizeof high, "?");
    else
        slo_value_text(kind, number(value, "high"), high, sizeof high);
    snprintf(text, size, "%s (%s .. %s)", likely, low, high);
    return text;
}

/* A table is printed as text, or in Markdown with the same cells. */
static void print_grid(struct grid *grid, FILE *out, bool markdown)
{
    if (!markdown) {
        grid_print(grid, out, terminal_width(out), terminal_colour(out));
        grid_end(grid);
        return;
    }
    fputs("\n|", out);
    for (int c = 0; c < grid->column_count; c++)
        fprintf(out, " %s%s%s |", grid->columns[c].head, *grid->columns[c].under ? ", " : "", grid->columns[c].under);
    fputs("\n|", out);
    for (int c = 0; c < grid->column_count; c++)
        fputs(c ? "--:|" : "---|", out);
    for (int r = 0; r < grid->row_count; r++) {
        fputs("\n|", out);
        for (int c = 0; c < grid->column_count; c++)
            fprintf(out, " %s |", grid->rows[r].cells[c] ? grid->rows[r].cells[c] : "");
    }
    fputs("\n\n", out);
    grid_end(grid);
}

static const char *machines_text(const json_t *object, const char *key, char *text, size_t size)
{
    double machines = number(object, key);
    if (isnan(machines))
        snprintf(text, size, "-");
    else
        snprintf(text, size, "%.0f", machines);
    return text;
}

static void balance_rows(struct grid *grid, const json_t *one, bool promised)
{
    static const char *const scenes[] = {"whole", "slow", "lost"};
    size_t count = json_array_size(json_object_get(json_object_get(one, "whole"), "values"));
    char text[CELL];
    for (size_t i = 0; i < count; i++) {
        grid_row(grid);
        grid_cell(grid, "%s", i ? "" : result_string(one, "name"));
        for (int s = 0; s < 3; s++) {
            const json_t *value = json_array_get(json_object_get(json_object_get(one, scenes[s]), "values"), i);
            if (s == 0)
                grid_cell(grid, "%s", result_string(value, "name"));
            grid_cell(grid, "%s", value_text(value, text, sizeof text));
        }
        if (promised && i == 0) {
            grid_cell(grid, "%s", result_string(json_object_get(one, "whole"), "verdict"));
            grid_cell(grid, "%s", machines_text(one, "fewest", text, sizeof text));
            grid_cell(grid, "%s", machines_text(one, "fewest_surely", text, sizeof text));
            grid_cell(grid, "%s", machines_text(one, "fewest_with_one_lost", text, sizeof text));
        }
    }
}

static void show_balances(const json_t *fleet, FILE *out, bool markdown)
{
    bool promised = json_array_size(json_object_get(fleet, "slo")) > 0;
    struct grid grid;
    json_t *one;
    size_t i;
    grid_begin(&grid);
    grid_column(&grid, "balancing", "", GRID_LEFT, 0);
    grid_column(&grid, "of all", "", GRID_LEFT, 0);
    grid_column(&grid, "all well", "", GRID_RIGHT, 0);
    grid_column(&grid, "one slow", "twice as long", GRID_RIGHT, 2);
    grid_column(&grid, "one lost", "", GRID_RIGHT, 1);
    if (promised) {
        grid_column(&grid, "promise", "", GRID_LEFT, 0);
        grid_column(&grid, "machines", "likely", GRID_RIGHT, 0);
        grid_column(&grid, "surely", "", GRID_RIGHT, 0);
        grid_column(&grid, "one lost", "likely", GRID_RIGHT, 3);
    }
    json_array_foreach (json_object_get(fleet, "balances"), i, one)
        balance_rows(&grid, one, promised);
    print_grid(&grid, out, markdown);
}

static void show_shapes(const json_t *fleet, FILE *out, bool markdown)
{
    struct grid grid;
    json_t *one;
    size_t i;
    char text[CELL];
    if (json_array_size(json_object_get(fleet, "shapes")) == 0)
        return;
    grid_begin(&grid);
    grid_column(&grid, "workers of each", "", GRID_RIGHT, 0);
    grid_column(&grid, "machines", "likely", GRID_RIGHT, 0);
    grid_column(&grid, "surely", "", GRID_RIGHT, 0);
    grid_column(&grid, "workers in all", "", GRID_RIGHT, 0);
    json_array_foreach (json_object_get(fleet, "shapes"), i, one) {
        double machines = number(one, "machines");
        grid_row(&grid);
        grid_cell(&grid, "%.0f", number(one, "workers"));
        grid_cell(&grid, "%s", machines_text(one, "machines", text, sizeof text));
        grid_cell(&grid, "%s", machines_text(one, "machines_surely", text, sizeof text));
        grid_cell(&grid, isnan(machines) ? "-" : "%.0f", machines * number(one, "workers"));
    }
    fprintf(out, "%show many machines it takes by two choices, by their workers\n", markdown ? "" : "\n");
    print_grid(&grid, out, markdown);
}

static void show_lines(const json_t *document, const struct fleet_line *lines, FILE *out, bool markdown)
{
    char text[FLEET_LINE];
    for (; lines->word; lines++) {
        lines->say(document, text, sizeof text);
        if (!markdown) {
            terminal_line(out, 10, "%-9s %s", lines->word, text);
            continue;
        }
        fprintf(out, "- **%s**: ", lines->word);
        if (lines->foreign)
            markdown_text(text, out);
        else
            fputs(text, out);
        fputc('\n', out);
    }
}

void fleet_show_tables(const json_t *document, FILE *out, bool markdown)
{
    const json_t *fleet = json_object_get(document, "fleet");
    show_balances(fleet, out, markdown);
    show_shapes(fleet, out, markdown);
}

void fleet_show(const json_t *document, FILE *out, bool markdown)
{
    show_lines(document, fleet_lines_before, out, markdown);
    fputs(markdown ? "" : "\n", out);
    fleet_show_tables(document, out, markdown);
    fputs(markdown ? "" : "\n", out);
    show_lines(document, fleet_lines_after, out, markdown);
}
