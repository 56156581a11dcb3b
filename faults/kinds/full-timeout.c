/* full-timeout.c - a submit that may wait so long waits another time, or its job runs though it was refused.
 *
 * Workers are held and the queue is full: a submit with 2 ms comes back with
 * -ETIMEDOUT, and its job never runs; one with an hour stands until there is room. */
#include "faults/core/fault.h"
#include "faults/core/full.h"
#include "faults/core/settle.h"
#include "pools/core/futex.h"

enum { CAPACITY = 2 };

enum { ANSWER = FULL_NOTES, LATE };
enum { BRIEF, LONG };
static const int64_t times_ns[] = {2000000, INT64_C(3600000000000)}, patience_ns = 1000000000, look_ns = 1000000;

static int next;

static void submitter(void)
{
    cell_note(ANSWER, cell_submit(next));
}

/* Whether it is back within a second. This thread waits for the clock, and not for the pool: one that takes
 * POOL_TIMEOUT and waits without end is no hang. */
static bool comes_back(void)
{
    int64_t until = pool_clock_ns() + patience_ns;
    for (int64_t now; !full_is_back() && (now = pool_clock_ns()) < until;)
        settle_until(now + look_ns);
    return full_is_back();
}

static void drive(int client)
{
    next = full_open(
        (struct pool_config){.capacity = CAPACITY, .full = POOL_TIMEOUT, .full_timeout_ns = times_ns[client]});
    if (!next)
        return;
    full_submit(submitter);
    if (!full_returns() && client == BRIEF && !comes_back())
        cell_not_asked("its open takes POOL_TIMEOUT, and its submit waits without end");
    cell_note(LATE, !full_is_back());
    full_end();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    int answer = (int)atomic_load(&record->notes[ANSWER]);
    if (!atomic_load(&record->notes[FULL_BACK]) || record->not_asked[0] || outcome->end != OUTCOME_ENDED)
        return false;
    if (ledger_overrun(record))
        return verdict_own(verdict, "a job ran whose submit was answered %d", answer);
    if (ledger_unsettled(record))
        return verdict_own(verdict, "a job was accepted by a submit that timed out, and never ran");
    if (outcome->cell->client == LONG && !atomic_load(&record->notes[LATE]) && answer == -ETIMEDOUT)
        return verdict_own(verdict, "a submit that may wait an hour said at once that its time was over");
    return false;
}

static const struct fault_cell cells[] = {
    {"2 ms", FAULT_CLEAN, BRIEF, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE, POOL_UNBOUNDED | POOL_CALLER_MAY_RUN},
    {"an hour", FAULT_CLEAN, LONG, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE, POOL_UNBOUNDED | POOL_CALLER_MAY_RUN},
    {"an hour", FAULT_ARMED, LONG, POOL_DEFECT_TIMES_WRAP, POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
};

static const struct fault full_timeout = {
    .number = 91,
    .name = "full-timeout",
    .group = "policies",
    .source = "ClickHouse/ClickHouse#117898, llvm/llvm-project#59260",
    .summary = "a submit with a time-out comes back early or never, or its job runs though it timed out",
    .bug = "The time wraps, is counted anew at each wake-up, or is over after the job was put in.",
    .scenario = "Workers held, the queue full, under POOL_TIMEOUT; a submit of 2 ms and one of an hour.",
    .diagnosis = "The answer, the time and the fate of the job do not agree.",
    .remedy = "One deadline on the monotonic clock, computed before the loop; look for room once more at the end.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(full_timeout);
