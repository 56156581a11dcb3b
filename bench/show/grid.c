/* grid.c - see grid.h. */
#include "bench/show/grid.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bench/show/terminal.h"

enum { GAP = 2 }; /* between columns */

void grid_begin(struct grid *grid)
{
    memset(grid, 0, sizeof *grid);
}

void grid_end(struct grid *grid)
{
    for (int r = 0; r < grid->row_count; r++) {
        for (int c = 0; c < grid->rows[r].count; c++)
            free(grid->rows[r].cells[c]);
        free(grid->rows[r].note);
    }
    free(grid->rows);
}

void grid_column(struct grid *grid, const char *head, const char *under, enum grid_side side, int rank)
{
    int at = grid->column_count;
    if (at == GRID_COLUMNS)
        abort();
    grid->columns[at].head = head;
    grid->columns[at].under = under;
    grid->columns[at].side = side;
    grid->columns[at].rank = rank;
    grid->columns[at].shown = true;
    grid->column_count++;
}

void grid_row(struct grid *grid)
{
    if (grid->row_count == grid->room) {
        grid->room = grid->room ? 2 * grid->room : 16;
        grid->rows = realloc(grid->rows, (size_t)grid->room * sizeof *grid->rows);
        if (!grid->rows)
            abort();
    }
    grid->rows[grid->row_count++] = (struct grid_row){.note = NULL};
}

static char *text_of(const char *format, va_list arguments)
{
    char *text;
    if (vasprintf(&text, format, arguments) < 0)
        abort();
    return text;
}

void grid_cell(struct grid *grid, const char *format, ...)
{
    struct grid_row *row = &grid->rows[grid->row_count - 1];
    va_list arguments;
    if (row->count == grid->column_count)
        abort();
    va_start(arguments, format);
    row->cells[row->count++] = text_of(format, arguments);
    va_end(arguments);
}

void grid_note(struct grid *grid, const char *format, ...)
{
    struct grid_row *row = &grid->rows[grid->row_count - 1];
    va_list arguments;
    free(row->note);
    va_start(arguments, format);
    row->note = text_of(format, arguments);
    va_end(arguments);
}

/* Printing. */

static int longer(int width, const char *text)
{
    int length = (int)strlen(text);
    return length > width ? length : width;
}

static void measure_columns(struct grid *grid)
{
    for (int c = 0; c < grid->column_count; c++) {
        int width = longer(longer(0, grid->columns[c].head), grid->columns[c].under);
        for (int r = 0; r < grid->row_count; r++)
            if (c < grid->rows[r].count)
                width = longer(width, grid->rows[r].cells[c]);
        grid->columns[c].width = width;
    }
}

static int whole_width(const struct grid *grid, bool all)
{
    int width = -GAP;
    for (int c = 0; c < grid->column_count; c++)
        width += all || grid->columns[c].shown ? grid->columns[c].width + GAP : 0;
    return width;
}

int grid_width(struct grid *grid)
{
    measure_columns(grid);
    return whole_width(grid, true);
}

/* What short notes take beside the columns; long ones get lines of their own. */
static int notes_width(const struct grid *grid)
{
    enum { SHORT = 16 };
    int width = 0;
    for (int r = 0; r < grid->row_count; r++) {
        const struct grid_row *row = &grid->rows[r];
        if (row->note && row->count > 1 && (int)strlen(row->note) <= SHORT)
            width = longer(width, row->note);
    }
    return width ? width + GAP : 0;
}

/* Leaves columns out until the rest has room, or none may go. */
static void choose_columns(struct grid *grid, int width)
{
    for (int left = whole_width(grid, false); left > width; left = whole_width(grid, false)) {
        int worst = -1;
        for (int c = 0; c < grid->column_count; c++)
            if (grid->columns[c].shown && grid->columns[c].rank > 0 &&
                (worst < 0 || grid->columns[c].rank >= grid->columns[worst].rank))
                worst = c;
        if (worst < 0)
            return;
        grid->columns[worst].shown = false;
    }
}

/* The texts of a line, whose trailing blanks are left out. Returns its width. */
static int print_cells(const struct grid *grid, const char *(*text)(const struct grid *, const void *, int),
                       const void *of, FILE *out)
{
    int column = 0, blanks = 0;
    for (int c = 0; c < grid->column_count; c++) {
        const char *cell = text(grid, of, c);
        int pad = grid->columns[c].width - (int)strlen(cell);
        if (!grid->columns[c].shown)
            continue;
        if (*cell) {
            blanks += grid->columns[c].side == GRID_RIGHT ? pad : 0;
            column += fprintf(out, "%*s%s", blanks, "", cell);
            blanks = (grid->columns[c].side == GRID_LEFT ? pad : 0) + GAP;
        } else {
            blanks += grid->columns[c].width + GAP;
        }
    }
    return column;
}

static const char *head_of(const struct grid *grid, const void *unused, int column)
{
    (void)unused;
    return grid->columns[column].head;
}

static const char *under_of(const struct grid *grid, const void *unused, int column)
{
    (void)unused;
    return grid->columns[column].under;
}

static const char *cell_of(const struct grid *grid, const void *row, int column)
{
    const struct grid_row *of = row;
    (void)grid;
    return column < of->count ? of->cells[column] : "";
}

static void print_head(const struct grid *grid, FILE *out)
{
    bool under = false;
    print_cells(grid, head_of, NULL, out);
    fputc('\n', out);
    for (int c = 0; c < grid->column_count; c++)
        under = under || (grid->columns[c].shown && *grid->columns[c].under);
    if (under) {
        print_cells(grid, under_of, NULL, out);
        fputc('\n', out);
    }
}

static void print_row(const struct grid *grid, const struct grid_row *row, int width, FILE *out)
{
    int full = whole_width(grid, false), column = print_cells(grid, cell_of, row, out), first = 0;
    const char *note = row->note ? row->note : "";
    while (first < grid->column_count && !grid->columns[first].shown)
        first++;
    if (row->count == 1 && first < grid->column_count) /* the note takes the place of the others */
        full = grid->columns[first].width;
    if (*note && full + GAP + (int)strlen(note) <= width) {
        fprintf(out, "%*s%s\n", full - column + GAP, "", note);
    } else {
        fputc('\n', out);
        if (*note)
            terminal_print(out, 4, "    %s", note);
    }
}

static void say_left_out(const struct grid *grid, FILE *out)
{
    char names[512] = "";
    for (int c = 0; c < grid->column_count; c++) {
        size_t used = strlen(names);
        const char *head = grid->columns[c].head, *after = c ? grid->columns[c - 1].head : "";
        bool interval = c && !strncmp(head, "+-", 2);
        if (!grid->columns[c].shown)
            snprintf(names + used, sizeof names - used, "%s%s%s%s%s", used ? ", " : "", head, interval ? " (" : "",
                     interval ? after : "", interval ? ")" : "");
    }
    if (*names)
        terminal_print(out, 2, "(no room for: %s; %d columns would do, the file has all)", names,
                       whole_width(grid, true) + notes_width(grid));
}

void grid_print(struct grid *grid, FILE *out, int width, bool colour)
{
    measure_columns(grid);
    choose_columns(grid, width - notes_width(grid));
    fputs(colour ? "\033[2m" : "", out);
    print_head(grid, out);
    fputs(colour ? "\033[0m" : "", out);
    for (int r = 0; r < grid->row_count; r++)
        print_row(grid, &grid->rows[r], width, out);
    fputs(colour ? "\033[2m" : "", out);
    say_left_out(grid, out);
    fputs(colour ? "\033[0m" : "", out);
}
