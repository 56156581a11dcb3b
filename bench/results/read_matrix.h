/* read_matrix.h - what a check wrote (`poolbench check -o`), looked at as a whole before anything is done with it. */
#ifndef READ_MATRIX_H
#define READ_MATRIX_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { READ_MATRIX_CELLS_MAX = 100000 };

/* Whether a document says that it is one. */
bool read_matrix_is(const json_t *document);

/* Returns 0; -EINVAL and one line in `why` where it is of another format, or holds what no check writes. */
int read_matrix_check(const json_t *document, char *why, size_t size);

#endif
