/* scenarios.h - what the files with scenarios share. */
#ifndef SCENARIOS_H
#define SCENARIOS_H

#include "bench/scenarios/scenario.h"

/* Sets of policies. */
#define ALL_BUT_DROPS (1u << POOL_BLOCK | 1u << POOL_REJECT | 1u << POOL_TIMEOUT | 1u << POOL_CALLER_RUNS)
#define WAITS_ONLY (1u << POOL_BLOCK)
#define REFUSES_ONLY (1u << POOL_REJECT)
#define NO_RESULTS (1u << POOL_RESULTS_NONE)
#define SOME_RESULTS (1u << POOL_RESULTS_BLOCK | 1u << POOL_RESULTS_THROTTLE | 1u << POOL_RESULTS_DROP)

/* One that is run by the function `id`. */
#define SCENARIO(id, title, what, ...)                                                                                 \
    const struct scenario scenario_##id = {.name = title, .summary = what, .run = id, __VA_ARGS__}

/* All of them; the table is in scenarios.c. */
extern const struct scenario scenario_plain, scenario_wakes, scenario_close_race, scenario_cancel_race,
    scenario_cancel_sleepers, scenario_nested, scenario_free_at_once, scenario_waiters, scenario_free_with_waiters,
    scenario_batches, scenario_results, scenario_consumers, scenario_leaving, scenario_fails, scenario_exits,
    scenario_forks, scenario_no_threads, scenario_two_pools, scenario_needs, scenario_needs_child, scenario_inside,
    scenario_observed, scenario_timeouts, scenario_full, scenario_order, scenario_full_ends,
    scenario_free_with_submitters, scenario_stands_still, scenario_room, scenario_slow_discard, scenario_cancel_room,
    scenario_cancellation, scenario_spins, scenario_explained, scenario_branches, scenario_real_time, scenario_medley,
    scenario_medley_of_two, scenario_free_any, scenario_trees, scenario_hides, scenario_refused, scenario_bound;

static inline struct side *first(struct stage *stage)
{
    return &stage->sides[0];
}

/* A job that is none of the ledger's: adds to an _Atomic int. */
static inline int counts(void *arg)
{
    atomic_fetch_add_explicit((_Atomic int *)arg, 1, memory_order_relaxed);
    return 0;
}

#endif
