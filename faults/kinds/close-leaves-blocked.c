/* close-leaves-blocked.c - a submitter that waits for room is not told of the close.
 *
 * It looked whether the pool is open before it slept, and then looks at room only. So
 * it sleeps on; and when room comes, its job goes in after the end. It must come back,
 * refused, while the workers are held. One that looks again and again cannot be proved to
 * hang: after a second the workers are let go, and its answer tells. */
#include "faults/core/fault.h"
#include "faults/core/full.h"

enum { CAPACITY = 1 };

enum { CLOSED = FULL_NOTES, ANSWER };

static const int64_t patience_ns = 1000000000;

static int blocked;

static void submitter(void)
{
    cell_note(ANSWER, cell_submit(blocked));
}

static void drive(int client)
{
    (void)client;
    if (cell_open((struct pool_config){.capacity = CAPACITY}))
        return;
    blocked = full_make(CAPACITY);
    full_submit(submitter);
    full_blocks();
    cell_close();
    if (!cell_record()->not_asked[0])
        cell_note(CLOSED, 1);
    if (cell_is_foreign())
        helper_await(full_is_back, patience_ns);
    else
        helpers_join();
    full_end();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    if (!atomic_load(&record->notes[CLOSED]))
        return false;
    if (outcome_hung_in(outcome, "its other thread") && !atomic_load(&record->notes[FULL_BACK]))
        return verdict_own(verdict, "a submitter that waits for room is not told of the close");
    if (atomic_load(&record->notes[FULL_BACK]) && atomic_load(&record->notes[ANSWER]) == 0)
        return verdict_own(verdict, "a submitter that waited for room went in after the close");
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_QUEUE | POOL_CAN_RUN_APART, POOL_UNBOUNDED | POOL_CALLER_MAY_RUN | POOL_NO_CLOSE},
    {"", FAULT_ARMED, 0, POOL_DEFECT_BLOCKED_UNTOLD, POOL_CAN_QUEUE | POOL_CAN_RUN_APART},
};

static const struct fault close_leaves_blocked = {
    .number = 100,
    .name = "close-leaves-blocked",
    .group = "end",
    .source = "micronaut-projects/micronaut-core#12942, alitto/pond#115",
    .summary = "a submitter that waits for room is not told of the close, or goes in after it",
    .bug = "Whether the pool is open is looked at before the sleep, and not after it.",
    .scenario = "Workers held, the queue full, a submitter waits; close; it must come back, refused, while the workers "
                "are held.",
    .diagnosis = "The loop that waits for room has one condition where it needs two.",
    .remedy = "Look at room and at the state after each sleep; the close wakes everybody who waits for room.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(close_leaves_blocked);
