/* duet_round.h - what the process of a round does with a duet: short slices of all
 * benchmarks, each on both sides in random order, then in the mirrored order.
 *
 * A pool lives for one slice: where its memory lies decides up to a factor of two of what
 * some of them cost, for as long as they live. So each slice opens its own, with other
 * allocations before it. What a process says of a benchmark is one value, the median over
 * its pairs of ln(new/base). */
#ifndef DUET_ROUND_H
#define DUET_ROUND_H

#include "bench/measure/plan.h"
#include "bench/measure/sides.h"
#include "bench/measure/slice.h"

/* How the process runs a slice, and tells. */
struct duet_host {
    /* Announces and runs. Returns false when no further slice is to run in this process. */
    bool (*run)(void *context, int index, enum side side, const struct plan_entry *entry, int64_t jobs, double slice_ns,
                struct slice *slice, struct slice_samples *samples);
    /* One benchmark's finding (results/README.md); takes the object over. */
    void (*tell)(void *context, json_t *trial);
    uint64_t (*random)(void *context);
    void *context;
};

/* Why a benchmark cannot be measured on two sides, or NULL: jobs that ask their pool. */
const char *duet_unsupported(const struct plan_entry *entry);

/* By which figure of its workload a benchmark is judged; NULL: wall time per job. */
const char *duet_figure(const struct plan_entry *entry);

/* All of it. Blocks for share_ns of each entry, about. `whole`: what failed is told only. */
void duet_round(const struct plan *plan, const struct duet_host *host, bool (*whole)(void *context));

#endif
