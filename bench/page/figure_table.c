/* figure_table.c - see figure_table.h. */
#include "bench/page/figure_table.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/page/tables.h"
#include "bench/page/tree.h"
#include "workloads/core/units.h"

enum { ROWS_WHOLE = 80, ROWS_SOME = 30, COLUMNS_MAX = 24, HEAD = 64, CELL = 200 };

enum unit { AS_IT_IS, TIME_NS, TIME_MS, RATE, SHARE, ONE_IN, CAUGHT_MS };

struct column {
    bool hidden;
    enum unit unit;
    char bound; /* 'l' or 'h': the low or the high one of what stands before */
    char head[HEAD];
};

static bool is_among(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (!strcmp(name, *names))
            return true;
    return false;
}

/* Whether a name ends so; then the ending is cut off. */
static bool cut(char *name, const char *ending)
{
    size_t length = strlen(name), cut_length = strlen(ending);
    if (length <= cut_length || strcmp(name + length - cut_length, ending))
        return false;
    name[length - cut_length] = '\0';
    return true;
}

static const char *bound_head(bool is_low, bool ranges)
{
    if (ranges)
        return is_low ? "least" : "most";
    return is_low ? "95% from" : "to";
}

/* What a column is, by its name, but for what its bounds are; `before`: the unit of the last quantity. */
static struct column column_of(const char *name, enum unit *before, bool workload)
{
    static const char *const hidden[] = {"row",        "x",      "y",           "column",       "most_workers",
                                         "text",       "marked", "ratio_index", "places_index", "name_at",
                                         "place",      "n",      "ln",          "ln_low",       "ln_high",
                                         "kind_index", NULL},
                             *const shares[] = {"efficiency", "workers_blocked", "producers_waiting",
                                                "change",     "share",           NULL};
    struct column column = {.hidden = is_among(name, hidden) || (workload && !strcmp(name, "panel"))};
    snprintf(column.head, sizeof column.head, "%s", name);
    if (!strcmp(name, "low") || !strcmp(name, "high")) {
        column.unit = *before;
        column.bound = *name;
        return column;
    }
    if (cut(column.head, "_ns"))
        column.unit = TIME_NS;
    else if (cut(column.head, "_ms"))
        column.unit = TIME_MS;
    else if (cut(column.head, "_per_s") || !strcmp(name, "per_s"))
        column.unit = RATE;
    else if (cut(column.head, "_share") || is_among(name, shares))
        column.unit = SHARE;
    else if (!strcmp(name, "one_in"))
        column.unit = ONE_IN;
    else if (!strcmp(name, "ms"))
        column.unit = CAUGHT_MS;
    *before = column.unit;
    for (char *c = column.head; *c; c++)
        *c = *c == '_' ? ' ' : *c;
    if (column.unit == ONE_IN)
        snprintf(column.head, sizeof column.head, "share of jobs within");
    else if (column.unit == CAUGHT_MS)
        snprintf(column.head, sizeof column.head, "caught in");
    else if (column.unit == RATE)
        strncat(column.head, " per second", sizeof column.head - strlen(column.head) - 1);
    return column;
}

/* The share that is not one in so many: "99.9%". */
static void within_text(double one_in, char *text, size_t size)
{
    if (one_in <= 1)
        snprintf(text, size, "the fastest");
    else
        snprintf(text, size, "%.6g%%", 100 * (1 - 1 / one_in));
}

/* What stands for a time in the matrix of a check. */
static const char *caught_text(double ms, char *text, size_t size)
{
    static const char *const words[] = {"not passed", "not supported", "holds", "not seen"};
    if (ms < 0 && ms >= -4)
        snprintf(text, size, "%s", words[(int)-ms - 1]);
    else
        units_time_text(1e6 * ms, text, size);
    return text;
}

static const char *cell_text(const struct column *column, const char *field, char *text, size_t size)
{
    char *end, number[48];
    double value = strtod(field, &end);
    snprintf(text, size, "%s", field);
    if (!strcasecmp(field, "nan") || !*field)
        snprintf(text, size, "-");
    else if (end == field || *end || !isfinite(value) || column->unit == AS_IT_IS)
        return text;
    else if (column->unit == TIME_NS)
        units_time_text(value, text, size);
    else if (column->unit == TIME_MS)
        units_time_text(1e6 * value, text, size);
    else if (column->unit == RATE)
        snprintf(text, size, "%s/s", units_count_text(value, number, sizeof number));
    else if (column->unit == SHARE)
        snprintf(text, size, "%.3g%%", 100 * value);
    else if (column->unit == ONE_IN)
        within_text(value, text, size);
    else
        caught_text(value, text, size);
    return text;
}

