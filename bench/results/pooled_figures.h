/* pooled_figures.h - figures that are quantiles, of all samples of all rounds. */
#ifndef POOLED_FIGURES_H
#define POOLED_FIGURES_H

#include <jansson.h>

/* Sets "pooled", "samples" and "needed" (results/README.md) of each figure that is a
 * quantile, and of quotients of such, in the summaries of a result; and of one of the
 * configuration's own samples "pooled_low" and "pooled_high", its 95% interval. A figure that is
 * shared, as a floor, is of all configurations that differ in the pool only. */
void pooled_figures_add(json_t *result);

#endif
