/* cancel-keeps-blocked.c - a cancel empties the queue and tells no submitter.
 *
 * Who waits for room sleeps on beside an empty queue, until a worker takes another
 * job, which may be never. The workers are held in jobs, the queue is full, and two
 * submitters wait, for whom there is room then; both must come back while they are held. */
#include "faults/core/fault.h"
#include "faults/core/full.h"

enum { SUBMITTERS = 2, CAPACITY = SUBMITTERS }; /* one that comes late goes in */

enum { CANCELLED = FULL_NOTES };

static _Atomic int next;

static void submitter(void)
{
    cell_submit(atomic_fetch_add(&next, 1));
}

static void drive(int client)
{
    (void)client;
    if (cell_open((struct pool_config){.capacity = CAPACITY}))
        return;
    next = full_make(CAPACITY);
    full_submit_by(SUBMITTERS, submitter);
    full_blocks();
    cell_cancel();
    cell_note(CANCELLED, 1);
    helpers_join();
    full_end();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    int left = SUBMITTERS - (int)atomic_load(&record->notes[FULL_BACK]);
    if (outcome_hung_in(outcome, "its other thread") && atomic_load(&record->notes[CANCELLED]) && left > 0)
        return verdict_own(verdict, "%d of %d submitters that wait for room are not told of the cancel, which made it",
                           left, SUBMITTERS);
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_CANCEL | POOL_CAN_QUEUE | POOL_CAN_RUN_APART,
     POOL_UNBOUNDED | POOL_CALLER_MAY_RUN},
    {"", FAULT_ARMED, 0, POOL_DEFECT_BLOCKED_UNTOLD, POOL_CAN_CANCEL | POOL_CAN_QUEUE | POOL_CAN_RUN_APART},
};

static const struct fault cancel_keeps_blocked = {
    .number = 32,
    .name = "cancel-keeps-blocked",
    .group = "cancel",
    .source = "alitto/pond#115, long2ice/asyncmy#157",
    .summary = "a cancel empties the queue, and a blocked submitter sleeps on beside it",
    .bug = "The cancel wakes workers and waiters, and nobody who waits for room, or one of several.",
    .scenario =
        "Workers held, the queue full, two submitters wait; cancel; both must come back while the workers are held.",
    .diagnosis = "Room was made by somebody who does not tell of it.",
    .remedy = "Whoever makes room, a worker or a cancel, wakes those who wait for it.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(cancel_keeps_blocked);
