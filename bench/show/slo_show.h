/* slo_show.h - under a table: who keeps what was promised. */
#ifndef SLO_SHOW_H
#define SLO_SHOW_H

#include "bench/show/report_row.h"

/* A paragraph for each promise, a line for each row of a summarised document. Prints
 * nothing where nothing was promised. */
void slo_show(const struct report_table *table, FILE *out);

#endif
