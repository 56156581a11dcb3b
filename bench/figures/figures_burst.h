/* figures_burst.h - what open-loop arrivals say: the percentile spectrum with the naive
 * one beside, and where a job's time goes. */
#ifndef FIGURES_BURST_H
#define FIGURES_BURST_H

#include "bench/figures/drawing.h"

/* Whether the workload is open-loop. */
bool figures_is_burst(const struct drawing_spec *spec);

/* The spectrum of one, or of wake-ups; of others nothing. Returns 0 or -errno. */
int figures_spectrum(const struct drawing *drawing, const struct drawing_spec *spec);

/* Where the time of its jobs goes: before the submit, in it, queued, running. */
int figures_stretches(const struct drawing *drawing, const struct drawing_spec *spec);

#endif
