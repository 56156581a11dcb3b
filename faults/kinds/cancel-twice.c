/* cancel-twice.c - two cancels at once give the same job back twice, or wait for each other.
 *
 * Each walks the queue, and lets the lock go for the callback; the other finds the job
 * still there. All workers are held and jobs queued; one cancel is held in its first
 * callback while another one runs. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { GATE, CALLBACK };
enum { QUEUED = 8 };

/* Whether the callback was let go; cancels that came back. */
enum { LET_GO, BACK };

static _Atomic bool held;

static void hold_the_first(void)
{
    if (!atomic_exchange(&held, true))
        gate_pass(CALLBACK);
}

static void canceller(void)
{
    cell_cancel();
    cell_note_add(BACK, 1);
}

static void drive(int client)
{
    int running = cell_runners() < 16 ? cell_runners() : 16;
    (void)client;
    if (cell_open((struct pool_config){.capacity = 64}))
        return;
    cell_settle();
    cell_on_discard(hold_the_first);
    if (!cell_hold_all(QUEUED, running, GATE)) {
        cell_free();
        return;
    }
    cell_submit_range(0, QUEUED);
    for (int i = 0; i < 2; i++) {
        helper_start(i, canceller);
        cell_settle(); /* not until a callback: a pool may call it from its workers, later */
    }
    cell_note(LET_GO, 1);
    gate_open(CALLBACK);
    helpers_join();
    gate_open(GATE);
    cell_wait(-1);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    int back = (int)atomic_load(&record->notes[BACK]), twice = 0, lost = 0;
    for (int id = 0; id < QUEUED; id++) {
        const struct record_job *job = &record->jobs[id];
        int ends = (int)(atomic_load(&job->started) + atomic_load(&job->cancelled));
        twice += ends > (int)atomic_load(&job->accepted);
        lost += ends < (int)atomic_load(&job->accepted);
    }
    if (twice)
        return verdict_own(verdict, "two cancels at once: %d of %d queued jobs were given back twice, or ran as well",
                           twice, QUEUED);
    if (atomic_load(&record->notes[LET_GO]) && back < 2 && outcome_hung_in(outcome, "its other thread"))
        return verdict_own(verdict, "two cancels at once: %d do not return", 2 - back);
    if (outcome->end == OUTCOME_ENDED && lost && !(outcome->pool->declares & POOL_NO_DISCARD))
        return verdict_own(verdict, "two cancels at once: %d of %d queued jobs neither ran nor were given back", lost,
                           QUEUED);
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_CANCEL | POOL_CAN_QUEUE | POOL_CAN_RUN_APART},
    {"", FAULT_ARMED, 0, POOL_DEFECT_CANCEL_SHARES, POOL_CAN_CANCEL | POOL_CAN_QUEUE | POOL_CAN_RUN_APART},
};

static const struct fault cancel_twice = {
    .number = 34,
    .name = "cancel-twice",
    .group = "cancel",
    .source = "apache/brpc#2557, swiftlang/swift#80161",
    .summary = "two cancels at once give a job back twice, forget one, or wait for each other",
    .bug = "A cancel looks at a job, lets the lock go to call back, and takes the job out only then: a second cancel "
           "finds it in the queue.",
    .scenario =
        "All workers held in jobs, 8 more queued; one cancel is held in its first callback; another one begins.",
    .diagnosis = "Both cancels owned the same job, or each relied on the other for the rest.",
    .remedy = "Take the whole queue out under the lock, as one list that is this cancel's own, and call back after "
              "that.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(cancel_twice);
