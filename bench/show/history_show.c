/* history_show.c - see history_show.h. */
#include "bench/show/history_show.h"

#include <stdlib.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/show/grid.h"
#include "bench/show/terminal.h"

struct history_runs {
    struct grid grid;
    json_t *list;
};

const char *history_show_date(const char *iso, char *text, size_t size)
{
    char *t;
    snprintf(text, size, "%.16s", iso);
    t = strchr(text, 'T');
    if (t)
        *t = ' ';
    return text;
}

const char *history_show_revision(const char *revision, char *text, size_t size)
{
    snprintf(text, size, "%.24s", *revision ? revision : "-");
    return text;
}

struct history_runs *history_runs_begin(void)
{
    struct history_runs *runs = malloc(sizeof *runs);
    must_memory(runs);
    grid_begin(&runs->grid);
    grid_column(&runs->grid, "run", "", GRID_RIGHT, 0);
    grid_column(&runs->grid, "date (UTC)", "", GRID_LEFT, 0);
    grid_column(&runs->grid, "machine", "", GRID_LEFT, 0);
    grid_column(&runs->grid, "kind", "", GRID_LEFT, 4);
    grid_column(&runs->grid, "revision", "", GRID_LEFT, 0);
    grid_column(&runs->grid, "benchmarks", "", GRID_RIGHT, 3);
    grid_column(&runs->grid, "noise", "", GRID_LEFT, 2);
    runs->list = json_array();
    return runs;
}

void history_runs_end(struct history_runs *runs)
{
    grid_end(&runs->grid);
    json_decref(runs->list);
    free(runs);
}

void history_runs_add(void *context, const struct store_run *run)
{
    struct history_runs *runs = context;
    char date[32], revision[64];
    grid_row(&runs->grid);
    grid_cell(&runs->grid, "%lld", run->id);
    grid_cell(&runs->grid, "%s", history_show_date(run->date, date, sizeof date));
    grid_cell(&runs->grid, "%s", run->machine);
    grid_cell(&runs->grid, "%s", run->kind);
    grid_cell(&runs->grid, "%s", history_show_revision(run->revision, revision, sizeof revision));
    grid_cell(&runs->grid, "%d", run->benchmarks);
    grid_cell(&runs->grid, "%s%s", *run->noise ? run->noise : "-", run->interrupted ? ", interrupted" : "");
    if (*run->baselines)
        grid_note(&runs->grid, "@%s", run->baselines);
    json_array_append_new(runs->list, must_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:i}", "run",
                                                (json_int_t)run->id, "kind", run->kind, "date", run->date, "machine",
                                                run->machine, "hardware", run->hardware, "revision", run->revision,
                                                "noise", run->noise, "baselines", run->baselines, "interrupted",
                                                (int)run->interrupted, "benchmarks", run->benchmarks));
}

void history_runs_table(struct history_runs *runs, FILE *out)
{
    grid_print(&runs->grid, out, terminal_width(out), terminal_colour(out));
}

void history_runs_json(struct history_runs *runs, FILE *out)
{
    json_dumpf(runs->list, out, JSON_INDENT(1));
    fputc('\n', out);
}
