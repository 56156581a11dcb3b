/* figure_table.h - the data of a figure as a table for people. */
#ifndef PAGE_FIGURE_TABLE_H
#define PAGE_FIGURE_TABLE_H

#include <libxml/tree.h>
#include <stdbool.h>

struct figure_data {
    const char *lines;
    const char *name;    /* of the data file, without its ending */
    const char *caption; /* of the table */
    bool ranges;         /* rounds were too few for intervals: low and high are the least and the most */
};

/* Adds a table to a figure. Its data: lines of fields between tabs, the first has their names; the names say the unit
 * (latency_ns, jobs_per_s, stopped_share, low and high of what stands before), and numbers get it. What only
 * the drawing needs (panel, row, x, ...) is left out; of a long table some rows are shown, at even distances. */
void figure_table(xmlNode *figure, const struct figure_data *data);

#endif
