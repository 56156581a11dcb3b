/* cancel-sticks.c - a cancel also takes what comes after it.
 *
 * The flag that it sets is never taken back, and later jobs are cancelled, refused or
 * ignored. A pool that is still open runs them, and what comes after a cancel of nothing; and a second cancel is
 * as good as the first. Nor does the place of a cancelled job stay taken: again and again jobs are queued and
 * cancelled, of all more than there are places. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "pools/core/futex.h"

enum { GATE = 0, QUEUED = 4, LATER = 8, JOBS = 4, ALONE = LATER + JOBS, FIRST_HELD = 16, CAPACITY = 64 };
enum { ROUNDS = 12, EACH = 8 }; /* EACH: jobs, of all more than the capacity */
static const int64_t budget_ns = 1000000000;

/* PLACES: our own pools are cancelled again and again, too. */
enum { ONCE, PLACES };

/* How many later ones were submitted, the answer of the second cancel, and the round, whose submits stand. */
enum { SUBMITTED, SECOND, ROUND };

/* Each time to the end: what was cancelled may be taken out by a worker, later. */
static void cancel_again(int running)
{
    int64_t until = pool_clock_ns() + budget_ns;
    for (int round = 1; round <= ROUNDS; round++) {
        if (pool_clock_ns() > until) {
            cell_remark("takes too long to ask whether what is cancelled keeps its place");
            return;
        }
        if (!cell_hold(FIRST_HELD, running, GATE + round)) {
            cell_remark("answers a submit otherwise than the others: no word about the places of what is cancelled");
            return;
        }
        cell_note(ROUND, round);
        for (int i = 0; i < EACH; i++)
            cell_submit_other(cell_empty_job, (void *)RECORD_JOBS); /* what no job of the ledger has */
        cell_note(ROUND, 0);
        cell_cancel();
        gate_open(GATE + round);
        cell_wait(-1);
        cell_settle();
    }
}

static void drive(int client)
{
    int running;
    if (cell_open((struct pool_config){.capacity = CAPACITY}))
        return;
    cell_settle();
    running = cell_runners() < 16 ? cell_runners() : 16;
    if (!cell_hold_all(FIRST_HELD, running, GATE)) {
        cell_free();
        return;
    }
    cell_submit_range(0, QUEUED);
    cell_cancel();
    cell_note(SECOND, cell_cancel());
    gate_open(GATE);
    cell_wait(-1);
    cell_submit_range(LATER, JOBS);
    cell_note(SUBMITTED, JOBS);
    cell_wait(-1);
    cell_cancel();
    cell_submit(ALONE);
    cell_note(SUBMITTED, JOBS + 1);
    cell_wait(-1);
    if (cell_is_foreign() || client == PLACES)
        cancel_again(running);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    int ran = 0, refused = 0, submitted = (int)atomic_load(&record->notes[SUBMITTED]);
    if (atomic_load(&record->notes[ROUND]) > 1 && outcome_hung_in(outcome, "pool_submit"))
        return verdict_own(verdict,
                           "a submit waits for room in a queue of %d: %d jobs that were cancelled keep their places",
                           CAPACITY, (int)(atomic_load(&record->notes[ROUND]) - 1) * EACH);
    if (!submitted)
        return false;
    for (int id = LATER; id <= ALONE; id++) {
        ran += atomic_load(&record->jobs[id].started) == 1;
        refused += atomic_load(&record->jobs[id].refused) != 0;
    }
    if (outcome->end != OUTCOME_CRASHED && outcome->end != OUTCOME_STALLED && ran < submitted)
        return verdict_own(verdict, "of %d jobs that came after the cancel %d ran%s", submitted, ran,
                           refused ? ", others were refused" : "");
    if (atomic_load(&record->notes[SECOND]))
        return verdict_own(verdict, "a second cancel was answered %s",
                           verdict_answer((int)atomic_load(&record->notes[SECOND])));
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, ONCE, 0, POOL_CAN_CANCEL | POOL_CAN_QUEUE | POOL_CAN_RUN_APART},
    {"", FAULT_ARMED, ONCE, POOL_DEFECT_CANCEL_STICKS, POOL_CAN_CANCEL | POOL_CAN_QUEUE | POOL_CAN_RUN_APART},
    /* Where places are given back apart: those with forks. In the others they are the distance of two positions. */
    {"keeps places", FAULT_ARMED, PLACES, POOL_DEFECT_KEEPS_PLACE,
     POOL_CAN_CANCEL | POOL_CAN_QUEUE | POOL_CAN_RUN_APART | POOL_CAN_FORK},
};

static const struct fault cancel_sticks = {
    .number = 31,
    .name = "cancel-sticks",
    .group = "cancel",
    .source = "CUBRID/cubrid#1207",
    .summary = "a cancel sticks: jobs that come later do not run, either",
    .bug = "Cancelled is a state of the pool, which nothing takes back, where it should belong to the jobs of that "
           "moment.",
    .scenario = "Workers held, jobs queued, two cancels; then four jobs more; a cancel of nothing, and one job more; "
                "then twelve "
                "times eight jobs are queued and cancelled, in a queue of 64.",
    .diagnosis = "Later jobs are judged by the flag of an earlier cancel.",
    .remedy = "Count cancels, and give each job the count of its submit: it is cancelled when the count has grown.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(cancel_sticks);
