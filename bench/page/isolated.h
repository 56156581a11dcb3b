/* isolated.h - names from elsewhere in the middle of a sentence. */
#ifndef PAGE_ISOLATED_H
#define PAGE_ISOLATED_H

#include <stddef.h>

/* The name as it is, unless it holds a character that turns the direction of writing, or letters that run from right to
 * left: then between U+2068 and U+2069, so that the rest of the sentence stays as it was (Unicode Annex 9). Returns
 * text. */
const char *isolated(const char *name, char *text, size_t size);

#endif
