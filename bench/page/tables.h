/* tables.h - tables of the page, made of what the terminal's tables are made of. */
#ifndef PAGE_TABLES_H
#define PAGE_TABLES_H

#include <libxml/tree.h>
#include <stddef.h>

#include "bench/show/blocks.h"

/* Adds what was heard, in its order: lines as `text`, tables as `table`. The line right before a table
 * is its caption; where there is none, `caption` is. */
void tables_add(xmlNode *parent, const struct blocks *blocks, const char *caption);

/* One table. `caption`: as above. */
void tables_add_one(xmlNode *parent, const struct block *block, const char *caption);

/* What the last table of a workload comes to, that with the most workers: "2 workers: ring = steal (0.98..1.03); ...";
 * "" where nothing is said. Returns text. */
const char *tables_finding(const struct blocks *blocks, const char *spec, char *text, size_t size);

/* A table by hand: heads end with NULL, of which the first `left` stand at the left. Then rows, and their cells. */
xmlNode *tables_new(xmlNode *parent, const char *caption, const char *const *heads, int left);
xmlNode *tables_row(xmlNode *table);
__attribute__((format(printf, 2, 3))) void tables_cell(xmlNode *row, const char *format, ...);

#endif
