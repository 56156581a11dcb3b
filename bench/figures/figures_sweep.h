/* figures_sweep.h - how the cost of a job grows with something else than workers. */
#ifndef FIGURES_SWEEP_H
#define FIGURES_SWEEP_H

#include "bench/figures/drawing.h"

/* A figure of ns per job over the producers, and one over the capacity, where there
 * are several numbers of them. Returns 0 or -errno. */
int figures_sweep(const struct drawing *drawing, const struct drawing_spec *spec);

/* Whether there are several under some workload: then a figure that shows one
 * configuration of each pool would show any. */
bool figures_swept(const struct drawing *drawing);

#endif
