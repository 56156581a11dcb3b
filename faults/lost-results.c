/* lost-results.c - the consumer takes some results and leaves.
 *
 * The workers block on the results that nobody will take, and the program hangs
 * with most of its work delivered. A bigger buffer is the tempting wrong remedy:
 * the hang goes, and so do the results, silently. The pool's part: done + failed
 * = received + pending + lost, and free gives back what nobody received. */
#include "faults/core/cell.h"
#include "faults/core/consumer.h"
#include "faults/core/fault.h"

enum { TAKES_ALL, LEAVES };
enum { JOBS = 5, TAKEN = 3, PLACES = 1 };

/* All jobs have run, and the results that are left wait: one in the channel, one
 * with its worker; or both in the channel, which should not have the places. */
static bool all_left(void)
{
    struct pool_stats stats = cell_stats();
    return ledger_finished(cell_record()) == JOBS && (int)stats.pending + stats.blocked_results == JOBS - TAKEN &&
           (int)stats.done == JOBS - stats.blocked_results;
}

static bool named(void)
{
    return (int)cell_stats().done == JOBS || cell_explains("nobody receives");
}

static void drive(int client)
{
    consumer_play(&(struct consumer){
        .jobs = JOBS, .takes = client == TAKES_ALL ? JOBS : TAKEN, .places = PLACES, .left = all_left, .named = named});
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    int finished = ledger_finished(record), received = ledger_received(record);
    int given_up = (int)atomic_load(&record->notes[CONSUMER_GIVEN_UP]);
    if (!received)
        return false;
    if (outcome->end == OUTCOME_HUNG && !atomic_load(&record->notes[CONSUMER_FREED]) && received == TAKEN &&
        consumer_frees(outcome))
        return verdict_own(verdict, "hang: free waits for ever; the consumer took %d of %d results and left", received,
                           finished);
    if (outcome->end == OUTCOME_ENDED && given_up != finished - received)
        return verdict_own(verdict, "%d of %d results delivered, %d vanished: free speaks of %d", received, finished,
                           finished - received, given_up);
    if (outcome->end == OUTCOME_ENDED && received == TAKEN && record_says(record, "nobody receives"))
        return verdict_named(verdict, "explain: nobody receives, %d pending; free gave %d of %d results up",
                             (int)record->stats.pending, given_up, finished);
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, TAKES_ALL, 0, POOL_CAN_RESULTS},
    {"", FAULT_MISUSE, LEAVES, 0, POOL_CAN_RESULTS},
    {"", FAULT_ARMED, LEAVES, POOL_DEFECT_NO_GIVE_UP, POOL_CAN_RESULTS},
    {"a bigger buffer", FAULT_ARMED, LEAVES, POOL_DEFECT_SILENT_LOSS, POOL_CAN_RESULTS},
};

static const struct fault lost_results = {
    .number = 8,
    .name = "lost-results",
    .group = FAULT_KNOWN,
    .source = "mistakes of Go's worker pools, 8",
    .summary = "the consumer takes some results and leaves; workers block",
    .symptom = "hang: the workers wait for room that nobody makes, and main waits for the workers",
    .bug = "The consumer has seen enough, or failed, and stops receiving. The workers still send, and block; who waits "
           "for "
           "the workers hangs, although most results were delivered.",
    .scenario = "5 jobs, one place for results; the consumer takes 3 and frees the pool.",
    .diagnosis =
        "Results are pending or their workers blocked, and nobody receives any more; or, with a buffer that is "
        "large enough, they are gone and nobody said so.",
    .remedy =
        "Who stops receiving cancels, and receives the rest or gives it up knowingly. A larger buffer hides it. A "
        "pool counts what is lost and hands it back.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(lost_results);
