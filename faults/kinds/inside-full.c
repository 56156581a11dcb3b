/* inside-full.c - a job's submit into its own full queue blocks.
 *
 * The only ones that could make room are the workers, and all of them wait for it.
 * All workers are held in jobs and the queue is filled; then each submits a child.
 * What is queued and the children are one and the same job: the scenario is about
 * the hang, and counts. */
#include <string.h>

#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { GATE = 0, CAPACITY = 2 };

/* The last answers of the children; how many of them were given. */
enum { REFUSED, ANSWERED };

static int child; /* the number of the job that all the others are */

static void submit_child(int id)
{
    int error;
    (void)id;
    gate_pass(GATE);
    error = cell_submit_inside(child);
    if (error)
        cell_note(REFUSED, error);
    cell_note_add(ANSWERED, 1);
}

static void drive(int client)
{
    int workers;
    if (cell_open((struct pool_config){.capacity = CAPACITY, .full = client ? POOL_REJECT : POOL_BLOCK}))
        return;
    workers = cell_workers();
    child = workers;
    for (int id = 0; id < workers; id++)
        cell_role(id, (struct cell_role){.act = CELL_CALL, .call = submit_child});
    for (int id = 0; id < workers; id++) {
        cell_submit(id);
        gate_await(GATE, id + 1);
    }
    for (int i = 0; i < CAPACITY; i++)
        cell_submit(child);
    gate_open(GATE);
    cell_wait(-1);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    int answered = (int)atomic_load(&record->notes[ANSWERED]);
    if (outcome->end == OUTCOME_HUNG && outcome->call && !strcmp(outcome->call, "pool_wait") &&
        answered < outcome->workers)
        return verdict_own(verdict, "%d of %d jobs do not come back from a submit into their own full queue",
                           outcome->workers - answered, outcome->workers);
    return false;
}

static const struct fault_cell cells[] = {
    {"block", FAULT_CLEAN, 0, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE, POOL_UNBOUNDED | POOL_CALLER_MAY_RUN},
    {"reject", FAULT_CLEAN, 1, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE, POOL_UNBOUNDED | POOL_CALLER_MAY_RUN},
};

static const struct fault inside_full = {
    .number = 20,
    .name = "inside-full",
    .group = "calls",
    .slow = true,
    .source = "panjf2000/ants#197, randombit/botan#5874",
    .summary = "a job's submit into its own full queue blocks; all workers do",
    .bug = "A submit waits for room whoever makes it. Inside a job it waits for the workers, and it is one: once all "
           "of them submit into the full queue nobody is left to take anything out.",
    .scenario = "All workers held in jobs, the queue filled; then each of these jobs submits a child.",
    .diagnosis = "Every worker is in a submit that waits for room, and only a worker makes room.",
    .remedy = "Inside, never wait for room: run the child at once on the same stack (bounded in depth), or refuse it.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(inside_full);
