/* documents.h - what a page can be made of: results of any kind, read and looked at. */
#ifndef PAGE_DOCUMENTS_H
#define PAGE_DOCUMENTS_H

#include <jansson.h>
#include <stddef.h>

enum documents_kind {
    DOCUMENTS_RUN, /* also a sweep, a search */
    DOCUMENTS_PLAN,
    DOCUMENTS_DUET,
    DOCUMENTS_CHECK,
    DOCUMENTS_FLEET,
    DOCUMENTS_LIMITS,
    DOCUMENTS_EXPLORE,
    DOCUMENTS_HISTORY, /* a database, which is read where it is used */
};

struct document {
    const char *path; /* the caller's; for people */
    enum documents_kind kind;
    json_t *json; /* of a history an empty object */
};

/* Reads a file. Returns 0; -EINVAL and one line in `why`, which begins with the path and says what is wrong.
 * Owner: the caller (json_decref of json). */
int documents_read(const char *path, struct document *document, char *why, size_t size);

#endif
