/* own_cancel.h - a cancel of the harness's own, for jobs that run on pools which plug-ins
 * bring: such a pool cancels what it has queued, but how a running job is told is not in the
 * contract of a plug-in; pool_cancelled is of our pools.
 *
 * A workload that asks this raises it when it calls pool_cancel. One for the process. */
#ifndef OWN_CANCEL_H
#define OWN_CANCEL_H

#include "workloads/core/job_calls.h"

/* What jobs on this pool ask: this, or what the pool's own copy has (job_calls). */
const struct job_calls *own_cancel_calls(const struct pool_ops *pool);

/* Lowers it, while no job runs; and the end of it. Returns 0 or -errno. */
int own_cancel_begin(void);
void own_cancel_end(void);

/* From now on every job that asks is told. Threads: any. */
void own_cancel_raise(void);

#endif
