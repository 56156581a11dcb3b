/* pooled_figures.h - figures that are quantiles, of all samples of all rounds. */
#ifndef POOLED_FIGURES_H
#define POOLED_FIGURES_H

#include <jansson.h>

/* Sets "pooled", "samples" and "needed" (results/README.md) of each figure that is a
 * quantile, and of quotients of such, in the summaries of a result; and of one of the
 * configuration's own samples "pooled_low" and "pooled_high", its 95% interval. A figure that is
 * shared, as a floor, is of all configurations that differ in the pool only. */
void pooled_figures_add(json_t *result);

/* How many independent samples so many are worth, of a quantile that is `value`, as who calls knows better
 * than the rounds do. */
typedef double pooled_figures_worth_fn(void *context, double samples, double value);

/* Moves the upper ends of those intervals up, where the samples are worth fewer; null where they are then
 * too few for one. Of one configuration, summarised and with its buckets. */
void pooled_figures_widen(const json_t *configuration, pooled_figures_worth_fn *worth, void *context);

#endif
