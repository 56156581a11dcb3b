/* policy.h - what the policies of a pool are called, on the command line and in a
 * result. */
#ifndef POLICY_H
#define POLICY_H

#include "pools/core/pool.h"

/* "block", "reject", ...: what happens when the queue is full. */
const char *policy_full_name(enum pool_full full);

/* "none", "block", "throttle", "drop": what happens when the results are. */
const char *policy_results_name(enum pool_results results);

#endif
