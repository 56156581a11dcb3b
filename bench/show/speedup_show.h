/* speedup_show.h - speed-ups as a table for people. */
#ifndef SPEEDUP_SHOW_H
#define SPEEDUP_SHOW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* A small table of a result's "speedups"; nothing where there are none. */
void speedup_show(const json_t *result, FILE *out, bool colour);

#endif
