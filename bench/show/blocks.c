/* blocks.c - see blocks.h. */
#include "bench/show/blocks.h"

#include <stdlib.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/show/terminal.h"

static struct blocks *hearing;

static struct block *add(struct blocks *blocks)
{
    if (blocks->count == blocks->room) {
        blocks->room = blocks->room ? 2 * blocks->room : 16;
        blocks->all = must_memory(realloc(blocks->all, (size_t)blocks->room * sizeof *blocks->all));
    }
    blocks->all[blocks->count] = (struct block){.text = NULL};
    return &blocks->all[blocks->count++];
}

static void add_line(struct blocks *blocks, const char *begin, size_t length)
{
    while (length && *begin == ' ')
        begin++, length--;
    while (length && begin[length - 1] == ' ')
        length--;
    if (length)
        add(blocks)->text = must_memory(strndup(begin, length));
}

/* What was printed since the last table. */
static void take_lines(struct blocks *blocks)
{
    fflush(blocks->out);
    while (blocks->taken < blocks->length) {
        const char *begin = blocks->memory + blocks->taken, *end = memchr(begin, '\n', blocks->length - blocks->taken);
        size_t length = end ? (size_t)(end - begin) : blocks->length - blocks->taken;
        add_line(blocks, begin, length);
        blocks->taken += length + (end != NULL);
    }
}

static char *copy(const char *text)
{
    return must_memory(strdup(text ? text : ""));
}

static void take_grid(const struct grid *grid)
{
    size_t columns = (size_t)grid->column_count;
    struct block *block;
    take_lines(hearing);
    block = add(hearing);
    block->columns = grid->column_count;
    block->rows = grid->row_count;
    block->heads = must_memory(calloc(columns + 1, sizeof *block->heads));
    block->unders = must_memory(calloc(columns + 1, sizeof *block->unders));
    block->sides = must_memory(calloc(columns + 1, sizeof *block->sides));
    block->cells = must_memory(calloc((size_t)grid->row_count + 1, sizeof *block->cells));
    for (int c = 0; c < grid->column_count; c++) {
        block->heads[c] = copy(grid->columns[c].head);
        block->unders[c] = copy(grid->columns[c].under);
        block->sides[c] = grid->columns[c].side;
    }
    for (int r = 0; r < grid->row_count; r++) {
        const struct grid_row *row = &grid->rows[r];
        block->cells[r] = must_memory(calloc(columns + 1, sizeof **block->cells));
        for (int c = 0; c < grid->column_count; c++)
            block->cells[r][c] = copy(c < row->count ? row->cells[c] : NULL);
        block->cells[r][columns] = copy(row->note);
    }
}

FILE *blocks_begin(struct blocks *blocks)
{
    memset(blocks, 0, sizeof *blocks);
    blocks->out = must_memory(open_memstream(&blocks->memory, &blocks->length));
    hearing = blocks;
    grid_taken_out = terminal_unbroken = blocks->out;
    grid_take = take_grid;
    return blocks->out;
}

void blocks_end(struct blocks *blocks)
{
    take_lines(blocks);
    fclose(blocks->out);
    free(blocks->memory);
    blocks->memory = NULL;
    grid_take = NULL;
    grid_taken_out = terminal_unbroken = NULL;
    hearing = NULL;
}

void blocks_free(struct blocks *blocks)
{
    for (int i = 0; i < blocks->count; i++) {
        struct block *block = &blocks->all[i];
        for (int r = 0; r < block->rows; r++) {
            for (int c = 0; c <= block->columns; c++)
                free(block->cells[r][c]);
            free(block->cells[r]);
        }
        for (int c = 0; c < block->columns; c++) {
            free(block->heads[c]);
            free(block->unders[c]);
        }
        free(block->heads);
        free(block->unders);
        free(block->sides);
        free(block->cells);
        free(block->text);
    }
    free(blocks->all);
}
