/* compare.h - `poolbench compare`: two results of different times, benchmark by
 * benchmark. */
#ifndef COMPARE_H
#define COMPARE_H

#include "bench/commands/options.h"

/* Reads both files, prints the comparison. Returns an exit status: 1 when
 * something is slower by more than the threshold, and certainly so, or is no pass otherwise;
 * EXIT_FAILING when a pool failed that did not before, maybe by chance; 2 when the
 * files cannot be compared, with one line on stderr that says why. */
int compare_command(const struct options *options);

#endif
