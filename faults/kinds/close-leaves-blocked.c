/* close-leaves-blocked.c - a submitter that waits for room is not told of the close.
 *
 * It looked whether the pool is open before it slept, and then looks at room only. So
 * it sleeps on; and when room comes, its job goes in after the end. Two wait: both must come
 * back, refused, while the workers are held. One that looks again and again cannot be proved to
 * hang: after a second the workers are let go, and the answers tell: of those that are known to have
 * waited when the pool was closed, because nothing else could happen then, or because they slept in their
 * submit afterwards. One that is slow to come back may have gone in before. */
#include "faults/core/fault.h"
#include "faults/core/full.h"

enum { CAPACITY = 1, SUBMITTERS = 2 };

/* That it was closed, how many submitters were answered 0, and how many are known to have waited. */
enum { CLOSED = FULL_NOTES, WENT_IN, WAITED };

static const int64_t patience_ns = 1000000000;

static _Atomic int next;

static void submitter(void)
{
    cell_note_add(WENT_IN, cell_submit(atomic_fetch_add(&next, 1)) == 0);
}

static int went_in(void)
{
    return (int)atomic_load(&cell_record()->notes[WENT_IN]);
}

static int waited; /* submitters that are known to have */

/* Whether one of these must be among those that went in; and that is judged. */
static bool one_went_in(void)
{
    return atomic_load(&cell_record()->notes[CLOSED]) && went_in() + waited > SUBMITTERS;
}

static bool is_decided(void)
{
    return full_is_back() || one_went_in();
}

/* Looks again and again, maybe: the workers are let go, which makes room. */
static void let_go(void)
{
    if (!waited)
        waited = full_asleep();
    gate_open(FULL_GATE);
    helper_await(is_decided, patience_ns);
}

static void drive(int client)
{
    bool still;
    (void)client;
    if (cell_open((struct pool_config){.capacity = CAPACITY}))
        return;
    next = full_make(CAPACITY);
    full_submit_by(SUBMITTERS, submitter);
    still = cell_is_still();
    waited = full_blocks() && still ? SUBMITTERS : 0;
    cell_close();
    if (!cell_record()->not_asked[0])
        cell_note(CLOSED, 1);
    if (!cell_is_foreign())
        helpers_join();
    else if (!helper_await(full_is_back, patience_ns))
        let_go();
    cell_note(WAITED, waited);
    if (one_went_in())
        return; /* who is left may have nobody who makes room */
    full_end();
    if (went_in() && !one_went_in() && !cell_record()->not_asked[0])
        cell_not_asked("a submit was taken, and whether before or after the close was not to be seen");
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    int left = SUBMITTERS - (int)atomic_load(&record->notes[FULL_BACK]);
    if (!atomic_load(&record->notes[CLOSED]))
        return false;
    if (outcome_hung_in(outcome, "its other thread") && left > 0)
        return verdict_own(verdict, "%d of %d submitters that wait for room are not told of the close", left,
                           SUBMITTERS);
    if (atomic_load(&record->notes[WENT_IN]) + atomic_load(&record->notes[WAITED]) > SUBMITTERS)
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
    .bug = "Whether the pool is open is looked at before the sleep, and not after it; or one of several is woken.",
    .scenario = "Workers held, the queue full, two submitters wait; close; both must come back, refused, while the "
                "workers are held.",
    .diagnosis = "The loop that waits for room has one condition where it needs two.",
    .remedy = "Look at room and at the state after each sleep; the close wakes everybody who waits for room.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(close_leaves_blocked);
