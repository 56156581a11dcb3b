/* rate_doubt.h - which rates of a search are proved, and of which that is doubted: the interval keeps the
 * promise, but the probe was too short to meet what others met (standstills.h). */
#ifndef RATE_DOUBT_H
#define RATE_DOUBT_H

#include "bench/commands/rate_probe.h"

/* Takes what the probe met, of its configuration's trials, which have their buckets still. */
void rate_doubt_look(struct rate_search *one, struct rate_probe *probe, const struct slo_list *promises,
                     const json_t *result);

/* Whether the probe may have been kept because it was not watched for long enough. It may be the one that is
 * asked now, whose rate has no place in search.probes yet. Writes why. */
bool rate_doubt_of(const struct rate_search *one, const struct rate_probe *probe, char *why, size_t size);

/* The highest rate of which the whole interval keeps the promise, below the lowest that breaks it, and of
 * which nobody doubts that; NULL: none. */
const struct rate_probe *rate_doubt_proved(const struct rate_search *one);

/* The highest that is doubted, where it is higher than what is proved; NULL: none. Writes why. */
const struct rate_probe *rate_doubt_best(const struct rate_search *one, char *why, size_t size);

/* The highest rate that kept the promise by its value, in a steady queue, which proves nothing; 0: none. */
double rate_doubt_seen(const struct rate_search *one);

#endif
