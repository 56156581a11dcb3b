/* slow-consumer.c - the consumer is slower than the workers.
 *
 * Nothing fails: the pool runs at the consumer's pace, with its workers mostly
 * blocked, and nobody knows why. So it is measured and named, and each of the
 * three remedies (a buffer, batched receive, dropping) is shown to change it as
 * it should. Slow is not dead: a consumer that takes a result only when the pool
 * has come to rest is slow whatever the machine does, and every figure below is
 * exact: with P places, W workers and a queue of C, P + W jobs finish and
 * P + W + C are accepted before anything is received. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { FAST, SLOW };
enum { PLACES = 2, CAPACITY = 4, LOOKS = 4, BATCH = 2 };

/* How many jobs; runners and queue slots; how often the pool was at rest with
 * all its workers blocked; finished, accepted and pending at the first of these;
 * finished before any receive, with a buffer; results for each look, with
 * batches; results lost, with dropping. */
enum { JOBS, RUNNERS, SLOTS, LOOKS_BLOCKED, FINISHED, ACCEPTED, PENDING, BUFFERED, BATCHED, DROPPED };

static int runners, slots, jobs;

static void producer(void)
{
    cell_submit_range(0, jobs);
    cell_close();
}

/* All workers blocked by the full channel, and behind them the queue full: by
 * counts that only grow, so that no moment in between looks like it. Or all is
 * done, which it should not be. */
static bool at_rest(void)
{
    struct pool_stats stats = cell_stats();
    int received = ledger_received(cell_record());
    return (stats.blocked_results == runners && (int)stats.done == PLACES + received &&
            (int)stats.accepted == PLACES + runners + slots + received) ||
           (int)(stats.done + stats.failed) == jobs;
}

static bool all_done(void)
{
    struct pool_stats stats = cell_stats();
    return (int)(stats.done + stats.failed) == jobs;
}

static bool named(void)
{
    return all_done() || cell_explains("bound by the consumer");
}

static void open_with(enum pool_results policy, int places)
{
    cell_open((struct pool_config){.capacity = CAPACITY, .results = policy, .results_capacity = (size_t)places});
}

/* Receives the rest. */
static void drain(void)
{
    while (cell_receive(BATCH, -1) > 0)
        ;
    helpers_join();
    cell_free();
}

static void look(int batch)
{
    for (int i = 0; i < LOOKS; i++) {
        struct pool_stats stats;
        cell_until_told("workers blocked by results", at_rest);
        stats = cell_stats();
        if (!i) {
            cell_until(named);
            cell_note(FINISHED, ledger_finished(cell_record()));
            cell_note(ACCEPTED, (int64_t)stats.accepted);
            cell_note(PENDING, (int64_t)stats.pending);
        }
        cell_note_add(LOOKS_BLOCKED, stats.blocked_results == runners);
        cell_receive(batch, -1);
    }
}

static void drive(int client)
{
    runners = cell_runners();
    slots = cell_pool()->can & POOL_CAN_QUEUE ? CAPACITY : 0;
    jobs = PLACES + runners + slots + LOOKS * BATCH + 1;
    if (jobs > RECORD_JOBS)
        return;
    cell_note(JOBS, jobs);
    cell_note(RUNNERS, runners);
    cell_note(SLOTS, slots);
    open_with(POOL_RESULTS_BLOCK, PLACES);
    helper_start(0, producer);
    if (client == SLOW)
        look(1);
    drain();
    if (client == FAST)
        return;
    /* The remedies. */
    cell_forget();
    open_with(POOL_RESULTS_BLOCK, jobs);
    helper_start(0, producer);
    cell_until_told("the jobs that are done", all_done);
    cell_note(BUFFERED, ledger_finished(cell_record()));
    drain();
    cell_forget();
    open_with(POOL_RESULTS_BLOCK, PLACES);
    helper_start(0, producer);
    for (int i = 0; i < LOOKS; i++) {
        cell_until_told("workers blocked by results", at_rest);
        cell_note_add(BATCHED, cell_receive(BATCH, -1));
    }
    drain();
    cell_forget();
    open_with(POOL_RESULTS_DROP, PLACES);
    helper_start(0, producer);
    cell_until_told("the jobs that are done", all_done);
    cell_note(DROPPED, (int64_t)cell_stats().lost);
    drain();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    const _Atomic int64_t *notes = record->notes;
    int64_t all = atomic_load(&notes[JOBS]), at_once = atomic_load(&notes[RUNNERS]),
            blocked = atomic_load(&notes[LOOKS_BLOCKED]);
    if (atomic_load(&notes[PENDING]) > PLACES)
        return verdict_own(verdict, "results pile up without bound: %d pending, places for %d",
                           (int)atomic_load(&notes[PENDING]), PLACES);
    if (outcome->end != OUTCOME_ENDED || !record_says(record, "bound by the consumer"))
        return false;
    if (atomic_load(&notes[FINISHED]) != PLACES + at_once ||
        atomic_load(&notes[ACCEPTED]) != PLACES + at_once + atomic_load(&notes[SLOTS]))
        return verdict_own(verdict, "%d finished, %d accepted before a receive; %d and %d are right",
                           (int)atomic_load(&notes[FINISHED]), (int)atomic_load(&notes[ACCEPTED]),
                           (int)(PLACES + at_once), (int)(PLACES + at_once + atomic_load(&notes[SLOTS])));
    if (atomic_load(&notes[BUFFERED]) != all || atomic_load(&notes[BATCHED]) != LOOKS * BATCH ||
        atomic_load(&notes[DROPPED]) != all - PLACES)
        return false;
    return verdict_named(
        verdict,
        "bound by the consumer; workers blocked %d%% of the looks. A buffer: 0%%; batches: %d results a look; "
        "dropping: %d of %d lost",
        (int)(100 * blocked / LOOKS), (int)(atomic_load(&notes[BATCHED]) / LOOKS), (int)atomic_load(&notes[DROPPED]),
        (int)all);
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, FAST, 0, POOL_CAN_RESULTS},
    {"", FAULT_MISUSE, SLOW, 0, POOL_CAN_RESULTS},
    {"", FAULT_ARMED, SLOW, POOL_DEFECT_NO_BOUND, POOL_CAN_RESULTS},
};

static const struct fault slow_consumer = {
    .number = 11,
    .name = "slow-consumer",
    .group = FAULT_KNOWN,
    .source = "mistakes of Go's worker pools, 11",
    .summary = "a consumer slower than the workers; nothing says so",
    .symptom = "nothing: the results are right; the workers spend their time waiting for the consumer",
    .bug = "Results come faster than they are taken. The pool runs at the consumer's pace, its workers mostly blocked; "
           "or, "
           "where results have no bound, memory grows until it is gone.",
    .scenario = "A consumer that takes a result only when the pool has come to rest; then the same with a buffer, with "
                "batched receive, and with dropping.",
    .diagnosis = "At each look all workers wait for a place in the result channel: the consumer sets the pace.",
    .remedy =
        "A faster consumer, or several. A buffer helps against bursts only; batched receive makes each visit count; "
        "dropping keeps the workers going and loses results.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(slow_consumer);
