/* exported.h - a document in the formats that other tools read. What is not measured is left
 * out; nothing is NaN. */
#ifndef EXPORTED_H
#define EXPORTED_H

#include <jansson.h>
#include <stdio.h>

typedef void exported_fn(const json_t *document, FILE *out);

/* What a document is of; and of a format that it says what was found, where that is no figure, too. */
enum { EXPORTED_RUN = 1, EXPORTED_SEARCH = 2, EXPORTED_DUET = 4, EXPORTED_PAGE = 8 };

struct exported_format {
    const char *name;
    exported_fn *write;
    int takes; /* documents of these kinds */
};

/* A row without a name ends them. */
extern const struct exported_format exported_formats[];

/* Why there is nothing to write in that format, in words; NULL: there is. */
const char *exported_refusal(const struct exported_format *format, const json_t *document);

#endif
