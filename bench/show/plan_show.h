/* plan_show.h - a capacity plan for people: on a terminal, and as Markdown. */
#ifndef PLAN_SHOW_H
#define PLAN_SHOW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* The first line: how long the jobs are served, alone. Takes the "service" of a plan. */
void plan_show_service(const json_t *service, FILE *out);

/* The whole plan of a finished document: the answer, promise by promise, the sizes that were
 * measured, an overload under each policy, and the command that checks it. Colour only when
 * `colour`. */
void plan_show(const json_t *result, FILE *out, bool colour);

/* The same, in Markdown. */
void plan_show_markdown(const json_t *result, FILE *out);

#endif
