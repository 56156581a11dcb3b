/* ignored-cancel.c - workers never look at the cancel.
 *
 * All queued jobs run although somebody cancelled. Nothing fails, only time is
 * lost, and so nobody notices. To draw between the cancel and the next job is
 * the tempting wrong remedy: some jobs still start. With all workers held in
 * jobs, what starts after the cancel has returned is counted exactly. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { GATE = 0, QUEUED = 32, CAPACITY = 64 };

/* Whether cancel had returned; how many jobs had started until then. */
enum { CANCELLED, STARTED };

static void drive(int client)
{
    int running = cell_runners() < RECORD_JOBS - QUEUED ? cell_runners() : RECORD_JOBS - QUEUED;
    (void)client;
    if (cell_open_size((struct pool_config){.capacity = CAPACITY}, running))
        return;
    if (!cell_hold_all(0, running, GATE)) {
        cell_free();
        return;
    }
    cell_submit_range(running, QUEUED);
    gate_await(GATE, running); /* they stand there; without the gate all have passed it, and ended, by now */
    cell_cancel();
    cell_note(STARTED, ledger_started(cell_record()));
    cell_note(CANCELLED, 1);
    gate_open(GATE);
    cell_wait(-1);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    int late = ledger_started(record) - (int)atomic_load(&record->notes[STARTED]);
    /* A worker may have one job in its hand; ours have none while they are held in another. */
    int allowed = pool_is_added(outcome->pool) ? outcome->workers : 0;
    if (outcome->end != OUTCOME_CRASHED && atomic_load(&record->notes[CANCELLED]) && late > allowed)
        return verdict_own(verdict, "%d of %d queued jobs started after the cancel had returned", late, QUEUED);
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_CANCEL | POOL_CAN_QUEUE | POOL_CAN_RUN_APART},
    {"", FAULT_ARMED, 0, POOL_DEFECT_CANCEL_UNSEEN, POOL_CAN_CANCEL | POOL_CAN_QUEUE | POOL_CAN_RUN_APART},
    {"draws between cancel and job", FAULT_ARMED, 0, POOL_DEFECT_CANCEL_BY_CHANCE,
     POOL_CAN_CANCEL | POOL_CAN_QUEUE | POOL_CAN_RUN_APART},
};

static const struct fault ignored_cancel = {
    .number = 7,
    .name = "ignored-cancel",
    .group = FAULT_KNOWN,
    .source = "mistakes of Go's worker pools, 7",
    .summary = "workers never look at the cancel; all queued jobs run",
    .symptom = "nothing: all the jobs run although nobody wants them; only the time is lost",
    .bug = "The cancel sets a flag, and the workers' loop does not read it, or reads it beside the queue and takes "
           "whichever comes first. What was queued goes on to run.",
    .scenario = "All workers held in jobs, 32 more queued; cancel returns; then the workers are let go.",
    .diagnosis = "Jobs accepted before the cancel started after it had returned: the worker takes the job before, or "
                 "instead of, looking whether it still should.",
    .remedy =
        "Look at the cancel first, each time a job is taken, and settle what is queued as cancelled in the cancel "
        "itself. Long jobs look for themselves.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(ignored_cancel);
