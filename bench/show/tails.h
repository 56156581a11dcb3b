/* tails.h - under a table: where the percentiles of all rounds together, which it shows,
 * are not those of a round; and which ones the samples cannot hold. */
#ifndef TAILS_H
#define TAILS_H

#include "bench/show/report_row.h"

/* "ring: p99 5.10 ms of all rounds together, 900 us in the median round: 3 of 9 rounds
 * were bad." and "p99.9 -: ring has 480 samples; 1,000 are needed." Nothing where there is
 * nothing to say. */
void tails_show(const struct report_table *table, FILE *out);

#endif
