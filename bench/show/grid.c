/* grid.c - see grid.h. */
#include "bench/show/grid.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bench/json/must.h"
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
        must_memory(grid->rows);
    }
    grid->rows[grid->row_count++] = (struct grid_row){.note = NULL};
}

static char *text_of(const char *format, va_list arguments)
{
    char *text;
    must_memory(vasprintf(&text, format, arguments) < 0 ? NULL : text);
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

/* None may go: the longest cells of the first column will stand on lines of their own. */
static void narrow_first(struct grid *grid, int width)
{
    enum { LEAST = 16 };
    int others = whole_width(grid, false) - grid->columns[0].width;
    int least = longer(longer(LEAST, grid->columns[0].head), grid->columns[0].under);
    int left = width - others > least ? width - others : least;
    if (left < grid->columns[0].width)
        grid->columns[0].width = left;
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
        if (worst < 0) {
            narrow_first(grid, width);
            return;
        }
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

/* All but the first. */
static const char *other_cell_of(const struct grid *grid, const void *row, int column)
{
    return column ? cell_of(grid, row, column) : "";
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
    bool apart = row->count > 1 && (int)strlen(row->cells[0]) > grid->columns[0].width;
    int full = whole_width(grid, false), column, first = 0;
    const char *note = row->note ? row->note : "";
    if (apart)
        fprintf(out, "%s\n", row->cells[0]);
    column = print_cells(grid, apart ? other_cell_of : cell_of, row, out);
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

/* Whether a column's head says nothing without the one before it. */
static bool is_vague(const struct grid *grid, int column)
{
    const char *head = grid->columns[column].head;
    bool vague = !strncmp(head, "+-", 2);
    for (int c = 0; c < grid->column_count; c++)
        vague = vague || (c != column && !strcmp(grid->columns[c].head, head));
    return column && vague;
}

static void say_left_out(const struct grid *grid, int whole, FILE *out)
{
    char names[512] = "";
    for (int c = 0; c < grid->column_count; c++) {
        size_t used = strlen(names);
        const char *head = grid->columns[c].head, *after = c ? grid->columns[c - 1].head : "";
        bool vague = is_vague(grid, c);
        if (!grid->columns[c].shown)
            snprintf(names + used, sizeof names - used, "%s%s%s%s%s", used ? ", " : "", head, vague ? " (" : "",
                     vague ? after : "", vague ? ")" : "");
    }
    if (*names)
        terminal_print(out, 2, "(no room for: %s; %d columns would do, %s)", names, whole,
                       grid->elsewhere ? grid->elsewhere : "the file has all");
}

FILE *grid_taken_out;
void (*grid_take)(const struct grid *grid);

void grid_print(struct grid *grid, FILE *out, int width, bool colour)
{
    int whole;
    if (grid_take && out == grid_taken_out) {
        grid_take(grid);
        return;
    }
    whole = grid_width(grid) + notes_width(grid);
    choose_columns(grid, width - notes_width(grid));
    fputs(colour ? "\033[2m" : "", out);
    print_head(grid, out);
    fputs(colour ? "\033[0m" : "", out);
    for (int r = 0; r < grid->row_count; r++)
        print_row(grid, &grid->rows[r], width, out);
    fputs(colour ? "\033[2m" : "", out);
    say_left_out(grid, whole, out);
    fputs(colour ? "\033[0m" : "", out);
}
