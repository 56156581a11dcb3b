/* left_show.h - under a table: what pools left open, or running, when they were freed. */
#ifndef LEFT_SHOW_H
#define LEFT_SHOW_H

#include "bench/show/report_row.h"

/* Threads, where that is a promise that the workload is about; descriptors where there are some, which did not
 * grow (slice_run.h). */
void left_show(const struct report_table *table, FILE *out);

#endif
