/* wall-clock.c - a time-out is of the wall clock.
 *
 * When somebody sets the time, it comes early, or an hour late. Which clock a thread
 * waits for is seen in its call. A wait of an hour stands while a helper looks; and a submit of an
 * hour into a full queue. */
#include "faults/core/fault.h"
#include "faults/core/full.h"
#include "faults/core/settle.h"
#include "faults/core/wall.h"
#include "pools/core/futex.h"

enum { WAITS, SUBMITS };
enum { GATE = 0, CAPACITY = 2, CLIENT = 0, SUBMITTER = 1 /* threads of the client: helper 0 */ };
static const int64_t hour_ns = INT64_C(3600000000000), far_ns = INT64_C(600000000000);

/* Whether it waits for a moment of the wall clock; whether it came back when that was set. */
enum { WALL = FULL_NOTES, CAME };

static void look_at(int client)
{
    cell_note(WALL, settle_on_wall_clock(atomic_load(&cell_record()->clients[client]), far_ns));
}

/* Sets the clock where this thread looks at clocks now and then, until it is back, or has looked. */
static void set_clock(int client, bool (*is_back)(void))
{
    static const int64_t look_ns = 300000000;
    pid_t thread = atomic_load(&cell_record()->clients[client]);
    int64_t until = pool_clock_ns() + look_ns;
    if (!wall_possible() || settle_wakes_in_ns(thread) > far_ns || is_back() || cell_is_still())
        return;
    wall_shift(2 * hour_ns);
    while (!is_back() && pool_clock_ns() < until)
        cell_nap();
    wall_shift(0);
    cell_note(CAME, is_back());
}

static _Atomic bool wait_is_back;

static bool wait_came(void)
{
    return atomic_load(&wait_is_back);
}

static void look(void)
{
    cell_settle();
    look_at(CLIENT);
    if (!atomic_load(&cell_record()->notes[WALL]))
        set_clock(CLIENT, wait_came);
    gate_open(GATE);
}

static void play_wait(void)
{
    if (cell_open((struct pool_config){.capacity = 4}))
        return;
    cell_role(0, (struct cell_role){.act = CELL_WAIT, .gate = GATE});
    cell_submit(0);
    gate_await(GATE, 1);
    helper_start(0, look);
    cell_wait(hour_ns);
    atomic_store(&wait_is_back, true);
    helpers_join();
    cell_wait(-1);
    cell_free();
}

static int next;

static void submitter(void)
{
    cell_submit(next);
}

static void play_submit(void)
{
    next = full_open((struct pool_config){.capacity = CAPACITY, .full = POOL_TIMEOUT, .full_timeout_ns = hour_ns});
    if (!next)
        return;
    full_submit(submitter);
    if (full_blocks() && full_asleep()) {
        look_at(SUBMITTER);
        if (!atomic_load(&cell_record()->notes[WALL]))
            set_clock(SUBMITTER, full_is_back);
    } else if (full_blocks()) {
        cell_not_asked("its submit that waits was not seen asleep");
    }
    full_end();
}

static void drive(int client)
{
    client == WAITS ? play_wait() : play_submit();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    if (atomic_load(&outcome->record->notes[WALL]))
        return verdict_own(verdict, "a %s of an hour waits for a moment of the wall clock, which can be set",
                           outcome->cell->client == WAITS ? "wait" : "submit");
    if (atomic_load(&outcome->record->notes[CAME]))
        return verdict_own(verdict, "a %s of an hour is over when somebody sets the clock forward by two",
                           outcome->cell->client == WAITS ? "wait" : "submit");
    return false;
}

static const struct fault_cell cells[] = {
    {"wait", FAULT_CLEAN, WAITS, 0, POOL_CAN_RUN_APART},
    {"submit", FAULT_CLEAN, SUBMITS, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE, POOL_UNBOUNDED | POOL_CALLER_MAY_RUN},
    {"wait", FAULT_ARMED, WAITS, POOL_DEFECT_WALL_CLOCK, POOL_CAN_RUN_APART},
    {"submit", FAULT_ARMED, SUBMITS, POOL_DEFECT_WALL_CLOCK, POOL_CAN_RUN_APART | POOL_CAN_QUEUE,
     POOL_UNBOUNDED | POOL_CALLER_MAY_RUN},
};

static const struct fault wall_clock = {
    .number = 81,
    .name = "wall-clock",
    .group = "timeouts",
    .source = "GCC#41861 (condition_variable)",
    .summary = "a time-out waits for the wall clock: setting the time makes it early or late",
    .bug = "The default of pthread_cond_timedwait and of sem_timedwait is CLOCK_REALTIME.",
    .scenario = "A wait of an hour stands, and a submit of an hour into a full queue; the clock of the call is looked "
                "at; where it sleeps for less, the clock is set forward by two hours.",
    .diagnosis =
        "The kernel was asked for a moment of CLOCK_REALTIME; or what the wall clock says is looked at in turn.",
    .remedy = "pthread_cond_clockwait with CLOCK_MONOTONIC, or a condition whose attribute names that clock.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(wall_clock);
