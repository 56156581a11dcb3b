/* wall-clock.c - a time-out is of the wall clock.
 *
 * When somebody sets the time, it comes early, or an hour late. Which clock a thread
 * waits for is seen in its call. A wait of an hour stands while a helper looks. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "faults/core/settle.h"

enum { GATE = 0 };

enum { WALL };

static void look(void)
{
    cell_settle();
    cell_note(WALL, settle_on_wall_clock(atomic_load(&cell_record()->clients[0]), INT64_C(600000000000)));
    gate_open(GATE);
}

static void drive(int client)
{
    (void)client;
    if (cell_open((struct pool_config){.capacity = 4}))
        return;
    cell_role(0, (struct cell_role){.act = CELL_WAIT, .gate = GATE});
    cell_submit(0);
    gate_await(GATE, 1);
    helper_start(0, look);
    cell_wait(INT64_C(3600000000000));
    helpers_join();
    cell_wait(-1);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    if (atomic_load(&outcome->record->notes[WALL]))
        return verdict_own(verdict, "a wait of an hour waits for a moment of the wall clock, which can be set");
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_RUN_APART},
};

static const struct fault wall_clock = {
    .number = 81,
    .name = "wall-clock",
    .group = "timeouts",
    .source = "GCC#41861 (condition_variable)",
    .summary = "a time-out waits for the wall clock: setting the time makes it early or late",
    .bug = "The default of pthread_cond_timedwait and of sem_timedwait is CLOCK_REALTIME.",
    .scenario = "A wait of an hour stands; the clock of its call is looked at.",
    .diagnosis = "The kernel was asked for a moment of CLOCK_REALTIME.",
    .remedy = "pthread_cond_clockwait with CLOCK_MONOTONIC, or a condition whose attribute names that clock.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(wall_clock);
