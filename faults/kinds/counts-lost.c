/* counts-lost.c - a counter that two threads raise at once, and that counts one.
 *
 * It is raised without a lock, and is no atomic one: of two that are raised in the same moment
 * one is lost, and what was to come out even never does. Two threads submit at the same moment, jobs
 * end in pairs at the same moment, again and again, each waiting for the other without sleep; at rest
 * the counters are compared with what was submitted. Not certain; on one CPU it is hardly to be seen. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "pools/core/futex.h"

enum { CAPACITY = 64, BLOCK = 64, CALM = 16, SPINS = 3000, TARRIES = 128, OTHER = 0 };
static const int64_t budget_ns = 250000000, budget_ours_ns = 60000000, calm_ns = 80000000;

/* Jobs that were accepted; what the statistics say of them and of those that ended, plus 1. */
enum { ACCEPTED, SAID_ACCEPTED, SAID_ENDED };

static _Atomic int64_t accepted;
static _Atomic uint32_t at_submit, at_end;

/* With the next one, or after a short while without. Who comes first hears of it a little later
 * than the other goes on, who therefore tarries, each time for another while. */
static void meet(_Atomic uint32_t *arrived)
{
    uint32_t mine = atomic_fetch_add(arrived, 1), both = (mine | 1) + 1;
    for (volatile uint32_t i = 0; mine & 1 && i < mine / 2 % TARRIES; i = i + 1)
        ;
    for (int i = 0; i < SPINS && (int32_t)(atomic_load_explicit(arrived, memory_order_acquire) - both) < 0; i++)
        pool_pause();
}

static int end_together(void *arg)
{
    (void)arg;
    meet(&at_end);
    return 0;
}

static void submit_block(void)
{
    for (int i = 0; i < BLOCK; i++) {
        meet(&at_submit);
        if (cell_submit_other(end_together, NULL) == 0)
            atomic_fetch_add(&accepted, 1);
    }
}

/* What is accepted and ended, by the statistics. They may lag behind: looked at twice. */
static bool agrees(bool counts_accepted, bool may_lag)
{
    struct pool_stats stats = cell_stats();
    int64_t wanted = atomic_load(&accepted);
    bool good =
        (int64_t)(stats.done + stats.failed) == wanted && (!counts_accepted || (int64_t)stats.accepted == wanted);
    if (good || !may_lag)
        return good;
    cell_settle();
    stats = cell_stats();
    cell_note(SAID_ACCEPTED, counts_accepted ? (int64_t)stats.accepted + 1 : 0);
    cell_note(SAID_ENDED, (int64_t)(stats.done + stats.failed) + 1);
    return agrees(counts_accepted, false);
}

/* Jobs one by one. */
static void calm_jobs(void)
{
    for (int i = 0; i < CALM; i++) {
        if (cell_submit_other(cell_empty_job, NULL) == 0)
            atomic_fetch_add(&accepted, 1);
        cell_wait(-1);
    }
}

/* Returns whether it counts at all, when nothing meets; *counts_accepted: what is accepted, too. */
static bool counts_when_calm(bool *counts_accepted)
{
    cell_settle();
    *counts_accepted = (int64_t)cell_stats().accepted == atomic_load(&accepted);
    return agrees(false, false);
}

static void drive(int client)
{
    int64_t until;
    bool counts_accepted, good;
    int blocks = 0;
    (void)client;
    if (cell_open((struct pool_config){.capacity = CAPACITY}))
        return;
    if (cell_is_slow(calm_ns, calm_jobs)) {
        cell_not_asked("takes too long for many jobs");
        cell_free();
        return;
    }
    good = counts_when_calm(&counts_accepted);
    if (!good)
        cell_not_asked("its statistics do not count the jobs that have ended");
    until = pool_clock_ns() + (cell_is_foreign() ? budget_ns : budget_ours_ns);
    while (good && pool_clock_ns() < until) {
        helper_start(OTHER, submit_block);
        submit_block();
        helpers_join();
        cell_note(ACCEPTED, atomic_load(&accepted));
        cell_wait(-1);
        good = agrees(counts_accepted, true);
        blocks++;
    }
    cell_note(ACCEPTED, atomic_load(&accepted));
    if (good) {
        cell_note(SAID_ENDED, 0);
        cell_tried(2 * BLOCK * blocks, 1);
    }
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const _Atomic int64_t *notes = outcome->record->notes;
    long all = (long)atomic_load(&notes[ACCEPTED]);
    if (outcome->record->not_asked[0])
        return false;
    if (all && atomic_load(&notes[SAID_ACCEPTED]) && atomic_load(&notes[SAID_ACCEPTED]) - 1 != all)
        return verdict_own(verdict, "%ld jobs were accepted, and its statistics count %ld", all,
                           (long)atomic_load(&notes[SAID_ACCEPTED]) - 1);
    if (all && atomic_load(&notes[SAID_ENDED]) && atomic_load(&notes[SAID_ENDED]) - 1 != all)
        return verdict_own(verdict, "%ld jobs have ended, and its statistics count %ld", all,
                           (long)atomic_load(&notes[SAID_ENDED]) - 1);
    if (outcome_hung_in(outcome, "pool_wait") && all > CALM)
        return verdict_own(verdict,
                           "of %ld jobs that were submitted and ended in pairs, at one moment, a wait never "
                           "sees the end",
                           all);
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_RUN_APART, POOL_NO_COUNTS | POOL_CALLER_MAY_RUN},
};

static const struct fault counts_lost = {
    .number = 134,
    .name = "counts-lost",
    .group = "load",
    .source = "jpos/jPOS#196",
    .slow = true,
    .summary = "a counter that two threads raise at once counts one: statistics are wrong, or a wait never ends",
    .bug = "A counter is raised without the lock, by an ordinary ++, where another thread may do so, too.",
    .scenario = "Two threads submit at the same moment, and jobs end in pairs at the same moment, again and again; at "
                "rest the counters are compared with what was submitted.",
    .diagnosis = "Of two that were raised at once one was lost.",
    .remedy = "Raise it under the lock, or make it atomic (fetch_add), or give each thread one of its own; "
              "ThreadSanitizer sees it in one run.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(counts_lost);
