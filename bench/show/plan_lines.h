/* plan_lines.h - what a plan says above its tables: the answer, each promise against what was measured,
 * one worker fewer, the queue, the head-room, a CPU quota, a recording. */
#ifndef PLAN_LINES_H
#define PLAN_LINES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Prints them, of a finished document (results/README.md), as text or as Markdown. */
void plan_lines_print(const json_t *result, FILE *out, bool markdown);

#endif
