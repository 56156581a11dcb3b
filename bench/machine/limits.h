/* limits.h - what this machine allows: how long the steps take that no pool can do
 * without. Each is measured on pinned threads, in short epochs, all limits in
 * turn, again and again; the epoch is the sample. */
#ifndef LIMITS_H
#define LIMITS_H

#include "bench/statistics/stats.h"

enum limit {
    LIMIT_CLOCK,     /* clock_gettime(CLOCK_MONOTONIC) */
    LIMIT_SYSCALL,   /* the cheapest system call there is */
    LIMIT_ADD,       /* an addition in memory */
    LIMIT_ATOMIC,    /* an atomic addition, by one thread */
    LIMIT_CONTENDED, /* the same by all CPUs at once, for each addition */
    LIMIT_FENCE,     /* store, sequentially consistent fence, load */
    LIMIT_LINE,      /* a cache line to another CPU and back */
    LIMIT_SWITCH,    /* from one thread to another on one CPU */
    LIMIT_WAKE,      /* futex: from the call that wakes to the other running, elsewhere */
    LIMITS
};

/* Name and meaning. */
const char *limit_name(enum limit limit);
const char *limit_what(enum limit limit);

/* One epoch of about a millisecond on cpus[0..count-1]: ns for each operation.
 * NaN where it needs more CPUs than there are. Moves this thread to cpus[0].
 * LIMIT_LINE is between the first two. Threads: not for several at once. */
double limit_measure(enum limit limit, const int *cpus, int count);

/* The median of a few epochs, for a round: NaN where it cannot be had. Leaves this
 * thread where it was. */
double limit_glance(enum limit limit);

#endif
