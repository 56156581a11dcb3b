/* scenario.h - the scenarios, and the draw of one with its sizes.
 *
 * Sizes are small on purpose: what goes wrong goes wrong with 2 workers and 2 jobs, and a
 * small schedule is tried more often (Jackson's small scope hypothesis; CHESS: Musuvathi et
 * al., OSDI 2008). */
#ifndef SCENARIO_H
#define SCENARIO_H

#include "bench/scenarios/stage.h"

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
    bool refuses_threads;
};

extern const struct scenario *const scenario_table[]; /* ends with NULL */

const struct scenario *scenario_find(const char *name);

/* Whether it can be asked of a pool. */
bool scenario_suits(const struct scenario *scenario, const struct pool_ops *ops);

/* Draws for one schedule; only: this scenario, or NULL for any that suits. Pure. Returns
 * false when none suits. */
bool scenario_draw(struct stage_plan *plan, const struct pool_ops *ops, const struct scenario *only, bool freeze,
                   uint64_t seed);

/* "close race: ring, 2 workers, 2 producers of 1 job, capacity 1, block". Returns text. */
const char *scenario_plan_text(const struct stage_plan *plan, char *text, size_t size);

#endif
