/* early-wait.c - wait returns before the children are done.
 *
 * The count is of those that were there when the wait began, or a parent's end is
 * taken for the end of all; or a cancel calls all who wait, and they do not look again. A
 * job submits a child and returns; the child is held; a wait looks, and one stands until it
 * is let go, through a cancel, too, which has no job to give back. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { GATE = 0, PARENT = 0, CHILD = 1 };
enum { LET_GO, CANCEL };

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

static void drive(int client)
{
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
        return verdict_own(verdict, "wait returned 0 while a child of a finished job was running");
    if (atomic_load(&notes[OPEN]) > 0 && atomic_load(&notes[ANSWER]) == 0)
        return verdict_own(verdict, "wait returned with a child unfinished%s",
                           outcome->cell->client == CANCEL ? ", after a cancel" : "");
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, LET_GO, 0, POOL_CAN_RUN_APART, POOL_NO_WAIT},
    {"a cancel meanwhile", FAULT_CLEAN, CANCEL, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE | POOL_CAN_CANCEL, POOL_NO_WAIT},
    {"", FAULT_ARMED, LET_GO, POOL_DEFECT_ONE_UNCOUNTED, POOL_CAN_RUN_APART},
};

static const struct fault early_wait = {
    .number = 26,
    .name = "early-wait",
    .group = "calls",
    .source = "TheHPXProject/hpx#5291",
    .summary = "wait returns before the children of finished jobs are done",
    .bug = "The wait counts what was there at its beginning, or what the outside submitted.",
    .scenario = "A job submits a child and returns; the child is held; a wait looks, and another one stands; "
                "again with a cancel while it stands.",
    .diagnosis = "Jobs that jobs submit are not among those that wait waits for.",
    .remedy = "One count of all accepted jobs, raised in the submit, whoever makes it.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(early_wait);
