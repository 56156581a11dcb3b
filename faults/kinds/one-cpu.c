/* one-cpu.c - where one CPU is allowed, there is nobody to run the jobs.
 *
 * The number of workers is capped by the CPUs, less one for the submitter; or a thread
 * spins for another one that cannot run meanwhile. The cell binds itself to one CPU as a
 * container does, opens a pool, and jobs must run. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "faults/core/mask.h"

enum { EACH = 4 };

/* Whether it is open. */
enum { OPEN };

static void drive(int client)
{
    struct mask allowed;
    int count = EACH * cell_asked() < RECORD_JOBS ? EACH * cell_asked() : RECORD_JOBS, error;
    (void)client;
    if (!mask_read(&allowed)) {
        cell_not_asked("cannot be asked here: nobody says which CPUs there are");
        return;
    }
    if (mask_count(&allowed) > 1)
        cell_live();
    mask_bind_to_first(&allowed);
    error = cell_try_open((struct pool_config){.capacity = 64});
    if (error) {
        cell_not_asked("does not open where one CPU is allowed");
        return;
    }
    cell_note(OPEN, 1);
    cell_submit_range(0, count);
    cell_wait(-1);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    if (!atomic_load(&record->notes[OPEN]))
        return false;
    if (outcome->end == OUTCOME_HUNG)
        return verdict_own(verdict, "with one CPU allowed: %d of %d jobs ran, and %s does not return",
                           ledger_finished(record), ledger_accepted(record), outcome->call ? outcome->call : "a call");
    if (outcome->end == OUTCOME_CRASHED)
        return verdict_own(verdict, "with one CPU allowed the process ends");
    if (outcome->end == OUTCOME_ENDED && ledger_unsettled(record))
        return verdict_own(verdict, "with one CPU allowed, %d jobs were accepted and never ran",
                           ledger_unsettled(record));
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, 0},
    {"", FAULT_ARMED, 0, POOL_DEFECT_CPUS_LESS_ONE | POOL_DEFECT_ZERO_WORKERS, POOL_CAN_RUN_APART},
};

static const struct fault one_cpu = {
    .number = 116,
    .name = "one-cpu",
    .group = "threads",
    .source = "inetsoft-technology/stylebi#1579, bshoshany/thread-pool#52",
    .summary = "where only one CPU is allowed, a pool has no worker, or its threads wait for each other",
    .bug = "The workers are the CPUs less one, which is none; or somebody spins for a thread that needs the same CPU.",
    .scenario = "The process binds itself to one CPU, opens a pool, and submits a few jobs.",
    .diagnosis = "Jobs were accepted, and no thread is there, or comes to run, that takes them.",
    .remedy = "At least one worker, whatever the count of CPUs says; spin with a bound, and then sleep.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(one_cpu);
