/* probe.h - what is found out of a foreign pool before anything is judged: whether it opens
 * at all, and how many of its workers run. */
#ifndef PROBE_H
#define PROBE_H

#include "faults/core/fault.h"

/* Scenarios that are in no list; each has one cell. The other one may start processes. Notes: */
enum { PROBE_WIDTH };
extern const struct fault probe_fault, probe_forking;
#define PROBE_NAME "(probe)"
#define PROBE_FORKING "(probe, forking)"

/* By its name; NULL: it is of a fault. */
const struct fault *probe_find(const char *name);

#endif
