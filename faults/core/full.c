/* full.c - see full.h. */
#include "faults/core/full.h"

#include "faults/core/fault.h"

static void (*submitting)(void);

void full_hold(int jobs)
{
    cell_settle();
    for (int id = 0; id < jobs; id++) {
        cell_role(id, (struct cell_role){.act = CELL_WAIT, .gate = FULL_GATE});
        cell_submit(id);
        gate_await(FULL_GATE, id + 1);
    }
}

int full_make(int places)
{
    int running = cell_runners();
    full_hold(running);
    cell_submit_range(running, places);
    return running + places;
}

int full_open(struct pool_config config)
{
    int next;
    if (cell_try_open(config))
        return 0;
    next = full_make((int)config.capacity);
    cell_settle();
    if (ledger_started(cell_record()) == cell_runners())
        return next;
    cell_not_asked("has workers that cannot be held");
    full_end();
    return 0;
}

static void submit(void)
{
    submitting();
    cell_note(FULL_BACK, 1);
}

void full_submit(void (*submitter)(void))
{
    submitting = submitter;
    helper_start(0, submit);
    cell_settle();
}

bool full_is_back(void)
{
    return atomic_load(&cell_record()->notes[FULL_BACK]) != 0;
}

bool full_blocks(void)
{
    if (full_is_back())
        cell_not_asked("a submit beyond the capacity did not wait");
    return !full_is_back();
}

bool full_returns(void)
{
    enum { SETTLES = 10 };
    for (int i = 1; i < SETTLES && !full_is_back(); i++)
        cell_settle();
    return full_is_back();
}

void full_end(void)
{
    gate_open(FULL_GATE);
    helpers_join();
    cell_wait(-1);
    cell_free();
}
