/* worker-close.c - a receiver of jobs closes the queue under its producer.
 *
 * A job that finds that it is enough closes the pool while somebody is still
 * submitting. Where nothing guards the door, a job is accepted after the end and
 * never runs, or the process dies of it. A pool must allow the close and answer
 * each submit: accepted means executed, and after the close it is -ESHUTDOWN. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

/* With two slots the last submit has room, even if the blocked one came in after
 * the end and lies there for ever. */
enum { GATE = 0, LATER = 1, CAPACITY = 2 };

/* Answers of the close in the job, of the submit that was blocked meanwhile,
 * and of one that began after the end; the numbers of these two jobs; whether the
 * scenario came so far that the job may close. */
enum { CLOSE, BLOCKED, AFTER, BLOCKED_ID, AFTER_ID, CLOSED };

static bool producer_blocked(void)
{
    return cell_stats().blocked_submit == 1;
}

static bool drained(void)
{
    return cell_stats().state == POOL_DRAINED;
}

/* The job that closes the pool is through with that. */
static bool has_closed(void)
{
    return atomic_load(&cell_record()->jobs[0].finished);
}

static void producer(void)
{
    cell_note(BLOCKED, cell_submit((int)atomic_load(&cell_record()->notes[BLOCKED_ID])));
}

static void drive(int client)
{
    unsigned queues = POOL_CAN_QUEUE | POOL_CAN_RUN_APART;
    bool queued = (fault_pool_can(cell_pool()) & queues) == queues;
    bool bounded = !(cell_pool()->declares & POOL_UNBOUNDED);
    int running = cell_runners(), next = running + CAPACITY;
    (void)client;
    if (cell_open((struct pool_config){.capacity = CAPACITY}))
        return;
    for (int id = 0; id < running; id++)
        cell_role(id, (struct cell_role){
                          .act = id ? CELL_WAIT : CELL_CLOSE, .gate = id && !bounded ? LATER : GATE, .note = CLOSE});
    cell_note(BLOCKED_ID, next);
    cell_note(AFTER_ID, next + 1);
    if (cell_is_foreign())
        cell_settle(); /* where its jobs go must not depend on who just began */
    if (queued) {
        /* All workers in jobs, the queue full, one producer blocked. */
        for (int id = 0; id < running; id++) {
            cell_submit(id);
            gate_await(id && !bounded ? LATER : GATE, id && !bounded ? id : id + 1);
        }
        cell_submit_range(running, CAPACITY);
        if (bounded) {
            helper_start(0, producer);
            cell_until_told("a submit that is blocked", producer_blocked);
        }
        cell_note(CLOSED, 1);
        gate_open(GATE);
        if (!bounded) {
            /* Nobody is blocked behind the queue, so that the others must not empty it first. */
            cell_await(has_closed);
            gate_open(LATER);
        }
    } else {
        cell_note(CLOSED, 1);
        gate_open(GATE);
        cell_submit(0);
        if (cell_pool()->declares & POOL_WAIT_HELPS) /* there may be nobody else who runs it */
            cell_wait(-1);
    }
    cell_await(has_closed);
    cell_until_told("its being drained", drained);
    helpers_join();
    cell_note(AFTER, cell_submit(next + 1));
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    const struct record_job *after = record_job_at(record, atomic_load(&record->notes[AFTER_ID])),
                            *blocked = record_job_at(record, atomic_load(&record->notes[BLOCKED_ID]));
    int accepted = ledger_accepted(record), started = ledger_started(record);
    bool lost =
        atomic_load(&record->notes[CLOSED]) && atomic_load(&blocked->accepted) && !atomic_load(&blocked->started);
    if (ledger_overrun(record))
        return false; /* a job that ran twice has closed twice */
    if (atomic_load(&after->accepted))
        return verdict_own(verdict, "a submit after the close was accepted%s",
                           atomic_load(&after->started) ? " (and run)" : ", and never run");
    if ((outcome->end == OUTCOME_ENDED || outcome->end == OUTCOME_HUNG) && lost &&
        !(outcome->pool->declares & POOL_CLOSE_CANCELS))
        return verdict_own(verdict, "%d jobs accepted, %d run; the last came in after the end", accepted, started);
    if (outcome->end == OUTCOME_ENDED && atomic_load(&record->notes[CLOSE]))
        return verdict_own(verdict, "a job may not close its pool: %d", (int)atomic_load(&record->notes[CLOSE]));
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, 0, POOL_NO_CLOSE},
    {"", FAULT_ARMED, 0, POOL_DEFECT_OPEN_DOOR, 0},
};

static const struct fault worker_close = {
    .number = 3,
    .name = "worker-close",
    .group = FAULT_KNOWN,
    .source = "mistakes of Go's worker pools, 3",
    .summary = "a job closes the pool under its producer",
    .symptom =
        "crash: the producer sends into what a receiver has closed; where sends are merely dropped, jobs are lost",
    .bug = "The side that takes jobs ends the queue while the other side still adds to it: a submit meets a queue that "
           "has "
           "ended. It crashes, or puts a job where nobody will look again.",
    .scenario = "All workers in jobs, the queue full, a producer blocked in submit; one of the jobs closes the pool; a "
                "further submit follows when all is drained.",
    .diagnosis = "Nothing orders submits against the end: a job came in after the moment from which nobody takes any.",
    .remedy = "Decide each submit in the same word or under the same lock that ends the queue, and refuse what comes "
              "after. Better still: who produces closes.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(worker_close);
