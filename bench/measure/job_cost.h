/* job_cost.h - what a pool takes for a job that does nothing: roughly, for an estimate. */
#ifndef JOB_COST_H
#define JOB_COST_H

#include "pools/core/pool.h"

/* In ns of CPU time, by some hundred jobs of one worker, the first time that it is asked. 0 of a pool that
 * was added, which never runs in this process, and where it cannot be opened.
 * Threads: one at a time. */
double job_cost_ns(const struct pool_ops *pool);

#endif
