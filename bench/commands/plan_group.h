/* plan_group.h - `plan --quota`: this program again, in a cgroup of that quota. */
#ifndef PLAN_GROUP_H
#define PLAN_GROUP_H

#include <stdbool.h>

#include "bench/commands/options.h"
#include "workloads/core/why.h"

/* Makes a group, runs this command line in it, waits, and removes the group. Returns true, and its exit
 * status; false where it is in one already, or none is asked for (why is ""), or none can be made, and
 * why. Signals that end this program are handed on. */
bool plan_group_run(const struct options *options, char **argv, int *status, struct why why);

#endif
