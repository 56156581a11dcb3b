/* callback-locked.c - a callback runs under the pool's lock.
 *
 * The callback calls the pool, and waits for the lock that its own caller holds.
 * discard may ask for the statistics; so it does, of jobs that are cancelled, and of one
 * that is dropped. */
#include "faults/core/fault.h"
#include "faults/core/full.h"

enum { CANCELS, DROPS };
enum { GATE = 0, QUEUED = 4, CAPACITY = 2 };

enum { BEGUN = FULL_NOTES, ENDED };

static void ask(void)
{
    struct pool_stats stats;
    cell_note_add(BEGUN, 1);
    pool_stats(cell_handle(), &stats);
    cell_note_add(ENDED, 1);
}

static void play_cancel(void)
{
    int running;
    if (cell_open((struct pool_config){.capacity = 64}))
        return;
    cell_settle();
    running = cell_runners() < 16 ? cell_runners() : 16;
    if (!cell_hold_all(0, running, GATE)) {
        cell_free();
        return;
    }
    cell_submit_range(running, QUEUED);
    cell_cancel();
    gate_open(GATE);
    cell_wait(-1);
    cell_free();
}

static int next;

static void submitter(void)
{
    cell_submit(next);
}

static void play_drop(void)
{
    next = full_open((struct pool_config){.capacity = CAPACITY, .full = POOL_DROP_OLDEST});
    if (!next)
        return;
    full_submit(submitter);
    if (!full_returns() && !atomic_load(&cell_record()->notes[BEGUN]))
        cell_not_asked("its open takes POOL_DROP_OLDEST, and its submit waits all the same");
    full_end();
}

static void drive(int client)
{
    cell_on_discard(ask);
    client == CANCELS ? play_cancel() : play_drop();
    if (!atomic_load(&cell_record()->notes[BEGUN]) && !cell_record()->not_asked[0])
        cell_not_asked("nothing was given back");
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const _Atomic int64_t *notes = outcome->record->notes;
    if (outcome->end == OUTCOME_HUNG && atomic_load(&notes[BEGUN]) > atomic_load(&notes[ENDED]))
        return verdict_own(verdict, "discard asked for the statistics, and waits for a lock that its caller holds");
    return false;
}

static const struct fault_cell cells[] = {
    {"cancelled", FAULT_CLEAN, CANCELS, 0, POOL_CAN_CANCEL | POOL_CAN_QUEUE | POOL_CAN_RUN_APART, POOL_NO_DISCARD},
    {"dropped", FAULT_CLEAN, DROPS, 0, POOL_CAN_DROP | POOL_CAN_QUEUE | POOL_CAN_RUN_APART,
     POOL_UNBOUNDED | POOL_CALLER_MAY_RUN | POOL_NO_DISCARD},
    {"cancelled", FAULT_ARMED, CANCELS, POOL_DEFECT_CALLS_LOCKED,
     POOL_CAN_CANCEL | POOL_CAN_QUEUE | POOL_CAN_RUN_APART},
    {"dropped", FAULT_ARMED, DROPS, POOL_DEFECT_CALLS_LOCKED, POOL_CAN_DROP | POOL_CAN_QUEUE | POOL_CAN_RUN_APART},
};

static const struct fault callback_locked = {
    .number = 33,
    .name = "callback-locked",
    .group = "cancel",
    .source = "pytorch/pytorch#56817",
    .summary = "a callback runs under the pool's lock, and may not call the pool",
    .bug = "The pool calls the user while it holds its lock, and the user calls the pool.",
    .scenario = "Jobs are cancelled, or one is dropped, and the callback that gets their arguments back asks for the "
                "statistics.",
    .diagnosis = "The lock is held across a call of foreign code.",
    .remedy = "Take what is to be given back out of the queue under the lock, and call without it.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(callback_locked);
