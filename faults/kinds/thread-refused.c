/* thread-refused.c - a thread that cannot be started is taken badly.
 *
 * Submit queues the job, starts a worker, fails, and says no: the job runs
 * nevertheless, and its caller submits it again or frees its argument. Or the pool
 * opens and counts a worker that is not there. The k-th thread is refused for k = 2,
 * 3, ..., once, or from then on, or the k-th after a job has run and workers may have
 * retired; whatever was accepted runs, whatever was refused does not.
 * What comes of the first thread's refusal is said, and not judged: it may be no worker's,
 * and an open that then has nobody to run jobs is asked for by the contract suite.
 * An open that fails, or a free, leaves no thread then where it leaves none otherwise.
 * A pool whose threads stay has them for the next one: it is asked in its first open, without the
 * plain life before; where none is started, none can be refused. */
#include <stdio.h>
#include <unistd.h>

#include "faults/core/births.h"
#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "faults/core/settle.h"
#include "pools/core/futex.h"

enum { ONCE, FROM_THEN_ON, LATER, FIRST };
enum { EACH = 2, FEW = 4, LOOKS = 20 }; /* EACH: jobs for each worker */

/* The thread that is refused now; jobs that ran though refused, and accepted ones that did not;
 * how many workers it says that it has, where it started fewer; whether pools that were freed left no thread. */
enum { NOW, OVERRUN, UNSETTLED, AT, SAID, LEAVES_NONE };

/* Whether a pool to which no thread is refused says as many workers as it starts in its open, or fewer:
 * then one that says more than it could start counts some that are not there. */
static bool counts_what_it_starts;

/* After an open, before which so many threads had begun. */
static bool says_more_than(uint32_t begun)
{
    return cell_stats().workers > (int)(atomic_load(&cell_record()->begun) - begun);
}

static void look_at_counts(void)
{
    uint32_t begun = atomic_load(&cell_record()->begun);
    if (cell_try_open((struct pool_config){.capacity = 64}))
        return;
    counts_what_it_starts = !says_more_than(begun);
    cell_free();
}

/* As many jobs wait for each other as it says there are workers. */
static void let_them_meet(int gate)
{
    int workers = cell_stats().workers;
    cell_note(SAID, workers);
    for (int id = 0; id < workers && id < RECORD_JOBS; id++)
        cell_role(id, (struct cell_role){.act = CELL_MEET, .gate = gate, .width = workers});
    cell_submit_range(0, workers < RECORD_JOBS ? workers : RECORD_JOBS);
    cell_wait(-1);
    for (int id = 0; id < workers && id < RECORD_JOBS; id++)
        cell_role(id, (struct cell_role){.act = CELL_PASS});
    cell_note(SAID, 0);
}

/* One job; then idle for as long as the workers' own timed waits are, 100 ms at most. */
static void let_retire(void)
{
    static const int64_t most_ns = 100000000;
    int64_t now = pool_clock_ns(), wake;
    cell_submit(0);
    cell_wait(-1);
    cell_settle();
    wake = settle_next_wake_ns();
    while (wake && wake - now < most_ns && pool_clock_ns() < wake + most_ns / 50)
        cell_nap();
}

/* What cannot end any more ends with the process. */
static void refuse_first(void)
{
    static const int64_t look_ns = 100000000;
    bool refused;
    int error = -ETIMEDOUT;
    births_fail(1, false);
    if (cell_try_open((struct pool_config){.capacity = 64}))
        return;
    refused = births_failed() > 0;
    births_fail(0, false);
    for (int i = 0; i < FEW; i++)
        cell_submit_other(cell_empty_job, NULL);
    for (int i = 0; error && i < LOOKS; i++)
        error = cell_wait(refused ? look_ns : -1);
    if (error) {
        cell_remark(births_alive() ? "where its first thread is refused, jobs do not run in 2 s (said, not judged)"
                                   : "where its first thread is refused, it opens without any (said, not judged)");
        _exit(0);
    }
    cell_free();
}

static bool stays(void)
{
    return cell_pool()->declares & POOL_THREADS_STAY;
}

