/* comparison_show.h - a comparison as a table, as Markdown for a pull request, as JSON
 * for a program. */
#ifndef COMPARISON_SHOW_H
#define COMPARISON_SHOW_H

#include <stdio.h>

#include "bench/findings/comparison.h"

void comparison_show_table(const struct comparison *comparison, FILE *out);
void comparison_show_markdown(const struct comparison *comparison, FILE *out);
void comparison_show_json(const struct comparison *comparison, FILE *out);

#endif
