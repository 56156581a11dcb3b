/* watch.h - Little's law as a check of an open loop: what the pool says of itself, at random
 * moments, against what the jobs say.
 *
 * Rate times mean stay is the mean number of jobs in the system. Where both sides are
 * reckoned from the same stamps this holds whatever the stamps say; so the number is taken
 * from the pool's own counters, accepted less settled, while jobs come and go. At the same
 * moments the stamps say how many were handed over and had not ended: so nothing is left to
 * chance, nor to jobs at the ends of the window. A look takes a moment, clocks of two CPUs are
 * a little apart, and each producer and worker may hold one job that is counted on one side
 * only: between these bounds the mean must lie. It does not where clocks, stamps or counters
 * are wrong.
 *
 * Moments are drawn at random, in the mean every 10 ms, so that they keep no step with
 * anything. Source of the law: J. D. C. Little (1961), as in little.h. */
#ifndef WATCH_H
#define WATCH_H

#include "workloads/core/workload.h"

enum {
    WATCH_MAX = 1024,
    WATCH_LOOKS_MIN = 5,     /* of a trial, for a verdict */
    WATCH_SLOW_NS = 1000000, /* a look that took longer than this was interrupted, and says little */
};

struct watch_look {
    int64_t before_ns, after_ns; /* it happened between them */
    int64_t in_pool;
};

/* One thread's. */
struct watch {
    struct watch_look looks[WATCH_MAX];
    int count;
    int64_t next_ns; /* INT64_MAX: no more looks */
    double every_ns;
    uint64_t random;
};

/* What a slice's looks came to, those while jobs are counted: means over them. */
struct watch_law {
    int looks; /* 0: the rest means nothing */
    double in_pool;
    double low, high; /* what the jobs' stamps allow */
};

/* Begins, for a slice that takes about so long. */
void watch_begin(struct watch *watch, uint64_t seed, double length_ns);

/* Looks, if it is time to; blocks for no longer than pool_stats. */
void watch_look(struct watch *watch, struct pool *pool);

/* After quiet, of a slice whose jobs all have stamps and the time when they were handed over:
 * what the looks say. `transit`: how many jobs may be counted on one side only. None where
 * jobs got no service: what they are counted as is the pool's affair. */
struct watch_law watch_law(const struct watch *watch, const struct workload_slice *work, int transit);

#endif
