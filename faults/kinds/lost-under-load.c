/* lost-under-load.c - one job in many is lost, or runs twice.
 *
 * A torn counter, an index that wraps, a slot that two take: one in a thousand or
 * fewer. Several threads submit many short jobs through a small queue, and each has
 * its own mark in a ledger: not certain. Again through a queue of one, where submitters and
 * workers wait at the same time, and a call meant for the ones may go to the others. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "pools/core/futex.h"

enum { OF_SOME, OF_ONE }; /* queues */
enum { LEDGER = 60000, PRODUCERS = 3, ROUND = 48, CAPACITY = 16, FEW = 8 };
static const int64_t budget_ns = 700000000, slow_ns = 40000000;

/* Jobs that were accepted; that never ran; that ran more than once or though refused; of
 * which rounds there were. */
enum { ACCEPTED, LOST, DOUBLED, ROUNDS, COUNTED };

static _Atomic uint8_t ran[LEDGER];
static uint8_t accepted[LEDGER];
static _Atomic int next_job;
static int64_t until;

static int mark_job(void *arg)
{
    atomic_fetch_add(&ran[(uintptr_t)arg], 1);
    return 0;
}

static void producer(void)
{
    int id;
    for (int i = 0; i < ROUND && (id = atomic_fetch_add(&next_job, 1)) < LEDGER; i++)
        accepted[id] = cell_submit_other(mark_job, (void *)(uintptr_t)id) == 0;
}

static void look(int rounds)
{
    int jobs = atomic_load(&next_job) < LEDGER ? atomic_load(&next_job) : LEDGER, sum = 0;
    for (int id = 0; id < jobs; id++) {
        int times = atomic_load(&ran[id]);
        sum += accepted[id];
        if (times < accepted[id])
            cell_note_add(LOST, 1);
        if (times > accepted[id])
            cell_note_add(DOUBLED, 1);
    }
    cell_note(ACCEPTED, sum);
    cell_note(ROUNDS, rounds);
}

static void few_jobs(void)
{
    int first = atomic_fetch_add(&next_job, FEW);
    for (int id = first; id < first + FEW; id++)
        accepted[id] = cell_submit_other(mark_job, (void *)(uintptr_t)id) == 0;
    cell_wait(-1);
}

static void drive(int client)
{
    struct pool_stats stats;
    int rounds = 0;
    cell_live();
    if (cell_open((struct pool_config){.capacity = client == OF_ONE ? 1 : CAPACITY}))
        return;
    if (cell_is_slow(slow_ns, few_jobs)) {
        cell_not_asked("takes too long for many jobs");
    } else {
        until = pool_clock_ns() + budget_ns;
    }
    while (pool_clock_ns() < until && atomic_load(&next_job) < LEDGER) {
        for (int i = 0; i < PRODUCERS; i++)
            helper_start(i, producer);
        helpers_join();
        rounds++;
        cell_wait(-1);
    }
    look(rounds);
    stats = cell_stats();
    cell_note(COUNTED, (int64_t)(stats.done + stats.failed));
    cell_tried((int)atomic_load(&cell_record()->notes[ACCEPTED]), rounds);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const _Atomic int64_t *notes = outcome->record->notes;
    long all = (long)atomic_load(&notes[ACCEPTED]), counted = (long)atomic_load(&notes[COUNTED]);
    if (atomic_load(&notes[LOST]))
        return verdict_own(verdict, "%ld of %ld accepted jobs never ran", (long)atomic_load(&notes[LOST]), all);
    if (atomic_load(&notes[DOUBLED]))
        return verdict_own(verdict, "%ld jobs ran more often than they were accepted, of %ld",
                           (long)atomic_load(&notes[DOUBLED]), all);
    if (atomic_load(&notes[ROUNDS]) && counted != all && !(outcome->pool->declares & POOL_NO_COUNTS))
        return verdict_own(verdict, "%ld jobs were accepted and ran, and its statistics count %ld", all, counted);
    if (outcome->end == OUTCOME_HUNG)
        return verdict_own(verdict, "under load %s does not return", outcome->call ? outcome->call : "a call");
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, OF_SOME, 0, POOL_CAN_RUN_APART, POOL_CALLER_MAY_RUN},
    {"a queue of one", FAULT_CLEAN, OF_ONE, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE,
     POOL_CALLER_MAY_RUN | POOL_UNBOUNDED},
};

static const struct fault lost_under_load = {
    .number = 130,
    .name = "lost-under-load",
    .group = "load",
    .source = "Taymindis/atomic_threadpool#1",
    .slow = true,
    .summary = "under load one job in many is lost, runs twice, or is miscounted",
    .bug = "A counter that is not atomic, an index that wraps, a slot that is free to two: it takes many jobs to meet.",
    .scenario =
        "Three threads submit tens of thousands of short jobs through a queue of 16, and through one of 1; each is "
        "ticked off.",
    .diagnosis = "The ledger of single jobs does not agree with what was accepted.",
    .remedy = "One owner for each slot and each count at each moment; the same stress under ThreadSanitizer.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(lost_under_load);
