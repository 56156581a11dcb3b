/* blocks.h - what a table of text is made of, for those who set it otherwise: the same
 * functions that print for a terminal are heard, and give whole tables and whole lines.
 *
 *     struct blocks blocks;
 *     report_table(result, blocks_begin(&blocks), false);
 *     blocks_end(&blocks);
 *     for (int i = 0; i < blocks.count; i++) ...
 *     blocks_free(&blocks);
 *
 * Threads: one; one at a time. Ends the program when out of memory. */
#ifndef BLOCKS_H
#define BLOCKS_H

#include <stdio.h>

#include "bench/show/grid.h"

struct block {
    char *text;             /* a line that is not empty, without its newline and the blanks around it; NULL: a table */
    char **heads, **unders; /* [columns] */
    enum grid_side *sides;
    char ***cells; /* [rows][columns + 1], the last is the row's note; "" where there is none */
    int columns, rows;
};

struct blocks {
    struct block *all; /* [count], in the order in which they came */
    int count, room;
    FILE *out;
    char *memory;
    size_t length, taken; /* of what was written, and so far cut into lines */
};

/* What it returns may be written to until blocks_end. */
FILE *blocks_begin(struct blocks *blocks);
void blocks_end(struct blocks *blocks);
void blocks_free(struct blocks *blocks);

#endif
