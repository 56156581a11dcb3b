/* slice_run.h - one configuration, run once, in this process: the measurement. */
#ifndef SLICE_RUN_H
#define SLICE_RUN_H

#include "bench/measure/slice.h"

/* Opens the pool, submits `jobs` jobs from the entry's producers, waits for
 * quiet as long as the pool gets on (patience.h: a limit of limit_ns longer than the jobs
 * take), verifies, frees, and looks whether threads and
 * descriptors are back to where they began. samples may be NULL.
 * Not for several threads at once. Fills *slice; failures are in it. */
void slice_run(const struct plan_entry *entry, int64_t jobs, uint64_t seed, int64_t limit_ns, struct slice *slice,
               struct slice_samples *samples);

#endif
