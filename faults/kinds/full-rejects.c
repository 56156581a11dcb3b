/* full-rejects.c - a full queue that should refuse does something else.
 *
 * It waits, it loses the job with a good answer, or runs one that it refused. Workers
 * are held and the queue is full: one more is refused with -EAGAIN at once, alone and
 * in a batch, and whatever was accepted runs. At rest a submit is accepted again. Or a batch comes
 * of which only a part has room: what it says that it took is what runs. */
#include "faults/core/fault.h"
#include "faults/core/full.h"
#include "pools/core/futex.h"

enum { CAPACITY = 2, BATCH = CAPACITY /* some take none that is larger than the queue */ };

/* The answers of the submit and of the batch beyond the capacity, and of a submit at rest. */
enum { ALONE = FULL_NOTES, BATCHED, AT_REST };
enum { FULL, IN_PART, PART = 3, PLACES = 4 };

static int next;

static void submitter(void)
{
    cell_note(ALONE, cell_submit(next));
    cell_note(BATCHED, cell_submit_batch(next + 1, BATCH));
}

/* Whoever has just ended its job may not be ready for the next: it is given some time, and a CPU. */
static void submit_at_rest(void)
{
    static const int64_t patience_ns = 500000000, limit_ns = 1000000000;
    int64_t until = pool_clock_ns() + patience_ns;
    bool asleep = cell_settle();
    int error = cell_submit_other(cell_empty_job, NULL);
    while (error == -EAGAIN && pool_clock_ns() < until) {
        asleep = cell_settle_for(limit_ns);
        error = cell_submit_other(cell_empty_job, NULL);
    }
    if (error == -EAGAIN && !asleep)
        cell_not_asked("refuses a submit at rest, and its threads are not seen asleep");
    else
        cell_note(AT_REST, error);
}

static void batch_in_part(void)
{
    cell_note(BATCHED, cell_submit_batch(next, PART));
}

static void play_in_part(void)
{
    if (cell_try_open((struct pool_config){.capacity = PLACES, .full = POOL_REJECT}))
        return;
    next = full_make(PLACES - PART + 1);
    full_submit(batch_in_part);
    if (!full_returns())
        cell_not_asked("its open takes POOL_REJECT, and its batch waits all the same");
    full_end();
    if (atomic_load(&cell_record()->notes[BATCHED]) == -ENOTSUP && !ledger_overrun(cell_record()))
        cell_not_asked("refuses the batch as a whole");
}

static void play_full(void)
{
    next = full_open((struct pool_config){.capacity = CAPACITY, .full = POOL_REJECT});
    if (!next)
        return;
    full_submit(submitter);
    if (!full_returns())
        cell_not_asked("its open takes POOL_REJECT, and its submit waits all the same");
    gate_open(FULL_GATE);
    helpers_join();
    cell_wait(-1);
    submit_at_rest();
    cell_wait(-1);
    cell_free();
}

static void drive(int client)
{
    client == FULL ? play_full() : play_in_part();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    int alone = (int)atomic_load(&record->notes[ALONE]), batched = (int)atomic_load(&record->notes[BATCHED]);
    if (!atomic_load(&record->notes[FULL_BACK]) || record->not_asked[0] || outcome->end != OUTCOME_ENDED)
        return false;
    if (ledger_overrun(record) && outcome->cell->client == IN_PART)
        return verdict_own(verdict, "of a batch of %d, which was answered %s, %d ran that it says it refused", PART,
                           verdict_answer(batched), ledger_overrun(record));
    if (ledger_overrun(record))
        return verdict_own(verdict, "%d jobs were refused, and ran nevertheless", ledger_overrun(record));
    if (ledger_unsettled(record))
        return verdict_own(verdict, "%d jobs were taken by a full queue, and never ran", ledger_unsettled(record));
    if (outcome->cell->client == IN_PART)
        return false;
    if (atomic_load(&record->notes[AT_REST]) == -EAGAIN)
        return verdict_own(verdict,
                           "at rest, with nothing queued, a submit is refused: what was refused keeps its place");
    if (alone != -EAGAIN || (batched != -EAGAIN && batched != -ENOTSUP))
        return verdict_own(verdict, "in a full queue a submit was answered %s and a batch %s", verdict_answer(alone),
                           verdict_answer(batched));
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, FULL, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE, POOL_UNBOUNDED | POOL_CALLER_MAY_RUN},
    {"a batch in part", FAULT_CLEAN, IN_PART, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE,
     POOL_UNBOUNDED | POOL_CALLER_MAY_RUN},
    {"", FAULT_ARMED, FULL, POOL_DEFECT_FULL_SWALLOWS, POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
    {"a batch in part", FAULT_ARMED, IN_PART, POOL_DEFECT_BATCH_TAIL, POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
};

static const struct fault full_rejects = {
    .number = 90,
    .name = "full-rejects",
    .group = "policies",
    .source = "python/cpython#17615, NVIDIA/stdexec#2209",
    .summary = "a full queue that should refuse loses the job, runs what it refused, or answers something else",
    .bug =
        "The answer is decided at one place and the queue changed at another, or a batch counts what it did not take.",
    .scenario =
        "Workers held, the queue full, under POOL_REJECT; then a submit and a batch; and a submit at rest. Or a batch "
        "of three where two have room.",
    .diagnosis = "What the caller was told is not what became of the job.",
    .remedy = "Decide and insert in one step; a batch answers with the number that it took.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(full_rejects);
