/* measured_service.h - from a finished run: how long its jobs were served, how well that is
 * known, and how the throughput grew with the workers.
 *
 * Served is from a job's start to its end, of all good rounds. */
#ifndef MEASURED_SERVICE_H
#define MEASURED_SERVICE_H

#include <jansson.h>
#include <stddef.h>

#include "bench/models/scalability.h"
#include "bench/models/service.h"

struct measured_service {
    struct service service;
    int workers, rounds;
    double mean_low, mean_high; /* ns: 95%, over the rounds' means; 0 and INFINITY below 3 rounds */
};

/* Of one configuration. Returns 0, or -EINVAL (no job has a time), -ENOMEM. Owner: the
 * caller, by service_destroy of its service. */
int measured_service(const json_t *configuration, struct measured_service *out);

/* The law of throughput over workers, of all configurations that differ from this one in the
 * number of workers only; each round is a point. Jobs that came at a rate say nothing of it, nor
 * do more computing workers than there were CPUs. Returns how many numbers of workers there are,
 * and fits *out where the law can be fitted (count > 0; then the owner is the caller); else
 * `why` says why not. */
int measured_scaling(const json_t *result, const json_t *configuration, double cpu_share, struct scalability *out,
                     char *why, size_t size);

#endif
