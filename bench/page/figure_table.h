/* figure_table.h - the data of a figure as a table for people. */
#ifndef PAGE_FIGURE_TABLE_H
#define PAGE_FIGURE_TABLE_H

#include <libxml/tree.h>

/* Adds a table to a figure. `data`: lines of fields between tabs, the first has their names; the names say the unit
 * (latency_ns, jobs_per_s, stopped_share, low and high of what stands before), and numbers get it. What only
 * the drawing needs (panel, row, x, ...) is left out; of a long table some rows are shown, at even distances. `name`
 * is the data file's, without its ending. */
void figure_table(xmlNode *figure, const char *data, const char *name, const char *caption);

#endif
