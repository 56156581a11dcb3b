/* stop-missed.c - a worker sleeps through the end.
 *
 * It has looked at the flag and is about to wait; free sets the flag and calls without
 * the lock, and misses it. The window is short, so pools are opened and freed at once,
 * after a job, and after gaps: not certain. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "pools/core/futex.h"

enum { TRIES = 300 };
static const int64_t budget_ns = 20000000, foreign_ns = 300000000; /* ours are tried elsewhere, too */

/* Which pool is under way. */
enum { TRY };

static void spin(int64_t ns)
{
    for (int64_t until = pool_clock_ns() + ns; pool_clock_ns() < until;)
        ;
}

static void drive(int client)
{
    int64_t until;
    int tries = 0;
    (void)client;
    cell_live();
    until = pool_clock_ns() + (cell_is_foreign() ? foreign_ns : budget_ns);
    for (; tries < TRIES && pool_clock_ns() < until; tries++) {
        cell_note(TRY, tries + 1);
        if (cell_open((struct pool_config){.capacity = 16}))
            return;
        for (int jobs = tries % 4; jobs > 0; jobs--)
            cell_submit_other(cell_empty_job, NULL);
        if (tries % 3)
            spin((int64_t)(tries % 50) * 4000);
        if (tries % 2)
            cell_wait(-1);
        cell_free();
    }
    cell_tried(tries, tries < 50 ? tries : 50);
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    if (outcome_hung_in(outcome, "pool_free"))
        return verdict_own(verdict, "free does not return: a worker sleeps through the end (pool %d)",
                           (int)atomic_load(&outcome->record->notes[TRY]));
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_RUN_APART},
};

static const struct fault stop_missed = {
    .number = 104,
    .name = "stop-missed",
    .group = "end",
    .source = "bshoshany/thread-pool#93, pocoproject/poco#5213, progschj/ThreadPool#72",
    .summary = "a worker sleeps through the end, and free awaits it for ever",
    .bug = "The flag is set and the call made without the lock: between a worker's look and its sleep.",
    .scenario = "Many pools are opened and freed at different moments after their last job.",
    .diagnosis = "free waits for a worker, which waits for a call that came before it slept.",
    .remedy = "Set the flag and call under the lock that the worker holds from its look to its sleep.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(stop_missed);
