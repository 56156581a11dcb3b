/* over-capacity.c - more jobs wait than the capacity.
 *
 * The bound holds memory and latency, and is missed by a race or by one. All workers
 * are held, and a submitter puts in what it can, one by one or in one batch: what is accepted beyond the
 * running jobs is what waits. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "faults/core/settle.h"
#include "pools/core/futex.h"

enum { SINGLE, BATCH };
enum { GATE = 0, CAPACITY = 4, MORE = 4 };
static const int64_t patience_ns = 100000000, patience_ours_ns = 5000000000;

/* How many may be accepted, and how many were; what the submitter was answered last, if it is back. */
enum { LIMIT, SEEN, ANSWER };

static int jobs;

static void submitter(void)
{
    cell_note(ANSWER, cell_submit_range(0, jobs));
}

/* Its answer says how many were accepted; while it waits for room there is none. */
static void batch_submitter(void)
{
    cell_note(ANSWER, cell_submit_batch(0, jobs));
}

/* Until more is accepted than may be, or nothing will happen any more: who waits for room may look for much of it
 * first, and for any after a while. */
static void await_the_last(int limit)
{
    int64_t until = pool_clock_ns() + (cell_is_foreign() ? patience_ns : patience_ours_ns);
    settle(patience_ns);
    while (ledger_accepted(cell_record()) <= limit && pool_clock_ns() < until && !cell_is_still())
        ;
}

static void drive(int client)
{
    int limit = cell_asked();
    if (cell_open((struct pool_config){.capacity = CAPACITY}))
        return;
    if (cell_stats().workers > limit)
        limit = cell_stats().workers;
    limit += CAPACITY;
    jobs = limit + MORE;
    if (jobs > RECORD_JOBS) {
        cell_not_asked("has more workers than the ledger has jobs");
        cell_free();
        return;
    }
    for (int id = 0; id < jobs; id++)
        cell_role(id, (struct cell_role){.act = CELL_WAIT, .gate = GATE});
    helper_start(0, client == BATCH ? batch_submitter : submitter);
    await_the_last(limit);
    cell_note(SEEN, ledger_accepted(cell_record()));
    cell_note(LIMIT, limit);
    if (atomic_load(&cell_record()->notes[ANSWER]) < 0 && !ledger_accepted(cell_record()))
        cell_not_asked(client == BATCH ? "refuses the batch as a whole" : "refuses all jobs");
    gate_open(GATE);
    helpers_join();
    cell_wait(-1);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    int64_t limit = atomic_load(&outcome->record->notes[LIMIT]), seen = atomic_load(&outcome->record->notes[SEEN]);
    if (limit && seen > limit)
        return verdict_own(verdict, "%d jobs are accepted%s, where %d may run and %d may wait", (int)seen,
                           outcome->cell->client == BATCH ? " in one batch" : "", (int)limit - CAPACITY, CAPACITY);
    return false;
}

static const struct fault_cell cells[] = {
    {"one by one", FAULT_CLEAN, SINGLE, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE,
     POOL_UNBOUNDED | POOL_CALLER_MAY_RUN | POOL_THREADS_STAY},
    {"a batch", FAULT_CLEAN, BATCH, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE,
     POOL_UNBOUNDED | POOL_CALLER_MAY_RUN | POOL_THREADS_STAY},
    {"one by one", FAULT_ARMED, SINGLE, POOL_DEFECT_TWICE_ROOM, POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
    {"a batch", FAULT_ARMED, BATCH, POOL_DEFECT_TWICE_ROOM, POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
};

static const struct fault over_capacity = {
    .number = 51,
    .name = "over-capacity",
    .group = "bounds",
    .source = "panjf2000/ants#26, apache/druid#1809",
    .summary = "more jobs wait than the capacity",
    .bug = "The queue is looked at and filled in two steps, or its bound is not the one that was asked for.",
    .scenario = "All workers held; a submitter puts in jobs until it must wait, one by one, or in one batch.",
    .diagnosis = "More was accepted than runs and fits.",
    .remedy = "Compare and insert under one lock, or reserve a slot by one atomic step before the job is written.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(over_capacity);
