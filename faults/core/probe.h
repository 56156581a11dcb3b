/* probe.h - what is found out of a foreign pool before anything is judged: whether it opens
 * at all, and how many of its workers run. */
#ifndef PROBE_H
#define PROBE_H

#include "faults/core/fault.h"

/* A scenario that is in no list; it has one cell. Notes: */
enum { PROBE_WIDTH };
extern const struct fault probe_fault;
#define PROBE_NAME "(probe)"

#endif
