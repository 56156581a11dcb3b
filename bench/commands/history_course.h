/* history_course.h - `poolbench history show BENCHMARK`: its course over the revisions. */
#ifndef HISTORY_COURSE_H
#define HISTORY_COURSE_H

#include "bench/commands/options.h"
#include "bench/history/store.h"

/* Prints each series that the word names, run by run, and draws it into a folder beside the
 * database. Returns an exit status. */
int history_course(const struct options *options, struct store *store);

#endif
