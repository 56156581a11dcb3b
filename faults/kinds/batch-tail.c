/* batch-tail.c - a batch loses its tail, or wakes one worker.
 *
 * A batch that is larger than the room says that it took all and drops the rest; and a
 * batch of as many jobs as there are workers wakes one of them, so that jobs which
 * wait for each other do not meet. Or it copies its jobs into a ring, and forgets those beyond the end of that: batches
 * of seven go round rings of up to a thousand places, after single jobs that did. */
#include "faults/core/fault.h"
#include "faults/core/full.h"
#include "pools/core/futex.h"

enum { MEETING = FULL_GATE + 1, CAPACITY = 4, BATCH = 12 };
enum { TAIL, WAKES, ROUND };
enum { ROUND_CAPACITY = 64, SEVEN = 7 /* no power of two */, ROUND_JOBS = 2300 };
static const int64_t budget_ns = 1000000000;

/* What the batch answered; of batches that go round: how many jobs they took, and how many of them ran. */
enum { ANSWER = FULL_NOTES, TAKEN, RAN };

static int next;

static void submitter(void)
{
    cell_note(ANSWER, cell_submit_batch(next, BATCH));
}

/* Workers held, a batch that is larger than the queue; then they are let go. */
static void play_tail(void)
{
    if (cell_open((struct pool_config){.capacity = CAPACITY}))
        return;
    next = cell_runners() < RECORD_JOBS - BATCH ? cell_runners() : RECORD_JOBS - BATCH;
    full_hold(next);
    full_submit(submitter);
    full_end();
    if (atomic_load(&cell_record()->notes[ANSWER]) < 0)
        cell_not_asked("refuses the batch as a whole");
}

/* All workers asleep, a batch of jobs that wait for each other. */
static void play_wakes(void)
{
    int workers, took;
    if (cell_open((struct pool_config){.capacity = 64}))
        return;
    workers = cell_workers();
    cell_settle();
    for (int id = 0; id < workers; id++)
        cell_role(id, (struct cell_role){.act = CELL_MEET, .gate = MEETING, .width = workers});
    took = cell_submit_batch(0, workers);
    cell_note(ANSWER, took);
    if (took < workers) { /* who meets waits for all */
        cell_not_asked("refuses jobs of a batch for which there is room");
        cell_submit_range(took > 0 ? took : 0, workers - (took > 0 ? took : 0));
    }
    cell_note(FULL_BACK, 1);
    cell_wait(-1);
    cell_free();
}

static _Atomic int ran;

static int count(void *arg)
{
    (void)arg;
    atomic_fetch_add(&ran, 1);
    return 0;
}

/* One by one, or by batches. False: an answer is another one, or it takes too long, and the cell is not asked. */
static bool go_round(int each, int64_t until)
{
    const struct pool_job one = {count, (void *)RECORD_JOBS}; /* what no job of the ledger has */
    struct pool_job jobs[SEVEN];
    for (int i = 0; i < SEVEN; i++)
        jobs[i] = one;
    for (int taken = 0; taken < ROUND_JOBS; taken += each) {
        int answer = each > 1 ? pool_submit_batch(cell_handle(), jobs, each) : cell_submit_other(one.fn, one.arg);
        if (answer != (each > 1 ? each : 0) || pool_clock_ns() > until) {
            cell_not_asked(each > 1 && answer < 0 ? "refuses the batch as a whole"
                                                  : "takes too long for many jobs, or answers one of many calls "
                                                    "otherwise than the others");
            return false;
        }
        cell_note_add(TAKEN, each);
        cell_wait(-1);
        cell_note(RAN, atomic_load(&ran));
        if (each > 1 && atomic_load(&ran) < taken + each)
            return true;
    }
    return true;
}

static void play_round(void)
{
    int64_t until = pool_clock_ns() + budget_ns;
    bool asked;
    if (cell_open((struct pool_config){.capacity = ROUND_CAPACITY}))
        return;
    asked = go_round(1, until);
    cell_note(TAKEN, 0);
    atomic_store(&ran, 0);
    cell_note(RAN, 0);
    cell_note(FULL_BACK, asked);
    if (asked)
        go_round(SEVEN, until + budget_ns);
    cell_free();
}

static void drive(int client)
{
    static void (*const plays[])(void) = {[TAIL] = play_tail, [WAKES] = play_wakes, [ROUND] = play_round};
    plays[client]();
}

static bool judge_round(const struct outcome *outcome, struct verdict *verdict)
{
    int taken = (int)atomic_load(&outcome->record->notes[TAKEN]),
        ran_then = (int)atomic_load(&outcome->record->notes[RAN]);
    if (outcome_hung_in(outcome, "pool_wait"))
        return verdict_own(verdict, "of batches of %d, after %d jobs, one is never done", SEVEN, taken);
    if (outcome->end == OUTCOME_ENDED && ran_then < taken)
        return verdict_own(verdict, "of batches of %d, which took %d jobs together, %d never ran", SEVEN, taken,
                           taken - ran_then);
    return false;
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    int answer = (int)atomic_load(&record->notes[ANSWER]), left = ledger_unsettled(record);
    if (!atomic_load(&record->notes[FULL_BACK]))
        return false;
    if (outcome->cell->client == ROUND)
        return judge_round(outcome, verdict);
    if (outcome->cell->client == WAKES && outcome_hung_in(outcome, "pool_wait") && left)
        return verdict_own(verdict, "of a batch of %d that wait for each other %d do not start: too few workers woke",
                           answer, left);
    if (outcome->cell->client == TAIL && outcome->end == OUTCOME_ENDED && left)
        return verdict_own(verdict, "a batch said that it took %d, and %d of them never ran", answer, left);
    if (outcome->cell->client == TAIL && outcome->end == OUTCOME_ENDED && ledger_overrun(record))
        return verdict_own(verdict, "a batch said that it took %d, and %d others ran", answer, ledger_overrun(record));
    return false;
}

static const struct fault_cell cells[] = {
    {"larger than the queue", FAULT_CLEAN, TAIL, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE, POOL_CALLER_MAY_RUN},
    {"for all workers", FAULT_CLEAN, WAKES, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
    {"round the queue", FAULT_CLEAN, ROUND, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
    {"larger than the queue", FAULT_ARMED, TAIL, POOL_DEFECT_BATCH_TAIL, POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
};

static const struct fault batch_tail = {
    .number = 94,
    .name = "batch-tail",
    .group = "policies",
    .source = "NVIDIA/stdexec#2209, GaijinEntertainment/daScript#3362",
    .summary = "a batch loses what has no room, or wakes one worker for all its jobs",
    .bug = "The batch is put in by a loop that skips what does not fit, and rings once.",
    .scenario = "A batch larger than the queue, with the workers held; a batch of as many jobs as sleeping workers, "
                "which wait for each other; hundreds of batches, so that they meet the end of a ring.",
    .diagnosis = "The answer counts jobs that are nowhere; or all but one worker sleep while jobs wait.",
    .remedy = "As single submits: stop at the first that does not fit, answer with the number taken, wake as many as "
              "jobs came.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(batch_tail);
