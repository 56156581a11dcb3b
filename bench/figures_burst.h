/* figures_burst.h - what open-loop arrivals say: the percentile spectrum with the naive
 * one beside, and latency over the load. */
#ifndef FIGURES_BURST_H
#define FIGURES_BURST_H

#include "bench/drawing.h"

/* Whether the workload is open-loop. */
bool figures_is_burst(const struct drawing_spec *spec);

/* The spectrum of one, or of wake-ups; of others nothing. Returns 0 or -errno. */
int figures_spectrum(const struct drawing *drawing, const struct drawing_spec *spec);

/* Where the time of its jobs goes: before the submit, in it, queued, running. */
int figures_stretches(const struct drawing *drawing, const struct drawing_spec *spec);

/* Latency over the offered load, where there are several rates of it; else nothing. */
int figures_load(const struct drawing *drawing);

#endif
