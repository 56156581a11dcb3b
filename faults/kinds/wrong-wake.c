/* wrong-wake.c - the one wake-up goes to a worker that cannot take the job.
 *
 * All workers are asleep and single jobs come, each after all sleep again. The one
 * wake-up must reach a worker that can take the job, and not one whose own queue is
 * empty, or who sleeps for another reason. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "pools/core/futex.h"

enum { LONE = 0, JOBS = 40, LEAST = 12 };
static const int64_t budget_ns = 300000000;

/* Which job is under way. */
enum { NOW };

static void drive(int client)
{
    int64_t until = pool_clock_ns() + budget_ns;
    (void)client;
    if (cell_open((struct pool_config){.capacity = 64}))
        return;
    for (int id = 0; id < (cell_is_foreign() ? JOBS : LEAST) && (id < LEAST || pool_clock_ns() < until); id++) {
        cell_tried(id + 1, 1);
        cell_settle();
        cell_role(id, (struct cell_role){.act = CELL_MEET, .gate = LONE});
        cell_note(NOW, id + 1);
        cell_submit(id);
        gate_await(LONE, id + 1);
    }
    cell_wait(-1);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const _Atomic int64_t *notes = outcome->record->notes;
    if (outcome_hung_in(outcome, "the arrival of jobs") && atomic_load(&notes[NOW]))
        return verdict_own(verdict, "all workers sleep beside job %d, which came after all had slept",
                           (int)atomic_load(&notes[NOW]));
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
};

static const struct fault wrong_wake = {
    .number = 121,
    .name = "wrong-wake",
    .group = "idle",
    .source = "switchyard#5",
    .summary = "the one wake-up goes to a worker that cannot take the job",
    .bug = "The call goes to a worker by number, or to one that sleeps for another reason, and he sleeps again.",
    .scenario = "Single jobs, forty if there is time, each after all workers are asleep.",
    .diagnosis =
        "The workers sleep beside a queued job: the wake-up went to one that could not take it, and ended there.",
    .remedy = "Wake one that waits for this queue; whoever is woken and cannot take the job passes the call on.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(wrong_wake);
