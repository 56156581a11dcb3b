/* woken-in-vain.c - who is woken takes it for granted that what he waited for has come.
 *
 * A wait for a condition may end though nobody called (POSIX), and so may one for a futex: on
 * a signal, or because somebody else was quicker. Who looks with `if` in place of `while` takes
 * a job out of an empty queue, goes into a full one, or comes back from a wait or a free too early.
 * Here each thread's next waits end so; the same is played first with waits that do not. */
#include <string.h>

#include "faults/core/fault.h"
#include "faults/core/full.h"
#include "faults/core/settle.h"
#include "faults/core/steps.h"
#include "pools/core/futex.h"

enum { WAITS, SUBMITS, FREES };
enum { CAPACITY = 2, HELD = 2 * CAPACITY, GATE = 1 };
static const int64_t while_ns = 1000000;

/* Whether waits end in vain by now; jobs that were unfinished when a wait came back, or a free; and whether a submit
 * came back into a full queue, with which answer. */
enum { VAIN = FULL_NOTES, UNFINISHED, FREED, CAME, ANSWER };

static bool in_vain;

/* Who waits, wakes a few times. */
static void let_them_wake(void)
{
    if (in_vain)
        settle_until(pool_clock_ns() + while_ns);
    else
        cell_settle();
}

static void await_all(void)
{
    int answer = cell_wait(-1), unfinished = cell_unfinished();
    if (unfinished && answer == 0)
        cell_note(UNFINISHED, unfinished);
    cell_wait(-1); /* what it was woken in vain for */
}

static int woken_before; /* the round */
static _Atomic bool is_back;

static void begin_round(void)
{
    woken_before = steps_woken_in_vain();
    if (in_vain)
        steps_wake_in_vain();
}

/* Who waits now is woken as often as anybody is, and sleeps again, or is back: it may get no CPU for a while. One that
 * waits otherwise is not awaited for longer. */
static void await_vain_wakes(int64_t patience_ns)
{
    int64_t until = pool_clock_ns() + patience_ns;
    while (!atomic_load(&is_back) && steps_woken_in_vain() < woken_before + STEPS_VAIN_TIMES && pool_clock_ns() < until)
        cell_nap();
    cell_settle();
}

static void let_go(void)
{
    static const int64_t patience_ns = 100000000;
    if (in_vain)
        await_vain_wakes(patience_ns);
    else
        cell_settle();
    gate_open(GATE + in_vain);
}

/* Each when all sleep: who is called finds its job. */
static void one_by_one(int first, int count)
{
    for (int id = first; id < first + count; id++) {
        cell_submit(id);
        cell_wait(-1);
        if (cell_is_foreign()) /* of ours it is known that they look again */
            let_them_wake();
    }
}

/* A job is held; waits that begin now end in vain, and in time the helper lets it go. */
static void hold_one(void (*helper)(void))
{
    cell_role(HELD, (struct cell_role){.act = CELL_WAIT, .gate = GATE + in_vain});
    cell_submit(HELD);
    gate_await(GATE + in_vain, 1);
    begin_round();
    helper_start(in_vain, helper);
}

/* Where that is armed, whoever takes a job that is not there gets a CPU for it. */
static void await_taken(void)
{
    static const int64_t patience_ns = 2000000000;
    int64_t until = pool_clock_ns() + patience_ns;
    while (POOL_DEFECT(WORKER_TRUSTS) && !ledger_overrun(cell_record()) && pool_clock_ns() < until)
        cell_nap();
}

static void play_waits(void)
{
    if (cell_open((struct pool_config){.capacity = CAPACITY}))
        return;
    let_them_wake();
    one_by_one(0, CAPACITY); /* so that each slot has had one */
    begin_round();
    let_them_wake();
    one_by_one(CAPACITY, CAPACITY);
    await_taken();
    hold_one(let_go);
    await_all();
    helpers_join();
    cell_wait(-1);
    cell_free();
}

/* A free that waits in the C library only (a join) cannot be woken: nobody wakes once all sleep. */
static void let_free_go(void)
{
    enum { LOOKS = 3 };
    int woken = -1;
    for (int same = 0; !atomic_load(&is_back) && same < LOOKS; same = woken == steps_woken_in_vain() ? same + 1 : 0) {
        woken = steps_woken_in_vain();
        cell_settle();
    }
    gate_open(GATE + in_vain);
}

static void play_free(void)
{
    if (cell_open((struct pool_config){.capacity = CAPACITY}))
        return;
    hold_one(let_free_go);
    cell_free();
    if (cell_unfinished())
        cell_note(FREED, cell_unfinished());
    atomic_store(&is_back, true);
    helpers_join();
}

/* Of ours it is known that they do it where nobody is woken. */
static void play_both(void (*play)(void))
{
    if (cell_is_foreign()) {
        play();
        if (atomic_load(&cell_record()->notes[FREED])) {
            cell_not_asked("its free does not wait for a job that runs, woken or not");
            return;
        }
        cell_forget();
        atomic_store(&is_back, false);
    }
    in_vain = true;
    cell_note(VAIN, 1);
    play();
    steps_wake_truly();
}

