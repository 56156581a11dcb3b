/* duet_rate.h - the rate that each side of a duet keeps a promise at, found in one process.
 *
 * A few slices of each side, each at the rate where its answer seems to be
 * (statistics/rate_chase.h), of the same arrivals and the same jobs: a seed for the process, which
 * all slices of both sides have. */
#ifndef DUET_RATE_H
#define DUET_RATE_H

#include "bench/measure/sides.h"
#include "bench/measure/slice.h"
#include "bench/statistics/rate_chase.h"
#include "bench/statistics/slo.h"

enum { DUET_RATE_PASSES = 6 }; /* slices of each side */

/* What such a benchmark is judged by: the mean time between two jobs at the highest rate that is
 * kept, in ns. */
#define DUET_RATE_FIGURE "ns_per_job_kept"

struct duet_rate {
    const struct slo_list *promises;
    struct plan_entry entry; /* its workload at the rate to begin from, and how long a slice is */
    uint64_t seed;
    struct rate_chase chase[SIDES];
    double asked[SIDES];      /* the rate of the slice that runs */
    double late_from[SIDES];  /* the lowest rate of which the generator broke the promise; INFINITY: none */
    double service_ns[SIDES]; /* sums of means, over `slices` */
    int slices[SIDES];
};

/* `entry`: its workload says its rate. seed: not 0. */
void duet_rate_begin(struct duet_rate *rate, const struct plan_entry *entry, const struct slo_list *promises,
                     uint64_t seed);

/* Puts the next rate into the workload of `entry`, and its seed. */
void duet_rate_put(struct duet_rate *rate, enum side side, struct plan_entry *entry);

/* What came of that slice. */
void duet_rate_take(struct duet_rate *rate, enum side side, const struct slice *slice,
                    const struct slice_samples *samples);

/* That figure of a side. NaN: not found, or the generator is what broke the promise. */
double duet_rate_ns(const struct duet_rate *rate, enum side side);

/* What a side was asked and said (results/README.md). Owner: the caller. */
json_t *duet_rate_json(const struct duet_rate *rate, enum side side);

#endif
