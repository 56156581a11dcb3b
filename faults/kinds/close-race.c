/* close-race.c - a submit that races with the close is accepted and never run.
 *
 * The look at the state and the insertion are two steps, and the close with all that
 * follows fits between. Three threads submit until they are refused, and the pool is
 * closed under them, at different moments: not certain. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "pools/core/futex.h"

enum { TRIES = 60, TRIES_OURS = 4, SUBMITTERS = 3, EACH = 64 };
static const int64_t budget_ns = 250000000;

/* Of the try that went wrong: its number, accepted jobs that did not run, jobs that ran though
 * refused. */
enum { TRY, LOST, OVERRUN };

static _Atomic uint8_t ran[SUBMITTERS * EACH];
static uint8_t accepted[SUBMITTERS * EACH];
static _Atomic int next;

static int tick(void *arg)
{
    atomic_fetch_add(&ran[(uintptr_t)arg], 1);
    return 0;
}

static void submitter(void)
{
    int from = atomic_fetch_add(&next, EACH);
    for (int i = from; i < from + EACH; i++)
        if (!(accepted[i] = cell_submit_other(tick, (void *)(uintptr_t)i) == 0))
            return;
}

static void forget(void)
{
    atomic_store(&next, 0);
    for (int i = 0; i < SUBMITTERS * EACH; i++) {
        accepted[i] = 0;
        atomic_store(&ran[i], 0);
    }
}

/* Returns whether all adds up. */
static bool look(void)
{
    int lost = 0, overrun = 0;
    for (int i = 0; i < SUBMITTERS * EACH; i++) {
        lost += atomic_load(&ran[i]) < accepted[i];
        overrun += atomic_load(&ran[i]) > accepted[i];
    }
    cell_note(LOST, lost);
    cell_note(OVERRUN, overrun);
    return !lost && !overrun;
}

static void drive(int client)
{
    int64_t until;
    int most = cell_is_foreign() ? TRIES : TRIES_OURS;
    (void)client;
    cell_live();
    until = pool_clock_ns() + budget_ns;
    for (int try = 0; try < most && pool_clock_ns() < until; try++) {
        int64_t gap;
        cell_note(TRY, try + 1);
        forget();
        if (cell_open((struct pool_config){.capacity = 16}))
            return;
        for (int i = 0; i < SUBMITTERS; i++)
            helper_start(i, submitter);
        gap = pool_clock_ns() + try % 20 * 10000;
        while (pool_clock_ns() < gap)
            ;
        cell_close();
        helpers_join();
        cell_wait(-1);
        cell_free();
        if (!look())
            return;
        cell_tried(try + 1, try < 20 ? try + 1 : 20);
    }
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const _Atomic int64_t *notes = outcome->record->notes;
    int try = (int)atomic_load(&notes[TRY]);
    if (atomic_load(&notes[LOST]))
        return verdict_own(verdict, "%d jobs were accepted in a race with the close, and never ran (try %d)",
                           (int)atomic_load(&notes[LOST]), try);
    if (atomic_load(&notes[OVERRUN]))
        return verdict_own(verdict, "%d jobs were refused in a race with the close, and ran (try %d)",
                           (int)atomic_load(&notes[OVERRUN]), try);
    if (outcome->end == OUTCOME_HUNG)
        return verdict_own(verdict, "under a close that races with submits %s does not return (try %d)",
                           outcome->call ? outcome->call : "a call", try);
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_RUN_APART, POOL_NO_CLOSE | POOL_CLOSE_CANCELS | POOL_CALLER_MAY_RUN},
};

static const struct fault close_race = {
    .number = 108,
    .name = "close-race",
    .group = "end",
    .source = "clj-commons/dirigiste#13, netty/netty#309",
    .summary = "a submit that races with the close is accepted and never run",
    .bug = "Whether it is open is looked at before the job is put in, and the close comes between.",
    .scenario = "Three threads submit until they are refused; the pool is closed at different moments.",
    .diagnosis = "A caller was told 0, and its job has no outcome; or was refused, and it ran.",
    .remedy = "Look and insert under one lock, or let the close wait for those between the two.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(close_race);
