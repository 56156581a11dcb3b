/* recorded.h - run --record: the file that a round's process writes, and what becomes of it. */
#ifndef RECORDED_H
#define RECORDED_H

#include <jansson.h>

#include "bench/commands/options.h"

/* The name under which it is written until it is whole: beside the one that was asked for.
 * Returns `path`. */
const char *recorded_path(const struct options *options, char *path, size_t size);

/* After the run: the whole file gets its name, and how many jobs are in it is said on `out`;
 * one that is not whole is removed. Without --record nothing. Returns an exit status, and
 * says on stderr what failed. */
int recorded_keep(const struct options *options, const json_t *result, FILE *out);

/* Of a run that is worth nothing: removes what was recorded. Without --record nothing. */
void recorded_drop(const struct options *options);

#endif
