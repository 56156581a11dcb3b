/* placement_show.h - what placements are worth, as a table for people. */
#ifndef PLACEMENT_SHOW_H
#define PLACEMENT_SHOW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* The "placements" of a result; nothing where there is one placement. */
void placement_show(const json_t *result, FILE *out, bool colour);

#endif
