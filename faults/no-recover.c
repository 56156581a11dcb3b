/* no-recover.c - one failing job takes more with it than itself.
 *
 * The whole process, or silently its worker: the pool then runs on with one
 * thread less, and ends as a hang when the last is gone. Containing the failure
 * at the top of the worker is the tempting wrong remedy: it still costs a worker
 * each time. So after the failures as many jobs as there are workers must meet.
 *
 * A plug-in may have another bug by which they do not. So they meet before, too, with nothing failing; and
 * where some do not start afterwards, further jobs are submitted: those call a worker that is there. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { MEETING = 0, MEETINGS_BEFORE = 4 };

/* Who fails: by pool_fail only, or by pthread_exit too. Then how many were to
 * meet, what the pool counted as failed, and whether a plain job ran and was awaited before. */
enum { BY_CALL, BY_EXIT, BY_STATUS, BY_EXIT_ALONE };
enum { WIDTH, FAILING, FAILED, PLAIN };

/* As many jobs as workers, of these numbers on, that wait for each other. */
static void submit_meeting(int gate, int first, int width)
{
    for (int i = 0; i < width; i++)
        cell_role(first + i, (struct cell_role){.act = CELL_MEET, .gate = gate, .width = width});
    cell_submit_range(first, width);
}

/* What follows, without a failure. */
static void meet_before(int width)
{
    for (int i = 1; i <= MEETINGS_BEFORE; i++) {
        cell_submit_other(cell_empty_job, NULL);
        cell_wait(-1);
        submit_meeting(MEETING + i, 1, width);
        cell_wait(-1);
        cell_forget();
    }
}

static void call_others(int width)
{
    for (int i = 0; i < width; i++) {
        cell_settle();
        if (ledger_unsettled(cell_record()))
            cell_submit_other(cell_empty_job, NULL);
    }
}

static bool are_counted(void)
{
    return (int64_t)cell_stats().failed >= atomic_load(&cell_record()->notes[FAILING]);
}

static void drive(int client)
{
    static const enum cell_act first[] = {CELL_FAIL, CELL_FAIL, CELL_RETURN, CELL_EXIT};
    int failing = client == BY_EXIT ? 2 : 1, width = cell_runners();
    cell_note(FAILING, failing);
    cell_note(WIDTH, width);
    if (cell_open((struct pool_config){.capacity = RECORD_JOBS}))
        return;
    cell_role(0, (struct cell_role){.act = first[client]});
    if (client == BY_EXIT)
        cell_role(1, (struct cell_role){.act = CELL_EXIT});
    if (cell_is_foreign()) /* a wait that never returns is another bug */
        meet_before(width);
    cell_note(PLAIN, 1);
    cell_submit_range(0, failing);
    cell_wait(-1);
    submit_meeting(MEETING, failing, width);
    if (cell_is_foreign())
        call_others(width);
    cell_wait(-1);
    if (cell_is_foreign() && !(cell_pool()->declares & POOL_NO_COUNTS)) /* which may tell it later */
        cell_until_told("failed jobs to be counted", are_counted);
    cell_note(FAILED, (int64_t)cell_stats().failed);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    int failing = (int)atomic_load(&record->notes[FAILING]), width = (int)atomic_load(&record->notes[WIDTH]), met = 0;
    int failed = (int)atomic_load(&record->notes[FAILED]), began = 0;
    if (!atomic_load(&record->notes[PLAIN]))
        return false;
    for (int i = 0; i < failing; i++)
        began += atomic_load(&record->jobs[i].started) != 0;
    if (!began) /* refused, perhaps: nothing failed */
        return false;
    for (int i = 0; i < width; i++)
        met += atomic_load(&record->jobs[failing + i].started) != 0;
    if (outcome->end == OUTCOME_CRASHED && !met && atomic_load(&record->jobs[0].started))
        return verdict_own(verdict, "a failing job took the whole process with it (signal %d)", outcome->signal);
    if (outcome->end == OUTCOME_HUNG && atomic_load(&record->jobs[failing - 1].started) &&
        !atomic_load(&record->jobs[failing].submitted))
        return verdict_own(verdict, "hang: the job that failed never counts as ended, and wait waits for it");
    if (outcome->end == OUTCOME_HUNG && met < width)
        return verdict_own(verdict,
                           "the pool shrank: after %d failing jobs only %d of %d jobs that wait for each other run",
                           failing, met, width);
    if (outcome->end == OUTCOME_ENDED && began == failing && failed != failing &&
        !(outcome->pool->declares & POOL_NO_COUNTS))
        return verdict_own(verdict, "%d jobs failed, %d were reported", failing, failed);
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, BY_CALL, 0, POOL_CAN_CONTAIN, .native = true},
    {"pthread_exit", FAULT_CLEAN, BY_EXIT, 0, POOL_CAN_CONTAIN | POOL_CAN_RUN_APART, .native = true},
    {"a status", FAULT_CLEAN, BY_STATUS, 0, 0, 0, .foreign = true},
    {"the job ends its thread", FAULT_CLEAN, BY_EXIT_ALONE, 0, POOL_CAN_RUN_APART, POOL_WAIT_HELPS | POOL_JOBS_RETURN,
     .foreign = true},
    {"", FAULT_ARMED, BY_CALL, POOL_DEFECT_FAIL_IS_FATAL, POOL_CAN_CONTAIN},
    {"pthread_exit takes the worker", FAULT_ARMED, BY_EXIT, POOL_DEFECT_WORKER_LOST,
     POOL_CAN_CONTAIN | POOL_CAN_RUN_APART},
    {"contained at the top of the worker", FAULT_ARMED, BY_CALL, POOL_DEFECT_RECOVER_AT_TOP,
     POOL_CAN_CONTAIN | POOL_CAN_RUN_APART},
};

static const struct fault no_recover = {
    .number = 6,
    .name = "no-recover",
    .group = FAULT_KNOWN,
    .source = "mistakes of Go's worker pools, 6",
    .summary = "one failing job takes the process, or silently its worker",
    .symptom = "crash: one job takes all others with it",
    .bug =
        "A job fails badly and nothing stands between it and the thread that runs it: the process dies, or the worker "
        "does, and nobody counts the workers.",
    .scenario = "One job fails (one more by pthread_exit); then as many jobs as workers wait for each other.",
    .diagnosis =
        "The failure left the job's own frame. If the process lives, the jobs that must meet cannot: there are "
        "fewer workers than there were.",
    .remedy =
        "Contain each job by itself, inside the worker's loop; report it failed; replace a thread that a job took "
        "away; and count the workers afterwards.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(no_recover);
