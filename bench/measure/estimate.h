/* estimate.h - how long a run will take, before it begins: its slices, their warm-ups, and what is around them.
 *
 * A forecast for who waits, no measurement: within half as much again where nothing else wants the CPUs. */
#ifndef ESTIMATE_H
#define ESTIMATE_H

#include "bench/measure/plan.h"

/* One slice of an entry, in ns, without what is around it. Of a plug-in's pool its own time counts as nothing. */
double estimate_slice_ns(const struct plan *plan, const struct plan_entry *entry);

/* One round, in seconds. Threads: one at a time; some jobs are timed the first time (job_cost.h). */
double estimate_round_s(const struct plan *plan);

/* Whether that is only the least: some slices have so many jobs, whatever the budget, of a pool or a workload that
 * nobody timed, that a microsecond of each would be longer than their share. */
bool estimate_is_least(const struct plan *plan);

#endif
