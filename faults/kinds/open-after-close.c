/* open-after-close.c - a submit after the close is accepted.
 *
 * There are several ways in (one job, a batch, another thread), and one of them does
 * not look. Once close has returned each of them is refused. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { JOBS = 4 };

/* Accepted after the close had returned: by a submit, by a batch, by another thread. */
enum { ALONE, BATCH, OTHER, CLOSED };

static void other(void)
{
    cell_note(OTHER, cell_submit(JOBS + 3) == 0);
}

static void drive(int client)
{
    (void)client;
    if (cell_open((struct pool_config){.capacity = 2 * JOBS}))
        return;
    cell_submit_range(0, JOBS);
    cell_close();
    cell_note(CLOSED, 1);
    cell_note(ALONE, cell_submit(JOBS) == 0);
    cell_note(BATCH, cell_submit_batch(JOBS + 1, 2) > 0);
    helper_start(0, other);
    helpers_join();
    cell_wait(-1);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const _Atomic int64_t *notes = outcome->record->notes;
    static const char *const ways[] = {"a submit", "a batch", "a submit from another thread"};
    for (int way = ALONE; way <= OTHER; way++)
        if (atomic_load(&notes[CLOSED]) && atomic_load(&notes[way]))
            return verdict_own(verdict, "%s was accepted after the close had returned", ways[way]);
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, 0, POOL_NO_CLOSE},
    {"", FAULT_ARMED, 0, POOL_DEFECT_OPEN_DOOR, 0},
};

static const struct fault open_after_close = {
    .number = 101,
    .name = "open-after-close",
    .group = "end",
    .source = "clj-commons/dirigiste#13",
    .summary = "a submit after the close is accepted, by one of the ways in",
    .bug = "The look at the state stands in one of the ways in, and there are several.",
    .scenario = "Close; then a submit, a batch, and a submit from another thread.",
    .diagnosis = "This way in does not look whether the pool was closed.",
    .remedy = "One door for all ways in, and the look behind it, under the same lock as the close.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(open_after_close);
