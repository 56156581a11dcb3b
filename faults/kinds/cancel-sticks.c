/* cancel-sticks.c - a cancel also takes what comes after it.
 *
 * The flag that it sets is never taken back, and later jobs are cancelled, refused or
 * ignored. A pool that is still open runs them; and a second cancel is as good as the
 * first. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { GATE = 0, QUEUED = 4, LATER = 8, JOBS = 4 };

/* Whether the later ones were submitted, and the answer of the second cancel. */
enum { SUBMITTED, SECOND };

static void drive(int client)
{
    int running;
    (void)client;
    if (cell_open((struct pool_config){.capacity = 64}))
        return;
    cell_settle();
    running = cell_runners() < 16 ? cell_runners() : 16;
    for (int id = 0; id < running; id++)
        cell_role(LATER + JOBS + QUEUED + id, (struct cell_role){.act = CELL_WAIT, .gate = GATE});
    cell_submit_range(LATER + JOBS + QUEUED, running);
    gate_await(GATE, running);
    cell_submit_range(0, QUEUED);
    cell_cancel();
    cell_note(SECOND, cell_cancel());
    gate_open(GATE);
    cell_wait(-1);
    cell_submit_range(LATER, JOBS);
    cell_note(SUBMITTED, 1);
    cell_wait(-1);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    int ran = 0, refused = 0;
    if (!atomic_load(&record->notes[SUBMITTED]))
        return false;
    for (int id = LATER; id < LATER + JOBS; id++) {
        ran += atomic_load(&record->jobs[id].started) == 1;
        refused += atomic_load(&record->jobs[id].refused) != 0;
    }
    if (outcome->end != OUTCOME_CRASHED && outcome->end != OUTCOME_STALLED && ran < JOBS)
        return verdict_own(verdict, "of %d jobs that came after the cancel %d ran%s", JOBS, ran,
                           refused ? ", others were refused" : "");
    if (atomic_load(&record->notes[SECOND]))
        return verdict_own(verdict, "a second cancel was answered %d", (int)atomic_load(&record->notes[SECOND]));
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_CANCEL | POOL_CAN_QUEUE | POOL_CAN_RUN_APART},
    {"", FAULT_ARMED, 0, POOL_DEFECT_CANCEL_STICKS, POOL_CAN_CANCEL | POOL_CAN_QUEUE | POOL_CAN_RUN_APART},
};

static const struct fault cancel_sticks = {
    .number = 31,
    .name = "cancel-sticks",
    .group = "cancel",
    .source = "CUBRID/cubrid#1207",
    .summary = "a cancel sticks: jobs that come later do not run, either",
    .bug = "Cancelled is a state of the pool, which nothing takes back, where it should belong to the jobs of that "
           "moment.",
    .scenario = "Workers held, jobs queued, two cancels; then four jobs more.",
    .diagnosis = "Later jobs are judged by the flag of an earlier cancel.",
    .remedy = "Count cancels, and give each job the count of its submit: it is cancelled when the count has grown.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(cancel_sticks);
