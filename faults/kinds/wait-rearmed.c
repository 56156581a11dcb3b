/* wait-rearmed.c - a wait on an idle pool sleeps.
 *
 * It arms its event and sleeps until somebody sets it, without a look at what is open.
 * When all has ended before, or nothing ever began, nobody will. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { JOBS = 4 };

/* How many waits have returned. */
enum { RETURNED };

static void drive(int client)
{
    (void)client;
    if (cell_open((struct pool_config){.capacity = 0})) /* the default */
        return;
    cell_settle(); /* who goes to sleep might tell of the quiet */
    cell_wait(-1); /* nothing was ever submitted */
    cell_note(RETURNED, 1);
    cell_submit_range(0, JOBS);
    cell_wait(-1);
    cell_note(RETURNED, 2);
    cell_settle();
    cell_wait(-1); /* all has ended */
    cell_note(RETURNED, 3);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    int64_t returned = atomic_load(&outcome->record->notes[RETURNED]);
    if (!outcome_hung_in(outcome, "pool_wait") || (returned == 1 && ledger_unsettled(outcome->record)))
        return false;
    return verdict_own(verdict, "%s, and sleeps for ever",
                       returned == 0   ? "a wait before the first job finds nothing open"
                       : returned == 1 ? "a wait whose jobs have all ended is not told"
                                       : "a second wait finds nothing open");
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, 0},
    {"", FAULT_ARMED, 0, POOL_DEFECT_ASLEEP_FIRST, 0},
};

static const struct fault wait_rearmed = {
    .number = 24,
    .name = "wait-rearmed",
    .group = "calls",
    .source = "freerouting/freerouting#162",
    .summary = "a wait with nothing open sleeps: it waits for an event that has passed",
    .bug = "The wait resets what it waits for and sleeps, and what would wake it has already happened.",
    .scenario = "Wait before the first job, wait for four jobs, and wait once more.",
    .diagnosis = "The sleep comes without a look at the count of open jobs under the same lock.",
    .remedy = "Wait for a state, not for an event: look at the count, under the lock, before each sleep.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(wait_rearmed);
