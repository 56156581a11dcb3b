/* figures_depth.h - what a deep queue costs: the workload depth over its depths. */
#ifndef FIGURES_DEPTH_H
#define FIGURES_DEPTH_H

#include "bench/figures/drawing.h"

/* Submit, drain and memory over the depth, where at least two depths were measured.
 * Returns 0 or -errno. */
int figures_depth(const struct drawing *drawing);

#endif
