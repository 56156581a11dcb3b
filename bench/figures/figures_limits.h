/* figures_limits.h - how far it is from one CPU to another, of what `poolbench limits` wrote. */
#ifndef FIGURES_LIMITS_H
#define FIGURES_LIMITS_H

#include "bench/figures/drawing.h"

/* The drawing's result is a checked document (read_machine.h); of one CPU there is no figure. Returns 0 or -errno. */
int figures_limits(struct drawing *drawing);

#endif
