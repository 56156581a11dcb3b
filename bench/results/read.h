/* read.h - a result from a file that anybody may have written: read, and looked at as
 * a whole before anything is done with it. */
#ifndef READ_H
#define READ_H

#include <jansson.h>
#include <stddef.h>

/* Reads a result of `poolbench run`. Returns 0; -EINVAL and one line in `why` that begins
 * with the path and names what is wrong, where the file cannot be read, is no JSON, of another
 * program or format, or holds what no run writes: a value of another type, a name that
 * is none, a count or a number out of range. Owner of *result: the caller. */
int read_result(const char *path, json_t **result, char *why, size_t size);

/* The same of a run or of a duet (read_duet.h), which has benchmarks and no configurations. */
int read_any(const char *path, json_t **document, char *why, size_t size);

/* The same of a document that is there already. */
int read_check(const json_t *result, char *why, size_t size);

enum {
    READ_CONFIGURATIONS_MAX = 100000,
    READ_TRIALS_MAX = 20000, /* of a configuration */
    READ_WORKERS_MAX = 1024, /* and producers */
    READ_NAME_MAX = 31,      /* letters of a pool's name */
    READ_SPEC_MAX = 255,
    READ_BYTES_MAX = 1 << 30, /* of the file */
};

#endif
