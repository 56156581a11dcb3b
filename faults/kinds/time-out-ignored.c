/* time-out-ignored.c - the shortest time-outs are none: 0, or 1 us, waits for ever.
 *
 * Zero stands for "no limit" somewhere below, or 1 us becomes 0 where it is divided. A
 * job is held: waits of 0, 1 us and 1 ms come back; so does a submit into the full
 * queue with such a time. On a quiet pool a wait of 0 is a look, and says so. And a time that begins anew with each
 * wake-up never ends on a busy pool: a wait of 0.1 s stands while short jobs end beside it; it fails that has run
 * twenty times after its time was over, and gone to sleep again each time. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "faults/core/settle.h"
#include "pools/core/futex.h"

enum { WAITS, SUBMIT_NONE, SUBMIT_BRIEF, BUSY };
enum { GATE, SECOND, CAPACITY = 2, LOOKS = 20 };
static const int64_t waits_ns[] = {0, 1, 1000, 1000000};
enum { SIZES = sizeof waits_ns / sizeof *waits_ns };

/* The time-out of the call that stands, plus 1; looks at a quiet pool, and those that did
 * not see it. */
enum { STANDS, LOOKED, BLIND, AGAIN, STOOD_NS };

static void wait_while_held(void)
{
    if (cell_open((struct pool_config){.capacity = 64}))
        return;
    cell_role(0, (struct cell_role){.act = CELL_WAIT, .gate = GATE});
    cell_submit(0);
    gate_await(GATE, 1);
    for (int i = 0; i < SIZES; i++) {
        cell_note(STANDS, waits_ns[i] + 1);
        cell_wait(waits_ns[i]);
    }
    cell_note(STANDS, 0);
    gate_open(GATE);
    if (cell_wait(-1) == 0)
        for (int i = 0; i < LOOKS; i++) {
            cell_note_add(LOOKED, 1);
            cell_note_add(BLIND, cell_wait(0) == -ETIMEDOUT);
        }
    cell_free();
}

static int jobs;         /* that fill it, and one more */
static _Atomic int back; /* submitters */

static void submitter(void)
{
    cell_submit(jobs - 1);
    atomic_fetch_add(&back, 1);
}

/* Workers held, and the queue full; false: not to be had. */
static bool is_full(int64_t timeout_ns, int gate)
{
    int running = cell_runners();
    if (cell_try_open((struct pool_config){.capacity = CAPACITY, .full = POOL_TIMEOUT, .full_timeout_ns = timeout_ns}))
        return false;
    jobs = running + CAPACITY + 1;
    cell_settle();
    for (int id = 0; id < running; id++) {
        cell_role(id, (struct cell_role){.act = CELL_WAIT, .gate = gate});
        cell_submit(id);
        gate_await(gate, id + 1);
    }
    cell_submit_range(running, CAPACITY);
    return true;
}

/* Whether it has time-outs at all, as one of 2 ms shows: a pool that takes the policy and
 * waits as under POOL_BLOCK is another matter (full-timeout). */
static bool keeps_time(void)
{
    static const int64_t brief_ns = 2000000, enough_ns = 400000000;
    enum { NAPS_LEAST = 100 }; /* where others have the CPUs, each takes long */
    int64_t until;
    if (!is_full(brief_ns, GATE))
        return false;
    helper_start(0, submitter);
    until = pool_clock_ns() + enough_ns;
    for (int i = 0; (i < NAPS_LEAST || pool_clock_ns() < until) && !atomic_load(&back); i++)
        cell_nap();
    if (!atomic_load(&back))
        cell_not_asked("its open takes POOL_TIMEOUT, and its submit waits without end");
    gate_open(GATE);
    helpers_join();
    cell_wait(-1);
    cell_free();
    cell_forget();
    return !cell_record()->not_asked[0];
}

static void submit_into_full(int64_t timeout_ns)
{
    if (!keeps_time() || !is_full(timeout_ns, SECOND))
        return;
    cell_note(STANDS, timeout_ns + 1);
    cell_submit(jobs - 1);
    cell_note(STANDS, 0);
    gate_open(SECOND);
    cell_wait(-1);
    cell_free();
}

enum { AGAIN_LEAST = 20, LONG = 2 }; /* LONG: times too long, to say that it holds */
static const int64_t busy_ns = 100000000, gap_ns = 500000, patience_ns = 3000000000; /* some count in seconds */
static _Atomic bool returned;

/* Short jobs, until the wait is over or stands for far too long; and how often it went back to sleep after
 * its time. */
