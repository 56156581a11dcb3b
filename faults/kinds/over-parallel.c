/* over-parallel.c - more jobs run at once than there are workers.
 *
 * The size is a promise: licences, memory and locks depend on it. The number of
 * running workers is compared with the limit at one place and raised at another, or
 * the limit is missed by one. More jobs than workers are submitted, and each that
 * starts is held. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "faults/core/settle.h"

enum { GATE = 0, MORE = 3 };
static const int64_t patience_ns = 100000000, patience_ours_ns = 3000000000;

/* How many there may be at once, and how many there were. */
enum { LIMIT, SEEN };

static void drive(int client)
{
    int limit = cell_asked(); /* a pool may grow that far */
    (void)client;
    if (cell_open((struct pool_config){.capacity = 64}))
        return;
    if (cell_stats().workers > limit)
        limit = cell_stats().workers;
    if (limit + MORE > RECORD_JOBS) {
        cell_not_asked("has more workers than the ledger has jobs");
        cell_free();
        return;
    }
    for (int id = 0; id < limit + MORE; id++)
        cell_role(id, (struct cell_role){.act = CELL_WAIT, .gate = GATE});
    cell_submit_range(0, limit + MORE);
    settle(cell_is_foreign() ? patience_ns : patience_ours_ns); /* an armed one, with the CPUs busy, too */
    cell_note(SEEN, ledger_started(cell_record()));
    cell_note(LIMIT, limit);
    gate_open(GATE);
    cell_wait(-1);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    int64_t limit = atomic_load(&outcome->record->notes[LIMIT]), seen = atomic_load(&outcome->record->notes[SEEN]);
    if (limit && seen > limit)
        return verdict_own(verdict, "%d jobs ran at once, of a pool of %d workers", (int)seen, (int)limit);
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE, POOL_THREADS_STAY},
    {"", FAULT_ARMED, 0, POOL_DEFECT_ONE_MORE, POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
};

static const struct fault over_parallel = {
    .number = 50,
    .name = "over-parallel",
    .group = "bounds",
    .source = "panjf2000/ants#26, fatih/pool#26",
    .summary = "more jobs run at once than the pool has workers",
    .bug = "Whether one more worker may start is decided on a count that is raised later, or with <= for <.",
    .scenario = "More jobs than workers are submitted, and held as they start.",
    .diagnosis = "More of them run at once than the size that was asked for and that the pool itself states.",
    .remedy = "Count a worker before it is started, under the lock under which the count is compared.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(over_parallel);
