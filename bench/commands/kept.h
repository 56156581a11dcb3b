/* kept.h - the history that runs are appended to: which database, and the appending.
 *
 * POOLBENCH_HISTORY names it, results/history.db here is it where that is not set; empty, or
 * with --no-history, there is none. */
#ifndef KEPT_H
#define KEPT_H

#include <jansson.h>
#include <stddef.h>

#include "bench/commands/options.h"

/* Its path, or NULL: none is kept. */
const char *kept_path(const struct options *options);

/* Whether a run could be appended, before time is spent on it. Returns an exit status, and
 * says on stderr what is wrong: with a database that is there, or a folder that was named. */
int kept_ready(const struct options *options);

/* Appends a finished document that was saved as `file`; a line that says so is put into
 * `said`. Returns an exit status: EXIT_UNWRITTEN where it could not, with a line on stderr that
 * says how to do it later. */
int kept_append(const struct options *options, const json_t *document, const char *file, char *said, size_t size);

/* Sees to it that files can be made where it lies. Returns an exit status, and says why not. */
int kept_folder(const char *path);

/* The document of a baseline, or of a run by its number. Returns an exit status, and says why not. Owner
 * of *document: the caller. */
int kept_load(const struct options *options, const char *name, json_t **document);

/* The names that --machine and --revision give, into the document. */
void kept_names(const struct options *options, json_t *document);

#endif
