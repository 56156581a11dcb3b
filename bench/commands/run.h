/* run.h - the command `poolbench run`. */
#ifndef RUN_H
#define RUN_H

#include "bench/commands/options.h"

/* Measures, reports, writes. Returns the exit status. */
int run_command(const struct options *options, int argc, char **argv);

#endif
