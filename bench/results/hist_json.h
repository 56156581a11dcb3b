/* hist_json.h - a histogram as a result holds it. */
#ifndef HIST_JSON_H
#define HIST_JSON_H

#include <jansson.h>

#include "bench/statistics/hist.h"

/* {"count", "lost", "min_ns", "max_ns", "mean_ns", "p50_ns".., "buckets": [[ns, count]..]}
 * A quantile that so few samples cannot hold (hist_held), or that is among the lost, is null.
 * The owner of the returned object is the caller; NULL when out of memory. */
json_t *hist_json(const struct hist *hist);

/* Adds what hist_json wrote. Returns 0, or -EINVAL and leaves *hist as it was. */
int hist_json_read(struct hist *hist, const json_t *json);

#endif
