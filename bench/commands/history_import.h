/* history_import.h - `poolbench history import`: results, and lines that export wrote, into the history. */
#ifndef HISTORY_IMPORT_H
#define HISTORY_IMPORT_H

#include "bench/commands/options.h"
#include "bench/history/store.h"

/* Both return an exit status, and say on stderr what failed.
 *
 * Whether it could: looks at the files, before a database is made for them. What comes through a pipe is kept until
 * then. Comes first. */
int history_import_check(const struct options *options);

/* Appends what is in the files: all of it or, where something is wrong, nothing. A baseline that is there already stays
 * where it is, and a line says so. */
int history_import(const struct options *options, struct store *store);

#endif
