/* count-mismatch.c - five started, four counted.
 *
 * What is awaited is one fewer than what runs: wait returns with a job still
 * running, or a counter falls below zero. Mostly silent, one result short. To
 * linger a little before the end is the tempting wrong remedy: it mostly helps.
 * One job is held at a gate, for as long as wait may linger. */
#include <sched.h>
#include <string.h>

#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "pools/core/futex.h"

enum { GATE = 0, PATIENCE_NS = 2000000 };

/* Waits; or frees the pool at once, which is all that some have for a wait. */
enum { WAITS, FREES };

/* For the look while one job is held: the answer, and how many were running;
 * then of the wait at the end. */
enum { LOOK, LOOK_OPEN, WAIT, WAIT_OPEN, FREED_OPEN };

static bool all_but_one(void)
{
    struct pool_stats stats = cell_stats();
    return stats.done + 1 >= stats.accepted;
}

/* Lets the held job go once the free waits for it: one that does not has returned
 * long before. */
static void let_go(void)
{
    static int64_t since_ns;
    const struct record_call *call = &cell_record()->calls[0];
    while (!(atomic_load(&call->turn) & 1) || strcmp(call->name, "pool_free"))
        sched_yield();
    since_ns = atomic_load(&call->since_ns);
    while (atomic_load(&call->turn) & 1 && pool_clock_ns() < since_ns + PATIENCE_NS)
        sched_yield();
    gate_open(GATE);
}

/* Twice as many jobs as workers, each held once it starts: so half of them are queued
 * at least; free. */
static void drive_free(int jobs)
{
    for (int id = 0; id < 2 * jobs; id++)
        cell_role(id, (struct cell_role){.act = CELL_WAIT, .gate = GATE});
    cell_submit_range(0, 2 * jobs);
    gate_await(GATE, 1);
    helper_start(0, let_go);
    cell_free();
    cell_note(FREED_OPEN, cell_pool()->declares & POOL_CLOSE_CANCELS
                              ? ledger_started(cell_record()) - ledger_finished(cell_record())
                              : cell_unfinished());
    helpers_join();
}

static void drive(int client)
{
    int jobs = cell_workers();
    if (cell_open((struct pool_config){.capacity = RECORD_JOBS}))
        return;
    if (client == FREES) {
        drive_free(jobs);
        return;
    }
    cell_role(0, (struct cell_role){.act = CELL_WAIT, .gate = GATE});
    cell_submit_range(0, jobs);
    gate_await(GATE, 1);
    cell_until_told("the jobs that are done", all_but_one);
    cell_note(LOOK, cell_wait(0));
    cell_note(LOOK_OPEN, cell_unfinished());
    gate_open(GATE);
    cell_note(WAIT, cell_wait(-1));
    cell_note(WAIT_OPEN, cell_unfinished());
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    int64_t open = atomic_load(&record->notes[LOOK_OPEN]), later = atomic_load(&record->notes[WAIT_OPEN]);
    int jobs = ledger_accepted(record), left = (int)atomic_load(&record->notes[FREED_OPEN]);
    if (left)
        return verdict_own(verdict, "free returned with %d of %d jobs not ended", left, jobs);
    if (atomic_load(&record->notes[LOOK]) == 0 && open == 1)
        return verdict_own(verdict, "wait returned with %d of %d jobs still running", (int)open, jobs);
    if (atomic_load(&record->notes[WAIT]) == 0 && later == 1)
        return verdict_own(verdict, "wait returned with %d of %d jobs still running", (int)later, jobs);
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_RUN_APART, POOL_NO_WAIT},
    {"freed without a wait", FAULT_CLEAN, FREES, 0, POOL_CAN_RUN_APART, .foreign = true},
    {"", FAULT_ARMED, 0, POOL_DEFECT_ONE_UNCOUNTED, POOL_CAN_RUN_APART},
    {"wait lingers", FAULT_ARMED, 0, POOL_DEFECT_ONE_UNCOUNTED | POOL_DEFECT_LINGER, POOL_CAN_RUN_APART},
};

static const struct fault count_mismatch = {
    .number = 13,
    .name = "count-mismatch",
    .group = FAULT_KNOWN,
    .source = "mistakes of Go's worker pools, 13",
    .summary = "five started, four counted",
    .symptom = "wrong answer, or a crash: the wait is over with one job still running, which then counts below zero",
    .bug = "The number that is waited for is written down in one place and the number that is started in another, and "
           "they "
           "differ. Wait returns early by one, or the count goes below zero.",
    .scenario = "As many jobs as workers; all have ended but one, which is held; a wait looks.",
    .diagnosis = "The wait counted one fewer than were accepted, and took the last job but one for the last.",
    .remedy =
        "Count where the job is accepted, in the same step. A pause before the end hides it; it does not mend it.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(count_mismatch);
