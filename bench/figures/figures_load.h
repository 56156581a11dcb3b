/* figures_load.h - latency over the offered load, with what was promised of it. */
#ifndef FIGURES_LOAD_H
#define FIGURES_LOAD_H

#include "bench/figures/drawing.h"

/* One figure for each open-loop workload, number of workers and promise (without a
 * promise: the 99th percentile), where there are several rates, or was a search; else
 * nothing. The first is called "load". Returns 0 or -errno. */
int figures_load(const struct drawing *drawing);

#endif
