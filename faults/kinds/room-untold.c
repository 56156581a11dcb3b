/* room-untold.c - a place becomes free, and a submitter that waits for it is not told.
 *
 * The call goes out only where the queue was full before, and two places become free at
 * once; or where it is empty; or it goes to somebody whose time was over before. Workers are
 * held, the queue is full, two submitters wait and are held in their sleep; one worker takes
 * two jobs; then they go on, and both must come in. Or a submitter's time ends, it submits
 * again, and one place becomes free. */
#include "faults/core/fault.h"
#include "faults/core/full.h"
#include "faults/core/settle.h"
#include "pools/core/futex.h"

enum { TWO, AFTER_A_TIME_OUT };
enum { CAPACITY = 3, SUBMITTERS = 2, MOST_STEPS = 2 };

/* How many are back, and how many places are free then, when all sleep for longer; the answer of the first of two. */
enum { BACK = FULL_NOTES, FREE, FIRST };

static _Atomic int next;

static void submitter(void)
{
    cell_submit(atomic_fetch_add(&next, 1));
}

static void submit_twice(void)
{
    cell_note(FIRST, cell_submit(next));
    cell_submit(next + 1);
}

/* By the ledger; a job that waits for its worker to begin is in nobody's place. */
static int free_places(void)
{
    return CAPACITY - (ledger_accepted(cell_record()) - ledger_started(cell_record()));
}

/* One worker takes so many jobs. Returns whether it did, and all sleep again. */
static bool make_room(int places)
{
    enum { SETTLES = 50 };
    int before = full_started();
    for (int i = 0; i < places; i++)
        gate_open(FULL_STEP + i);
    for (int i = 0; i < SETTLES && full_started() < before + places; i++)
        cell_settle();
    return full_started() >= before + places;
}

static void play_two(void)
{
    int began = full_open_by_steps((struct pool_config){.capacity = CAPACITY}, SUBMITTERS);
    if (!began)
        return;
    atomic_store(&next, began);
    full_submit_by(SUBMITTERS, submitter);
    if (full_blocks() && full_asleep() == SUBMITTERS) {
        full_catch();
        if (!make_room(MOST_STEPS))
            cell_not_asked("has a worker that takes no two jobs while submitters wait");
        full_let_go();
        if (!full_returns() && cell_is_still() && !full_is_back()) {
            cell_note(BACK, atomic_load(&cell_record()->notes[FULL_BACK]));
            cell_note(FREE, free_places());
        } else if (!full_is_back()) {
            cell_not_asked("has submitters that wait, and look again after a time");
        }
    }
    full_end();
}

/* In its second submit. Nobody does anything until its time ends, which is not so soon. */
static bool sleeps_on(void)
{
    static const int64_t soon_ns = 10000000;
    int64_t sleeps;
    if (full_is_back() || !cell_settle())
        return false;
    sleeps = settle_sleeps();
    cell_settle();
    return settle_wakes_in_ns(full_submitter()) > soon_ns && settle_sleeps() == sleeps && !full_is_back();
}

static bool first_is_over(void)
{
    return atomic_load(&cell_record()->notes[FIRST]) != 0;
}

static void play_after_a_time_out(void)
{
    static const int64_t time_ns = 100000000, patience_ns = 1000000000;
    int64_t until;
    int began = full_open_by_steps(
        (struct pool_config){.capacity = CAPACITY, .full = POOL_TIMEOUT, .full_timeout_ns = time_ns}, SUBMITTERS);
    if (!began)
        return;
    atomic_store(&next, began);
    full_submit(submit_twice);
    for (until = pool_clock_ns() + patience_ns; !first_is_over() && pool_clock_ns() < until;)
        cell_nap();
    if (atomic_load(&cell_record()->notes[FIRST]) != -ETIMEDOUT || !sleeps_on())
        cell_not_asked("has no submit that waits again after its time was over");
    else if (make_room(1) && sleeps_on())
        cell_note(FREE, free_places());
    full_end();
}

static void drive(int client)
{
    client == TWO ? play_two() : play_after_a_time_out();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const _Atomic int64_t *notes = outcome->record->notes;
    int places = (int)atomic_load(&notes[FREE]);
    if (places < 1)
        return false;
    if (outcome->cell->client == AFTER_A_TIME_OUT)
        return verdict_own(verdict,
                           "after a submit whose time was over, the next one sleeps on though a place is free");
    return verdict_own(verdict, "two places become free, and of two submits that wait %d come in: %d of %d are free",
                       (int)atomic_load(&notes[BACK]), places, CAPACITY);
}

static const struct fault_cell cells[] = {
    {"two at once", FAULT_CLEAN, TWO, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE, POOL_UNBOUNDED | POOL_CALLER_MAY_RUN},
    {.name = "after a time-out",
     .kind = FAULT_CLEAN,
     .client = AFTER_A_TIME_OUT,
     .needs = POOL_CAN_RUN_APART | POOL_CAN_QUEUE,
     .barred = POOL_UNBOUNDED | POOL_CALLER_MAY_RUN,
     .foreign = true},
    {"two at once", FAULT_ARMED, TWO, POOL_DEFECT_ROOM_SELDOM, POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
};

static const struct fault room_untold = {
    .number = 95,
    .name = "room-untold",
    .group = "policies",
    .source =
        "ApolloAuto/apollo#13159, apache/flink#28463; Herlihy and Shavit, The Art of Multiprocessor Programming, 8.2.2",
    .summary = "a place becomes free, and a submitter that waits for it sleeps on",
    .bug = "The call goes out only when the queue was full, or is empty; or it is counted for a submitter that has "
           "gone since.",
    .scenario = "Workers held, the queue full, two submitters wait, and are held in their sleep; one worker takes two "
                "jobs; they go on. Or a submit whose time ends, another one, and then a place.",
    .diagnosis = "All sleep, a submit still waits, and there is room: nobody will call it before the next job ends.",
    .remedy = "Tell one submitter for each place that becomes free, whatever the queue was before; who gives up takes "
              "his ticket with him, or passes the call on.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(room_untold);
