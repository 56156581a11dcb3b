/* asleep.c - see asleep.h. */
#include "faults/core/asleep.h"

#include "faults/core/births.h"
#include "faults/core/cell.h"
#include "faults/core/settle.h"

enum { JOBS = 4, THREADS = 64, SETTLES = 25 };
enum { FREEING, LEFT, LOCKED };

/* While free lasts. It ends before a hang can be proved. */
static void look(void)
{
    pid_t threads[THREADS];
    int count, locked = 0;
    for (int i = 0; i < SETTLES && !cell_settle(); i++)
        ;
    count = births_living(threads, THREADS);
    for (int i = 0; i < count; i++)
        locked += settle_awaits_lock(threads[i]);
    cell_note(LOCKED, locked);
    cell_note(LEFT, count);
}

/* Of our own pools it is known that they hold no lock. */
void asleep_play(void)
{
    if (cell_open((struct pool_config){.capacity = JOBS}))
        return;
    cell_submit_range(0, JOBS);
    cell_wait(-1);
    cell_settle();
    cell_note(FREEING, 1);
    if (cell_is_foreign())
        helper_start(0, look);
    cell_free();
    if (cell_is_foreign())
        helpers_join();
}

bool asleep_hangs(const struct outcome *outcome)
{
    return outcome_hung_in(outcome, "pool_free") && atomic_load(&outcome->record->notes[FREEING]) &&
           !ledger_unsettled(outcome->record);
}

int asleep_left(const struct record *record)
{
    return (int)atomic_load(&record->notes[LEFT]);
}

int asleep_locked(const struct record *record)
{
    return (int)atomic_load(&record->notes[LOCKED]);
}
