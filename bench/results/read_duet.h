/* read_duet.h - what a duet wrote, looked at as a whole before anything is done with it. */
#ifndef READ_DUET_H
#define READ_DUET_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Whether a document says that it is one. */
bool read_duet_is(const json_t *document);

/* Returns 0; -EINVAL and one line in `why` where it is of another format, or holds what no
 * duet writes: a name that is none, a change or a time that is no number or out of range. */
int read_duet_check(const json_t *document, char *why, size_t size);

#endif
