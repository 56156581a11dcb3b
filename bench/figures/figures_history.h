/* figures_history.h - the course of one benchmark over the runs of the history. */
#ifndef FIGURES_HISTORY_H
#define FIGURES_HISTORY_H

#include <stdio.h>

#include "bench/figures/drawing.h"
#include "bench/findings/course.h"

/* Draws NAME.svg and NAME.png in the folder, which is made where it is missing, with NAME.tsv: each run with
 * its interval, hollow where the machine was not quiet; levels, and where they change. `name` receives
 * how the files are called. Returns 0 or -errno, and says on `log` what failed. */
int figures_history(const char *folder, const struct series *series, const struct course *course, FILE *log, char *name,
                    size_t size);

/* The same for a taker; its data go to the folder, which must be there. */
int figures_history_give(const char *folder, const struct series *series, const struct course *course,
                         const struct drawing_taker *taker, FILE *log);

#endif
