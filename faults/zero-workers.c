/* zero-workers.c - a pool of size 0, out of a configuration.
 *
 * It is opened, takes jobs, and runs none: a hang at the first wait. With a
 * queue that is large enough, and a program that does not wait, it even ends
 * with status 0 and nothing done. A pool refuses the size, or means something by
 * it (automatic): what counts is whether the job runs or is refused. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { WAITS, JUST_FREES };

/* What open said to 0, to -1 and to one more than there may be. */
enum { ZERO, NEGATIVE, HUGE };

static void drive(int client)
{
    struct pool_config config = {.capacity = 10};
    int error = cell_open_size(config, 0);
    cell_note(ZERO, error);
    if (!error) {
        cell_submit(0);
        if (client == WAITS)
            cell_wait(-1);
        cell_free();
    }
    if (pool_is_added(cell_pool()))
        return;
    error = cell_open_size(config, -1);
    cell_note(NEGATIVE, error);
    if (!error)
        cell_free();
    error = cell_open_size(config, POOL_WORKERS_MAX + 1);
    cell_note(HUGE, error);
    if (!error)
        cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    bool opened = ledger_accepted(record) == 1;
    int negative = (int)atomic_load(&record->notes[NEGATIVE]), huge = (int)atomic_load(&record->notes[HUGE]);
    if (opened && !ledger_started(record) && outcome->end == OUTCOME_HUNG)
        return verdict_own(verdict, "a pool of 0 workers was opened; its job never runs, and wait hangs");
    if (opened && !ledger_started(record) && outcome->end == OUTCOME_ENDED)
        return verdict_own(verdict, "a pool of 0 workers took a job, never ran it, and ended as if all were well");
    /* Other pools' sizes may be signed otherwise, or unlimited. */
    if (outcome->end == OUTCOME_ENDED && !pool_is_added(outcome->pool) && (negative != -EINVAL || huge != -EINVAL))
        return verdict_own(verdict, "a pool of -1 and of %d workers: open said %s and %s", POOL_WORKERS_MAX + 1,
                           verdict_answer(negative), verdict_answer(huge));
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, WAITS, 0, 0, POOL_ZERO_STOPS},
    {"", FAULT_ARMED, WAITS, POOL_DEFECT_ZERO_WORKERS, POOL_CAN_RUN_APART},
    {"a bigger buffer", FAULT_ARMED, JUST_FREES, POOL_DEFECT_ZERO_WORKERS | POOL_DEFECT_NO_WAIT, POOL_CAN_RUN_APART},
};

static const struct fault zero_workers = {
    .number = 10,
    .name = "zero-workers",
    .group = FAULT_KNOWN,
    .source = "mistakes of Go's worker pools, 10",
    .summary = "a pool of size 0 out of a configuration",
    .symptom = "hang: the first send that finds no room waits for a worker, and there is none",
    .bug = "The number of workers comes from a file, a division or a machine with one CPU, and is 0. The pool opens, "
           "takes "
           "jobs, and has nobody to run them.",
    .scenario = "Open with 0, with -1 and with more than the allowed number of workers; where 0 opens, one job.",
    .diagnosis = "The pool accepted a job that no worker exists for.",
    .remedy = "Refuse sizes that make no sense at open, with the reason; or define what 0 means, and start that many.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(zero_workers);
