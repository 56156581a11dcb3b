/* duet_rates.h - before a duet's searches: from which rate its processes search, how long their
 * slices have to be, and what that costs.
 *
 * A few processes of each benchmark look; none of them counts. Slices are long enough for the
 * promise's quantile, for a backlog to grow beyond the limit, and against the time that the queue
 * takes to forget how it began, as those of `sweep --slo` are. */
#ifndef DUET_RATES_H
#define DUET_RATES_H

#include "bench/measure/plan.h"
#include "workloads/core/why.h"

/* Puts rate and length into the workload of each entry of plan, whose duet has its promises.
 * *share_s: what a process takes of each benchmark, on average. Blocks for some processes; progress
 * on stderr. Returns 0; -EINVAL with `why`: no rate was found, or one within the budget's time
 * (-ETIME); -EINTR; or -errno when no process could be started. */
int duet_rates_find(struct plan *plan, double *share_s, struct why why);

/* How long a slice of that rate has to be, in ns; service_ns, servers: of a job, 0 not known. Pure. */
double duet_rates_slice_ns(const struct slo_list *promises, double rate, double service_ns, double servers);

#endif
