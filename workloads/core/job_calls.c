/* job_calls.c - see job_calls.h. */
#include "workloads/core/job_calls.h"

const struct job_calls poolbench_job_calls = {JOB_CALLS_ABI, pool_cancelled, pool_sleep, pool_cancel_fd, tree_forked};
const struct job_calls *job_calls = &poolbench_job_calls;
