/* close-forgets.c - what is queued at the close is forgotten.
 *
 * It is neither run nor given back: the argument leaks, and whoever counts outcomes
 * counts one too few. A pool drains, or says that its close cancels, and then gives
 * each argument back. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { GATE = 0, QUEUED = 8, CAPACITY = 64 };

enum { CLOSED };

static void drive(int client)
{
    int running;
    (void)client;
    if (cell_open((struct pool_config){.capacity = CAPACITY}))
        return;
    cell_settle();
    running = cell_runners() < 16 ? cell_runners() : 16;
    if (!cell_hold_all(0, running, GATE)) {
        cell_free();
        return;
    }
    cell_submit_range(running, QUEUED);
    cell_close();
    cell_note(CLOSED, 1);
    gate_open(GATE);
    cell_wait(-1);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    const unsigned silent = POOL_NO_DISCARD | POOL_CLOSE_CANCELS;
    int left = ledger_unsettled(record);
    if (!atomic_load(&record->notes[CLOSED]) || outcome->end == OUTCOME_CRASHED)
        return false;
    if (outcome->end == OUTCOME_HUNG && left)
        return verdict_own(verdict, "after the close %s does not return: %d jobs have no outcome",
                           outcome->call ? outcome->call : "a call", left);
    if (outcome->end == OUTCOME_ENDED && left && (outcome->pool->declares & silent) != silent)
        return verdict_own(verdict, "%d jobs were queued at the close, and neither run nor given back", left);
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_QUEUE | POOL_CAN_RUN_APART, POOL_NO_CLOSE},
    {"", FAULT_ARMED, 0, POOL_DEFECT_CLOSE_FORGETS, POOL_CAN_QUEUE | POOL_CAN_RUN_APART},
};

static const struct fault close_forgets = {
    .number = 102,
    .name = "close-forgets",
    .group = "end",
    .source = "netty/netty#309",
    .summary = "what is queued at the close is neither run nor given back",
    .bug = "The close empties the queue, or lets the workers go before it is empty, and tells nobody.",
    .scenario = "Workers held, 8 jobs queued; close; the workers are let go; wait, free.",
    .diagnosis = "Accepted jobs have no outcome after the end.",
    .remedy = "Drain; or cancel what is queued in the close, give each argument back, and count it.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(close_forgets);
