/* odd-size.c - a pool that is right with the usual sizes, and not with all.
 *
 * A ring that tells full from empty by a place that it leaves free holds one job fewer, and of
 * one place none; a mask in place of a modulus wants a power of two; a pool that counts its
 * caller as a worker starts none where one was asked for. Queues of 1, 2, 3 and 5 are filled
 * while all workers are held; or the pool is opened with one worker. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { QUEUES, ONE_WORKER };
enum { GATE, MOST = 5 };

/* What is asked now: the places of the queue; whether as many jobs were put into it. */
enum { SIZE, FILLED };

/* Returns whether all went well; a size that is refused is nobody's mistake. */
static bool fill(int size, int gate)
{
    int running = cell_runners();
    if (cell_try_open((struct pool_config){.capacity = (size_t)size}))
        return true;
    for (int id = running; id < running + size; id++)
        cell_role(id, (struct cell_role){.act = CELL_PASS});
    cell_note(SIZE, size);
    if (cell_hold_all(0, running, gate)) {
        cell_submit_range(running, size);
        cell_note(FILLED, 1);
    }
    gate_open(gate);
    cell_wait(-1);
    if (ledger_overrun(cell_record()) || ledger_unsettled(cell_record()))
        return false;
    cell_free();
    cell_note(SIZE, 0);
    cell_note(FILLED, 0);
    cell_forget();
    return true;
}

static void play_queues(void)
{
    static const int sizes[] = {1, 2, 3, MOST};
    int count = sizeof sizes / sizeof *sizes;
    if (cell_runners() + MOST > RECORD_JOBS) {
        cell_not_asked("has more workers than the ledger has jobs");
        return;
    }
    cell_live();
    for (int i = 0, step = cell_is_foreign() ? 1 : 2; i < count && fill(sizes[i], GATE + i); i += step)
        ;
}

static void play_one_worker(void)
{
    cell_live();
    if (cell_try_open_size((struct pool_config){.capacity = MOST}, 1)) {
        cell_not_asked("does not open with one worker");
        return;
    }
    cell_note(SIZE, 1);
    cell_role(0, (struct cell_role){.act = CELL_WAIT, .gate = GATE});
    cell_submit(0);
    gate_await(GATE, 1);
    gate_open(GATE);
    cell_wait(-1);
    cell_note(SIZE, 0);
    cell_free();
}

static void drive(int client)
{
    client == QUEUES ? play_queues() : play_one_worker();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    int size = (int)atomic_load(&record->notes[SIZE]), waiting = ledger_accepted(record) - ledger_started(record);
    if (!size || outcome->end == OUTCOME_STALLED)
        return false;
    if (outcome->cell->client == ONE_WORKER)
        return outcome->end == OUTCOME_HUNG && !ledger_started(record) &&
               verdict_own(verdict, "of a pool with one worker no job runs");
    if (outcome_hung_in(outcome, "pool_submit") && waiting < size)
        return verdict_own(verdict, "a queue of %d is full with %d jobs", size, waiting);
    if (!atomic_load(&record->notes[FILLED]))
        return false;
    if (ledger_overrun(record) || ledger_unsettled(record))
        return verdict_own(verdict, "of the jobs in a full queue of %d, %d never ran, %d ran too often", size,
                           ledger_unsettled(record), ledger_overrun(record));
    return outcome->end == OUTCOME_CRASHED && verdict_own(verdict, "with a queue of %d the process ends", size);
}

static const struct fault_cell cells[] = {
    {"of the queue", FAULT_CLEAN, QUEUES, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE, POOL_UNBOUNDED | POOL_CALLER_MAY_RUN},
    {"one worker", FAULT_CLEAN, ONE_WORKER, 0, POOL_CAN_RUN_APART, POOL_CALLER_MAY_RUN | POOL_WAIT_HELPS},
    {"of the queue", FAULT_ARMED, QUEUES, POOL_DEFECT_PLACE_FREE, POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
    {"one worker", FAULT_ARMED, ONE_WORKER, POOL_DEFECT_ONE_FEWER | POOL_DEFECT_ZERO_WORKERS, POOL_CAN_RUN_APART},
};

static const struct fault odd_size = {
    .number = 53,
    .name = "odd-size",
    .group = "bounds",
    .source = "gbmhunter/MRingBuff#14, Workiva/go-datastructures#218, uxlfoundation/oneTBB#405 (one thread)",
    .summary = "with some sizes a queue holds fewer jobs, or loses some, or nobody runs them",
    .bug = "A place is left free to tell full from empty; a mask is used where the size is no power of two; or the "
           "caller is counted as a worker.",
    .scenario = "Queues of 1, 2, 3 and 5 are filled while all workers are held, and must hold as many. Or the pool is "
                "opened with one worker, and a job must run though nobody waits.",
    .diagnosis = "Less fits in than was asked for, or two jobs get one place; or there is nobody to run them.",
    .remedy = "Count positions without a bound, and compare their difference with the size; round the number of slots "
              "up, not the promise; start as many threads as were asked for.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(odd_size);
