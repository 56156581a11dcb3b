/* answer_show.h - the end of a long run: five to ten lines that say what it came to. */
#ifndef ANSWER_SHOW_H
#define ANSWER_SHOW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* A line for each kind of work of a result's "answer", and the smallest job worth a
 * pool. Nothing where there is no answer. */
void answer_show(const json_t *result, FILE *out, bool colour);

#endif
