/* read_explore.h - what `poolbench explore -o` wrote, looked at as a whole before anything is done with it. */
#ifndef READ_EXPLORE_H
#define READ_EXPLORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Whether a document says that it is one: of schedules, not of cache lines (`--lines`). */
bool read_explore_is(const json_t *document);

/* Returns 0; -EINVAL and one line in `why` where it is of another format, or holds what no exploration writes. */
int read_explore_check(const json_t *document, char *why, size_t size);

#endif
