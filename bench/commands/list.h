/* list.h - `poolbench list`: which pools and workloads there are. */
#ifndef COMMANDS_LIST_H
#define COMMANDS_LIST_H

#include "bench/commands/options.h"

/* Prints what options->words[0] names, a line each; the first word of a line is a name.
 * Returns an exit status. */
int list_command(const struct options *options);

#endif
