/* missing-close.c - the producer never says "no more jobs".
 *
 * The bug is the client's: it submits, and forgets to close. The workers wait
 * for jobs for ever, and so does whoever receives until the end. Seen from
 * outside: a hang, with everything done. The end must be announced at both ends:
 * a pool that closes its job queue only leaves the receivers asleep. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { CLOSES, FORGETS };
enum { JOBS = 4, PLACES = 8 };
static const int64_t patience_ns = 5000000;

/* What receive said last, and whether the client had closed. */
enum { LAST, CLOSED };

static bool all_parked(void)
{
    struct pool_stats stats = cell_stats();
    return stats.parked == stats.workers;
}

static bool named(void)
{
    return cell_explains("open and empty");
}

static void drive(int client)
{
    int received = 0, got;
    if (cell_open((struct pool_config){.results = POOL_RESULTS_BLOCK, .results_capacity = PLACES}))
        return;
    cell_submit_range(0, JOBS);
    if (client == CLOSES) {
        cell_note(CLOSED, 1);
        cell_close();
    }
    /* Patience runs out only once all is received: a slow machine is no fault. */
    do {
        got = cell_receive(1, client == CLOSES ? -1 : patience_ns);
        received += got > 0;
    } while (got > 0 || (got == -ETIMEDOUT && received < JOBS));
    cell_note(LAST, got);
    if (client == FORGETS) {
        cell_until_told("workers that are parked", all_parked);
        cell_until(named);
    }
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    bool closed = atomic_load(&record->notes[CLOSED]);
    int finished = ledger_finished(record);
    if (outcome->end == OUTCOME_HUNG && finished == JOBS && ledger_received(record) == JOBS)
        return verdict_own(
            verdict,
            closed ? "hang: closed, drained and all %d results received, but the receiver is not told"
                   : "hang: receive waits for ever; all %d jobs done, queue open and empty, nobody to submit",
            finished);
    if (outcome->end == OUTCOME_ENDED && !closed && atomic_load(&record->notes[LAST]) == -ETIMEDOUT &&
        record_says(record, "open and empty"))
        return verdict_named(verdict,
                             "receive timed out; explain: open and empty, %d of %d workers parked, waits for a close",
                             record->stats.parked, record->stats.workers);
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, CLOSES, 0, POOL_CAN_RESULTS},
    {"", FAULT_MISUSE, FORGETS, 0, POOL_CAN_RESULTS},
    {"", FAULT_ARMED, FORGETS, POOL_DEFECT_ENDLESS_RECEIVE, POOL_CAN_RESULTS},
    {"closes the job queue only", FAULT_ARMED, CLOSES, POOL_DEFECT_END_UNTOLD, POOL_CAN_RESULTS},
};

static const struct fault missing_close = {
    .number = 1,
    .name = "missing-close",
    .group = FAULT_KNOWN,
    .source = "mistakes of Go's worker pools, 1",
    .summary = "the producer never closes; workers and receivers wait for ever",
    .symptom = "hang: the workers wait for jobs that nobody will send, and main waits for the workers",
    .bug =
        "The producer submits its jobs and never says that there are no more. Each worker, and everybody who receives "
        "until the end, then waits for something that nobody is left to do.",
    .scenario = "4 jobs with results; the client receives until the end, having closed, or without (with a time-out).",
    .diagnosis =
        "All jobs are done, the queue is open and empty, every worker sleeps: the only missing event is a close.",
    .remedy =
        "Whoever submits last closes, on error paths too. A pool must wake receivers as well as workers at the end, "
        "and must honour the time-out of a receive.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(missing_close);
