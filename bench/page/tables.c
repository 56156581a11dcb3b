/* tables.c - see tables.h. */
#include "bench/page/tables.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/page/tree.h"

static void add_column(xmlNode *table, const char *head, const char *under, enum grid_side side)
{
    xmlNode *column = tree_add_text(table, "column", head);
    tree_set(column, "side", side == GRID_RIGHT ? "right" : "left");
    if (*under)
        tree_set(column, "under", under);
}

static bool has_notes(const struct block *block)
{
    for (int r = 0; r < block->rows; r++)
        if (*block->cells[r][block->columns])
            return true;
    return false;
}

/* The cells up to the last that is not empty; a note alone takes the place of the others. */
static void add_row(xmlNode *table, const struct block *block, int r, bool notes)
{
    char **cells = block->cells[r];
    xmlNode *row = tree_add(table, "row"), *cell;
    int filled = block->columns;
    while (filled > 1 && !*cells[filled - 1])
        filled--;
    if (filled == 1 && *cells[block->columns]) {
        tree_add_text(row, "cell", cells[0]);
        cell = tree_add_text(row, "cell", cells[block->columns]);
        tree_setf(cell, "span", "%d", block->columns);
        tree_set(cell, "side", "left");
        return;
    }
    for (int c = 0; c < block->columns; c++)
        tree_add_text(row, "cell", cells[c]);
    if (notes)
        tree_add_text(row, "cell", cells[block->columns]);
}

void tables_add_one(xmlNode *parent, const struct block *block, const char *caption)
{
    xmlNode *table = tree_add(parent, "table");
    bool notes = has_notes(block);
    tree_set(table, "caption", caption);
    for (int c = 0; c < block->columns; c++)
        add_column(table, block->heads[c], block->unders[c], block->sides[c]);
    if (notes)
        add_column(table, "notes", "", GRID_LEFT);
    for (int r = 0; r < block->rows; r++)
        add_row(table, block, r, notes);
}

void tables_add(xmlNode *parent, const struct blocks *blocks, const char *caption)
{
    for (int i = 0; i < blocks->count; i++) {
        const struct block *block = &blocks->all[i], *after = i + 1 < blocks->count ? block + 1 : NULL;
        if (!block->text)
            tables_add_one(parent, block, i && blocks->all[i - 1].text ? blocks->all[i - 1].text : caption);
        else if (!after || after->text)
            tree_add_text(parent, "text", block->text);
    }
}

const char *tables_finding(const struct blocks *blocks, const char *spec, char *text, size_t size)
{
    *text = '\0';
    for (int i = 1; i + 1 < blocks->count; i++) {
        const char *caption = blocks->all[i - 1].text, *line = blocks->all[i + 1].text, *setting;
        size_t length = strlen(spec);
        if (blocks->all[i].text || !caption || !line || strncmp(caption, spec, length))
            continue;
        setting = caption + length + strspn(caption + length, " ");
        snprintf(text, size, "%.*s: %s", (int)strcspn(setting, ","), setting, line);
    }
    return text;
}

xmlNode *tables_new(xmlNode *parent, const char *caption, const char *const *heads, int left)
{
    xmlNode *table = tree_add(parent, "table");
    tree_set(table, "caption", caption);
    for (int c = 0; heads[c]; c++)
        add_column(table, heads[c], "", c < left ? GRID_LEFT : GRID_RIGHT);
    return table;
}

xmlNode *tables_row(xmlNode *table)
{
    return tree_add(table, "row");
}

void tables_cell(xmlNode *row, const char *format, ...)
{
    va_list arguments;
    char *text;
    va_start(arguments, format);
    must_memory(vasprintf(&text, format, arguments) < 0 ? NULL : text);
    va_end(arguments);
    tree_add_text(row, "cell", text);
    free(text);
}
