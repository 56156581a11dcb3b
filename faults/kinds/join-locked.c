/* join-locked.c - free joins the workers and holds the lock that they need to leave.
 *
 * It hangs, unless they have left already. An idle pool is freed, whose workers are
 * all asleep: each must be woken, and takes the lock once more. Where nobody wakes them, that is end-untold. */
#include "faults/core/asleep.h"
#include "faults/core/fault.h"

static void drive(int client)
{
    (void)client;
    asleep_play();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    if (!asleep_hangs(outcome) || !asleep_locked(outcome->record))
        return false;
    return verdict_own(verdict, "free of an idle pool does not return: it awaits workers that wait for a lock");
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, 0},
};

static const struct fault join_locked = {
    .number = 103,
    .name = "join-locked",
    .group = "end",
    .source = "valkey-io/valkey-search#1061",
    .summary = "free joins the workers and holds the lock that they need to leave",
    .bug = "free takes the lock, looks that all is done, and joins; the workers need the lock to see that they may go.",
    .scenario = "All jobs have ended, all workers sleep; free.",
    .diagnosis = "Every thread waits: free for the workers, the workers for what free holds.",
    .remedy = "Give the lock back before the join.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(join_locked);
