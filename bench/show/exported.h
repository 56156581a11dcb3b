/* exported.h - a result in the formats that other tools read. What is not measured is left
 * out; nothing is NaN. */
#ifndef EXPORTED_H
#define EXPORTED_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

typedef void exported_fn(const json_t *result, FILE *out);

/* Names in order, NULL at the end; the writer of each. */
extern const char *const exported_names[];
extern exported_fn *const exported_writers[];

/* Whether it says what was found, of any result and of a duet, and not only times of jobs. */
bool exported_is_page(const char *name);

#endif
