/* lost-at-idle.c - a job that comes while the last worker goes to sleep, or leaves, lies there.
 *
 * A worker that has timed out and is on its way out still counts as idle, and a submit
 * in that window starts none; or it looked at the queue and is not yet asleep. One job
 * at a time, at gaps that sweep over short times, and over the end of the workers' own
 * timed waits, which are read from their calls. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "faults/core/settle.h"
#include "pools/core/futex.h"

enum { SWEEP = 120, SWEEP_OURS = 30, AIMED = 60 };
static const int64_t budget_ns = 400000000, aim_most_ns = 20000000;

/* Which try is under way, and the gap before its job, in ns. */
enum { TRY, GAP };

static void one_job(int try, int64_t gap_ns)
{
    cell_note(TRY, try + 1);
    cell_note(GAP, gap_ns);
    cell_submit_other(cell_empty_job, NULL);
    cell_wait(-1);
}

/* Around the end of the workers' own waits: a little before to some after it. */
static int aim(int tries, int64_t until)
{
    static const int64_t step_ns = 13000;
    for (int i = 0; i < AIMED && pool_clock_ns() < until; i++, tries++) {
        int64_t now = pool_clock_ns(), wake = settle_next_wake_ns();
        if (!wake || wake - now > aim_most_ns)
            return tries;
        settle_until(wake + (i - 8) * step_ns);
        one_job(tries, pool_clock_ns() - now);
    }
    return tries;
}

static void drive(int client)
{
    int64_t until = pool_clock_ns() + budget_ns, gap = 2000;
    int tries = 0;
    (void)client;
    if (cell_open((struct pool_config){.capacity = 64}))
        return;
    for (; tries < (cell_is_foreign() ? SWEEP : SWEEP_OURS) && pool_clock_ns() < until; tries++) {
        settle_until(pool_clock_ns() + gap);
        one_job(tries, gap);
        gap = gap > 3000000 ? 2000 : gap + gap / 8;
    }
    tries = aim(tries, pool_clock_ns() + budget_ns);
    cell_tried(tries, tries);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const _Atomic int64_t *notes = outcome->record->notes;
    if (outcome_hung_in(outcome, "pool_wait") && atomic_load(&notes[TRY]))
        return verdict_own(verdict, "job %d, after %.3g ms of idleness, is accepted and nobody takes it",
                           (int)atomic_load(&notes[TRY]), (double)atomic_load(&notes[GAP]) / 1e6);
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_RUN_APART},
};

static const struct fault lost_at_idle = {
    .number = 120,
    .name = "lost-at-idle",
    .group = "idle",
    .source = "amibar/SmartThreadPool#26, ydf0509/threadpool_executor_shrink_able#1, python/cpython#133957",
    .summary = "a job that comes while the last worker falls asleep or leaves is taken by nobody",
    .bug = "Between the last look of a worker and its sleep, or its leaving, the count says that somebody is there.",
    .scenario = "One job at a time after gaps of 2 us to 3 ms, and around the end of the workers' own timed waits.",
    .diagnosis = "A job was accepted, and all threads sleep: whoever counted as awake had already looked.",
    .remedy =
        "A worker takes itself off the count and then looks once more, under the lock of the submit or with a fence.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(lost_at_idle);
