/* arrival.h - when jobs are planned: at random, evenly, in bursts, as recorded; with an
 * overload for a while.
 *
 * All but recorded ones are made in the time of expected arrivals, in which they come evenly
 * or with exponential gaps, and are then put where the clock expects as many. */
#ifndef ARRIVAL_H
#define ARRIVAL_H

#include <stdint.h>

enum queue_arrivals {
    QUEUE_POISSON,
    QUEUE_PACED, /* evenly; several producers take turns */
    QUEUE_ONOFF, /* Poisson while on, none while off; `rate` is the mean of both */
    QUEUE_RECORDED,
};

/* The rate is multiplied from `begin` to `end`: an overload. begin = end: none. */
struct queue_surge {
    double begin_ns, end_ns, times;
};

/* What all producers plan together. */
struct arrival_plan {
    enum queue_arrivals kind;
    double rate;              /* jobs per ns; not of QUEUE_RECORDED */
    double on_ns, off_ns;     /* QUEUE_ONOFF */
    struct queue_surge surge; /* not of QUEUE_RECORDED */
    const double *times_ns;   /* QUEUE_RECORDED: `jobs` of them */
    double stretch;           /* > 0 */
    int64_t jobs;
    int producers;
    uint64_t seed;
};

/* One producer's. */
struct arrival {
    const struct arrival_plan *plan;
    int64_t next, left; /* its next job of all, and how many it still plans */
    double expected;    /* by all producers, up to the next one */
    uint64_t random;
};

/* The time by which so many arrivals are expected; of recorded ones: the last. */
double arrival_time(const struct arrival_plan *plan, double expected);

/* The plan must live as long. */
void arrival_begin(struct arrival *arrival, const struct arrival_plan *plan, int producer);

/* When the next job is planned, and which it is; INFINITY: there is no more. */
double arrival_next(struct arrival *arrival, int64_t *job);

#endif
