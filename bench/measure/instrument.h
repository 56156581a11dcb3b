/* instrument.h - what the harness itself costs: the part of a figure that no pool is
 * to blame for. */
#ifndef INSTRUMENT_H
#define INSTRUMENT_H

#include <jansson.h>

/* Medians over epochs, in ns: a job that is made and handed to a pool that does
 * nothing, and the same with its latency sampled, as the jobs of `empty` are. */
struct instrument {
    double job_ns, sampled_ns;
};

/* Takes some milliseconds. */
void instrument_measure(struct instrument *instrument);

json_t *instrument_json(const struct instrument *instrument);

#endif
