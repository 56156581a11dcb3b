/* label.h - what one of several configurations is called where its pool's name alone
 * does not tell it from others. */
#ifndef LABEL_H
#define LABEL_H

#include <jansson.h>
#include <stdbool.h>

/* Whether two objects have the same value under each of `keys` (NULL-terminated). */
bool label_same(const json_t *a, const json_t *b, const char *const *keys);

/* "ring", or "ring, 3 producers, pin spread": the pool's name and whatever of its
 * setting, but for the workers, is not the same in all of `list`. Returns text. */
const char *label_of(const json_t *list, const json_t *one, char *text, size_t size);

/* "cpu:size=10us" as part of a file's name: letters, digits, "-", and "." and "_" but
 * at the beginning. Returns word. */
const char *label_word(const char *spec, char *word, size_t size);

#endif
