/* child-at-close.c - a job's child is lost while the pool closes.
 *
 * A job submits while the pool is closing. It may be refused, and knows it, as in many
 * libraries: that is said, and not judged. Or the child is accepted, and then it runs before wait returns. What is
 * accepted after the workers decided to go is run by nobody. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { GATE = 0, PARENT = 0, CHILD = 1 };

/* What the wait answered, and how many accepted jobs had not finished then. */
enum { WAITED, WAIT, OPEN };

static void submit_child(int id)
{
    (void)id;
    gate_pass(GATE);
    if (cell_submit_inside(CHILD))
        cell_remark("refuses the child of a job that runs when it is closed (said, not judged)");
}

static void drive(int client)
{
    (void)client;
    if (cell_open((struct pool_config){.capacity = 4}))
        return;
    cell_role(PARENT, (struct cell_role){.act = CELL_CALL, .call = submit_child});
    cell_submit(PARENT);
    gate_await(GATE, 1);
    cell_close();
    cell_settle(); /* idle workers may leave now */
    gate_open(GATE);
    cell_note(WAIT, cell_wait(-1));
    cell_note(OPEN, cell_unfinished());
    cell_note(WAITED, 1);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    const struct record_job *child = record_job_at(record, CHILD);
    bool accepted = atomic_load(&child->accepted), started = atomic_load(&child->started);
    if (accepted && !started && !atomic_load(&child->cancelled) && outcome->end != OUTCOME_CRASHED)
        return verdict_own(verdict, "a child that was accepted while the pool closed never ran");
    if (atomic_load(&record->notes[WAITED]) && atomic_load(&record->notes[WAIT]) == 0 &&
        atomic_load(&record->notes[OPEN]) > 0)
        return verdict_own(verdict, "wait returned before a child that was accepted while the pool closed");
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_RUN_APART, POOL_NO_CLOSE},
    {"", FAULT_ARMED, 0, POOL_DEFECT_CHILD_LOST, POOL_CAN_RUN_APART},
};

static const struct fault child_at_close = {
    .number = 23,
    .name = "child-at-close",
    .group = "calls",
    .source = "tensorflow/tensorflow#932",
    .summary = "a child that a job submits while the pool closes is accepted and never run",
    .bug = "The close lets workers go as soon as the queue is empty, and a job that still runs puts another one in.",
    .scenario = "A job is held; the pool is closed; then the job submits a child. That it is refused is said.",
    .diagnosis = "Whether all is over was decided by the empty queue, not by the jobs that still run.",
    .remedy = "Workers leave when the queue is empty and no job runs; or refuse the child and say so.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(child_at_close);
