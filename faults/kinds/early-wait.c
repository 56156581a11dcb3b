/* early-wait.c - wait returns before the children are done.
 *
 * The count is of those that were there when the wait began, or a parent's end is
 * taken for the end of all; or a cancel calls all who wait, and they do not look again. A
 * job submits a child and returns; the child is held; a wait looks, and one stands until it
 * is let go, through a cancel, too, which has no job to give back. And what is cancelled has its outcome when
 * its argument was given back: while that call is held a wait looks. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { GATE = 0, CALLBACK = 1, PARENT = 0, CHILD = 1 };
enum { LET_GO, CANCEL, GIVEN_BACK };

/* The answers while the child was held, and how many jobs were unfinished when the last
 * wait returned. */
enum { LOOK, ANSWER, OPEN, LOOKED };

static void submit_child(int id)
{
    (void)id;
    cell_submit_inside(CHILD);
}

static void let_go(void)
{
    cell_settle();
    gate_open(GATE);
}

static void cancel_and_let_go(void)
{
    cell_settle();
    cell_cancel();
    let_go();
}

static _Atomic bool held, cancelled;
static int running;

static void hold_callback(void)
{
    atomic_store(&held, true);
    gate_pass(CALLBACK);
}

static void cancel(void)
{
    cell_cancel();
    atomic_store(&cancelled, true);
}

static bool is_cancelled(void)
{
    return held || cancelled;
}

static bool only_callback_is_left(void)
{
    return held && ledger_finished(cell_record()) == running;
}

/* Somebody may have got no CPU yet. */
static void give_time(bool (*reached)(void))
{
    enum { SETTLES = 50 };
    for (int i = 0; i < SETTLES && !reached(); i++)
        cell_settle();
    cell_settle();
}

/* All workers held, one job queued, and cancelled; then only the call that gives it back is left. */
static void play_callback(void)
{
    if (cell_open((struct pool_config){.capacity = 64}))
        return;
    running = cell_runners() < RECORD_JOBS - 1 ? cell_runners() : RECORD_JOBS - 1;
    cell_on_discard(hold_callback);
    if (!cell_hold_all(0, running, GATE)) {
        cell_free();
        return;
    }
    cell_submit(running);
    helper_start(0, cancel);
    give_time(is_cancelled);
    gate_open(GATE);
    give_time(only_callback_is_left);
    if (only_callback_is_left()) {
        cell_note(LOOK, cell_wait(0));
        cell_note(LOOKED, 1);
    } else {
        cell_not_asked("the job that was queued and cancelled was not seen to be given back");
    }
    gate_open(CALLBACK);
    helpers_join();
    cell_wait(-1);
    cell_free();
}

static void drive(int client)
{
    if (client == GIVEN_BACK) {
        play_callback();
        return;
    }
    if (cell_open((struct pool_config){.capacity = 4}))
        return;
    cell_role(PARENT, (struct cell_role){.act = CELL_CALL, .call = submit_child});
    cell_role(CHILD, (struct cell_role){.act = CELL_WAIT, .gate = GATE});
    cell_submit(PARENT);
    gate_await(GATE, 1);
    cell_settle(); /* the parent is done */
    cell_note(LOOK, cell_wait(0));
    cell_note(LOOKED, 1);
    helper_start(0, client == CANCEL ? cancel_and_let_go : let_go);
    cell_note(ANSWER, cell_wait(-1));
    cell_note(OPEN, cell_unfinished());
    helpers_join();
    cell_wait(-1);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const _Atomic int64_t *notes = outcome->record->notes;
    if (atomic_load(&notes[LOOKED]) && atomic_load(&notes[LOOK]) == 0)
        return verdict_own(verdict, outcome->cell->client == GIVEN_BACK
                                        ? "wait returned 0 while the argument of a cancelled job was being given back"
                                        : "wait returned 0 while a child of a finished job was running");
    if (atomic_load(&notes[OPEN]) > 0 && atomic_load(&notes[ANSWER]) == 0)
        return verdict_own(verdict, "wait returned with a child unfinished%s",
                           outcome->cell->client == CANCEL ? ", after a cancel" : "");
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, LET_GO, 0, POOL_CAN_RUN_APART, POOL_NO_WAIT},
    {"a cancel meanwhile", FAULT_CLEAN, CANCEL, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE | POOL_CAN_CANCEL, POOL_NO_WAIT},
    {"given back", FAULT_CLEAN, GIVEN_BACK, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE | POOL_CAN_CANCEL,
     POOL_NO_WAIT | POOL_NO_DISCARD},
    {"", FAULT_ARMED, LET_GO, POOL_DEFECT_ONE_UNCOUNTED, POOL_CAN_RUN_APART},
    {"given back", FAULT_ARMED, GIVEN_BACK, POOL_DEFECT_COUNTED_FIRST,
     POOL_CAN_RUN_APART | POOL_CAN_QUEUE | POOL_CAN_CANCEL},
};

static const struct fault early_wait = {
    .number = 26,
    .name = "early-wait",
    .group = "calls",
    .source = "TheHPXProject/hpx#5291",
    .summary = "wait returns before the children of finished jobs are done",
    .bug = "The wait counts what was there at its beginning, or what the outside submitted.",
    .scenario =
        "A job submits a child and returns; the child is held; a wait looks, and another one stands; "
        "again with a cancel while it stands. A job is cancelled, and the call that gives it back is held; a wait "
        "looks.",
    .diagnosis = "Jobs that jobs submit are not among those that wait waits for, or a cancelled one counts as over "
                 "while its argument is still being given back.",
    .remedy = "One count of all accepted jobs, raised in the submit, whoever makes it, and lowered when the job, or "
              "the call that gives its argument back, has returned.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(early_wait);
