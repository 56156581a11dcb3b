/* cancel-abandons.c - what is cancelled has no outcome.
 *
 * After the cancel nobody looks at the queue any more, and nobody counts what lies in
 * it: whoever waits for it waits for ever. All workers are held in jobs, others are
 * queued; then comes the cancel. At rest the statistics count as cancelled what did not run.
 * Again after so many jobs that what is queued lies on both sides of the end of a ring. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "pools/core/futex.h"

enum { GATE = 0, QUEUED = 8, CAPACITY = 64 };
enum { AT_ONCE, ROUND };
static const int64_t budget_ns = 1000000000;

static int passed; /* jobs of before, which are not in the ledger */

/* Whether cancel had returned; whether the statistics of the pool at rest were looked at, what they say, and
 * what was so. */
enum { CANCELLED, LOOKED, SAID_ACCEPTED, ACCEPTED, SAID_CANCELLED, NOT_RUN };

/* They may lag behind while somebody has still to run. */
static void look_at_statistics(void)
{
    static const int64_t limit_ns = 1000000000;
    const struct record *record = cell_record();
    int accepted = passed + ledger_accepted(record), left = accepted - passed - ledger_finished(record);
    struct pool_stats stats = cell_stats();
    if ((int64_t)stats.accepted != accepted || (int64_t)stats.cancelled != left) {
        if (!cell_settle_for(limit_ns)) {
            cell_not_asked("its statistics lag behind, and its threads are not seen asleep");
            return;
        }
        stats = cell_stats();
    }
    cell_note(SAID_ACCEPTED, (int64_t)stats.accepted);
    cell_note(ACCEPTED, accepted);
    cell_note(SAID_CANCELLED, (int64_t)stats.cancelled);
    cell_note(NOT_RUN, left);
    cell_note(LOOKED, 1);
}

/* Half of what is queued then lies before the end of a ring of CAPACITY places. */
static bool go_round(int running)
{
    int64_t until = pool_clock_ns() + budget_ns;
    for (int jobs = CAPACITY - running - QUEUED / 2; passed < jobs; passed++) {
        if (cell_submit_other(cell_empty_job, (void *)RECORD_JOBS) || pool_clock_ns() > until) {
            cell_not_asked("takes too long for some jobs, or refuses one");
            return false;
        }
    }
    cell_wait(-1);
    return true;
}

static void drive(int client)
{
    int running = cell_runners() < RECORD_JOBS - QUEUED ? cell_runners() : RECORD_JOBS - QUEUED;
    if (cell_open_size((struct pool_config){.capacity = CAPACITY}, running))
        return;
    if (running > cell_runners())
        running = cell_runners();
    if ((client == ROUND && !go_round(running)) || !cell_hold_all(0, running, GATE)) {
        cell_free();
        return;
    }
    cell_submit_range(running, QUEUED);
    cell_cancel();
    cell_note(CANCELLED, 1);
    gate_open(GATE);
    if (!cell_wait(-1) && !(cell_pool()->declares & POOL_NO_COUNTS))
        look_at_statistics();
    cell_free();
}

static bool miscounts(const _Atomic int64_t *notes, struct verdict *verdict)
{
    int accepted = (int)atomic_load(&notes[ACCEPTED]), said = (int)atomic_load(&notes[SAID_ACCEPTED]);
    int left = (int)atomic_load(&notes[NOT_RUN]), cancelled = (int)atomic_load(&notes[SAID_CANCELLED]);
    if (!atomic_load(&notes[LOOKED]) || (said == accepted && cancelled == left))
        return false;
    return verdict_own(verdict, "%d of %d accepted jobs were cancelled, and its statistics say %d of %d", left,
                       accepted, cancelled, said);
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    int left = ledger_unsettled(record);
    bool silent = outcome->pool->declares & POOL_NO_DISCARD;
    if (!atomic_load(&record->notes[CANCELLED]))
        return false;
    if (left && (outcome_hung_in(outcome, "pool_wait") || outcome_hung_in(outcome, "pool_free")))
        return verdict_own(verdict, "after a cancel %s does not return: %d jobs have no outcome", outcome->call, left);
    if (outcome->end == OUTCOME_ENDED && left && !silent)
        return verdict_own(verdict, "%d jobs were cancelled without a word: neither run nor given back", left);
    return miscounts(record->notes, verdict);
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, AT_ONCE, 0, POOL_CAN_CANCEL | POOL_CAN_QUEUE | POOL_CAN_RUN_APART},
    {"round the queue", FAULT_CLEAN, ROUND, 0, POOL_CAN_CANCEL | POOL_CAN_QUEUE | POOL_CAN_RUN_APART},
    {"", FAULT_ARMED, AT_ONCE, POOL_DEFECT_CANCEL_FORGETS, POOL_CAN_CANCEL | POOL_CAN_QUEUE | POOL_CAN_RUN_APART},
    {"uncounted", FAULT_ARMED, AT_ONCE, POOL_DEFECT_UNCOUNTED, POOL_CAN_CANCEL | POOL_CAN_QUEUE | POOL_CAN_RUN_APART},
};

static const struct fault cancel_abandons = {
    .number = 30,
    .name = "cancel-abandons",
    .group = "cancel",
    .source = "alitto/pond#61, alitto/pond#138",
    .summary = "cancelled jobs have no outcome, or are not counted; whoever waits for them waits for ever",
    .bug = "The cancel makes the workers deaf, and what is queued is neither run nor counted as cancelled.",
    .scenario =
        "All workers held in jobs, 8 more queued; cancel; the workers are let go; wait; the statistics are held "
        "against the ledger; free. Again after so many jobs that what is queued goes round the end of a ring.",
    .diagnosis = "The count that wait looks at still has the cancelled jobs in it.",
    .remedy = "Settle what is queued in the cancel itself: give each argument back, count it, wake the waiters.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(cancel_abandons);
