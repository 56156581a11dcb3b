/* under-parallel.c - a worker is idle and a job waits.
 *
 * As many jobs as there are workers wait for each other: all must run at once; so they must
 * after single jobs, which one worker may have run, who then counts as idle more than once.
 * And so they must when they were queued while all workers were busy: one that takes two at a time strands the
 * second. And a job submits a child and waits until that runs: another worker must take it, wherever
 * it lies. What a pool strands only now and then shows when jobs meet again and again. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "pools/core/futex.h"

enum { HELD = 1, GATE = 0, PARENT = 0, CHILD = 1 };
enum { ALL, LATER, QUEUED, OWN_CHILD, AGAIN, SINGLE_JOBS = 12 };
enum { ROUNDS = 400, GAPS = 6 };

/* Notes: jobs that are not in the ledger, submitted and started; the round in which they meet, from 1 on. */
enum { GIVEN, STARTED, ROUND };

static void meet_child(int id)
{
    (void)id;
    if (!cell_submit_inside(CHILD))
        gate_meet(GATE, 2);
}

static int note_start(void *arg)
{
    (void)arg;
    cell_note_add(STARTED, 1);
    return 0;
}

static int meet(void *arg)
{
    cell_note_add(STARTED, 1);
    gate_meet(GATE, (int)(uintptr_t)arg);
    return 0;
}

/* Returns whether it was taken. */
static bool submit_noted(pool_job_fn *fn, void *arg)
{
    int error = cell_submit_other(fn, arg);
    cell_note_add(GIVEN, error == 0);
    return !error;
}

static void run_single_job(void)
{
    submit_noted(note_start, NULL);
    cell_wait(-1);
}

static void run_single_jobs(void)
{
    for (int i = 0; i < SINGLE_JOBS; i++) {
        run_single_job();
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

/* At rest for a while, or not. */
static void pause_before(int round)
{
    switch (round % GAPS) {
    case 1:
        cell_nap();
        break;
    case 2:
        cell_settle();
        break;
    case 3:
        run_single_job();
        break;
    case 4: /* behind others that have not ended */
    case 5:
        for (int i = 0; i <= round / GAPS % cell_workers(); i++)
            submit_noted(note_start, NULL);
        break;
    default:
        break;
    }
}

/* So many jobs, until all who have come to the gate are as many as `there`. In the place of one that was refused comes
 * the client. */
static bool meet_once(int jobs, int there)
{
    bool all = true;
    for (int i = 0; i < jobs; i++)
        if (!submit_noted(meet, (void *)(uintptr_t)there)) {
            gate_meet(GATE, 1);
            all = false;
        }
    cell_wait(-1);
    return all;
}

static void meet_again(int workers)
{
    static const int64_t enough_ns = 300000000;
    int64_t until = pool_clock_ns() + enough_ns;
    int round = 0;
    while (round < ROUNDS && (round < GAPS || pool_clock_ns() < until)) {
        pause_before(round++);
        cell_note(ROUND, round);
        if (!meet_once(workers, round * workers)) {
            cell_not_asked("refuses a job at rest");
            return;
        }
    }
    cell_tried(round, GAPS);
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
    } else if (client == AGAIN) {
        meet_again(workers);
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

/* One that was to be held, or a single one, while nobody else is to run. */
static bool left_alone(const struct outcome *outcome)
{
    const struct record *record = outcome->record;
    int started = ledger_started(record);
    return outcome_hung_in(outcome, CELL_ARRIVAL) && ledger_accepted(record) == started + 1 &&
           started < outcome->workers;
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    static const char *const when[] = {[LATER] = ", after single ones", [QUEUED] = ", queued while all were busy"};
    int client = outcome->cell->client, left = ledger_unsettled(record),
        held = client == QUEUED ? ledger_accepted(record) / 2 : 0;
    long noted = (long)(atomic_load(&record->notes[GIVEN]) - atomic_load(&record->notes[STARTED]));
    if (client == QUEUED && left_alone(outcome))
        return verdict_own(verdict, "a job does not start though workers are idle: %d of %d are busy",
                           ledger_started(record), outcome->workers);
    if (!outcome_hung_in(outcome, "pool_wait"))
        return false;
    if (noted > 0 && client == AGAIN)
        return verdict_own(verdict,
                           "%d jobs wait for each other, and %ld of them do%s not start though workers are "
                           "idle (round %d)",
                           outcome->workers, noted, noted == 1 ? "es" : "", (int)atomic_load(&record->notes[ROUND]));
    if (noted > 0)
        return verdict_own(verdict, "a single job does not start though all workers are idle");
    if (!left || ledger_finished(record) != held)
        return false;
    if (client == OWN_CHILD)
        return verdict_own(verdict, "a job waits for its child, which nobody takes though others are idle");
    return verdict_own(verdict, "%d jobs wait for each other%s, and %d of them do%s not start though workers are idle",
                       ledger_accepted(record) - held, when[client] ? when[client] : "", left, left == 1 ? "es" : "");
}

static const struct fault_cell cells[] = {
    {"all workers", FAULT_CLEAN, ALL, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
    {"after single jobs", FAULT_CLEAN, LATER, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
    {"queued before", FAULT_CLEAN, QUEUED, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE, POOL_CALLER_MAY_RUN},
    {"a child", FAULT_CLEAN, OWN_CHILD, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
    {"again and again", FAULT_CLEAN, AGAIN, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE, .foreign = true},
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
        "are busy; again and again at different moments; a job waits until its child runs.",
    .diagnosis = "All threads sleep while a job is queued: it cannot be reached by those who are free.",
    .remedy = "Let idle workers take from everywhere, and wake one for each job while any sleeps.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(under_parallel);