static int next;

static void submitter(void)
{
    cell_submit(next);
}

static void another(void)
{
    cell_note(ANSWER, cell_submit(next + 1));
    atomic_store(&is_back, true);
}

/* One waits as it is, or the pool has another bound than was asked for; one more is woken in vain. */
static void play_submits(void)
{
    static const int64_t patience_ns = 1000000000;
    next = full_open((struct pool_config){.capacity = CAPACITY});
    if (!next)
        return;
    full_submit(submitter);
    if (full_blocks() && full_asleep() == 1) {
        in_vain = true;
        cell_note(VAIN, 1);
        begin_round();
        helper_start(1, another);
        await_vain_wakes(patience_ns);
        if (atomic_load(&is_back))
            cell_note(CAME, 1);
        steps_wake_truly();
    }
    full_end();
}

static void drive(int client)
{
    if (!steps_possible()) {
        cell_not_asked("calls of the C library cannot be interposed in a sanitizer's program");
        return;
    }
    steps_begin(cell_record());
    if (client == SUBMITS)
        play_submits();
    else
        play_both(client == WAITS ? play_waits : play_free);
    if (!atomic_load(&cell_record()->notes[VAIN]) && !cell_record()->not_asked[0])
        cell_not_asked("its submit that waits was not seen asleep");
    else if (!steps_woken_in_vain())
        cell_not_asked("waits by calls that cannot be interposed");
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const _Atomic int64_t *notes = outcome->record->notes;
    int64_t unfinished = atomic_load(&notes[UNFINISHED]);
    if (!atomic_load(&notes[VAIN]) || outcome->end == OUTCOME_STALLED)
        return false;
    if (unfinished)
        return verdict_own(verdict, "pool_wait, woken in vain, came back with %d jobs unfinished", (int)unfinished);
    if (atomic_load(&notes[FREED]))
        return verdict_own(verdict, "pool_free, woken in vain, came back with %d jobs unfinished",
                           (int)atomic_load(&notes[FREED]));
    if (atomic_load(&notes[CAME]))
        return verdict_own(verdict,
                           "a submit that waited for room, woken in vain, came back with %s, and no place was free",
                           verdict_answer((int)atomic_load(&notes[ANSWER])));
    if (outcome->cell->client == SUBMITS) /* which were not seen without */
        return false;
    if (outcome->end == OUTCOME_CRASHED)
        return verdict_own(verdict, "where threads are woken in vain, the process ends");
    if (outcome->end == OUTCOME_HUNG && outcome->call && strcmp(outcome->call, CELL_ARRIVAL) != 0)
        return verdict_own(verdict, "where threads are woken in vain, %s does not return", outcome->call);
    if (ledger_overrun(outcome->record) || ledger_unsettled(outcome->record))
        return verdict_own(verdict, "where threads are woken in vain, %d jobs ran too often, %d never",
                           ledger_overrun(outcome->record), ledger_unsettled(outcome->record));
    return false;
}

static const struct fault_cell cells[] = {
    {"workers, a wait", FAULT_CLEAN, WAITS, 0, POOL_CAN_RUN_APART},
    {"a free", FAULT_CLEAN, FREES, 0, POOL_CAN_RUN_APART},
    {"a submit", FAULT_CLEAN, SUBMITS, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE, POOL_UNBOUNDED | POOL_CALLER_MAY_RUN},
    {.name = "a worker",
     .kind = FAULT_ARMED,
     .client = WAITS,
     .defects = POOL_DEFECT_WORKER_TRUSTS,
     .needs = POOL_CAN_RUN_APART,
     .not_of = "spawn" /* whose threads end with their job */},
    {"a wait", FAULT_ARMED, WAITS, POOL_DEFECT_WAIT_TRUSTS, POOL_CAN_RUN_APART},
    {"a submit", FAULT_ARMED, SUBMITS, POOL_DEFECT_SUBMIT_TRUSTS, POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
};

static const struct fault woken_in_vain = {
    .number = 126,
    .name = "woken-in-vain",
    .group = "idle",
    .source = "progschj/ThreadPool#27, abulmo/edax-reversi#52 (spurious wake-ups)",
    .summary = "who is woken without a reason takes a job, a place or an end that is not there",
    .bug = "After a wait the reason for it is not looked at again: `if` in place of `while`.",
    .scenario = "Each thread's next waits for a condition or a futex end after 0.2 ms: of workers without a job, of a "
                "wait or a free whose job is held, of a submit into a full queue.",
    .diagnosis = "A thread came back from its wait, as it may at any time, and went on as if somebody had called it.",
    .remedy = "Wait in a loop, whose condition is what is waited for, looked at under the lock.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(woken_in_vain);
