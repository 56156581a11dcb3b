/* full-caller-runs.c - the submitter should run the job itself, and does not, or does so after the close.
 *
 * Workers are held and the queue is full: the submitter runs the job before its submit
 * returns; the job asks for the statistics, as any may, and counts as ended afterwards. After the close it is refused
 * and nothing runs. */
#include "faults/core/fault.h"
#include "faults/core/full.h"

enum { CAPACITY = 2 };

/* What came back, and whether the job had run by then. */
enum { ANSWER = FULL_NOTES, RAN, AFTER, ASKS, ASKED };

static int next;

static void ask(int id)
{
    struct pool_stats stats;
    (void)id;
    cell_note(ASKS, 1);
    pool_stats(cell_handle(), &stats);
    cell_note(ASKED, 1);
}

static void submitter(void)
{
    cell_role(next, (struct cell_role){.act = CELL_CALL, .call = ask});
    cell_note(ANSWER, cell_submit(next));
    cell_note(RAN, atomic_load(&cell_record()->jobs[next].finished));
    cell_close();
    cell_note(AFTER, cell_submit(next + 1));
}

static void drive(int client)
{
    (void)client;
    cell_live();
    next = full_open((struct pool_config){.capacity = CAPACITY, .full = POOL_CALLER_RUNS});
    if (!next)
        return;
    full_submit(submitter);
    if (!full_returns())
        cell_not_asked("its open takes POOL_CALLER_RUNS, and its submit waits all the same");
    else if (atomic_load(&cell_record()->notes[ANSWER]) < 0)
        cell_not_asked("its open takes POOL_CALLER_RUNS, and its submit refuses all the same");
    full_end();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    if (outcome->end == OUTCOME_HUNG && atomic_load(&record->notes[ASKS]) && !atomic_load(&record->notes[ASKED]))
        return verdict_own(verdict,
                           "a job asked for the statistics, and waits for a lock that its own submitter holds");
    if (outcome_hung_in(outcome, "pool_wait") && atomic_load(&record->notes[RAN]) &&
        ledger_finished(record) == ledger_accepted(record))
        return verdict_own(verdict, "a wait does not return: the job that its submitter ran never counts as ended");
    if (!atomic_load(&record->notes[FULL_BACK]) || record->not_asked[0] || outcome->end != OUTCOME_ENDED)
        return false;
    if (!atomic_load(&record->notes[RAN]))
        return verdict_own(verdict, "a submit into a full queue came back with 0 before it had run its job");
    if (atomic_load(&record->notes[AFTER]) == 0)
        return verdict_own(verdict, "a submitter ran its job after the close");
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE, POOL_UNBOUNDED | POOL_CALLER_MAY_RUN | POOL_NO_CLOSE},
    {"", FAULT_ARMED, 0, POOL_DEFECT_FULL_SWALLOWS, POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
    {"under a lock", FAULT_ARMED, 0, POOL_DEFECT_CALLS_LOCKED, POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
    {"after the close", FAULT_ARMED, 0, POOL_DEFECT_OPEN_DOOR, POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
};

static const struct fault full_caller_runs = {
    .number = 92,
    .name = "full-caller-runs",
    .group = "policies",
    .source = "FgForrest/evitaDB#1387",
    .summary = "the submitter should run the job itself, and it is lost, or runs after the close",
    .bug =
        "The policy stands before the look at the state, or the job is queued beyond the bound in place of being run.",
    .scenario = "Workers held, the queue full, under POOL_CALLER_RUNS; a submit, whose job asks for the statistics; a "
                "close, a submit.",
    .diagnosis = "The caller was told 0, and had not run its job; or ran one that must be refused.",
    .remedy = "Look at the state first; then run it on this stack, as a job of the pool, counted as such.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(full_caller_runs);
