/* history_changes.h - `poolbench history changes`: when the speed of what became another. */
#ifndef HISTORY_CHANGES_H
#define HISTORY_CHANGES_H

#include "bench/commands/options.h"
#include "bench/history/store.h"

/* Prints the changes of all series, or of those that the first word names. Returns an exit status; that there are some
 * is good. */
int history_changes(const struct options *options, struct store *store);

/* The series that a pattern names; says on stderr that there are none, or what is wrong. Returns an exit status. */
struct series_list;
int history_series(const struct options *options, struct store *store, const char *pattern, struct series_list *list);

#endif
