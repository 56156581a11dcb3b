/* job_calls.h - what a running job calls of its pool, where there may be several copies of
 * our own pools in a process: two builds side by side (`poolbench duet`).
 *
 * Such a call finds the worker that it runs on in a thread-local of the copy that started
 * it; the program's own copy knows nothing of a plug-in's workers. So jobs that ask their
 * pool do it through this table: the program's own, or the one that a plug-in exports by the
 * same name (build/pools.so has this file's, of its own copy). Forks cost as much as a few loads, so
 * that a tree is walked by the plug-in's own code; it is the same source on both sides. */
#ifndef JOB_CALLS_H
#define JOB_CALLS_H

#include <stdbool.h>
#include <stdint.h>

#include "pools/core/pool.h"
#include "workloads/core/trees.h"

enum { JOB_CALLS_ABI = 1 };

struct job_calls {
    int abi;
    bool (*cancelled)(void);                                         /* pool_cancelled */
    int (*sleep)(int64_t ns);                                        /* pool_sleep */
    int (*cancel_fd)(void);                                          /* pool_cancel_fd */
    struct tree_answer (*tree_forked)(const struct tree_spec *spec); /* by pool_fork and pool_join */
};

/* Those of the pool whose jobs run now. Written between slices only, while no job runs. */
extern const struct job_calls *job_calls;

/* Of the copy that it is linked with. */
extern const struct job_calls poolbench_job_calls POOL_EXPORT;

#endif
