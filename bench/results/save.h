/* save.h - a document as text, and in its file: whole, and on the disk, or not there. */
#ifndef SAVE_H
#define SAVE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Writes the document as JSON text. Returns 0 or -ENOMEM; errors of `out` are its own. */
int save_print(const json_t *document, FILE *out);

/* Writes it to `path` by way of a temporary file in the same folder, of a name that no
 * other process has, which is synced and then renamed. Temporary files that killed
 * runs left there are cleared away. Blocks for the disk. Returns 0; -EEXIST when there
 * is one of that name and not `replace`; -errno: what had the name before has it still. */
int save_document(const json_t *document, const char *path, bool replace);

/* The same of any text. */
int save_text(const char *text, size_t length, const char *path, bool replace);

#endif
