/* full-timeout.c - a submit that may wait so long waits another time, or its job runs though it was refused.
 *
 * Workers are held and the queue is full: a submit with 2 ms comes back with
 * -ETIMEDOUT, and its job never runs; one with an hour, or with a time at which a number wraps, stands until there is
 * room. And a time that begins anew with
 * each wake-up never ends where places come free and others take them. One with 0.4 s is held where it sleeps, by a
 * signal's handler, while a job ends and a later submit takes the place; then it looks in vain. When its sleep ends is
 * read from its call. The time has begun anew where all of it is slept again after it was over: that is told by
 * moments between which the thread must have gone to sleep, not by how long anything took. */
#include "faults/core/fault.h"
#include "faults/core/full.h"
#include "faults/core/settle.h"
#include "pools/core/futex.h"

enum { CAPACITY = 2, ROUNDS = CELL_HELPERS - 1, OVER_LEAST = 2, GAPS = 4 /* in its time */ };

/* ANEW: how often it slept again for all of its time, though that was over. */
enum { ANSWER = FULL_NOTES, LATE, ANEW };
enum { BRIEF, LONG, IN_VAIN, WRAPS_US, WRAPS_MS, LONGEST };
static const int64_t times_ns[] =
    {2000000, INT64_C(3600000000000), 400000000, (INT64_C(1) << 32) * 1000, (INT64_C(1) << 32) * 1000000, INT64_MAX},
                     look_ns = 1000000;

static int next;

static void submitter(void)
{
    cell_note(ANSWER, cell_submit(next));
}

/* Whether it comes to be so, for that long at most. This thread waits for the clock, and not for the pool: one that
 * takes POOL_TIMEOUT and waits without end is no hang. */
static bool comes(bool (*reached)(void), int64_t patience_ns)
{
    int64_t until = pool_clock_ns() + patience_ns;
    for (int64_t now; !reached() && (now = pool_clock_ns()) < until;)
        settle_until(now + look_ns);
    return reached();
}

static int64_t since_ns, ends_ns; /* of its sleep: it began after this moment, and ends */

static bool is_asleep(void)
{
    ends_ns = settle_ends_ns(full_submitter(), since_ns);
    if (full_is_back()) /* its number may be another thread's by now */
        ends_ns = 0;
    return ends_ns != 0 || full_is_back();
}

/* Whether it sleeps for all of its time, or for more, in a sleep that began after `since_ns`. */
static bool sleeps_for_all(void)
{
    return comes(is_asleep, times_ns[IN_VAIN] / 2) && ends_ns >= since_ns + times_ns[IN_VAIN];
}

static int round_now;         /* 1.. */
static _Atomic int newcomers; /* that went in */

static void newcomer(void)
{
    if (!cell_submit(next + round_now))
        atomic_fetch_add(&newcomers, 1);
}

static bool has_place(void)
{
    return full_started() == cell_runners() + round_now;
}

static bool is_taken(void)
{
    return atomic_load(&newcomers) == round_now;
}

/* While it is held: a job ends, its worker takes the next, and the place is a later submit's. */
static bool another_takes_the_place(void)
{
    int64_t patience_ns = times_ns[IN_VAIN] / 2;
    bool taken = false;
    if (!full_catch())
        return false;
    gate_open(FULL_STEP + round_now - 1);
    if (comes(has_place, patience_ns)) {
        helper_start(round_now, newcomer);
        taken = comes(is_taken, patience_ns);
    }
    since_ns = pool_clock_ns();
    full_let_go();
    return taken;
}

/* With the queue full. */
static void wake_in_vain(void)
{
    int64_t over_ns;
    int anew = 0;
    bool asleep;
    since_ns = pool_clock_ns();
    full_submit(submitter);
    asleep = sleeps_for_all();
    over_ns = pool_clock_ns() + times_ns[IN_VAIN]; /* at the latest */
    if (!asleep || ends_ns > over_ns) {
        cell_not_asked("its submit that waits was not seen asleep for its time");
        return;
    }
    for (round_now = 1; anew < OVER_LEAST && round_now <= ROUNDS && another_takes_the_place(); round_now++) {
        cell_tried(round_now, 1);
        if (!sleeps_for_all())
            return;
        anew += since_ns > over_ns;
        settle_until(since_ns + times_ns[IN_VAIN] / GAPS);
    }
    cell_note(ANEW, anew);
    if (!cell_record()->tries)
        cell_not_asked("a place that came free was not to be had before who waits for it");
}

