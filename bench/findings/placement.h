/* placement.h - what a placement is worth: where a run has several (--pin
 * compact,spread), each against the first that was named. */
#ifndef PLACEMENT_H
#define PLACEMENT_H

#include <jansson.h>

/* Adds `placements` to a whole result (results/README.md). */
void placement_add(json_t *result);

#endif
