/* undrained-results.c - nobody receives results.
 *
 * The channel fills, each worker blocks on its next result, and nothing says so:
 * the program ends, and threads and results are left behind. The bug is the
 * client's. The pool's part is to end all the same: free gives the results up,
 * says how many, and leaves no thread. */
#include "faults/core/cell.h"
#include "faults/core/consumer.h"
#include "faults/core/fault.h"

enum { RECEIVES, IGNORES };
enum { PLACES = 1 };

/* How many jobs there are. */
enum { JOBS = CONSUMER_NOTES };

/* One result finds a place, each worker is blocked with another. */
static int jobs(void)
{
    return PLACES + cell_runners();
}

static bool all_blocked(void)
{
    return cell_stats().blocked_results == cell_runners();
}

static bool named(void)
{
    return cell_explains("nobody receives");
}

static void drive(int client)
{
    cell_note(JOBS, jobs());
    consumer_play(&(struct consumer){.jobs = jobs(),
                                     .takes = client == RECEIVES ? jobs() : 0,
                                     .places = PLACES,
                                     .left = all_blocked,
                                     .named = named});
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    int jobs = (int)atomic_load(&record->notes[JOBS]), given_up = (int)atomic_load(&record->notes[CONSUMER_GIVEN_UP]);
    bool freed = atomic_load(&record->notes[CONSUMER_FREED]);
    if (ledger_received(record))
        return false;
    if (outcome->end == OUTCOME_HUNG && !freed && consumer_frees(outcome))
        return verdict_own(verdict,
                           "hang: free waits for ever for %d workers that are blocked on results nobody received",
                           record->stats.blocked_results);
    if (outcome->threads_left || (outcome->end == OUTCOME_HUNG && freed))
        return verdict_own(verdict, "free returned, and left %s blocked on results behind",
                           outcome->threads_left ? "threads" : "the submitter");
    if (outcome->end == OUTCOME_ENDED && given_up != jobs)
        return verdict_own(verdict, "%d results were never received, free speaks of %d", jobs, given_up);
    if (outcome->end == OUTCOME_ENDED && record_says(record, "nobody receives"))
        return verdict_named(verdict, "explain: bound by the consumer, nobody receives; free gave %d results up",
                             given_up);
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, RECEIVES, 0, POOL_CAN_RESULTS},
    {"", FAULT_MISUSE, IGNORES, 0, POOL_CAN_RESULTS},
    {"", FAULT_ARMED, IGNORES, POOL_DEFECT_NO_GIVE_UP, POOL_CAN_RESULTS},
    {"free ends nothing", FAULT_ARMED, IGNORES, POOL_DEFECT_LEFT_BEHIND, POOL_CAN_RESULTS},
};

static const struct fault undrained_results = {
    .number = 5,
    .name = "undrained-results",
    .group = FAULT_KNOWN,
    .source = "mistakes of Go's worker pools, 5",
    .summary = "nobody receives the results; workers block on them for ever",
    .symptom = "leak: the program ends as if all were well, with its workers blocked for ever on results",
    .bug =
        "Results are sent and nobody receives. Once the channel is full, each worker that ends a job stays in it. The "
        "program may still end as if all were well; the threads and the results are simply left.",
    .scenario = "One place for results, one job more than workers; nobody receives, and the pool is freed.",
    .diagnosis = "Every worker is blocked by the full result channel and no call of receive is in progress.",
    .remedy = "Receive until the end, or ask for no results, or let them be dropped. A pool gives what is left back on "
              "free, with its number, and joins its threads.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(undrained_results);