static void keep_busy(void)
{
    pid_t waiter = atomic_load(&cell_record()->clients[0]);
    int64_t over_ns = pool_clock_ns() + busy_ns, now_ns, ran_ns = -1;
    int again = 0;
    while (!atomic_load(&returned) && (now_ns = pool_clock_ns()) < over_ns + patience_ns) {
        int64_t ran;
        cell_submit_other(cell_empty_job, NULL);
        settle_until(now_ns + gap_ns);
        if (now_ns < over_ns || !settle_sleeping(waiter))
            continue;
        ran = settle_run_ns(waiter);
        again += ran_ns >= 0 && ran > ran_ns;
        ran_ns = ran;
    }
    cell_note(AGAIN, atomic_load(&returned) ? 0 : again);
}

static void wait_beside_others(void)
{
    int64_t begin_ns, stood_ns;
    if (cell_open((struct pool_config){.capacity = 64}))
        return;
    cell_role(0, (struct cell_role){.act = CELL_WAIT, .gate = GATE});
    cell_submit(0);
    gate_await(GATE, 1);
    if (cell_runners() < 2) {
        cell_not_asked("has one worker");
    } else {
        begin_ns = pool_clock_ns();
        helper_start(0, keep_busy);
        cell_wait(busy_ns);
        atomic_store(&returned, true);
        stood_ns = pool_clock_ns() - begin_ns;
        cell_note(STOOD_NS, stood_ns);
        helpers_join();
        if (stood_ns > LONG * busy_ns) /* it got no CPU, or no job ended in its time */
            cell_tried(1, 1);
    }
    gate_open(GATE);
    cell_wait(-1);
    cell_free();
}

static void drive(int client)
{
    if (client == BUSY)
        wait_beside_others();
    else if (client == WAITS)
        wait_while_held();
    else
        submit_into_full(client == SUBMIT_NONE ? 0 : 1000);
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const _Atomic int64_t *notes = outcome->record->notes;
    int64_t stands = atomic_load(&notes[STANDS]);
    int looked = (int)atomic_load(&notes[LOOKED]);
    if (outcome->end == OUTCOME_HUNG && stands)
        return verdict_own(verdict, "%s with a time-out of %.3g us does not come back", outcome->call,
                           (double)(stands - 1) / 1e3);
    if (atomic_load(&notes[AGAIN]) >= AGAIN_LEAST)
        return verdict_own(verdict, "a wait of %.3g ms stood for %.3g s while jobs ended beside it, and slept again",
                           (double)busy_ns / 1e6, (double)atomic_load(&notes[STOOD_NS]) / 1e9);
    if (looked == LOOKS && atomic_load(&notes[BLIND]) == LOOKS)
        return verdict_own(verdict, "a wait of 0 on a pool at rest says -ETIMEDOUT, in each of %d looks", LOOKS);
    return false;
}

static const struct fault_cell cells[] = {
    {"wait", FAULT_CLEAN, WAITS, 0, POOL_CAN_RUN_APART},
    {"wait", FAULT_ARMED, WAITS, POOL_DEFECT_ENDLESS_RECEIVE, POOL_CAN_RUN_APART},
    {"submit, 0", FAULT_CLEAN, SUBMIT_NONE, 0, POOL_CAN_QUEUE | POOL_CAN_RUN_APART,
     POOL_UNBOUNDED | POOL_CALLER_MAY_RUN},
    {"submit, 1 us", FAULT_CLEAN, SUBMIT_BRIEF, 0, POOL_CAN_QUEUE | POOL_CAN_RUN_APART,
     POOL_UNBOUNDED | POOL_CALLER_MAY_RUN},
    {"wait, busy", FAULT_CLEAN, BUSY, 0, POOL_CAN_RUN_APART, POOL_NO_WAIT | POOL_WAIT_HELPS | POOL_CALLER_MAY_RUN},
};

static const struct fault time_out_ignored = {
    .number = 83,
    .name = "time-out-ignored",
    .group = "timeouts",
    .source = "tarantool/tntcxx#111, h2database/h2database#2890, dv/redis-semaphore#37",
    .summary = "a time-out of 0 or 1 us is none: the call waits for ever; or a wait of 0 does not look",
    .bug = "0 means \"no limit\" to a call below, or a short time becomes 0 where it is turned into milliseconds.",
    .scenario = "A job is held: waits of 0, 1 ns, 1 us, 1 ms; the queue full: a submit with 0, with 1 us; then, all "
                "done, waits of 0; and a wait of 0.1 s while short jobs end beside it.",
    .diagnosis = "The call sleeps without a time-out though it was given one, or with one that begins anew at each "
                 "wake-up; or it "
                 "gives up before it looks.",
    .remedy = "Look first; at 0 return without sleeping. Reckon the end once, before the loop. Round time-outs up, and "
              "pass \"for ever\" by a flag or a "
              "negative number only.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(time_out_ignored);
