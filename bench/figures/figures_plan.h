/* figures_plan.h - the figures of a planning (results/README.md, `plan`): latency over the rate
 * for each number of workers, latency over workers at the rate asked for, the rate over workers,
 * and the queue over time. Measured beside the model. */
#ifndef FIGURES_PLAN_H
#define FIGURES_PLAN_H

#include "bench/figures/drawing.h"

/* Whether the document is a planning. */
bool figures_is_plan(const struct drawing *drawing);

/* Draws what there is data for. Returns 0 or -errno. */
int figures_plan(const struct drawing *drawing);

#endif
