/* figures_speed.h - the figures of what all workloads have: throughput,
 * efficiency, latency, speed over workers. Each returns 0 or -errno. */
#ifndef FIGURES_SPEED_H
#define FIGURES_SPEED_H

#include "bench/figures/drawing.h"

int figures_throughput(const struct drawing *drawing);
int figures_efficiency(const struct drawing *drawing); /* over the length of fixed cpu jobs */
int figures_latency(const struct drawing *drawing, const struct drawing_spec *spec);
int figures_workers(const struct drawing *drawing, const struct drawing_spec *spec);

#endif
