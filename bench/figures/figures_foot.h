/* figures_foot.h - the small line below the figures of a run: what all that a figure shows has in common. */
#ifndef FIGURES_FOOT_H
#define FIGURES_FOOT_H

#include "bench/figures/drawing.h"

/* Which configurations a figure shows; all NULL and false: all of the result. */
struct figures_shown {
    const char *spec;     /* those under this workload, with its parameters */
    const char *workload; /* those under any workload of this name */
    bool common;          /* those of the common figures, where there are any (drawing_spec) */
};

/* Fills drawing->foot: placement, capacity, policy and producers, each where it is the same of all that is shown (else
 * the figure or the table says it); rounds, machine, compiler, date and seed. */
void figures_foot(struct drawing *drawing, struct figures_shown shown);

#endif
