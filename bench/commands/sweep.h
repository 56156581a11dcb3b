/* sweep.h - the highest rate at which promises are kept, measured: a search for
 * each configuration, all side by side.
 *
 * A probe is a few rounds, each in a process of its own, which holds slices of the
 * probes of all searches, shuffled. It is judged as `run` judges, by all its samples and the
 * interval that the rounds give them. Where that decides nothing there are more rounds, as
 * far as a quarter of the search's budget goes, and longer ones where the queue was not
 * steady. A search ends when its two bounds are near each other, or with its budget; what
 * is kept lies between the highest rate that is proved and the lowest that is broken. */
#ifndef COMMANDS_SWEEP_H
#define COMMANDS_SWEEP_H

#include "bench/commands/rate_search.h"
#include "bench/measure/plan.h"
#include "bench/statistics/slo.h"

enum {
    SEARCH_ROUNDS = 3, /* of a probe, and so many more each time, unless it is said otherwise */
};

#define SEARCH_BUDGET_NS INT64_C(10000000000) /* of one search, unless it is said otherwise */

/* Searches for each entry of the plan but the floor; an entry's workload comes at a
 * rate that is not given. plan->rounds is of a probe, plan->budget_ns of a search. Adds
 * configurations, trials and rounds to the document, and "searches". Progress, and a
 * line for each probe, go to stderr. Returns 0, -EINTR (what was found is kept), or
 * -errno as round_run. */
int sweep_search(const struct plan *plan, const struct slo_list *promises, json_t *result);

/* The same, knowing already that entry i keeps the promises at the rate of known[i] (rate_search.h),
 * which was measured into the same document. Rounds that it has are counted on. known: NULL, or one
 * for each entry. */
int sweep_search_on(const struct plan *plan, const struct slo_list *promises, const struct rate_probe *known,
                    json_t *result);

/* How long these searches take at most, about, in seconds: each asks on until its budget is spent, and ends the probe
 * that it has begun, whose slices may be as long as the workload's text says. */
double sweep_estimate_s(const struct plan *plan);

#endif