static void refuse_each(int client)
{
    int asked = cell_asked();
    uint32_t begun = 0, refused = 0;
    if (!stays()) {
        look_at_counts();
        cell_settle();
        cell_note(LEAVES_NONE, !births_alive());
    }
    for (int k = client == LATER ? 1 : 2; k <= asked + 1; k++) {
        int count = EACH * asked < RECORD_JOBS ? EACH * asked : RECORD_JOBS, error;
        cell_note(NOW, k);
        births_fail(client == LATER ? 0 : (uint32_t)k, client == FROM_THEN_ON);
        begun = atomic_load(&cell_record()->begun);
        error = cell_try_open((struct pool_config){.capacity = 64});
        if (!error && client == LATER) {
            let_retire();
            begun = atomic_load(&cell_record()->begun);
            births_fail((uint32_t)k, false);
        }
        if (!error && client == FROM_THEN_ON && counts_what_it_starts && says_more_than(begun)) {
            let_them_meet(k % CELL_GATES);
            cell_free();
            cell_forget();
            refused += births_failed();
            births_fail(0, false);
            continue;
        }
        if (!error) {
            for (int id = 0; id < count; id++)
                cell_submit(id);
            cell_wait(-1);
            cell_free();
        }
        refused += births_failed();
        births_fail(0, false);
        if (ledger_overrun(cell_record()) || ledger_unsettled(cell_record())) {
            cell_note(OVERRUN, ledger_overrun(cell_record()));
            cell_note(UNSETTLED, ledger_unsettled(cell_record()));
            cell_note(AT, k);
            return;
        }
        if (client == LATER && k == 1 && !error && atomic_load(&cell_record()->begun) == begun) {
            cell_not_asked("starts no thread later than in its open");
            return;
        }
        cell_forget();
    }
    if (!refused && client != LATER)
        cell_not_asked("starts no thread that could be refused");
}

static void drive(int client)
{
    if (!stays())
        cell_live();
    client == FIRST ? refuse_first() : refuse_each(client);
}

/* However it ends. */
static bool say_of_first(const struct outcome *outcome, struct verdict *verdict)
{
    if (outcome->end != OUTCOME_HUNG && outcome->end != OUTCOME_CRASHED)
        return false;
    verdict->kind = VERDICT_HOLDS;
    snprintf(verdict->finding, sizeof verdict->finding, "with its first thread refused %s%s (said, not judged)",
             outcome->end == OUTCOME_CRASHED ? "the process ends"
             : outcome->call                 ? outcome->call
                                             : "a call",
             outcome->end == OUTCOME_CRASHED ? "" : " does not return");
    return true;
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const _Atomic int64_t *notes = outcome->record->notes;
    int at = (int)atomic_load(&notes[AT]), now = (int)atomic_load(&notes[NOW]);
    if (outcome->cell->client == FIRST)
        return say_of_first(outcome, verdict);
    if (at && atomic_load(&notes[OVERRUN]))
        return verdict_own(verdict, "with thread %d refused, %d jobs were refused and ran nevertheless", at,
                           (int)atomic_load(&notes[OVERRUN]));
    if (at)
        return verdict_own(verdict, "with thread %d refused, %d jobs were accepted and never ran", at,
                           (int)atomic_load(&notes[UNSETTLED]));
    if (!now)
        return false; /* none was refused yet */
    if (outcome->end == OUTCOME_HUNG && atomic_load(&notes[SAID]))
        return verdict_own(verdict, "with thread %d refused, it counts %d workers, and of as many jobs %d start", now,
                           (int)atomic_load(&notes[SAID]), ledger_started(outcome->record));
    if (outcome->end == OUTCOME_HUNG)
        return verdict_own(verdict, "with thread %d refused, %s does not return", now,
                           outcome->call ? outcome->call : "a call");
    if (outcome->end == OUTCOME_CRASHED)
        return verdict_own(verdict, "with thread %d refused, the process ends", now);
    if (outcome->end == OUTCOME_ENDED && outcome->threads_left && atomic_load(&notes[LEAVES_NONE]))
        return verdict_own(verdict, "where a thread is refused, others are left behind: %d", outcome->threads_left);
    return false;
}

static const struct fault_cell cells[] = {
    {"once", FAULT_CLEAN, ONCE, 0, POOL_CAN_RUN_APART},
    {"from then on", FAULT_CLEAN, FROM_THEN_ON, 0, POOL_CAN_RUN_APART},
    {"later", FAULT_CLEAN, LATER, 0, POOL_CAN_RUN_APART},
    {"the first", FAULT_CLEAN, FIRST, 0, POOL_CAN_RUN_APART, POOL_THREADS_STAY},
    {"from then on", FAULT_ARMED, FROM_THEN_ON, POOL_DEFECT_REFUSED_COUNTED, POOL_CAN_RUN_APART},
};

static const struct fault thread_refused = {
    .number = 115,
    .name = "thread-refused",
    .group = "threads",
    .source = "python/cpython#17615",
    .summary = "a thread that cannot be started: the job is refused and runs, or is accepted and does not",
    .bug =
        "The job is queued before the thread is started, and the failure is answered with the job still in the queue.",
    .scenario = "The k-th thread is refused, for k = 2, 3, ..., or the k-th after the first job and a while of "
                "idleness; jobs are submitted, awaited, and the pool is freed. Or the first is refused, once.",
    .diagnosis = "What the caller was told is not what became of the job.",
    .remedy = "Start the thread first, or take the job out again; with other workers there, the failure is no error.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(thread_refused);
