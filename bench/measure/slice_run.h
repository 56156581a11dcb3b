/* slice_run.h - one configuration, run once, in this process: the measurement. */
#ifndef SLICE_RUN_H
#define SLICE_RUN_H

#include "bench/measure/slice.h"

/* How long nothing may move in a pool that is well, and limit_ns more: until the next job of an open loop comes, or all
 * of the jobs ran one after the other; and while the longest of them runs, on CPUs that it shares. */
int64_t slice_run_patience_ns(const struct plan_entry *entry, int64_t jobs, int64_t limit_ns);

/* Opens the pool, submits `jobs` jobs from the entry's producers, waits for
 * quiet as long as the pool gets on (patience.h), verifies, frees, and looks whether threads and
 * descriptors are back to where they began; where descriptors are not, the same is run once more,
 * and what grows is a failure. samples may be NULL.
 * Not for several threads at once. Fills *slice; failures are in it. */
void slice_run(const struct plan_entry *entry, int64_t jobs, uint64_t seed, int64_t limit_ns, struct slice *slice,
               struct slice_samples *samples);

#endif
