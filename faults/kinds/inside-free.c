/* inside-free.c - a job frees its own pool.
 *
 * free joins the workers, and one of them is its caller. Either it waits for itself,
 * or it takes the pool away under the job. The last owner of a shared pool is often a
 * job. A pool refuses, and goes on. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { GATE = 0 };

/* Whether the job was in its free, was out of it, and the answer. */
enum { BEGUN, ENDED, ANSWER };

static void free_inside(int id)
{
    (void)id;
    cell_note(BEGUN, 1);
    cell_note(ANSWER, pool_free(cell_handle()));
    cell_note(ENDED, 1);
    gate_pass(GATE);
}

static void drive(int client)
{
    (void)client;
    if (cell_open((struct pool_config){.capacity = 4}))
        return;
    cell_role(0, (struct cell_role){.act = CELL_CALL, .call = free_inside});
    cell_submit(0);
    gate_await(GATE, 1); /* not in a call: the pool may be gone */
    gate_open(GATE);
    if (atomic_load(&cell_record()->notes[ANSWER]) >= 0)
        return;
    cell_submit(1); /* nothing has changed */
    cell_wait(-1);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const _Atomic int64_t *notes = outcome->record->notes;
    bool begun = atomic_load(&notes[BEGUN]), ended = atomic_load(&notes[ENDED]);
    if (begun && !ended && outcome->end == OUTCOME_HUNG)
        return verdict_own(verdict, "a job that frees its own pool never comes back; -EDEADLK would tell it");
    if (begun && !ended && outcome->end == OUTCOME_CRASHED)
        return verdict_own(verdict, "a job that frees its own pool ends the process");
    if (ended && atomic_load(&notes[ANSWER]) >= 0)
        return verdict_own(verdict, "a job freed its own pool under itself, and was told that all is well");
    if (ended && atomic_load(&outcome->record->jobs[1].refused))
        return verdict_own(verdict, "a free that was refused has closed the pool nevertheless");
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_RUN_APART, POOL_THREADS_STAY | POOL_NO_CLOSE},
    {"", FAULT_ARMED, 0, POOL_DEFECT_INSIDE_UNSEEN, POOL_CAN_RUN_APART},
};

static const struct fault inside_free = {
    .number = 22,
    .name = "inside-free",
    .group = "calls",
    .source = "alibaba/PhotonLibOS#1561, jbaldwin/libcoro#420",
    .summary = "a job frees its own pool: it joins itself, or pulls the pool from under itself",
    .bug = "free awaits the jobs and joins the workers, and its caller is one of both.",
    .scenario = "A job calls pool_free on its own pool; then another job is submitted, and must run.",
    .diagnosis = "free does not look whether its caller is a job of this pool.",
    .remedy = "Answer -EDEADLK inside, before anything is changed; the owner outside frees.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(inside_free);
