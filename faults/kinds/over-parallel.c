/* over-parallel.c - more jobs run at once than there are workers.
 *
 * The size is a promise: licences, memory and locks depend on it. The number of
 * running workers is compared with the limit at one place and raised at another, or
 * the limit is missed by one; or one that retired is replaced by two. More jobs than workers are submitted, and each
 * that starts is held. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "faults/core/settle.h"
#include "pools/core/futex.h"

enum { GATE = 0, MORE = 3 };
static const int64_t patience_ns = 100000000, patience_ours_ns = 3000000000;

enum { AT_FIRST, AFTER_RETIRING, ROUNDS = 6 };

/* How many there may be at once, and how many there were. */
enum { LIMIT, SEEN };

/* All workers have jobs; then they are idle until the ends of their timed waits have passed. Returns whether they
 * have such. */
static bool let_retire(int gate)
{
    static const int64_t most_ns = 60000000, after_ns = 500000;
    int64_t until, wake;
    if (!cell_hold_all(0, cell_runners(), gate))
        return false;
    gate_open(gate);
    cell_wait(-1);
    cell_settle();
    until = pool_clock_ns() + most_ns;
    wake = settle_next_wake_ns();
    if (!wake || wake > until)
        return false;
    for (; wake && wake < until; wake = settle_next_wake_ns())
        settle_until(wake + after_ns);
    return true;
}

static bool all_retire(void)
{
    for (int round = 0; round < ROUNDS; round++)
        if (!let_retire(GATE + 1 + round)) {
            cell_not_asked("has no workers that wait for 60 ms or less");
            return false;
        }
    return true;
}

static void drive(int client)
{
    int limit = cell_asked(), before; /* a pool may grow that far */
    if (cell_open((struct pool_config){.capacity = 64}))
        return;
    if (cell_stats().workers > limit)
        limit = cell_stats().workers;
    if (limit + MORE > RECORD_JOBS) {
        cell_not_asked("has more workers than the ledger has jobs");
        cell_free();
        return;
    }
    if (client == AFTER_RETIRING && !all_retire()) {
        cell_free();
        return;
    }
    before = ledger_started(cell_record());
    for (int id = 0; id < limit + MORE; id++)
        cell_role(id, (struct cell_role){.act = CELL_WAIT, .gate = GATE});
    cell_submit_range(0, limit + MORE);
    settle(cell_is_foreign() ? patience_ns : patience_ours_ns); /* an armed one, with the CPUs busy, too */
    cell_note(SEEN, ledger_started(cell_record()) - before);
    cell_note(LIMIT, limit);
    gate_open(GATE);
    cell_wait(-1);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    int64_t limit = atomic_load(&outcome->record->notes[LIMIT]), seen = atomic_load(&outcome->record->notes[SEEN]);
    if (limit && seen > limit)
        return verdict_own(verdict, "%d jobs ran at once, of a pool of %d workers%s", (int)seen, (int)limit,
                           outcome->cell->client == AFTER_RETIRING ? ", after some had been idle for a while" : "");
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, AT_FIRST, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE, POOL_THREADS_STAY},
    {.name = "after idleness",
     .kind = FAULT_CLEAN,
     .client = AFTER_RETIRING,
     .needs = POOL_CAN_RUN_APART | POOL_CAN_QUEUE,
     .barred = POOL_THREADS_STAY,
     .foreign = true},
    {"", FAULT_ARMED, AT_FIRST, POOL_DEFECT_ONE_MORE, POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
};

static const struct fault over_parallel = {
    .number = 50,
    .name = "over-parallel",
    .group = "bounds",
    .source = "panjf2000/ants#26, fatih/pool#26",
    .summary = "more jobs run at once than the pool has workers",
    .bug = "Whether one more worker may start is decided on a count that is raised later, or with <= for <.",
    .scenario = "More jobs than workers are submitted, and held as they start; at first, and after workers had time to "
                "retire, and came back, a few times.",
    .diagnosis = "More of them run at once than the size that was asked for and that the pool itself states.",
    .remedy = "Count a worker before it is started, under the lock under which the count is compared.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(over_parallel);
