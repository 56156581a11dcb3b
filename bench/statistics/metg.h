/* metg.h - the smallest job worth it: METG, the minimum effective task granularity at
 * 50% efficiency. Shorter jobs cost a pool more than they are.
 *
 * Source: Slaughter et al., "Task Bench" (SC 2020), where it is asked of
 * distributed runtimes. */
#ifndef METG_H
#define METG_H

#include <stdbool.h>

#include "workloads/core/workload.h"

struct metg_point {
    double size_ns, efficiency;
};

/* Where the line through the points crosses one half, on a logarithmic axis of
 * sizes: the first crossing from below. 0: it is not below one half at the smallest
 * size; INFINITY: it does not come to it; NaN: there are no points. Pure; sorts the
 * points by size. */
double metg_at(struct metg_point *points, int count);

/* METG over rounds: a median with its exact interval holds also where some rounds do
 * not bracket one half (0 and INFINITY), because only the order counts. */
struct metg {
    double ns, low, high; /* as metg_at */
    bool known;           /* low..high covers at least 95% */
    int rounds;
};
struct metg metg_over(const double *rounds, int count);

/* The size of fixed cpu jobs; false for others. */
bool metg_size(const struct workload_spec *spec, double *size_ns);

#endif
