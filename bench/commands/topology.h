/* topology.h - `poolbench topology`: the machine as hwloc sees it, and where
 * threads would run. */
#ifndef COMMANDS_TOPOLOGY_H
#define COMMANDS_TOPOLOGY_H

#include "bench/commands/options.h"

/* Returns an exit status. */
int topology_command(const struct options *options);

#endif
