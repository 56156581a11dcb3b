/* granularity.h - the smallest job worth it (METG, statistics/metg.h) of each pool of
 * a run, from the sizes of cpu jobs that it was measured with, round by round. */
#ifndef GRANULARITY_H
#define GRANULARITY_H

#include <jansson.h>

/* Sets "metg" of a result, an array as results/README.md describes it. */
void granularity_add(json_t *result);

#endif
