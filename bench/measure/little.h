/* little.h - Little's law as a check of what was measured: jobs submitted per second
 * times the mean time from submit to end is the mean number of jobs in the system. In a
 * closed loop that number has a bound: places in the queue, workers, and what producers
 * hold in their hands. Where the law gives more, the rate or the latency is wrong.
 *
 * The time is that from the first submit to the last end: in it the jobs spent all of theirs, and no
 * more than the bound at a time, however they came. By the submits alone a queue that a stalled
 * producer fills at a stroke would have a rate that it never had.
 *
 * Source: J. D. C. Little, "A Proof for the Queuing Formula L = lambda W" (1961). */
#ifndef LITTLE_H
#define LITTLE_H

#include <stdint.h>

enum { LITTLE_SAMPLES_MIN = 50 }; /* below that the rate is a matter of chance */
#define LITTLE_TOLERANCE 1.25     /* sampled rates and means, of a slice that is a stretch of time */

struct little {
    int64_t count, first_ns, last_ns; /* samples; their first submit and last end */
    double sum_ns;                    /* of their times from submit to end */
};

/* One sampled job. Start with zeros. */
void little_add(struct little *little, int64_t submitted_ns, int64_t ended_ns);

/* The mean number of jobs in the system by the law, when each sample stands for
 * `jobs_each` jobs. NaN: too few samples, or no time. */
double little_in_system(const struct little *little, double jobs_each);

#endif
