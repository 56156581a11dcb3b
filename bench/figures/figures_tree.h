/* figures_tree.h - the figure of fork/join: what a fork costs, over the workers. */
#ifndef FIGURES_TREE_H
#define FIGURES_TREE_H

#include "bench/figures/drawing.h"

/* Of the workload `tree`; draws nothing for another. Returns 0 or -errno. */
int figures_tree(const struct drawing *drawing, const struct drawing_spec *spec);

#endif
