/* join-locked.c - free joins the workers and holds the lock that they need to leave.
 *
 * It hangs, unless they have left already. An idle pool is freed, whose workers are
 * all asleep: each must be woken, and takes the lock once more. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { JOBS = 4 };

enum { FREEING };

static void drive(int client)
{
    (void)client;
    if (cell_open((struct pool_config){.capacity = JOBS}))
        return;
    cell_submit_range(0, JOBS);
    cell_wait(-1);
    cell_settle();
    cell_note(FREEING, 1);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    if (outcome_hung_in(outcome, "pool_free") && atomic_load(&outcome->record->notes[FREEING]) &&
        !ledger_unsettled(outcome->record))
        return verdict_own(verdict, "free of an idle pool does not return: it awaits workers that cannot leave");
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, 0},
    {"", FAULT_ARMED, 0, POOL_DEFECT_END_UNCALLED, POOL_CAN_RUN_APART},
};

static const struct fault join_locked = {
    .number = 103,
    .name = "join-locked",
    .group = "end",
    .source = "valkey-io/valkey-search#1061, ucbrise/clipper#758",
    .summary = "free joins the workers and holds the lock that they need to leave",
    .bug = "free takes the lock, looks that all is done, and joins; the workers need the lock to see that they may go.",
    .scenario = "All jobs have ended, all workers sleep; free.",
    .diagnosis =
        "Every thread waits: free for the workers, the workers for what free holds or for a call that never came.",
    .remedy = "Give the lock back before the join, and wake every worker after the flag was set under it.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(join_locked);
