/* herd.c - one job wakes all workers.
 *
 * That is a cost and no wrong answer, so it is said and not judged: how many workers
 * went to sleep again for each single job. What they do of themselves, without a job,
 * is taken off. */
#include <time.h>

#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "faults/core/settle.h"
#include "pools/core/futex.h"

enum { JOBS = 20 };
static const int64_t budget_ns = 300000000;

static void drive(int client)
{
    int64_t until = pool_clock_ns() + budget_ns, sleeps, began, took;
    int jobs = 0;
    double each;
    (void)client;
    if (cell_open((struct pool_config){.capacity = 64}))
        return;
    cell_submit_other(cell_empty_job, NULL);
    cell_wait(-1);
    cell_settle();
    began = pool_clock_ns(), sleeps = settle_sleeps();
    for (; jobs < JOBS && pool_clock_ns() < until; jobs++) {
        cell_submit_other(cell_empty_job, NULL);
        cell_wait(-1);
        cell_settle();
    }
    sleeps = settle_sleeps() - sleeps, took = pool_clock_ns() - began;
    began = settle_sleeps();
    nanosleep(&(struct timespec){took / 1000000000, took % 1000000000}, NULL);
    each = jobs ? (double)(sleeps - (settle_sleeps() - began)) / jobs : 0;
    if (cell_workers() > 2 && each > 0.75 * cell_workers())
        cell_remark("for each single job threads go to sleep %.1f times, of %d workers: poolbench run -w wakeup", each,
                    cell_workers());
    cell_free();
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_RUN_APART},
};

static const struct fault herd = {
    .number = 122,
    .name = "herd",
    .group = "idle",
    .source = "rayon-rs/rayon#394, apple/swift-nio#3507, nanomsg/nng#54",
    .slow = true,
    .summary = "one job wakes all workers (a cost, which is said and not judged)",
    .bug = "A broadcast where one call would do: each job costs as many wake-ups as there are workers.",
    .scenario = "Single jobs, each after all is asleep; how often threads went to sleep is counted.",
    .diagnosis = "For each job about all workers woke, and all but one slept again in vain.",
    .remedy = "Wake one worker for each job; broadcast only at the end.",
    FAULT_CELLS(cells),
    .drive = drive,
};

FAULT_REGISTER(herd);
