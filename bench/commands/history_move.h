/* history_move.h - `poolbench history import`, `export` and `prune`: what goes into the
 * history and out of it. */
#ifndef HISTORY_MOVE_H
#define HISTORY_MOVE_H

#include "bench/commands/options.h"
#include "bench/history/store.h"

/* Each returns an exit status, and says on stderr what failed.
 *
 * Appends results, and lines that export wrote: all of them or, where one is wrong, none. */
int history_import(const struct options *options, struct store *store);

/* Whether it could: looks at the files, before a database is made for them. */
int history_import_check(const struct options *options);

/* Every run as a line of JSON on stdout, the oldest first. Imported into an empty history
 * it makes one of which the export is the same, byte for byte. */
int history_export(const struct options *options, struct store *store);

/* Gives the run of the second word, or the newest one, the name of the first. */
int history_baseline(const struct options *options, struct store *store);

/* Removes old runs: --keep, --before. */
int history_prune(const struct options *options, struct store *store);

#endif
