/* one-waiter.c - several wait, and one is told.
 *
 * A signal where a broadcast was needed: the others sleep on beside an idle pool.
 * Eight threads wait for one held job; then it ends. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { GATE = 0, WAITERS = 8 };

static void waiter(void)
{
    cell_wait(-1);
    cell_note_add(0, 1);
}

static void drive(int client)
{
    (void)client;
    if (cell_open((struct pool_config){.capacity = 4}))
        return;
    cell_role(0, (struct cell_role){.act = CELL_WAIT, .gate = GATE});
    cell_submit(0);
    gate_await(GATE, 1);
    for (int i = 0; i < WAITERS; i++)
        helper_start(i, waiter);
    cell_settle();
    gate_open(GATE);
    helpers_join();
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    int told = (int)atomic_load(&record->notes[0]);
    if (outcome_hung_in(outcome, "its other thread") && !ledger_unsettled(record) && ledger_finished(record))
        return verdict_own(verdict, "all jobs have ended, and %d of %d waiters were told", told, WAITERS);
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_RUN_APART},
    {"", FAULT_ARMED, 0, POOL_DEFECT_ONE_TOLD, POOL_CAN_RUN_APART},
};

static const struct fault one_waiter = {
    .number = 25,
    .name = "one-waiter",
    .group = "calls",
    .source = "bshoshany/thread-pool#110",
    .summary = "several threads wait, and only one is told that all is done",
    .bug = "The last job signals one waiter, and each of them waits for the same thing.",
    .scenario = "Eight threads wait for one job that is held; then it ends.",
    .diagnosis = "A signal where a broadcast was needed, or a token that the first waiter takes with it.",
    .remedy = "Broadcast when the pool becomes quiet; let each waiter look for itself.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(one_waiter);
