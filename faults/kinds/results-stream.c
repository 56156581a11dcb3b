/* results-stream.c - results are lost, doubled, or without a bound when their consumer is slow.
 *
 * The channel has fewer places than there are jobs, and its consumer takes nothing until the
 * pool has come to rest, then one after the other with such pauses between. Each job that ran
 * has its result received once, with the status that it had; or it is given back as lost, under
 * POOL_RESULTS_DROP only. The end is told. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { JOBS = 24, PLACES = 4, SLOWLY = 6, PRODUCER = 0 };

/* The jobs that had run when nobody had received, and those that may have; the last answer of
 * receive; the first job whose status was another, plus 1, and that; and that the stream ended. */
enum { AHEAD, LIMIT, LAST, WRONG, STATUS, OVER };

static void producer(void)
{
    cell_submit_range(0, JOBS);
    cell_close();
}

/* Every third job fails. */
static int status_of(int id)
{
    return id % 3 ? 0 : -EIO;
}

static void receive_all(void)
{
    int id, status, got;
    for (int i = 0; (got = cell_receive_one(&id, &status, -1)) > 0; i++) {
        if (id >= 0 && status != status_of(id) && !atomic_load(&cell_record()->notes[WRONG])) {
            cell_note(STATUS, status);
            cell_note(WRONG, id + 1);
        }
        if (i < SLOWLY)
            cell_settle();
    }
    cell_note(LAST, got);
    cell_note(OVER, 1);
}

/* Under BLOCK each worker may hold one result more; under THROTTLE no job runs that has no
 * place; DROP has room for all that come. */
static int limit_of(int client)
{
    int workers = cell_stats().workers > cell_asked() ? cell_stats().workers : cell_asked();
    return client == POOL_RESULTS_BLOCK ? PLACES + workers : client == POOL_RESULTS_THROTTLE ? PLACES : JOBS;
}

static void drive(int client)
{
    cell_live();
    if (cell_try_open((struct pool_config){
            .capacity = 2 * JOBS, .results = (enum pool_results)client, .results_capacity = PLACES}))
        return;
    for (int id = 0; id < JOBS; id++)
        cell_role(id, (struct cell_role){.act = status_of(id) ? CELL_RETURN : CELL_PASS});
    helper_start(PRODUCER, producer);
    cell_settle();
    cell_note(AHEAD, ledger_finished(cell_record()));
    cell_note(LIMIT, limit_of(client));
    receive_all();
    helpers_join();
    cell_wait(-1);
    cell_free();
}

/* Of jobs that ran and whose result neither came nor was given back; or both, or twice. */
static int results_off(const struct record *record, bool too_many)
{
    int off = 0;
    for (int id = 0; id < JOBS; id++) {
        const struct record_job *job = &record->jobs[id];
        uint32_t came = atomic_load(&job->received) + atomic_load(&job->lost), ran = atomic_load(&job->finished);
        off += too_many ? came > ran : came < ran;
    }
    return off;
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const _Atomic int64_t *notes = outcome->record->notes;
    int missing = results_off(outcome->record, false), twice = results_off(outcome->record, true);
    int given_back = 0;
    for (int id = 0; id < JOBS; id++)
        given_back += (int)atomic_load(&outcome->record->jobs[id].lost);
    if (atomic_load(&notes[LIMIT]) && atomic_load(&notes[AHEAD]) > atomic_load(&notes[LIMIT]))
        return verdict_own(verdict, "%d jobs had run when nobody had received anything; %d may have, with %d places",
                           (int)atomic_load(&notes[AHEAD]), (int)atomic_load(&notes[LIMIT]), PLACES);
    if (twice)
        return verdict_own(verdict, "of %d results %d came more than once, or came and were given back", JOBS, twice);
    if (outcome->cell->client != POOL_RESULTS_DROP && given_back && atomic_load(&notes[OVER]))
        return verdict_own(verdict, "%d results were given back as lost, though none may be dropped", given_back);
    if (atomic_load(&notes[WRONG]))
        return verdict_own(verdict, "the result of job %d says %d, which is not what it returned",
                           (int)atomic_load(&notes[WRONG]) - 1, (int)atomic_load(&notes[STATUS]));
    if (outcome_hung_in(outcome, "pool_receive") && ledger_accepted(outcome->record))
        return verdict_own(verdict, "receive waits for ever: %d jobs have run, %d results came",
                           ledger_finished(outcome->record), ledger_received(outcome->record));
    if (atomic_load(&notes[OVER]) && missing)
        return verdict_own(verdict, "the stream has ended (%d), and %d results neither came nor were given back",
                           (int)atomic_load(&notes[LAST]), missing);
    return false;
}

#define NEEDS (POOL_CAN_RESULTS | POOL_CAN_QUEUE | POOL_CAN_RUN_APART)
static const struct fault_cell cells[] = {
    {"block", FAULT_CLEAN, POOL_RESULTS_BLOCK, 0, NEEDS, POOL_NO_CLOSE | POOL_CALLER_MAY_RUN},
    {"throttle", FAULT_CLEAN, POOL_RESULTS_THROTTLE, 0, NEEDS, POOL_NO_CLOSE | POOL_CALLER_MAY_RUN},
    {"drop", FAULT_CLEAN, POOL_RESULTS_DROP, 0, NEEDS, POOL_NO_CLOSE | POOL_CALLER_MAY_RUN | POOL_NO_DISCARD},
    {"block", FAULT_ARMED, POOL_RESULTS_BLOCK, POOL_DEFECT_NO_BOUND, NEEDS},
};

static const struct fault results_stream = {
    .number = 150,
    .name = "results-stream",
    .group = "results",
    .source = "golemcloud/golem#1796",
    .summary = "with a slow consumer results are lost, come twice, have no bound, or their end is not told",
    .bug = "Where the channel is full a result overwrites another one, is thrown away without a word, or is kept "
           "without a bound; or who waits for a place is not told of it.",
    .scenario = "24 jobs and 4 places for results; the consumer waits until all is at rest, then receives one by one, "
                "slowly; under each of the policies for results.",
    .diagnosis = "Jobs that ran and results that came are compared one by one.",
    .remedy = "A worker that finds no place waits, or the result is given back as lost; wake who waits for a place at "
              "each receive; end the stream when the last result is taken, not when the last job has run.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(results_stream);
