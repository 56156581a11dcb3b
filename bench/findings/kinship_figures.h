/* kinship_figures.h - percentiles of an open loop in tables and comparisons: their upper ends know what a
 * promise's knows (kinship.h).
 *
 * The rounds' own differences (results/pooled_figures.h) make such an interval too narrow above near
 * saturation: a run that met few of the clusters in which jobs are late has rounds that hardly differ. */
#ifndef KINSHIP_FIGURES_H
#define KINSHIP_FIGURES_H

#include <jansson.h>

/* Widens "pooled_high" of each configuration that is an open loop in a steady state, or might be. Call
 * once, after result_summarise and before buckets are dropped. */
void kinship_figures_widen(json_t *result);

#endif
