/* scenario.h - the scenarios, and the draw of one with its sizes.
 *
 * Sizes are small on purpose: what goes wrong goes wrong with 2 workers and 2 jobs, and a
 * small schedule is tried more often (Jackson's small scope hypothesis; CHESS: Musuvathi et
 * al., OSDI 2008). */
#ifndef SCENARIO_H
#define SCENARIO_H

#include "bench/scenarios/stage.h"

/* What a pool may refuse to be opened with: each combination of a policy, a kind of results, one of the
 * capacities 1, 2 and 8, and 1 to 3 workers. Of ours none is refused. */
enum { SCENARIO_COMBINATIONS = 5 * 4 * 3 * 3 };
struct scenario_refused {
    bool any;
    bool refused[SCENARIO_COMBINATIONS];
};

struct scenario {
    const char *name;    /* one word */
    const char *summary; /* one line */
    void (*run)(struct stage *stage);
    unsigned can;           /* of enum pool_can: what a pool must be able to do */
    unsigned not_of;        /* of enum pool_declares: of which pools it cannot be asked */
    unsigned full, results; /* sets of policies, as bits; 0: all */
    unsigned capacities;    /* set of those drawn: 1, 2, 8, as bits 0 to 2; 0: all */
    int workers_min, workers_max, producers_max, jobs_max; /* 0: 2, 3, 2 and 3 */
    bool freezes;                                          /* for one thread that stands still: only then drawn */
    bool explored_only;                                    /* cannot be had on real threads */
    bool strict;                                           /* threads have priorities: explore_knobs */
    bool seldom;                                           /* takes long: drawn once where others are eight times */
    bool ours; /* of what we promise, and others who write pools need not: not asked of plug-ins */
};

extern const struct scenario *const scenario_table[]; /* ends with NULL */

const struct scenario *scenario_find(const char *name);

/* Whether it can be asked of a pool, all that it refuses left out. */
bool scenario_suits(const struct scenario *scenario, const struct pool_ops *ops,
                    const struct scenario_refused *refused);

/* Draws for one schedule; only: this scenario, or NULL for any that suits; refused: what is never drawn. Pure.
 * Returns false when none suits. */
bool scenario_draw(struct stage_plan *plan, const struct pool_ops *ops, const struct scenario_refused *refused,
                   const struct scenario *only, bool freeze, uint64_t seed);

/* The combination of this number, in *config. Returns false where no scenario would draw it of this pool. */
bool scenario_combination(int number, const struct pool_ops *ops, struct pool_config *config);

/* "full=timeout, capacity 1, and 3 combinations more": what is refused. Empty: nothing. Returns text. */
const char *scenario_refused_text(const struct scenario_refused *refused, const struct pool_ops *ops, char *text,
                                  size_t size);

/* "close race: ring, 2 workers, 2 producers of 1 job, capacity 1, block"; empty where no scenario was drawn. Returns
 * text. */
const char *scenario_plan_text(const struct stage_plan *plan, char *text, size_t size);

#endif
