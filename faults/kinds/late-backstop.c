/* late-backstop.c - a wake-up is lost, and only a timer saves the job.
 *
 * Idle workers look again after a while of their own accord: what nobody was called for
 * starts late, and no job is lost. A cost, which is said and not judged. Single jobs come
 * when all sleep; late are those that started only when a timed wait of the pool ended, where
 * most start at once: so neither a pool that polls nor a busy machine is meant. */
#include <stdlib.h>

#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "faults/core/settle.h"
#include "pools/core/futex.h"

enum { JOBS = 400, LEAST = 2 };
static const int64_t budget_ns = 1500000000;
static const int64_t late_ns = 4000000, soon_ns = 2000000, after_ns = 2000000;

static _Atomic int64_t started_ns;
static int64_t delays_ns[JOBS];

static int note_start(void *arg)
{
    (void)arg;
    atomic_store(&started_ns, pool_clock_ns());
    return 0;
}

/* One job; whether it started late, as a timed wait ended. */
static bool is_late(int64_t *delay_ns)
{
    int64_t wake_ns = settle_next_wake_ns(), begin_ns = pool_clock_ns(), start_ns;
    if (cell_submit_other(note_start, NULL))
        return false;
    cell_wait(-1);
    start_ns = atomic_load(&started_ns);
    *delay_ns = start_ns - begin_ns;
    return wake_ns && *delay_ns > late_ns && start_ns >= wake_ns && start_ns < wake_ns + after_ns;
}

static int by_size(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static void drive(int client)
{
    int64_t until = pool_clock_ns() + budget_ns;
    int jobs = 0, late = 0;
    (void)client;
    if (cell_open((struct pool_config){.capacity = 64}))
        return;
    for (; jobs < JOBS && pool_clock_ns() < until; jobs++) {
        cell_settle();
        late += is_late(&delays_ns[jobs]);
    }
    qsort(delays_ns, (size_t)jobs, sizeof *delays_ns, by_size);
    if (late >= LEAST && delays_ns[jobs / 2] < soon_ns)
        cell_remark("%d of %d single jobs started only when a timed wait of the pool ended, up to %.3g ms late", late,
                    jobs, (double)delays_ns[jobs - 1] / 1e6);
    cell_free();
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_RUN_APART, POOL_CALLER_MAY_RUN},
};

static const struct fault late_backstop = {
    .number = 125,
    .name = "late-backstop",
    .group = "idle",
    .source = "measured in facebookincubator/dispenso 1.6.2: 1.3-5% of sparse jobs",
    .slow = true,
    .summary = "a wake-up is lost, and a timer saves the job, late (said, not judged)",
    .bug = "Between a worker's look and its sleep a call is lost; that it sleeps with a time-out hides it.",
    .scenario = "Single jobs, four hundred if there is time, each when all sleep; when they start is compared with the "
                "ends of the pool's own timed waits.",
    .diagnosis = "Most jobs start at once, and some only when a timed wait ends: nobody was called for them.",
    .remedy = "Publish the job, then look whether somebody sleeps, with a full fence between, and the other way round "
              "in the worker; a time-out as a safety net should count how often it was needed.",
    FAULT_CELLS(cells),
    .drive = drive,
};

FAULT_REGISTER(late_backstop);
