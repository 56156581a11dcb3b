/* duet_again.h - runs of `poolbench duet` made of recorded processes.
 *
 * A run goes through the command's own sessions, with their looks, their budget and their
 * second session; only its processes are drawn: whole ones (all benchmarks of one together,
 * as they ran), in random order, none a second time before all were drawn. With as many
 * processes as a run takes (12 to 24, and 24 more) its two sessions share none, and the
 * share of runs that accuse is unbiased; with fewer they do share some, and what the recorded
 * ones have in common by chance is accused in many runs or in none. */
#ifndef DUET_AGAIN_H
#define DUET_AGAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/measure/plan.h"
#include "tests/core/duet_record.h"

/* How often each benchmark was called slower, and in how many runs any was but those that
 * are left out, which the caller says. */
struct again_tally {
    bool left_out[RECORD_BENCHMARKS_MAX];
    int runs, accusing;
    int accused[RECORD_BENCHMARKS_MAX];
};

/* So many runs of so many seconds. Where `swaps`, base and new change their labels at random
 * in each process. Seeded: the same of the same. Adds to the tally; returns 0 or -ENOMEM. */
int again_runs(const struct plan *plan, const struct record_values *record, bool swaps, double budget_s, int runs,
               struct again_tally *tally);

/* One run of real processes, or of the source's; NULL: real ones. Returns 0 or -errno. */
struct duet_source;
int again_run(const struct plan *plan, const struct duet_source *source, double budget_s, struct again_tally *tally);

#endif
