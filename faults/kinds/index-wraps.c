/* index-wraps.c - the queue's positions pass the end of 16 bits, and two jobs get one slot.
 *
 * Where the number of slots is no power of two, position modulo slots jumps as the
 * counter wraps: what lies in the queue at that moment is overwritten. So many jobs pass
 * through; then workers are held, and a queue of 1,000 is filled across the end. And a count of the workers' sleeps
 * passes it: as many single jobs. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "pools/core/futex.h"

enum { POSITIONS, SLEEPS_OF_WORKERS };
enum { GATE, CAPACITY = 1000, FEW = 64, AT_ONCE = 500, BLOCKS = 8 };
enum { SLEEPS = 66000 };
enum { END = 65536, BEFORE = END - 400, JOBS = END + CAPACITY };
static const int64_t budget_ns = 1500000000, most_ns = 3500000000, few_ns = 300000000, sleeps_ns = 6000000000;

/* Jobs that never ran, that ran more often than they were accepted; of how many; whether the queue was
 * filled, and the jobs counted. */
enum { LOST, DOUBLED, ACCEPTED, FILLED, LOOKED };

static _Atomic uint8_t ran[JOBS];
static uint8_t accepted[JOBS];

static int mark_job(void *arg)
{
    atomic_fetch_add(&ran[(uintptr_t)arg], 1);
    return 0;
}

static int next_job;

static void few_jobs(void)
{
    for (int end = next_job + FEW; next_job < end; next_job++)
        accepted[next_job] = cell_submit_other(mark_job, (void *)(uintptr_t)next_job) == 0;
    cell_wait(-1);
}

/* Jobs up to this number, not too many at once where nothing bounds them; false: it takes too
 * long, by the fastest of its blocks, too: others may have the CPUs for a while. */
static bool pass_through(int to)
{
    int64_t begin_ns = pool_clock_ns(), block_ns = begin_ns, least_ns = INT64_MAX;
    for (int block = 1; next_job < to; block++) {
        int64_t now_ns;
        for (int end = next_job + AT_ONCE < to ? next_job + AT_ONCE : to; next_job < end; next_job++)
            accepted[next_job] = cell_submit_other(mark_job, (void *)(uintptr_t)next_job) == 0;
        if (cell_wait(-1))
            return false;
        now_ns = pool_clock_ns();
        least_ns = now_ns - block_ns < least_ns && next_job < to ? now_ns - block_ns : least_ns;
        block_ns = now_ns;
        if (now_ns - begin_ns > most_ns || (block >= BLOCKS && least_ns > budget_ns / (END / AT_ONCE)))
            return false;
    }
    return true;
}

static void filler(void)
{
    for (int id = BEFORE; id < BEFORE + CAPACITY; id++)
        accepted[id] = cell_submit_other(mark_job, (void *)(uintptr_t)id) == 0;
    cell_note(FILLED, 1);
}

/* By a thread of its own: a smaller queue than was asked for blocks it until the gate is open. */
static bool fill_across(void)
{
    enum { NAPS = 10 };
    int running = cell_runners();
    if (!cell_hold_all(0, running, GATE))
        return false;
    helper_start(0, filler);
    for (int i = 0; i < NAPS && !atomic_load(&cell_record()->notes[FILLED]); i++)
        cell_settle();
    gate_open(GATE);
    helpers_join();
    return true;
}

static void look(void)
{
    for (int id = 0; id < JOBS; id++) {
        int times = atomic_load(&ran[id]);
        cell_note_add(ACCEPTED, accepted[id]);
        if (times < accepted[id])
            cell_note_add(LOST, 1);
        if (times > accepted[id])
            cell_note_add(DOUBLED, 1);
    }
    cell_note(LOOKED, 1);
}

/* Single jobs, each after which all workers sleep, or may. */
static bool sleep_often(void)
{
    int64_t until = pool_clock_ns() + sleeps_ns;
    for (int i = 1; i <= SLEEPS; i++) {
        cell_note(ACCEPTED, i);
        if (cell_submit_other(cell_empty_job, NULL) || cell_wait(-1))
            return false;
        if (i % FEW == 0 && pool_clock_ns() > until)
            return false;
    }
    return true;
}

static void play_sleeps(void)
{
    cell_live();
    if (cell_open((struct pool_config){.capacity = FEW}))
        return;
    if (!sleep_often())
        cell_not_asked("takes too long for 66,000 single jobs");
    cell_note(LOOKED, 1);
    cell_free();
}

static void play_positions(void)
{
    cell_live();
    if (cell_open((struct pool_config){.capacity = CAPACITY}))
        return;
    if (cell_is_slow(few_ns, few_jobs) || !pass_through(BEFORE)) {
        cell_not_asked("takes too long for 65,536 jobs");
    } else {
        cell_wait(-1);
        if (fill_across())
            cell_remark("positions of 16 bits were passed, of 32 were not");
    }
    cell_wait(-1);
    look();
    cell_free();
}

static void drive(int client)
{
    client == POSITIONS ? play_positions() : play_sleeps();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const _Atomic int64_t *notes = outcome->record->notes;
    if (outcome->cell->client == SLEEPS_OF_WORKERS)
        return outcome_hung_in(outcome, "pool_wait") &&
               atomic_load(&notes[ACCEPTED]) * (outcome->workers + 1) > SLEEPS - CAPACITY &&
               verdict_own(verdict, "single job %d is accepted, and nobody takes it",
                           (int)atomic_load(&notes[ACCEPTED]));
    if (!atomic_load(&notes[LOOKED]) && outcome->end == OUTCOME_HUNG)
        return verdict_own(verdict, "around job 65,536 %s does not return", outcome->call ? outcome->call : "a call");
    if (atomic_load(&notes[LOST]) || atomic_load(&notes[DOUBLED]))
        return verdict_own(verdict, "of %d jobs across position 65,536, %d never ran, %d ran too often",
                           (int)atomic_load(&notes[ACCEPTED]), (int)atomic_load(&notes[LOST]),
                           (int)atomic_load(&notes[DOUBLED]));
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, POSITIONS, 0, POOL_CAN_QUEUE | POOL_CAN_RUN_APART, POOL_CALLER_MAY_RUN},
    {"sleeps", FAULT_CLEAN, SLEEPS_OF_WORKERS, 0, POOL_CAN_RUN_APART, POOL_CALLER_MAY_RUN},
};

static const struct fault index_wraps = {
    .number = 131,
    .name = "index-wraps",
    .group = "load",
    .source = "zserge/pt#1, dbittman/waitfree-mpsc-queue#11, JDK-8330017 (sleeps of workers)",
    .slow = true,
    .summary = "the queue's positions pass the end of 16 bits, and jobs are overwritten",
    .bug = "A position that wraps is taken modulo a number of slots that does not divide 65,536: it jumps.",
    .scenario = "65,000 jobs pass through; workers held, and the queue of 1,000 is filled across position 65,536; then "
                "they go. And 66,000 single jobs, each after all workers are idle.",
    .diagnosis = "Jobs that lay in the queue when its positions wrapped are gone, or came twice.",
    .remedy = "Positions of 64 bits, or a power of two for the slots; a test that starts them near their end.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(index_wraps);
