/* rate_chase.h - the rate at which a promise is just kept, within one process of a duet: few
 * probes, each where the answer seems to be.
 *
 * A bad moment of the machine makes latencies longer, never shorter, and with the rate they only
 * rise: so a probe that kept the promise no better than one at a higher rate did is not believed, and
 * the lowest rate that broke it is asked a second time. (A pool that breaks it in one slice and not in
 * the next of the same rate gets the same benefit.) Near saturation a queue's latencies grow as
 * 1 / (capacity - rate), so that limit/latency falls along a line: that between the last rate that
 * keeps the promise and the first that does not says where it crosses.
 *
 * Both sides of a pair are asked with the same arrivals and the same jobs (common random numbers:
 * Law, "Simulation Modeling and Analysis", 11.2), from the same start: what one process finds
 * is of its own arrivals, what it finds of the ratio is of the pools. Pure functions. */
#ifndef RATE_CHASE_H
#define RATE_CHASE_H

enum { RATE_CHASE_MAX = 32 };

struct rate_chase_probe {
    double rate, /* jobs per second */
        kept;    /* limit/latency: above 1 the promise is kept; 0: for ever late */
};

struct rate_chase {
    double start, lowest, highest; /* rates; the caller's */
    double capacity;               /* what the workers have time for: never beyond it; 0: not known */
    struct rate_chase_probe probes[RATE_CHASE_MAX];
    int count;
};

/* The rate to ask for next. */
double rate_chase_next(const struct rate_chase *chase);

/* Takes an answer; of several promises the least kept. Beyond RATE_CHASE_MAX, and what is no number,
 * it is left out. */
void rate_chase_tell(struct rate_chase *chase, double rate, double kept);

/* The rate that is just kept; NaN while no probe was kept, or none broken. */
double rate_chase_found(const struct rate_chase *chase);

#endif
