/* pairing.h - two configurations of one run, compared round by round: what disturbs
 * a round disturbs both, and so falls out of the ratio. */
#ifndef PAIRING_H
#define PAIRING_H

#include <jansson.h>

#include "bench/statistics/stats.h"

/* The ratio a/b of a metric over the rounds in which both have it: `pairs` is how
 * many those are; none gives NaN. Nor is there a ratio, and `pairs` is 0, where a round of them has
 * nothing on either side, as where all jobs were lost. Threads: not for several at once. */
struct stats_ratio pairing_ratio(const char *metric, const json_t *a, const json_t *b);

#endif
