/* idle-return.c - workers that have retired do not come back, or not all of them.
 *
 * A pool lets workers go that had nothing to do for a while. One that left without a word
 * still counts: no other is started for the next job, or as many fewer for many jobs at
 * once. Gaps of 1 to 500 ms, and around the end of the workers' own timed waits: after
 * each a single job, or as many as there are workers, which wait for each other. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "faults/core/settle.h"
#include "pools/core/futex.h"

enum { AIMED = 6, OURS = 1 }; /* ours retire nobody */
static const int64_t budget_ns = 3000000000, aim_most_ns = 600000000;
static const struct {
    int64_t gap_ns;
    int times;
} gaps[] = {{1000000, 8}, {2000000, 8}, {5000000, 8}, {10000000, 6}, {50000000, 4}, {100000000, 3}, {500000000, 2}};
enum { GAPS = sizeof gaps / sizeof *gaps };

/* The gap, in ns; how many jobs came after it; how many of them are there. */
enum { GAP, CAME, THERE, TRIES };

static _Atomic uint32_t there; /* a futex */

static uint32_t arrive(void)
{
    uint32_t now = atomic_fetch_add(&there, 1) + 1;
    pool_futex_wake(&there, INT_MAX);
    return now;
}

static int meet(void *width)
{
    uint32_t now = arrive();
    cell_note(THERE, now);
    while ((now = atomic_load(&there)) < (uint32_t)(uintptr_t)width)
        pool_futex_wait(&there, now, -1);
    return 0;
}

/* As many as it says are there may wait for each other. */
static void jobs_after(int64_t gap_ns)
{
    int tries = (int)atomic_load(&cell_record()->notes[TRIES]), width = cell_stats().workers;
    width = width < cell_runners() ? width : cell_runners();
    if (tries % 2 || width < 1)
        width = 1;
    atomic_store(&there, 0);
    cell_note(GAP, gap_ns);
    cell_note(THERE, 0);
    cell_note(CAME, width);
    for (int i = 0; i < width; i++)
        if (cell_submit_other(width > 1 ? meet : cell_empty_job, (void *)(uintptr_t)width))
            arrive(); /* nobody waits for one that was refused */
    cell_wait(-1);
    cell_note(TRIES, tries + 1);
}

/* A little before to some after the end of the workers' own waits. */
static void aim(int64_t until)
{
    static const int64_t steps_ns[AIMED] = {-100000, 0, 50000, 200000, 1000000, 5000000};
    for (int i = 0; i < AIMED; i++) {
        int64_t now = pool_clock_ns(), wake = settle_next_wake_ns();
        if (!wake || wake - now > aim_most_ns || wake > until)
            return;
        settle_until(wake + steps_ns[i]);
        jobs_after(pool_clock_ns() - now);
    }
}

/* By a fixed sequence: half to one and a half of it. */
static int64_t jitter(int64_t ns)
{
    static uint64_t state = 1;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return ns / 2 + (int64_t)((state >> 33) % (uint64_t)ns);
}

static void drive(int client)
{
    int64_t until = pool_clock_ns() + budget_ns;
    int distances = 0;
    (void)client;
    if (cell_open((struct pool_config){.capacity = 64}))
        return;
    jobs_after(0);
    for (int i = 0; i < GAPS - !cell_is_foreign() && pool_clock_ns() < until; i++, distances++)
        for (int j = 0; j < (cell_is_foreign() ? gaps[i].times : OURS) && pool_clock_ns() < until; j++) {
            int64_t gap_ns = jitter(gaps[i].gap_ns);
            settle_until(pool_clock_ns() + gap_ns);
            jobs_after(gap_ns);
        }
    aim(until + budget_ns);
    cell_tried((int)atomic_load(&cell_record()->notes[TRIES]), distances);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const _Atomic int64_t *notes = outcome->record->notes;
    double gap_ms = (double)atomic_load(&notes[GAP]) / 1e6;
    int came = (int)atomic_load(&notes[CAME]), arrived = (int)atomic_load(&notes[THERE]);
    if (!outcome_hung_in(outcome, "pool_wait") || !gap_ms)
        return false;
    if (came == 1)
        return verdict_own(verdict, "a job after %.3g ms of idleness is accepted and nobody takes it", gap_ms);
    return verdict_own(verdict, "after %.3g ms of idleness %d of %d jobs, as many as there are workers, start", gap_ms,
                       arrived, came);
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_RUN_APART, POOL_CALLER_MAY_RUN},
};

static const struct fault idle_return = {
    .number = 124,
    .name = "idle-return",
    .group = "idle",
    .source = "openhab/openhab-core#942, OpenLiberty/open-liberty#33468, amibar/SmartThreadPool#26",
    .slow = true,
    .summary = "workers that retired after a while of idleness do not come back, or not all",
    .bug = "A worker that leaves is still counted, as idle or as there; or the pool may grow only when something else "
           "happens.",
    .scenario = "After gaps of 1 to 500 ms, and around the end of the workers' timed waits: one job, or as many as "
                "workers that wait for each other.",
    .diagnosis = "The pool has jobs and fewer threads than it counts, and starts none.",
    .remedy =
        "Who leaves takes itself off all counts under the lock, looks at the queue once more, and only then goes.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(idle_return);
