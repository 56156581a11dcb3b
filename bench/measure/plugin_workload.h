/* plugin_workload.h - whether a workload that a plug-in brings can be used.
 *
 * Its tables are its own, and are read long after it was loaded: by the parser, by the help,
 * in the middle of a round. What is missing or wrong there is found before, in the process in
 * which the plug-in is tried, and is one line. */
#ifndef PLUGIN_WORKLOAD_H
#define PLUGIN_WORKLOAD_H

#include "workloads/core/why.h"
#include "workloads/core/workload.h"

/* A copy of a workload's table in which its words are lines of UTF-8. Returns 0, or -EINVAL and a
 * line in `why` that names the plug-in at `path`, the workload, and what is wrong. The copy's owner
 * is the caller. Threads: one at a time. */
int plugin_workload_complete(const struct workload_ops *theirs, const char *path, struct why why,
                             struct workload_ops **out);

#endif