/* Takes one line apart; returns how many fields. */
static int fields_of(char *line, char *fields[COLUMNS_MAX])
{
    int count = 0;
    char *field;
    while (count < COLUMNS_MAX && (field = strsep(&line, "\t")))
        fields[count++] = field;
    return count;
}

/* Names first, so that a row begins with what it is of. */
static int order_of(char *const *names, int count, const struct column *columns, int order[COLUMNS_MAX])
{
    static const char *const first[] = {"workload", "pool", "fault", "name", NULL};
    int shown = 0;
    for (int i = 0; first[i]; i++)
        for (int c = 0; c < count; c++)
            if (!columns[c].hidden && !strcmp(names[c], first[i]))
                order[shown++] = c;
    for (int c = 0; c < count; c++)
        if (!columns[c].hidden && !is_among(names[c], first))
            order[shown++] = c;
    return shown;
}

static bool has_name(char *const *names, int count, const char *name)
{
    for (int c = 0; c < count; c++)
        if (!strcmp(names[c], name))
            return true;
    return false;
}

/* Which rows are shown: all, those that the figure marks, or one of so many. */
struct choice {
    int marked; /* the column that marks them; -1: none does */
    int rows, every;
};

static bool is_shown(const struct choice *choice, int r, char *const *fields, int filled)
{
    if (choice->marked >= 0)
        return choice->marked < filled && !strcmp(fields[choice->marked], "1");
    return r % choice->every == 0 || r == choice->rows - 1;
}

static void add_rows(xmlNode *table, char *rest, const struct choice *choice, const struct column *columns,
                     const int *order, int shown)
{
    char *line, *fields[COLUMNS_MAX], text[CELL];
    for (int r = 0; (line = strsep(&rest, "\n")) && *line; r++) {
        int filled = fields_of(line, fields);
        xmlNode *row;
        if (!is_shown(choice, r, fields, filled))
            continue;
        row = tables_row(table);
        for (int i = 0; i < shown; i++)
            tables_cell(row, "%s",
                        order[i] < filled ? cell_text(&columns[order[i]], fields[order[i]], text, sizeof text) : "");
    }
}

static void choose(struct choice *choice, char *const *names, int count, const char *rest)
{
    *choice = (struct choice){.marked = -1, .every = 1};
    for (; rest && *rest; rest++)
        choice->rows += *rest == '\n';
    for (int c = 0; c < count; c++)
        if (!strcmp(names[c], "marked") && choice->rows > ROWS_SOME)
            choice->marked = c;
    if (choice->marked < 0 && choice->rows > ROWS_WHOLE)
        choice->every = choice->rows / ROWS_SOME;
}

/* That there are more. */
static void note(xmlNode *table, const struct choice *choice, const char *name)
{
    if (choice->marked >= 0)
        tree_setf(table, "note",
                  "The marks of the figure; its lines are in %s.tsv, which poolbench plot writes beside it.", name);
    else if (choice->every > 1)
        tree_setf(
            table, "note",
            "One row of every %d, of %d; all of them are in %s.tsv, which poolbench plot writes beside the figure.",
            choice->every, choice->rows, name);
}

void figure_table(xmlNode *figure, const struct figure_data *data)
{
    char *copy = must_memory(strdup(data->lines)), *rest = copy, *line = strsep(&rest, "\n"), *names[COLUMNS_MAX];
    const char *heads[COLUMNS_MAX + 1] = {NULL};
    struct column columns[COLUMNS_MAX];
    enum unit before = AS_IT_IS;
    int order[COLUMNS_MAX], count = fields_of(line, names), shown;
    struct choice choice;
    xmlNode *table;
    choose(&choice, names, count, rest);
    for (int c = 0; c < count; c++)
        columns[c] = column_of(names[c], &before, has_name(names, count, "workload"));
    shown = order_of(names, count, columns, order);
    for (int i = 0; i < shown; i++)
        heads[i] =
            columns[order[i]].bound ? bound_head(columns[order[i]].bound == 'l', data->ranges) : columns[order[i]].head;
    if (shown && choice.rows) {
        table = tables_new(figure, data->caption, heads, 1);
        note(table, &choice, data->name);
        add_rows(table, rest, &choice, columns, order, shown);
    }
    free(copy);
}
