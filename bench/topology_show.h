/* topology_show.h - `poolbench topology`: the machine as hwloc sees it, and where
 * threads would run. */
#ifndef TOPOLOGY_SHOW_H
#define TOPOLOGY_SHOW_H

#include "bench/options.h"

/* Returns an exit status. */
int topology_command(const struct options *options);

#endif
