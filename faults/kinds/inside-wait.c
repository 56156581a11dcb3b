/* inside-wait.c - a job waits for its own pool, and so for itself.
 *
 * The wait cannot end: the job that makes it is one of those it waits for. Whoever
 * calls a library from a job may do so without knowing. A pool answers that it would
 * be a deadlock. Nor may it wait where it only asks for the statistics, open or closed. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

/* Whether the job was in its wait, whether it was out of it, and the answer. */
enum { BEGUN, ENDED, ANSWER };

enum { FOR_EVER, BRIEFLY, ASKS };
enum { GATE = 0 };

static int64_t timeout_ns;

static void wait_inside(int id)
{
    (void)id;
    cell_note(BEGUN, 1);
    cell_note(ANSWER, pool_wait(cell_handle(), timeout_ns));
    cell_note(ENDED, 1);
}

static void ask(void)
{
    struct pool_stats stats;
    cell_note(ENDED, 0);
    cell_note(BEGUN, 1);
    pool_stats(cell_handle(), &stats);
    cell_note(ENDED, 1);
}

static void ask_inside(int id)
{
    (void)id;
    ask();
    gate_pass(GATE);
    ask();
}

static void play_asks(void)
{
    if (cell_open((struct pool_config){.capacity = 4}))
        return;
    cell_role(0, (struct cell_role){.act = CELL_CALL, .call = ask_inside});
    cell_submit(0);
    gate_await(GATE, 1);
    cell_close();
    gate_open(GATE);
    cell_wait(-1);
    cell_free();
}

static void play_waits(void)
{
    if (cell_open((struct pool_config){.capacity = 4}))
        return;
    cell_role(0, (struct cell_role){.act = CELL_CALL, .call = wait_inside});
    cell_submit_range(0, 2);
    cell_wait(-1);
    cell_free();
}

static void drive(int client)
{
    timeout_ns = client == FOR_EVER ? -1 : 1000000;
    client == ASKS ? play_asks() : play_waits();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const _Atomic int64_t *notes = outcome->record->notes;
    bool asks = outcome->cell->client == ASKS;
    if (asks && outcome->end == OUTCOME_HUNG && atomic_load(&notes[BEGUN]) && !atomic_load(&notes[ENDED]))
        return verdict_own(verdict, "a job that asks for the statistics of its own pool never comes back");
    if (!asks && outcome->end == OUTCOME_HUNG && atomic_load(&notes[BEGUN]) && !atomic_load(&notes[ENDED]))
        return verdict_own(verdict, "a job that waits for its own pool never comes back; -EDEADLK would tell it");
    if (!asks && atomic_load(&notes[ENDED]) && atomic_load(&notes[ANSWER]) == 0)
        return verdict_own(verdict, "a job's wait for its own pool returned 0 while that job was still running");
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, FOR_EVER, 0, 0, POOL_WAIT_HELPS | POOL_NO_WAIT},
    {"with a time-out", FAULT_CLEAN, BRIEFLY, 0, 0, POOL_WAIT_HELPS | POOL_NO_WAIT},
    {"statistics", FAULT_CLEAN, ASKS, 0, POOL_CAN_RUN_APART, POOL_NO_CLOSE},
    {"", FAULT_ARMED, FOR_EVER, POOL_DEFECT_INSIDE_UNSEEN, 0},
};

static const struct fault inside_wait = {
    .number = 21,
    .name = "inside-wait",
    .group = "calls",
    .source = "TileDB-Inc/TileDB#1757",
    .summary = "a job that waits for its own pool waits for itself",
    .bug = "Wait sleeps until every job has ended, and the job that called it has not.",
    .scenario =
        "A job calls pool_wait on its own pool, for ever, and for 1 ms; one asks for the statistics, and again when "
        "its pool is closed.",
    .diagnosis = "The wait, or what the statistics wait for, does not look whether its caller is a job of this pool.",
    .remedy = "Keep in a thread-local which pool's job is on this stack, and answer -EDEADLK at once. "
              "Statistics wait for nothing.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(inside_wait);
