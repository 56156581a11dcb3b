/* duet_files.h - the two plug-ins of a duet: which files they are, and that they stay what they were. */
#ifndef DUET_FILES_H
#define DUET_FILES_H

#include "bench/commands/options.h"
#include "bench/measure/file_sum.h"
#include "bench/measure/plan.h"

/* SHA-256 of the base's file and of the new one. */
struct duet_sums {
    char of[2][FILE_SUM];
};

/* Both files: those named, or, for the self-test, one and the same; looks at them, and loads them (sides_check).
 * Fills duet->base, new (they last as long as the program) and slowed. Returns EXIT_GOOD, or EXIT_USAGE after a line on
 * stderr. Threads: before others are started. */
int duet_files_choose(const struct options *options, struct plan_duet *duet, struct duet_sums *sums);

/* Each process loads both files anew: where one is no longer what it was, by a build, say, processes of two builds are
 * mixed, and nothing can be said. Returns whether that is so, after a line on stderr. */
bool duet_files_changed(const struct plan_duet *duet, const struct duet_sums *sums);

#endif
