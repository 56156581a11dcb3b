/* full.c - see full.h. */
#include "faults/core/full.h"

#include "faults/core/fault.h"

static void (*submitting)(void);
static int submitters;
static _Atomic int begun; /* of these: they have got a CPU */

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
    atomic_fetch_add(&begun, 1);
    submitting();
    cell_note_add(FULL_BACK, 1);
}

static int are_back(void)
{
    return (int)atomic_load(&cell_record()->notes[FULL_BACK]);
}

void full_submit_by(int helpers, void (*submitter)(void))
{
    enum { SETTLES = 50 };
    submitting = submitter;
    submitters = helpers;
    for (int i = 0; i < helpers; i++)
        helper_start(i, submit);
    for (int i = 0; i < SETTLES && atomic_load(&begun) < helpers; i++)
        cell_settle();
    full_asleep();
}

void full_submit(void (*submitter)(void))
{
    full_submit_by(1, submitter);
}

int full_asleep(void)
{
    enum { SETTLES = 5 };
    bool asleep = false;
    for (int i = 0; i < SETTLES && !asleep && !full_is_back(); i++)
        asleep = cell_settle();
    return asleep && atomic_load(&begun) == submitters ? submitters - are_back() : 0;
}

bool full_is_back(void)
{
    return are_back() >= submitters;
}

bool full_blocks(void)
{
    bool there = atomic_load(&begun) == submitters, blocks = there && !are_back();
    if (!blocks)
        cell_not_asked(there ? "a submit beyond the capacity did not wait" : "a submitter has got no CPU");
    return blocks;
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
