/* under-parallel.c - a worker is idle and a job waits.
 *
 * As many jobs as there are workers wait for each other: all must run at once; so they must
 * after single jobs, which one worker may have run, who then counts as idle more than once.
 * And a job submits a child and waits until that runs: another worker must take it, wherever
 * it lies. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { GATE = 0, PARENT = 0, CHILD = 1 };
enum { ALL, LATER, OWN_CHILD, SINGLE_JOBS = 12 };

static void meet_child(int id)
{
    (void)id;
    if (!cell_submit_inside(CHILD))
        gate_meet(GATE, 2);
}

static void run_single_jobs(void)
{
    for (int i = 0; i < SINGLE_JOBS; i++) {
        cell_submit_other(cell_empty_job, NULL);
        cell_wait(-1);
        if (i % 2)
            cell_settle();
    }
}

static void drive(int client)
{
    int workers;
    if (cell_open((struct pool_config){.capacity = 64}))
        return;
    workers = cell_workers();
    cell_settle();
    if (workers < 2) {
        cell_not_asked("has one worker");
    } else if (client != OWN_CHILD) {
        if (client == LATER)
            run_single_jobs();
        for (int id = 0; id < workers; id++)
            cell_role(id, (struct cell_role){.act = CELL_MEET, .gate = GATE, .width = workers});
        cell_submit_range(0, workers);
    } else {
        cell_role(PARENT, (struct cell_role){.act = CELL_CALL, .call = meet_child});
        cell_role(CHILD, (struct cell_role){.act = CELL_MEET, .gate = GATE, .width = 2});
        cell_submit(PARENT);
    }
    cell_wait(-1);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    int left = ledger_unsettled(record);
    if (!outcome_hung_in(outcome, "pool_wait") || !left || ledger_finished(record))
        return false;
    if (outcome->cell->client == OWN_CHILD)
        return verdict_own(verdict, "a job waits for its child, which nobody takes though others are idle");
    return verdict_own(verdict, "%d jobs wait for each other%s, and %d of them do not start though workers are idle",
                       ledger_accepted(record), outcome->cell->client == LATER ? ", after single ones" : "", left);
}

static const struct fault_cell cells[] = {
    {"all workers", FAULT_CLEAN, ALL, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
    {"after single jobs", FAULT_CLEAN, LATER, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
    {"a child", FAULT_CLEAN, OWN_CHILD, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
};

static const struct fault under_parallel = {
    .number = 52,
    .name = "under-parallel",
    .group = "bounds",
    .source = "google/marl#232, ptsouchlos/thread-pool#57, python/cpython#133957",
    .summary = "a worker is idle, and a queued job does not start: it is stranded or nobody is called",
    .bug = "The job lies in a batch, a slot or a private part that only a busy worker takes from, or nobody was woken "
           "for it.",
    .scenario = "As many jobs as workers wait for each other, at first, and after single jobs; a job waits until its "
                "child runs.",
    .diagnosis = "All threads sleep while a job is queued: it cannot be reached by those who are free.",
    .remedy = "Let idle workers take from everywhere, and wake one for each job while any sleeps.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(under_parallel);
