/* comparison_show.h - a comparison as a table, as JSON for a program, and in words for a page. */
#ifndef COMPARISON_SHOW_H
#define COMPARISON_SHOW_H

#include <stdio.h>

#include "bench/findings/comparison.h"

void comparison_show_table(const struct comparison *comparison, FILE *out);
void comparison_show_json(const struct comparison *comparison, FILE *out);

/* As show/verdicts.h describes it. Owner: the caller. */
json_t *comparison_show_verdicts(const struct comparison *comparison);

#endif
