/* inside-full.c - a job's submit into its own full queue blocks.
 *
 * The only ones that could make room are the workers, and all of them wait for it.
 * All workers are held in jobs and the queue is filled; then each submits a child.
 * What is queued and the children are one and the same job: the scenario is about
 * the hang, and counts. And a child that runs on its parent's stack may have one itself: how deep a
 * chain of them nests is said, and not judged, for callers that run jobs themselves do so in many pools
 * that people use, and chains that long are rare. What was queued must run all the same. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { BLOCK, REJECT, DROP, CHAIN };
enum { GATE = 0, CHAIN_GATE = 1, CAPACITY = 2, LINKS = 256 };

/* The last answers of the children; how many of them were given; how many were nested, at most. */
enum { REFUSED, ANSWERED, DEPTH };

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

/* A job, with so many more to come; one that was refused ends the chain. */
static int link_of_chain(void *left)
{
    static __thread int depth;
    if (++depth > atomic_load(&cell_record()->notes[DEPTH]))
        cell_note(DEPTH, depth);
    if (left)
        pool_submit(cell_handle(), link_of_chain, (void *)((uintptr_t)left - 1));
    depth--;
    return 0;
}

static void start_chain(int id)
{
    (void)id;
    gate_pass(CHAIN_GATE);
    link_of_chain((void *)LINKS);
    if (atomic_load(&cell_record()->notes[DEPTH]) > LINKS)
        cell_remark("nests children without a bound where the queue is full: %d on one stack", LINKS);
    gate_open(GATE);
}

static void drive(int client)
{
    static const enum pool_full policies[] = {[REJECT] = POOL_REJECT, [DROP] = POOL_DROP_OLDEST, [CHAIN] = POOL_BLOCK};
    int workers;
    if (cell_open((struct pool_config){.capacity = CAPACITY, .full = policies[client]}))
        return;
    workers = cell_workers();
    child = workers;
    for (int id = 0; id < workers; id++)
        cell_role(id, client != CHAIN ? (struct cell_role){.act = CELL_CALL, .call = submit_child}
                      : id            ? (struct cell_role){.act = CELL_WAIT, .gate = GATE}
                                      : (struct cell_role){.act = CELL_CALL, .call = start_chain});
    for (int id = 0; id < workers; id++) {
        cell_submit(id);
        if (client == CHAIN)
            gate_await(id ? GATE : CHAIN_GATE, id ? id : 1);
        else
            gate_await(GATE, id + 1);
    }
    for (int i = 0; i < CAPACITY; i++)
        cell_submit(child);
    gate_open(client == CHAIN ? CHAIN_GATE : GATE);
    cell_wait(-1);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    int answered = (int)atomic_load(&record->notes[ANSWERED]);
    if (outcome_hung_in(outcome, "pool_wait") && outcome->cell->client == CHAIN)
        return verdict_own(verdict, "a job does not come back from a submit into its own full queue");
    if (outcome->end == OUTCOME_ENDED && outcome->cell->client == CHAIN && ledger_unsettled(record))
        return verdict_own(verdict, "%d of the queued jobs never ran, after a job had submitted into the full queue",
                           ledger_unsettled(record));
    if (outcome->end == OUTCOME_ENDED && outcome->cell->client == DROP && ledger_unsettled(record))
        return verdict_own(verdict, "%d jobs neither ran nor came back, after jobs had submitted into the full queue",
                           ledger_unsettled(record));
    if (outcome_hung_in(outcome, "pool_wait") && answered < outcome->workers)
        return verdict_own(verdict, "%d of %d jobs do not come back from a submit into their own full queue",
                           outcome->workers - answered, outcome->workers);
    if (outcome->end == OUTCOME_CRASHED && outcome->cell->client == CHAIN && atomic_load(&record->notes[DEPTH]) > 1)
        return verdict_own(verdict, "%d children were nested on one stack, beside a full queue, and the process ended",
                           (int)atomic_load(&record->notes[DEPTH]));
    return false;
}

static const struct fault_cell cells[] = {
    {"block", FAULT_CLEAN, BLOCK, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE, POOL_UNBOUNDED | POOL_CALLER_MAY_RUN},
    {"reject", FAULT_CLEAN, REJECT, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE, POOL_UNBOUNDED | POOL_CALLER_MAY_RUN},
    {"drop", FAULT_CLEAN, DROP, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE | POOL_CAN_DROP,
     POOL_UNBOUNDED | POOL_CALLER_MAY_RUN | POOL_NO_DISCARD},
    {"a chain", FAULT_CLEAN, CHAIN, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE, POOL_UNBOUNDED | POOL_CALLER_MAY_RUN},
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
    .scenario =
        "All workers held in jobs, the queue filled; then each of these jobs submits a child. Again with one that "
        "submits a child which submits a child, 256 times: how deep they nest is said.",
    .diagnosis =
        "Every worker is in a submit that waits for room, and only a worker makes room. Or the submit does not "
        "look for room, and takes the place of another job.",
    .remedy = "Inside, never wait for room: run the child at once on the same stack (bounded in depth), or refuse it.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(inside_full);
