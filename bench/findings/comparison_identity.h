/* comparison_identity.h - which benchmark of one document is which of another, and what
 * it is called. Pure. */
#ifndef COMPARISON_IDENTITY_H
#define COMPARISON_IDENTITY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* A benchmark goes by the first, and by the second, which its name tells where there are
 * several of them. NULL-terminated. */
extern const char *const comparison_identity_name_keys[], *const comparison_identity_parameters[];

/* Whether two objects are alike in all these fields; those that neither has are. */
bool comparison_identity_same(const json_t *a, const json_t *b, const char *const *keys);

/* The first of the fields (NULL-terminated) in which two objects differ, with both
 * values in `text`; NULL: none does. */
const char *comparison_identity_differs(const json_t *a, const json_t *b, const char *const *keys, char *text,
                                        size_t size);

/* The configuration of a list with the same name, and the same parameters if `exact`.
 * NULL: there is none. */
const json_t *comparison_identity_partner(const json_t *list, const json_t *one, bool exact);

/* "ring/empty/t2/capacity=64": with each parameter in which another one of the list that
 * is called the same differs. */
void comparison_identity_name(const json_t *list, const json_t *one, char *name, size_t size);

#endif
