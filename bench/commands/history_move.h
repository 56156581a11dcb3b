/* history_move.h - `poolbench history export`, `baseline` and `prune`: what goes out of the history, and what is named.
 */
#ifndef HISTORY_MOVE_H
#define HISTORY_MOVE_H

#include "bench/commands/options.h"
#include "bench/history/store.h"

enum { HISTORY_LINE = 1 }; /* the version of a line that export writes */

/* Whether a baseline can be called so. */
#define HISTORY_NAMES "1 to 60 letters, digits and -_./, not digits only"
bool history_is_name(const char *name);

/* Each returns an exit status, and says on stderr what failed.
 *
 * Every run as a line of JSON on stdout, the oldest first. Imported into an empty history
 * it makes one of which the export is the same, byte for byte. */
int history_export(const struct options *options, struct store *store);

/* Gives the run of the second word, which must be one of --machine, or the newest one (of --machine), the name of the
 * first. */
int history_baseline(const struct options *options, struct store *store);

/* Removes old runs (of --machine): --keep, --before. */
int history_prune(const struct options *options, struct store *store);

#endif
