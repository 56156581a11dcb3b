/* must.h - JSON that is there: what cannot be made ends the program with a message,
 * instead of a document with holes. */
#ifndef MUST_H
#define MUST_H

#include <jansson.h>

/* Once, first thing: no allocation of JSON fails silently from then on; the program ends
 * with a message where memory runs out. Ends it with status 3 where there is too little to begin. */
void must_begin(void);

/* Is called, where it is set, with what went wrong, before the program ends so. */
extern void (*must_last_words)(const char *why);

/* As json_pack. It fails when memory runs out, and on text that is no UTF-8: text from
 * elsewhere goes through must_text, or was repaired where it came in (utf8.h).
 * Ends the program with status 3 then: that says nothing about a pool. Owner of the object: the caller. */
json_t *must_pack(const char *format, ...);

/* A string of any text: what is no UTF-8 becomes "?". */
json_t *must_text(const char *text);

/* The memory, unless it is NULL: then the program ends as above. */
void *must_memory(void *memory);

/* The object, unless it is NULL: then the program ends as above. */
json_t *must_have(json_t *json);

#endif
