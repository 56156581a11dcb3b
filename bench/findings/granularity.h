/* granularity.h - the smallest job worth it (METG, statistics/metg.h) of each pool of
 * a run, from the sizes of cpu jobs that it was measured with, round by round. */
#ifndef GRANULARITY_H
#define GRANULARITY_H

#include <jansson.h>
#include <stdbool.h>

/* Sets "metg" of a result, an array as results/README.md describes it. */
void granularity_add(json_t *result);

/* Of "metg" the one to name first: of those with an interval and the most workers the one whose upper end is the
 * least, so that noise makes nobody the least. NULL: none has an interval. Borrowed. */
const json_t *granularity_least(const json_t *list);

/* Whether it lies between the sizes that were measured, with an interval of two ends. */
bool granularity_is_known(const json_t *metg);

#endif
