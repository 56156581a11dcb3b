/* counts-torn.c - statistics that cannot be: finished more than started, fewer than a moment ago.
 *
 * Counters are read one after the other while jobs run, or put together from those of the
 * workers as they go. One thread reads, two submit; each reading is held against pool.h
 * and the reading before: not certain. */
#include <stdio.h>

#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "pools/core/futex.h"

enum { PRODUCERS = 2, CAPACITY = 64, AHEAD = 100 };
static const int64_t budget_ns = 250000000, budget_ours_ns = 80000000;

/* What was wrong first (enum wrong), and the two numbers. */
enum { WRONG, LEFT, RIGHT };

enum wrong { NOTHING, FELL, STARTED, FINISHED, SETTLED };

static _Atomic bool ends;

static _Atomic int ahead; /* jobs that have not run */

static int pass(void *arg)
{
    (void)arg;
    atomic_fetch_sub(&ahead, 1);
    return 0;
}

static void producer(void)
{
    while (!atomic_load(&ends)) {
        if (atomic_fetch_add(&ahead, 1) > AHEAD || cell_submit_other(pass, NULL)) {
            atomic_fetch_sub(&ahead, 1);
            cell_nap();
        }
    }
}

static bool is_wrong(enum wrong wrong, uint64_t left, uint64_t right)
{
    if (left <= right)
        return false;
    cell_note(LEFT, (int64_t)left);
    cell_note(RIGHT, (int64_t)right);
    cell_note(WRONG, wrong);
    return true;
}

/* Whether one reading cannot be, or cannot come after the other. */
static bool cannot_be(const struct pool_stats *before, const struct pool_stats *now)
{
    return is_wrong(FELL, before->accepted, now->accepted) || is_wrong(FELL, before->started, now->started) ||
           is_wrong(FELL, before->done, now->done) || is_wrong(FELL, before->failed, now->failed) ||
           is_wrong(STARTED, now->started, now->accepted) ||
           is_wrong(FINISHED, now->done + now->failed, now->started) ||
           is_wrong(SETTLED, now->done + now->failed + now->cancelled + now->dropped, now->accepted);
}

static void drive(int client)
{
    int64_t until = pool_clock_ns() + (cell_is_foreign() ? budget_ns : budget_ours_ns);
    struct pool_stats before = {0}, now;
    int readings = 0;
    bool wrong = false;
    (void)client;
    if (cell_open((struct pool_config){.capacity = CAPACITY}))
        return;
    for (int i = 0; i < PRODUCERS; i++)
        helper_start(i, producer);
    while (!wrong && pool_clock_ns() < until) {
        now = cell_stats();
        wrong = cannot_be(&before, &now);
        before = now;
        readings++;
        if (readings % 16 == 0)
            cell_nap();
    }
    atomic_store(&ends, true);
    helpers_join();
    cell_wait(-1);
    cell_tried(readings, 1);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    static const char *const texts[] = {[FELL] = "a counter fell from %llu to %llu",
                                        [STARTED] = "%llu jobs started, of %llu accepted",
                                        [FINISHED] = "%llu jobs finished, of %llu started",
                                        [SETTLED] = "%llu jobs have an outcome, of %llu accepted"};
    const _Atomic int64_t *notes = outcome->record->notes;
    int64_t wrong = atomic_load(&notes[WRONG]);
    char text[128];
    if (wrong < FELL || wrong > SETTLED)
        return false;
    snprintf(text, sizeof text, texts[wrong], (unsigned long long)atomic_load(&notes[LEFT]),
             (unsigned long long)atomic_load(&notes[RIGHT]));
    return verdict_own(verdict, "its statistics, read while jobs run: %s", text);
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_RUN_APART, POOL_NO_COUNTS | POOL_CALLER_MAY_RUN},
};

static const struct fault counts_torn = {
    .number = 132,
    .name = "counts-torn",
    .group = "load",
    .source = "apache/dubbo#6496, wlandau/crew#90",
    .summary = "statistics read while jobs run cannot be: more finished than started, or fewer than before",
    .bug = "A job is counted as accepted after it is there to be taken, or counters are read in the order in which "
           "they are raised.",
    .scenario = "Two threads submit short jobs; one reads the statistics again and again.",
    .diagnosis = "No moment had these numbers: they come from several.",
    .remedy = "Count before the job can be seen; read the counter that is raised last first, with acquire; or read all "
              "under the lock.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(counts_torn);
