/* run_show.h - all that a run or a sweep prints of its result. */
#ifndef RUN_SHOW_H
#define RUN_SHOW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* The tables, or of a search for rates its table; the noise; the answer, where it has one. Reads a finished result,
 * and so prints the same of the file that the run wrote. Colour only when `colour`. */
void run_show(const json_t *result, FILE *out, bool colour);

#endif
