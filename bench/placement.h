/* placement.h - what a placement is worth: where a run has several (--pin
 * compact,spread), each against the first that was named. */
#ifndef PLACEMENT_H
#define PLACEMENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Adds `placements` to a whole result (results/README.md). */
void placement_add(json_t *result);

/* Prints them; nothing where there is one placement. */
void placement_print(const json_t *result, FILE *out, bool colour);

#endif
