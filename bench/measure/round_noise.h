/* round_noise.h - what else went on while a round ran: time that the host took, time that
 * other processes took, and how long a fixed stretch of computation took before and after. */
#ifndef ROUND_NOISE_H
#define ROUND_NOISE_H

#include <jansson.h>

#include "bench/machine/ticks.h"

struct round_noise {
    struct ticks before;
    double own_s; /* CPU time of this process and its children */
    double sentinel;
};

void round_noise_begin(struct round_noise *noise);

/* steal_share, others_share, sentinel_before and sentinel_after, as in results/README.md.
 * Owner: the caller. */
json_t *round_noise_end(const struct round_noise *noise);

/* Whether that disturbs a round. */
int round_noise_disturbs(const json_t *round);

#endif
