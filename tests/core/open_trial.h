/* open_trial.h - trials as an open loop writes them, of queues that are made up. */
#ifndef TESTS_OPEN_TRIAL_H
#define TESTS_OPEN_TRIAL_H

#include <jansson.h>

#include "tests/core/erlang.h"

/* One slice: a warm-up, then what is counted, in ns. The queue begins empty; its random
 * numbers go on. `lost`: each job with that probability gets no service. */
json_t *open_trial(struct erlang_queue *queue, double warm_ns, double length_ns, double lost);

/* A configuration without trials. */
json_t *open_configuration(int servers, const char *full);

#endif
