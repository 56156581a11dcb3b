/* grid.h - a table of text: columns as wide as what is in them, and fewer columns
 * where there is no room for all, which is said. A first cell that is too long for what
 * is left then stands on a line of its own.
 *
 *     struct grid grid;
 *     grid_begin(&grid);
 *     grid_column(&grid, "pool", "", GRID_LEFT, 0);
 *     grid_column(&grid, "switches", "per job", GRID_RIGHT, 7);
 *     grid_row(&grid);
 *     grid_cell(&grid, "%s", "ring");
 *     grid_cell(&grid, "%.2f", 0.5);
 *     grid_note(&grid, "3 disturbed");
 *     grid_print(&grid, stdout, terminal_width(stdout), false);
 *     grid_end(&grid);
 *
 * Threads: one. Ends the program when out of memory. */
#ifndef GRID_H
#define GRID_H

#include <stdbool.h>
#include <stdio.h>

struct grid;

/* Where it is set, tables that would go to `grid_taken_out` go to this one, whole. */
extern FILE *grid_taken_out;
extern void (*grid_take)(const struct grid *grid);

enum { GRID_COLUMNS = 40 };
enum grid_side { GRID_LEFT, GRID_RIGHT };

struct grid_row {
    char *cells[GRID_COLUMNS]; /* NULL: empty */
    int count;                 /* of cells that were filled */
    char *note;                /* after the last column, or on a line of its own; NULL: none */
};

struct grid {
    struct {
        const char *head, *under; /* the caller's */
        enum grid_side side;
        int rank, width;
        bool shown;
    } columns[GRID_COLUMNS];
    int column_count;
    struct grid_row *rows;
    int row_count, room;
    const char *elsewhere; /* where all columns are to be had; NULL: "the file has all" */
};

void grid_begin(struct grid *grid);
void grid_end(struct grid *grid);

/* One column more, before the first row. Where there is no room the column of the
 * highest rank goes first, of equal ones the last; rank 0 stays. */
void grid_column(struct grid *grid, const char *head, const char *under, enum grid_side side, int rank);

/* Begins a row; fills its next cell; says what stands behind it. */
void grid_row(struct grid *grid);
__attribute__((format(printf, 2, 3))) void grid_cell(struct grid *grid, const char *format, ...);
__attribute__((format(printf, 2, 3))) void grid_note(struct grid *grid, const char *format, ...);

/* How wide it is with all its columns. */
int grid_width(struct grid *grid);

/* The head (dim where `colour`), the rows, and which columns had no room. */
void grid_print(struct grid *grid, FILE *out, int width, bool colour);

#endif
