/* time-out-late.c - a time-out is rounded up, to a whole second.
 *
 * Said, and not judged: how much later than its time a call comes back is no matter of right and wrong, and
 * some libraries count in seconds. But who waits for 1 ms in a loop stands still. A job is held and a wait, or a
 * submit into the full queue, stands; the moment until which its thread sleeps is read from its
 * call. It is held against the moment of the look: so that a thread got no CPU counts for nothing. */
#include "faults/core/fault.h"
#include "faults/core/full.h"
#include "faults/core/settle.h"
#include "pools/core/futex.h"

enum { WAITS, SUBMITS };
enum { CAPACITY = 2 };
static const int64_t second_ns = 1000000000, slack_ns = 400000000, times_ns[] = {100000000, 1100000000};

/* The times, and one whose end is a little after a whole second of the clock. */
enum { TIMES = sizeof times_ns / sizeof *times_ns + 1 };

static int now;            /* which of them stands; its gate, and its job */
static int64_t timeout_ns; /* of it */

static void look_at(int client)
{
    int64_t late_ns = settle_wakes_in_ns(atomic_load(&cell_record()->clients[client])) - timeout_ns;
    if (late_ns > slack_ns)
        cell_remark("a time-out of %.3g s is over after %.3g s at the earliest (said, not judged)",
                    (double)timeout_ns / 1e9, (double)(timeout_ns + late_ns) / 1e9);
}

static void look(void)
{
    cell_settle();
    look_at(0);
    gate_open(now);
}

static int64_t time_of(int number)
{
    int64_t just_after = 2 * second_ns - pool_clock_ns() % second_ns + second_ns / 50;
    return number < TIMES - 1 ? times_ns[number] : just_after;
}

static void play_waits(void)
{
    if (cell_open((struct pool_config){.capacity = 64}))
        return;
    for (now = 0; now < TIMES; now++) {
        cell_role(now, (struct cell_role){.act = CELL_WAIT, .gate = now});
        cell_submit(now);
        gate_await(now, 1);
        timeout_ns = time_of(now);
        helper_start(0, look);
        cell_wait(timeout_ns);
        helpers_join();
    }
    cell_wait(-1);
    cell_free();
}

static int beyond;

static void submitter(void)
{
    cell_submit(beyond);
}

static void play_submit(void)
{
    timeout_ns = times_ns[1];
    beyond = full_open((struct pool_config){.capacity = CAPACITY, .full = POOL_TIMEOUT, .full_timeout_ns = timeout_ns});
    if (!beyond)
        return;
    full_submit(submitter);
    if (full_blocks())
        look_at(1);
    full_end();
}

static void drive(int client)
{
    client == WAITS ? play_waits() : play_submit();
}

static const struct fault_cell cells[] = {
    {"wait", FAULT_CLEAN, WAITS, 0, POOL_CAN_RUN_APART, POOL_NO_WAIT | POOL_WAIT_HELPS},
    {"submit", FAULT_CLEAN, SUBMITS, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE, POOL_UNBOUNDED | POOL_CALLER_MAY_RUN},
};

static const struct fault time_out_late = {
    .number = 84,
    .name = "time-out-late",
    .group = "timeouts",
    .source = "dougnoel/sentinel#135",
    .summary = "a time-out is rounded up to a whole second: 0.1 s are one (said, not judged)",
    .bug = "The call below counts in seconds, and what is left of one is made a whole one.",
    .scenario = "A job is held; waits of 0.1 s, of 1.1 s, and to a little after a whole second stand, and a submit of "
                "1.1 s into the full queue; the moment until which the thread sleeps is read from its call.",
    .diagnosis = "The kernel was asked to wake the thread long after the time that was given.",
    .remedy = "One deadline in nanoseconds, and a call below that takes it as it is (pthread_cond_clockwait).",
    FAULT_CELLS(cells),
    .drive = drive,
};

FAULT_REGISTER(time_out_late);
