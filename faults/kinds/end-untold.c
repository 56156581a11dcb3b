/* end-untold.c - free awaits workers that nobody calls.
 *
 * The flag is set, and one is called where all sleep; or the call goes to those who wait for
 * something else: submitters, or who waits for the end. An idle pool is freed, whose workers are all
 * asleep. Where they wait for a lock that free holds, that is join-locked. */
#include "faults/core/asleep.h"
#include "faults/core/cell.h"
#include "faults/core/fault.h"

static void drive(int client)
{
    (void)client;
    asleep_play();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    if (!asleep_hangs(outcome) || asleep_locked(record))
        return false;
    return verdict_own(verdict,
                       "free of an idle pool does not return: of its workers %d sleep on, and nobody calls them",
                       asleep_left(record));
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, 0},
    {"", FAULT_ARMED, 0, POOL_DEFECT_END_UNCALLED, POOL_CAN_RUN_APART},
};

static const struct fault end_untold = {
    .number = 111,
    .name = "end-untold",
    .group = "end",
    .source = "progschj/ThreadPool#72, ucbrise/clipper#758",
    .summary = "free awaits its workers, of which not all were called",
    .bug = "The end signals where it should broadcast, or calls those who wait for something else.",
    .scenario = "All jobs have ended, all workers sleep; free.",
    .diagnosis = "Every thread waits: free for the workers, the workers for a call that never came.",
    .remedy = "Set the flag under the lock, and wake every worker; who shares a condition with others is called by "
              "broadcast only.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(end_untold);
