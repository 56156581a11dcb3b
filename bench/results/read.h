/* read.h - a result from a file that anybody may have written: read, and looked at as
 * a whole before anything is done with it. */
#ifndef READ_H
#define READ_H

#include <jansson.h>
#include <stddef.h>

#include "bench/results/read_limits.h"

/* Reads a result of `poolbench run`. Returns 0; -EINVAL and one line in `why` that begins
 * with the path and names what is wrong, where the file cannot be read, is no JSON, of another
 * program or format, or holds what no run writes: a value of another type, a name that
 * is none, a count or a number out of range. Owner of *result: the caller. */
int read_result(const char *path, json_t **result, char *why, size_t size);

/* The same of a run or of a duet (read_duet.h), which has benchmarks and no configurations. */
int read_any(const char *path, json_t **document, char *why, size_t size);

/* The same of any document that has a page: also of a check (read_matrix.h), of a fleet (read_fleet.h), of limits
 * (read_machine.h) and of an exploration (read_explore.h). */
int read_every(const char *path, json_t **document, char *why, size_t size);

/* The same of a document that is there already. */
int read_check(const json_t *result, char *why, size_t size);

#endif
