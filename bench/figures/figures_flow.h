/* figures_flow.h - the figures of jobs that wait: slow consumers, buffers,
 * cancellation. Each returns 0, also where the result has nothing of it, or
 * -errno. */
#ifndef FIGURES_FLOW_H
#define FIGURES_FLOW_H

#include "bench/figures/drawing.h"

/* Queue, waiting producers and blocked workers over time, for each policy. */
int figures_course(const struct drawing *drawing, const struct drawing_spec *spec);

/* How long workers are blocked: places for results against the ratio of speeds. */
int figures_buffer(const struct drawing *drawing);

/* How soon the workers stop after a cancel, for each kind of job. */
int figures_cancel(const struct drawing *drawing);

#endif
