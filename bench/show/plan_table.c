/* plan_table.c - see plan_table.h. */
#include "bench/show/plan_table.h"

#include <math.h>
#include <string.h>

#include "bench/findings/slo_judge.h"
#include "bench/results/result.h"
#include "bench/show/grid.h"
#include "bench/show/terminal.h"

static void print_grid(const struct plan_table *table, FILE *out, bool colour)
{
    struct grid grid;
    grid_begin(&grid);
    for (int c = 0; c < table->columns; c++)
        grid_column(&grid, table->heads[c], "", c ? GRID_RIGHT : GRID_LEFT, c < 5 ? 0 : c);
    for (int r = 0; r < table->rows; r++) {
        grid_row(&grid);
        for (int c = 0; c < table->columns; c++)
            grid_cell(&grid, "%s", table->cells[r][c]);
        grid_note(&grid, "%s", table->notes[r]);
    }
    grid_print(&grid, out, terminal_width(out), colour);
    grid_end(&grid);
}

static void print_markdown(const struct plan_table *table, FILE *out)
{
    fputc('\n', out);
    for (int c = 0; c < table->columns; c++)
        fprintf(out, "| %s ", table->heads[c]);
    fputs("| |\n", out);
    for (int c = 0; c < table->columns; c++)
        fputs(c ? "|---:" : "|---", out);
    fputs("|---|\n", out);
    for (int r = 0; r < table->rows; r++) {
        for (int c = 0; c < table->columns; c++)
            fprintf(out, "| %s ", table->cells[r][c]);
        fprintf(out, "| %s |\n", table->notes[r]);
    }
    fputc('\n', out);
}

void plan_table_print(const struct plan_table *table, FILE *out, bool markdown, bool colour)
{
    if (markdown)
        print_markdown(table, out);
    else
        print_grid(table, out, colour);
}

void plan_table_line(FILE *out, bool markdown, const char *word, const char *line)
{
    if (!*line)
        return;
    if (markdown)
        fprintf(out, "- **%s**: %s\n", word, line);
    else
        terminal_line(out, 16, "%-15s %s", word, line);
}

double plan_table_number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

void plan_table_promises(const json_t *result, char *text, size_t size)
{
    const json_t *promise;
    char one[64];
    size_t i;
    *text = '\0';
    json_array_foreach (json_object_get(result, "slo"), i, promise) {
        struct slo slo = slo_from_json(promise);
        if (slo.kind)
            snprintf(text + strlen(text), size - strlen(text), "%s%s", i ? ", " : "", slo_text(&slo, one, sizeof one));
    }
}

static const struct slo_kind *kind_of(const json_t *judged)
{
    return slo_kind(result_string(judged, "name"));
}

static void value_text(const json_t *judged, const char *which, char *text, size_t size)
{
    const struct slo_kind *kind = kind_of(judged);
    snprintf(text, size, "-");
    if (kind)
        slo_value_text(kind, slo_value_of(judged, which), text, size);
}

void plan_table_measured(const json_t *size_json, char *text, size_t size)
{
    char value[32], low[32], high[32];
    if (!strcmp(result_string(size_json, "state"), "overloaded")) {
        snprintf(text, size, "overloaded");
        return;
    }
    if (!result_integer(size_json, "rounds")) {
        snprintf(text, size, "-");
        return;
    }
    value_text(size_json, "value", value, sizeof value);
    value_text(size_json, "low", low, sizeof low);
    value_text(size_json, "high", high, sizeof high);
    if (!strcmp(low, "never")) /* and so are the others */
        snprintf(text, size, "never");
    else
        snprintf(text, size, "%s (%s .. %s)", value, low, strcmp(high, "never") ? high : "no end");
}

void plan_table_model(const json_t *size_json, char *text, size_t size)
{
    const json_t *model = json_object_get(size_json, "model");
    const struct slo_kind *kind = kind_of(size_json);
    char value[32];
    snprintf(text, size, "-");
    if (!json_is_object(model) || !kind)
        return;
    if (json_is_true(json_object_get(model, "overloaded")) && !kind->is_loss) {
        snprintf(text, size, "overloaded");
        return;
    }
    if (json_is_true(json_object_get(model, "never"))) /* that quantile is among those that are lost */
        snprintf(value, sizeof value, "never");
    else
        slo_value_text(kind, plan_table_number(model, kind->is_loss ? "value_share" : "value_ns"), value, sizeof value);
    snprintf(text, size, "%s", value);
}
