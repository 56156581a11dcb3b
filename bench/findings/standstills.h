/* standstills.h - what comes seldom, and makes many jobs late at once: a machine that stands
 * still, a long job among short ones.
 *
 * A probe that lasts a second may meet none of what comes each four, and its rounds agree then. What
 * all probes of a search met says how often it comes: a probe that was watched for so long that three
 * would have come has met it, or has not by less than one chance in twenty. One that was not is
 * believed only if as many as may have come would not break the promise. */
#ifndef STANDSTILLS_H
#define STANDSTILLS_H

#include <jansson.h>
#include <stdbool.h>

#include "bench/statistics/slo.h"

/* Of one probe, or of some together. */
struct standstills {
    int rounds, struck; /* struck: most of the others had next to none late, or lost, and it many */
    double watched_s;   /* the windows of all */
    double late_s;      /* of the struck: what share was late, of their windows */
    double share;       /* of all jobs of one probe: late, or lost */
};

/* From a configuration with its trials' buckets. Nothing where a round says nothing of it: no
 * windows, fewer than three rounds, a promise of a mean or a maximum, most rounds break it. */
struct standstills standstills_of(const json_t *configuration, const struct slo *slo);

/* Adds to a sum, which has no share. */
void standstills_add(struct standstills *sum, const struct standstills *one);

/* Whether what all probes met, `one` among them, may break the promise at `one`, though that does not
 * show it. Writes why. */
bool standstills_may_break(const struct standstills *all, const struct standstills *one, const struct slo *slo,
                           char *why, size_t size);

#endif
