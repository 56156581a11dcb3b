/* under-parallel.c - a worker is idle and a job waits.
 *
 * As many jobs as there are workers wait for each other: all must run at once; so they must
 * after single jobs, which one worker may have run, who then counts as idle more than once.
 * And so they must when they were queued while all workers were busy: one that takes two at a time strands the
 * second. And a job submits a child and waits until that runs: another worker must take it, wherever
 * it lies. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { HELD = 1, GATE = 0, PARENT = 0, CHILD = 1 };
enum { ALL, LATER, QUEUED, OWN_CHILD, SINGLE_JOBS = 12 };

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

/* As many jobs as workers, of these numbers on, that wait for each other. */
static void submit_meeting(int first, int workers)
{
    for (int id = first; id < first + workers; id++)
        cell_role(id, (struct cell_role){.act = CELL_MEET, .gate = GATE, .width = workers});
    cell_submit_range(first, workers);
}

static void queue_behind(int workers)
{
    for (int id = 0; id < workers; id++) {
        cell_role(id, (struct cell_role){.act = CELL_WAIT, .gate = HELD});
        cell_submit(id);
        gate_await(HELD, id + 1);
    }
    submit_meeting(workers, workers);
    gate_open(HELD);
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
    } else if (client == QUEUED && 2 * workers > RECORD_JOBS) {
        cell_not_asked("has more workers than can be held");
    } else if (client == QUEUED) {
        queue_behind(workers);
    } else if (client != OWN_CHILD) {
        if (client == LATER)
            run_single_jobs();
        submit_meeting(0, workers);
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
    static const char *const when[] = {[LATER] = ", after single ones", [QUEUED] = ", queued while all were busy"};
    int left = ledger_unsettled(record), held = outcome->cell->client == QUEUED ? ledger_accepted(record) / 2 : 0;
    if (!outcome_hung_in(outcome, "pool_wait") || !left || ledger_finished(record) != held)
        return false;
    if (outcome->cell->client == OWN_CHILD)
        return verdict_own(verdict, "a job waits for its child, which nobody takes though others are idle");
    return verdict_own(verdict, "%d jobs wait for each other%s, and %d of them do not start though workers are idle",
                       ledger_accepted(record) - held, when[outcome->cell->client] ? when[outcome->cell->client] : "",
                       left);
}

static const struct fault_cell cells[] = {
    {"all workers", FAULT_CLEAN, ALL, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
    {"after single jobs", FAULT_CLEAN, LATER, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
    {"queued before", FAULT_CLEAN, QUEUED, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE, POOL_CALLER_MAY_RUN},
    {"a child", FAULT_CLEAN, OWN_CHILD, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
    {"all workers", FAULT_ARMED, ALL, POOL_DEFECT_ONE_FEWER, POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
    {"after single jobs", FAULT_ARMED, LATER, POOL_DEFECT_ONE_FEWER, POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
};

static const struct fault under_parallel = {
    .number = 52,
    .name = "under-parallel",
    .group = "bounds",
    .source = "google/marl#232, ptsouchlos/thread-pool#57, python/cpython#133957",
    .summary = "a worker is idle, and a queued job does not start: it is stranded or nobody is called",
    .bug = "The job lies in a batch, a slot or a private part that only a busy worker takes from, or nobody was woken "
           "for it.",
    .scenario =
        "As many jobs as workers wait for each other, at first, after single jobs, and queued while all workers "
        "are busy; a job waits until its child runs.",
    .diagnosis = "All threads sleep while a job is queued: it cannot be reached by those who are free.",
    .remedy = "Let idle workers take from everywhere, and wake one for each job while any sleeps.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(under_parallel);
