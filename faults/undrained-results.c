/* undrained-results.c - nobody receives results.
 *
 * The channel fills, each worker blocks on its next result, and nothing says so:
 * the program ends, and threads and results are left behind. The bug is the
 * client's. The pool's part is to end all the same: free gives the results up,
 * says how many, and leaves no thread. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { RECEIVES, IGNORES };
enum { PLACES = 1 };

/* What free returned, and that it did; how many jobs there are. */
enum { GIVEN_UP, FREED, JOBS };

/* One result finds a place, each worker is blocked with another. */
static int jobs(void)
{
    return PLACES + cell_runners();
}

static void producer(void)
{
    cell_submit_range(0, jobs());
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
    if (cell_open((struct pool_config){.results = POOL_RESULTS_BLOCK, .results_capacity = PLACES}))
        return;
    helper_start(0, producer);
    if (client == RECEIVES) {
        for (int i = 0; i < jobs(); i++)
            cell_receive(1, -1);
    } else {
        cell_until(all_blocked);
        cell_until(named);
    }
    /* The producer is out of its last submit before the pool goes; where it runs the
     * jobs itself it may be blocked in one, and only free lets it out. */
    if (cell_pool()->can & POOL_CAN_RUN_APART)
        helpers_join();
    cell_note(GIVEN_UP, cell_free());
    cell_note(FREED, 1);
    helpers_join();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    int jobs = (int)atomic_load(&record->notes[JOBS]), given_up = (int)atomic_load(&record->notes[GIVEN_UP]);
    bool freed = atomic_load(&record->notes[FREED]);
    if (ledger_received(record))
        return false;
    if (outcome->end == OUTCOME_HUNG && !freed)
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
