/* racy-counter.c - a shared counter without synchronisation.
 *
 * Two workers read the same value and each writes it back plus one: an update is
 * lost. Seen from outside: now and then a count too low, or a wait that never
 * returns because a job seems open. Both are led into the window between the
 * load and the store, so it is lost each time. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { GATE = 0, JOBS = 2, MORE = 8 };

/* What the pool counted as done at the end. */
enum { DONE };

static _Atomic int refused; /* of the two */

static void first(void)
{
    refused += cell_submit(0) != 0;
}

static void second(void)
{
    refused += cell_submit(1) != 0;
}

/* Whether two jobs run at once: on workers, or in two submitters. */
static bool meets(void)
{
    if (cell_pool()->can & POOL_CAN_RUN_APART)
        return cell_workers() >= JOBS;
    return !(cell_pool()->declares & POOL_WAIT_HELPS);
}

static void drive(int client)
{
    (void)client;
    if (cell_open((struct pool_config){.capacity = JOBS + MORE}))
        return;
    for (int id = 0; meets() && id < JOBS; id++)
        cell_role(id, (struct cell_role){.act = CELL_MEET, .gate = GATE, .width = JOBS});
    /* Two threads, for pools that run a job in its submitter. */
    helper_start(0, first);
    helper_start(1, second);
    helpers_join();
    if (refused)
        cell_not_asked("refuses one of the two jobs that end at the same moment");
    if (meets() && refused == 1) /* in its place: the other one waits for it */
        gate_meet(GATE, 1);
    cell_submit_range(JOBS, MORE);
    cell_wait(-1);
    cell_note(DONE, (int64_t)cell_stats().done);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    int finished = ledger_finished(record);
    if (outcome->end == OUTCOME_HUNG && atomic_load(&record->explained) && finished == ledger_accepted(record) &&
        (int)record->stats.done < finished)
        return verdict_own(verdict, "%d jobs finished, counted %d: wait waits for ever for the lost update", finished,
                           (int)record->stats.done);
    if (outcome->end == OUTCOME_ENDED && atomic_load(&record->notes[DONE]) != finished)
        return verdict_own(verdict, "%d jobs finished, counted %d", finished, (int)atomic_load(&record->notes[DONE]));
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, 0, POOL_NO_COUNTS},
    {"", FAULT_ARMED, 0, POOL_DEFECT_TORN_COUNTER, 0},
};

static const struct fault racy_counter = {
    .number = 4,
    .name = "racy-counter",
    .group = FAULT_KNOWN,
    .source = "mistakes of Go's worker pools, 4",
    .summary = "a shared counter is read, then written: updates are lost",
    .symptom = "wrong answer, sometimes: two threads read the same number, and one of two updates is lost",
    .bug =
        "Several threads add to one variable by a load and a store. Two that load the same value store the same value.",
    .scenario = "Two jobs end at the same moment, eight more follow; then the pool's count is held against the ledger.",
    .diagnosis = "Fewer ends were counted than jobs finished: two of them read the counter before either wrote it.",
    .remedy =
        "One atomic read-modify-write, or a counter for each thread that its owner alone writes and readers sum up.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(racy_counter);
