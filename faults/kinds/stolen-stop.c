/* stolen-stop.c - a worker takes another's stop token.
 *
 * free puts one into each worker's queue, and whoever runs dry takes from others: one
 * eats two, and one waits for ever. It shows while workers finish their last jobs as
 * free begins, so jobs of different lengths do: not certain. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "pools/core/futex.h"

enum { TRIES = 150 };
static const int64_t budget_ns = 20000000, foreign_ns = 300000000;

enum { TRY };

static int work(void *arg)
{
    for (int64_t until = pool_clock_ns() + (int64_t)(intptr_t)arg; pool_clock_ns() < until;)
        ;
    return 0;
}

static void drive(int client)
{
    int64_t until;
    int tries = 0;
    (void)client;
    cell_live();
    until = pool_clock_ns() + (cell_is_foreign() ? foreign_ns : budget_ns);
    for (; tries < TRIES && pool_clock_ns() < until; tries++) {
        int jobs = cell_workers() + tries % 3;
        cell_note(TRY, tries + 1);
        if (cell_open((struct pool_config){.capacity = 64}))
            return;
        if (tries % 2)
            cell_settle();
        for (int i = 0; i < jobs; i++)
            cell_submit_other(work, (void *)(intptr_t)((tries * 37 + i * 61) % 240 * 1000));
        cell_free();
    }
    cell_tried(tries, tries);
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    if (outcome_hung_in(outcome, "pool_free"))
        return verdict_own(verdict, "free does not return while workers end their last jobs (pool %d)",
                           (int)atomic_load(&outcome->record->notes[TRY]));
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_RUN_APART},
};

static const struct fault stolen_stop = {
    .number = 105,
    .name = "stolen-stop",
    .group = "end",
    .source = "elastic/ml-cpp#343",
    .summary = "a worker takes the stop token of another one, which waits for ever",
    .bug = "The end is a job among others, one for each worker, and jobs can be stolen.",
    .scenario = "Pools are freed while their workers finish jobs of different lengths.",
    .diagnosis = "free waits for a worker whose token somebody else has eaten.",
    .remedy = "Make the end a state that everybody looks at, not a message to each.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(stolen_stop);
