/* history.h - `poolbench history`: what was measured before. */
#ifndef HISTORY_H
#define HISTORY_H

#include "bench/commands/options.h"

/* Does what the first word says; without one lists the runs. Returns an exit status. */
int history_command(const struct options *options);

/* The words that may come first, NULL at the end, and how many may follow each. Returns 0,
 * or -EINVAL and why not. */
extern const char *const history_words[];
int history_check(const struct options *options, char *why, size_t size);

#endif
