/* order-broken.c - a promised order is not kept.
 *
 * One producer's queued jobs start in their order, where a pool says so. All workers
 * are held while the jobs are queued, some of them by batches; then one is let go, and takes them all: what
 * starts is written down one by one. Again and again, for as many jobs as go round a queue of that size some times. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "faults/core/settle.h"
#include "pools/core/futex.h"

enum { QUEUED = 40, EACH = 8, CAPACITY = 64, ROUNDS = CELL_GATES / 2 };
static const int64_t patience_ns = 500000000, budget_ns = 1000000000;

/* How many started while one worker ran, and the first that started too early: its number
 * and the one before it. */
enum { SEEN, EARLY, BEFORE };

static _Atomic int place[QUEUED]; /* when each of them started; 0: not yet */
static int begin;                 /* the number of the first */
static int workers;
static _Atomic int started;

static void write_down(int id)
{
    place[id - begin] = atomic_fetch_add(&started, 1) + 1;
}

static void look(void)
{
    int seen = atomic_load(&started);
    if (!seen)
        cell_not_asked("the one worker that is let go takes none of the jobs");
    cell_note(SEEN, seen);
    for (int i = 1; i < QUEUED; i++) {
        if (!place[i] || (place[i - 1] && place[i - 1] < place[i]))
            continue;
        cell_note(EARLY, begin + i);
        cell_note(BEFORE, begin + i - 1);
        return;
    }
}

/* By single submits and by batches, in turn. What is refused never comes, and what would be behind it is not early. */
static void queue_jobs(void)
{
    for (int id = 0; id < QUEUED; id += 2 * EACH) {
        if (cell_submit_range(begin + id, EACH))
            return;
        if (id + EACH < QUEUED && cell_submit_batch(begin + id + EACH, EACH) != EACH)
            return;
    }
}

static void start_anew(void)
{
    cell_forget();
    atomic_store(&started, 0);
    for (int i = 0; i < QUEUED; i++)
        atomic_store(&place[i], 0);
}

/* A pool of more threads than it was asked for has one that is not held: of two that take jobs in order either may
 * start its own first. It has time to begin. */
static bool others_run(void)
{
    if (cell_is_foreign() && !atomic_load(&started))
        cell_settle();
    return atomic_load(&started) > 0;
}

/* Returns whether there is more to ask. */
static bool play(int round)
{
    int first = 2 * round, rest = first + 1, queued; /* gates */
    for (int id = 0; id < workers; id++)
        cell_role(id, (struct cell_role){.act = CELL_WAIT, .gate = id ? rest : first});
    cell_submit_range(0, workers);
    gate_await(first, 1);
    gate_await(rest, workers - 1);
    queue_jobs();
    if (others_run()) {
        cell_not_asked("has workers that cannot be held");
        gate_open(first);
        gate_open(rest);
        cell_wait(-1);
        return false;
    }
    queued = ledger_accepted(cell_record()) - workers;
    gate_open(first);
    for (int64_t until = pool_clock_ns() + patience_ns; atomic_load(&started) < queued && pool_clock_ns() < until;)
        settle(patience_ns);
    look();
    gate_open(rest);
    cell_wait(-1);
    return !atomic_load(&cell_record()->notes[EARLY]);
}

static void drive(int client)
{
    int64_t until = pool_clock_ns() + budget_ns;
    if (cell_open((struct pool_config){.capacity = CAPACITY, .flags = client ? POOL_KEEP_ORDER : 0}))
        return;
    workers = cell_runners();
    begin = workers;
    if (workers + QUEUED > RECORD_JOBS || cell_stats().workers > workers) {
        cell_not_asked("has workers that cannot be held");
        cell_free();
        return;
    }
    for (int id = begin; id < begin + QUEUED; id++)
        cell_role(id, (struct cell_role){.act = CELL_CALL, .call = write_down});
    for (int round = 0, more = 1; round < ROUNDS && more; round++) {
        if (round && pool_clock_ns() > until) {
            cell_remark("takes too long to ask for its order more than %d times", round);
            break;
        }
        if (round)
            start_anew();
        more = play(round);
    }
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const _Atomic int64_t *notes = outcome->record->notes;
    if (atomic_load(&notes[EARLY]))
        return verdict_own(verdict, "of jobs that one thread queued, job %d started before job %d",
                           (int)atomic_load(&notes[EARLY]), (int)atomic_load(&notes[BEFORE]));
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_KEEPS_ORDER | POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
    {"on demand", FAULT_CLEAN, 1, 0, POOL_CAN_KEEP_ORDER | POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
};

static const struct fault order_broken = {
    .number = 60,
    .name = "order-broken",
    .group = "order",
    .source = "apache/druid#1809",
    .summary = "a promised order is not kept: later jobs of one producer start first",
    .bug = "The queue is a heap, a stack or several, and the promise is that of one list.",
    .scenario =
        "All workers held, forty jobs queued by one thread, one by one and in batches; then one worker is let go "
        "and takes them. Eight times, with a queue of 64.",
    .diagnosis = "A single worker started them in another order than that of their submits.",
    .remedy = "One list, or a number for each job by which equals are told apart; or do not promise it.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(order_broken);
