/* spurious-zero.c - "closed" is taken for a job or a result.
 *
 * A receiver that does not tell the end from a value gets an endless stream of
 * zeros; a worker that does not, runs a job that nobody submitted. An argument
 * of NULL is legal, so that the value says nothing: the ledger of what was
 * submitted does. The stream never ends, so the client stops after three times
 * what there can be. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { JOBS = 3, RECEIVES_MAX = 3 * JOBS, GATE = 0 };

/* Closes when it will, or while the jobs are in flight. */
enum { ANY_TIME, IN_FLIGHT };

static void drive(int client)
{
    if (cell_open((struct pool_config){.capacity = JOBS, .results = POOL_RESULTS_BLOCK, .results_capacity = JOBS}))
        return;
    for (int i = 0; client == IN_FLIGHT && i < JOBS; i++)
        cell_role(i, (struct cell_role){.act = CELL_WAIT, .gate = GATE});
    cell_submit_range(0, JOBS);
    cell_close();
    gate_open(GATE);
    for (int i = 0; i < RECEIVES_MAX && cell_receive(1, -1) > 0; i++)
        ;
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    int phantoms = (int)atomic_load(&record->phantoms), started = ledger_started(record),
        received = ledger_received(record);
    int accepted = ledger_accepted(record);
    if (phantoms)
        return verdict_own(verdict, "%d results that nobody submitted, after the %d real ones", phantoms, received);
    for (int i = 0; i < JOBS; i++)
        if (atomic_load(&record->jobs[i].started) > atomic_load(&record->jobs[i].accepted))
            return verdict_own(verdict, "%d jobs submitted, %d run: \"closed\" was run as a job", accepted, started);
    if (received > accepted)
        return verdict_own(verdict, "%d results of %d jobs", received, accepted);
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, ANY_TIME, 0, POOL_CAN_RESULTS, POOL_NO_CLOSE},
    {"jobs in flight", FAULT_CLEAN, IN_FLIGHT, 0, POOL_CAN_RESULTS | POOL_CAN_RUN_APART, POOL_NO_CLOSE},
    {"", FAULT_ARMED, ANY_TIME, POOL_DEFECT_CLOSED_IS_RESULT, POOL_CAN_RESULTS},
    {"closed is run as a job", FAULT_ARMED, IN_FLIGHT, POOL_DEFECT_CLOSED_IS_JOB,
     POOL_CAN_RESULTS | POOL_CAN_RUN_APART},
};

static const struct fault spurious_zero = {
    .number = 12,
    .name = "spurious-zero",
    .group = FAULT_KNOWN,
    .source = "mistakes of Go's worker pools, 12",
    .summary = "\"closed\" is taken for a job or a result",
    .symptom = "hang: the workers run zeros for ever, at full speed, after the last job",
    .bug =
        "Taking from a closed queue gives a zero value at once, and the taker does not look whether it is one. Workers "
        "run what nobody submitted; receivers get zeros without end.",
    .scenario = "3 jobs, one with the argument NULL; close; receive until the end, but at most three times as many.",
    .diagnosis = "More was run or received than submitted: the end of the queue was handled as an entry of it.",
    .remedy = "Give the end a sign of its own (a return value beside the entry), and look at it before the entry.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(spurious_zero);
