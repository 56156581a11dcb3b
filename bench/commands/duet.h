/* duet.h - `poolbench duet`: two builds of pools side by side, in every process. */
#ifndef DUET_H
#define DUET_H

#include "bench/commands/options.h"

/* Measures both, saves the result, prints what there is to say. Returns an exit status: 0
 * no regression; 1 something is slower by the threshold at least, confirmed, or fails more often
 * than on the base; 2 wrong usage, or a side that cannot be loaded; 3 this machine cannot, the base fails, or a side
 * was changed meanwhile; EXIT_UNDECIDED with --undecided fail; EXIT_FAILING: the new side failed, maybe by chance; 130
 * interrupted. */
int duet_command(const struct options *options, int argc, char **argv);

/* The benchmarks that are asked for, of pools that both sides (sides.h) have; says on
 * stderr which cannot be measured. Fills entries and count; returns 0 or -ENOMEM. Owner of
 * plan->entries: the caller (free). */
int duet_plan(const struct options *options, struct plan *plan);

#endif
