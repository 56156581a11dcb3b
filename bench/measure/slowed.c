/* slowed.c - see slowed.h. */
#include "bench/measure/slowed.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

#include "workloads/core/kernel.h"
#include "workloads/core/workload.h"

enum { BATCH = 64, SPARE = 4096 /* jobs that the harness submits itself */ };

static struct {
    struct pool_ops table;
    const struct pool_ops *real;
    struct pool_job *boxes; /* [room] */
    int64_t room;
    _Atomic int64_t next;
    uint64_t steps; /* before each job */
} slowed;

static int run_box(void *arg)
{
    static _Thread_local uint64_t sink;
    const struct pool_job *job = arg;
    if (slowed.steps)
        sink = kernel_run(sink, slowed.steps);
    return job->fn(job->arg);
}

/* The job in a box; as it is where none is left. */
static struct pool_job box(struct pool_job job)
{
    int64_t at = atomic_fetch_add_explicit(&slowed.next, 1, memory_order_relaxed);
    if (at >= slowed.room)
        return job;
    slowed.boxes[at] = job;
    return (struct pool_job){run_box, &slowed.boxes[at]};
}

static int submit(struct pool *pool, pool_job_fn *fn, void *arg)
{
    struct pool_job job = box((struct pool_job){fn, arg});
    return slowed.real->submit(pool, job.fn, job.arg);
}

static int submit_batch(struct pool *pool, const struct pool_job *jobs, int count)
{
    struct pool_job boxed[BATCH];
    int done = 0;
    while (done < count) {
        int part = count - done < BATCH ? count - done : BATCH, answer;
        for (int i = 0; i < part; i++)
            boxed[i] = box(jobs[done + i]);
        answer = slowed.real->submit_batch(pool, boxed, part);
        if (answer <= 0)
            return done ? done : answer;
        done += answer;
        if (answer < part)
            break;
    }
    return done;
}

const struct pool_ops *slowed_begin(const struct pool_ops *ops, int64_t jobs, double delay_ns)
{
    slowed.room = jobs + SPARE;
    slowed.boxes = workload_memory(slowed.room, sizeof *slowed.boxes);
    if (!slowed.boxes)
        return NULL;
    atomic_store(&slowed.next, 0);
    slowed.real = ops;
    slowed.steps = (uint64_t)(delay_ns * kernel_steps_per_ns());
    slowed.table = *ops;
    slowed.table.submit = submit;
    slowed.table.submit_batch = submit_batch;
    return &slowed.table;
}

void slowed_end(void)
{
    free(slowed.boxes);
    slowed.boxes = NULL;
}
