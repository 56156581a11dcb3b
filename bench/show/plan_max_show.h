/* plan_max_show.h - the highest rate of each number of workers, as `plan --max` found it. */
#ifndef PLAN_MAX_SHOW_H
#define PLAN_MAX_SHOW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* The table of a finished document's plan, and what the law says beyond. */
void plan_max_show(const json_t *result, FILE *out, bool markdown, bool colour);

#endif
