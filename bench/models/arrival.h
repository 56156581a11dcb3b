/* arrival.h - when jobs are planned: at random, evenly, in bursts, as recorded; with an
 * overload for a while.
 *
 * All but recorded ones are made in the time of expected arrivals, in which they come evenly
 * or with exponential gaps, and are then put where the clock expects as many. */
#ifndef ARRIVAL_H
#define ARRIVAL_H

#include "bench/models/queue_simulation.h"

/* One producer's. */
struct arrival {
    const struct queue_simulation *of;
    int64_t next, left; /* QUEUE_RECORDED: index of the next; jobs that this producer still plans */
    double expected;    /* by all producers, up to the next one */
    uint64_t random;
};

/* The time by which so many arrivals are expected; not of QUEUE_RECORDED. */
double arrival_time(const struct queue_simulation *simulation, double expected);

void arrival_begin(struct arrival *arrival, const struct queue_simulation *simulation, int producer);

/* When the next job is planned, and which it is; INFINITY: there is no more. */
double arrival_next(struct arrival *arrival, int64_t *job);

#endif
