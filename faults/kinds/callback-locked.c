/* callback-locked.c - a callback runs under the pool's lock.
 *
 * The callback calls the pool, and waits for the lock that its own caller holds.
 * discard may ask for the statistics; so it does. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { GATE = 0, QUEUED = 4 };

enum { BEGUN, ENDED };

static void ask(void)
{
    struct pool_stats stats;
    cell_note_add(BEGUN, 1);
    pool_stats(cell_handle(), &stats);
    cell_note_add(ENDED, 1);
}

static void drive(int client)
{
    int running;
    (void)client;
    cell_on_discard(ask);
    if (cell_open((struct pool_config){.capacity = 64}))
        return;
    cell_settle();
    running = cell_runners() < 16 ? cell_runners() : 16;
    for (int id = 0; id < running; id++)
        cell_role(id, (struct cell_role){.act = CELL_WAIT, .gate = GATE});
    cell_submit_range(0, running);
    gate_await(GATE, running);
    cell_submit_range(running, QUEUED);
    cell_cancel();
    gate_open(GATE);
    cell_wait(-1);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const _Atomic int64_t *notes = outcome->record->notes;
    if (outcome->end == OUTCOME_HUNG && atomic_load(&notes[BEGUN]) > atomic_load(&notes[ENDED]))
        return verdict_own(verdict, "discard asked for the statistics, and waits for a lock that its caller holds");
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_CANCEL | POOL_CAN_QUEUE | POOL_CAN_RUN_APART, POOL_NO_DISCARD},
};

static const struct fault callback_locked = {
    .number = 33,
    .name = "callback-locked",
    .group = "cancel",
    .source = "pytorch/pytorch#56817",
    .summary = "a callback runs under the pool's lock, and may not call the pool",
    .bug = "The pool calls the user while it holds its lock, and the user calls the pool.",
    .scenario = "Jobs are cancelled, and the callback that gets their arguments back asks for the statistics.",
    .diagnosis = "The lock is held across a call of foreign code.",
    .remedy = "Take what is to be given back out of the queue under the lock, and call without it.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(callback_locked);
