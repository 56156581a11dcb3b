/* starved-outside.c - workers feed themselves, and jobs from outside never start.
 *
 * A worker takes what its own jobs have submitted before it looks at what all share: while
 * jobs breed, that is always. Chains of jobs go on, two for each worker, each job submitting
 * the next; two jobs come from outside. How long they wait is counted in jobs of the chains,
 * not in time alone: a pool that is slow is none that starves. One that takes the youngest job
 * first starves by its order, and is not asked; nor would a priority do it, which is the
 * function's or the argument's: of the two one has the lowest argument, one the highest. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "faults/core/settle.h"
#include "pools/core/futex.h"

enum { FIRST, REST, ORDERED = 3, CAPACITY = 256, MANY = 100000, CHAINS_EACH = 2 };
static const int64_t patience_ns = 100000000, least_ns = 300000000, most_ns = 2000000000;

/* Jobs of the chains that started since those from outside were there, how long that was, and
 * whether one of these did. */
enum { PASSED, TOOK, STARTED };

static _Atomic int place[ORDERED], places;
static int begin; /* the number of the first that is ordered */

static void write_down(int id)
{
    atomic_store(&place[id - begin], atomic_fetch_add(&places, 1) + 1);
}

/* All workers held, three jobs queued, one worker let go. */
static bool takes_the_youngest(void)
{
    begin = cell_runners();
    for (int id = 0; id < begin; id++) {
        cell_role(id, (struct cell_role){.act = CELL_WAIT, .gate = id ? REST : FIRST});
        cell_submit(id);
    }
    gate_await(FIRST, 1);
    gate_await(REST, begin - 1);
    for (int id = begin; id < begin + ORDERED; id++) {
        cell_role(id, (struct cell_role){.act = CELL_CALL, .call = write_down});
        cell_submit(id);
    }
    gate_open(FIRST);
    settle(patience_ns);
    gate_open(REST);
    cell_wait(-1);
    return atomic_load(&place[ORDERED - 1]) < atomic_load(&place[0]);
}

static char many[3]; /* arguments: lowest, of the chains, highest */
static _Atomic int64_t passed;
static _Atomic bool ends, outside_started;

static int breed(void *arg)
{
    if (arg != &many[1]) {
        atomic_store(&outside_started, true);
        return 0;
    }
    atomic_fetch_add(&passed, 1);
    if (!atomic_load(&ends))
        pool_submit(cell_handle(), breed, arg);
    return 0;
}

/* Until a job from outside has started, or so many others have, which took a while. */
static void wait_for_outside(void)
{
    int64_t from = atomic_load(&passed), begin_ns = pool_clock_ns(), took_ns = 0;
    while (!atomic_load(&outside_started) && took_ns < most_ns &&
           (took_ns < least_ns || atomic_load(&passed) - from < MANY)) {
        cell_nap();
        took_ns = pool_clock_ns() - begin_ns;
    }
    cell_note(STARTED, atomic_load(&outside_started));
    cell_note(PASSED, atomic_load(&passed) - from);
    cell_note(TOOK, took_ns);
}

static void drive(int client)
{
    int chains = CHAINS_EACH * cell_runners();
    (void)client;
    if (cell_open((struct pool_config){.capacity = CAPACITY}))
        return;
    if (cell_stats().workers > cell_runners() || cell_runners() + ORDERED > RECORD_JOBS) {
        cell_not_asked("has workers that cannot be held");
    } else if (takes_the_youngest()) {
        cell_not_asked("takes the youngest job first: an older one may wait for ever by that");
    } else {
        for (int i = 0; i < chains; i++)
            cell_submit_other(breed, &many[1]);
        cell_settle();
        cell_submit_other(breed, &many[0]);
        cell_submit_other(breed, &many[2]);
        wait_for_outside();
        if (!atomic_load(&cell_record()->notes[STARTED]))
            cell_tried((int)atomic_load(&cell_record()->notes[PASSED]), 1);
    }
    atomic_store(&ends, true);
    cell_wait(-1);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const _Atomic int64_t *notes = outcome->record->notes;
    if (atomic_load(&notes[STARTED]) || atomic_load(&notes[PASSED]) < MANY)
        return false;
    return verdict_own(verdict,
                       "two jobs from outside did not start, while %ld jobs that other jobs had submitted did (%.2g s)",
                       (long)atomic_load(&notes[PASSED]), (double)atomic_load(&notes[TOOK]) / 1e9);
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE, POOL_CALLER_MAY_RUN},
};

static const struct fault starved_outside = {
    .number = 135,
    .name = "starved-outside",
    .group = "load",
    .source = "status-im/nim-taskpools#51",
    .slow = true,
    .summary = "workers feed themselves for ever, and jobs from outside never start",
    .bug = "A worker looks at its own queue first, and at the common one only when that is empty: it never is, while "
           "jobs submit jobs.",
    .scenario = "Two chains of jobs for each worker, each job submitting the next; two jobs from outside; 100,000 jobs "
                "of the chains start meanwhile.",
    .diagnosis = "What came from outside waits as long as jobs breed.",
    .remedy = "Look at the common queue first each so many jobs (61 in Go's and Tokio's schedulers), and bound what a "
              "worker hands to itself.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(starved_outside);
