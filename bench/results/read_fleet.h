/* read_fleet.h - what `poolbench plan --from` wrote, looked at as a whole before anything is done with it. */
#ifndef READ_FLEET_H
#define READ_FLEET_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Whether a document says that it is one. */
bool read_fleet_is(const json_t *document);

/* Returns 0; -EINVAL and one line in `why` where it is of another format, or holds what no forecast writes. */
int read_fleet_check(const json_t *document, char *why, size_t size);

#endif