static void drive(int client)
{
    static const int64_t second_ns = 1000000000;
    struct pool_config config = {.capacity = CAPACITY, .full = POOL_TIMEOUT, .full_timeout_ns = times_ns[client]};
    next = client == IN_VAIN ? full_open_by_steps(config, ROUNDS + 1) : full_open(config);
    if (!next)
        return;
    if (client == IN_VAIN) {
        wake_in_vain();
    } else {
        full_submit(submitter);
        if (!full_returns() && client == BRIEF && !comes(full_is_back, second_ns))
            cell_not_asked("its open takes POOL_TIMEOUT, and its submit waits without end");
        cell_note(LATE, !full_is_back());
    }
    full_end();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    int answer = (int)atomic_load(&record->notes[ANSWER]);
    if (!atomic_load(&record->notes[FULL_BACK]) || record->not_asked[0] || outcome->end != OUTCOME_ENDED)
        return false;
    if (ledger_overrun(record))
        return verdict_own(verdict, "a job ran whose submit was answered %s", verdict_answer(answer));
    if (ledger_unsettled(record))
        return verdict_own(verdict, "a job was accepted by a submit that timed out, and never ran");
    if (outcome->cell->client != BRIEF && outcome->cell->client != IN_VAIN && !atomic_load(&record->notes[LATE]) &&
        answer == -ETIMEDOUT)
        return verdict_own(verdict, "a submit that may wait %s said at once that its time was over",
                           outcome->cell->name);
    if (atomic_load(&record->notes[ANEW]) >= OVER_LEAST)
        return verdict_own(verdict,
                           "a submit that may wait %.3g s, woken for a place that another one took, slept again for "
                           "%.3g s, %d times after its time was over",
                           (double)times_ns[IN_VAIN] / 1e9, (double)times_ns[IN_VAIN] / 1e9,
                           (int)atomic_load(&record->notes[ANEW]));
    return false;
}

static const struct fault_cell cells[] = {
    {"2 ms", FAULT_CLEAN, BRIEF, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE, POOL_UNBOUNDED | POOL_CALLER_MAY_RUN},
    {"an hour", FAULT_CLEAN, LONG, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE, POOL_UNBOUNDED | POOL_CALLER_MAY_RUN},
    {"72 minutes", FAULT_CLEAN, WRAPS_US, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE, POOL_UNBOUNDED | POOL_CALLER_MAY_RUN},
    {"50 days", FAULT_CLEAN, WRAPS_MS, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE, POOL_UNBOUNDED | POOL_CALLER_MAY_RUN},
    {"the longest time", FAULT_CLEAN, LONGEST, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE,
     POOL_UNBOUNDED | POOL_CALLER_MAY_RUN},
    {"an hour", FAULT_ARMED, LONG, POOL_DEFECT_TIMES_WRAP, POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
    {"woken in vain", FAULT_CLEAN, IN_VAIN, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE,
     POOL_UNBOUNDED | POOL_CALLER_MAY_RUN | POOL_THREADS_STAY},
};

static const struct fault full_timeout = {
    .number = 91,
    .name = "full-timeout",
    .group = "policies",
    .source = "ClickHouse/ClickHouse#117898, llvm/llvm-project#59260",
    .summary = "a submit with a time-out comes back early or never, or its job runs though it timed out",
    .bug = "The time wraps, is counted anew at each wake-up, or is over after the job was put in.",
    .scenario =
        "Workers held, the queue full, under POOL_TIMEOUT; a submit of 2 ms, and of an hour, 72 minutes, 50 days "
        "and 292 years; and one of 0.4 s "
        "is woken for places that come free, each of which another submit takes before it looks.",
    .diagnosis =
        "The answer, the time and the fate of the job do not agree; or the moment until which the thread sleeps "
        "moves on with each wake-up.",
    .remedy = "One deadline on the monotonic clock, computed before the loop; look for room once more at the end.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(full_timeout);
