/* quota_group.h - a cgroup with a CPU quota, made for one program to run in: what a container of that
 * quota gets. Versions 1 and 2; where this process may make groups below its own, which root can on
 * most machines, and a service with a delegated tree. */
#ifndef QUOTA_GROUP_H
#define QUOTA_GROUP_H

#include <stddef.h>

#include "workloads/core/why.h"

struct quota_group {
    char folder[4352]; /* of the group; "": there is none */
};

/* Makes one that grants so many CPUs, in periods of 100 ms. Groups that a killed poolbench left behind
 * are removed. Returns 0, or -errno and why. */
int quota_group_make(struct quota_group *group, double cpus, struct why why);

/* Moves this process into it. Async-signal-safe: between fork and exec. Returns 0 or -errno. */
int quota_group_enter(const struct quota_group *group);

/* Removes it; nobody may be in it any more. */
void quota_group_remove(struct quota_group *group);

#endif
