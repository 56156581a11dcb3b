/* free-leaves-blocked.c - free does not wait for a submitter that is blocked.
 *
 * It closes the pool, joins the workers and gives the memory back, and a submitter that it has
 * woken still has to take the lock that is gone. The workers are held, the queue is full, and a
 * submitter waits for room, which the statistics say (else nobody may free the pool). A signal
 * comes to its thread, whose handler holds it where it sleeps: inside the call. Free must not
 * return before it is let go. Nor once it has been woken: where it waits for a condition, it is held
 * again at the end of that wait, for a free that destroys the condition waits for its waiters, in the C
 * library, but not for what they do next. */
#include "faults/core/fault.h"
#include "faults/core/full.h"
#include "faults/core/steps.h"

enum { CAPACITY = 1, RELEASER = 1 };
static const int64_t patience_ns = 100000000;

/* Whether free returned, and that while the submitter was still held. */
enum { FREED = FULL_NOTES, EARLY };

/* Where it was held then: in its sleep, or after it. */
enum { ASLEEP = 1, WOKEN };

static int blocked;
static _Atomic bool goes_on; /* it is held nowhere any more */

static void submitter(void)
{
    cell_submit(blocked);
}

static bool is_blocked(void)
{
    return cell_stats().blocked_submit == 1;
}

/* Whether the submitter is in its call, and is held there. */
static bool is_held(void)
{
    if (!full_blocks())
        return false;
    if (!cell_until_told("a submit to be blocked", is_blocked))
        return cell_not_asked("does not count a submit that is blocked (blocked_submit): it may not be freed then"),
               false;
    cell_settle();
    if (!full_catch())
        return cell_not_asked("takes no signal while a submit waits"), false;
    return true;
}

static bool is_freed(void)
{
    return atomic_load(&cell_record()->notes[FREED]);
}

/* Until all sleep, or free has returned; of one that polls, not for long. Ours have time to be seen, however
 * little of a CPU they get. */
static void look(void)
{
    int looks = cell_is_foreign() ? 1 : 30;
    for (int i = 0; i < looks && !is_freed() && !cell_settle_for(patience_ns); i++)
        ;
}

/* Once free waits for the workers, these are let go; then once it waits for the submitter, or has
 * returned, the submitter, at most to the end of its wait; and then for good. */
static void release(void)
{
    look();
    gate_open(FULL_GATE);
    look();
    if (is_freed())
        return;
    steps_hold_end(full_submitter());
    full_let_go();
    look();
    if (steps_ends_held() && is_freed())
        return;
    atomic_store(&goes_on, true);
    steps_let_end();
}

static void drive(int client)
{
    (void)client;
    if (cell_open((struct pool_config){.capacity = CAPACITY}))
        return;
    blocked = full_make(CAPACITY);
    full_submit(submitter);
    if (!is_held()) {
        full_end();
        return;
    }
    helper_start(RELEASER, release);
    cell_free();
    if (!atomic_load(&goes_on))
        cell_note(EARLY, full_is_caught() ? ASLEEP : steps_ends_held() ? WOKEN : 0);
    cell_note(FREED, 1);
    if (!atomic_load(&cell_record()->notes[EARLY]))
        helpers_join();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    int64_t early = atomic_load(&outcome->record->notes[EARLY]);
    if (!early)
        return false;
    return verdict_own(verdict,
                       "pool_free returned while a thread was still %s in pool_submit, which its statistics had "
                       "counted as blocked",
                       early == ASLEEP ? "asleep" : "awake");
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_QUEUE | POOL_CAN_RUN_APART,
     POOL_UNBOUNDED | POOL_CALLER_MAY_RUN | POOL_NO_CLOSE | POOL_THREADS_STAY},
    {"", FAULT_ARMED, 0, POOL_DEFECT_CALLERS_LEFT, POOL_CAN_QUEUE | POOL_CAN_RUN_APART},
};

static const struct fault free_leaves_blocked = {
    .number = 110,
    .name = "free-leaves-blocked",
    .group = "end",
    .source = "vichargrave/wqueue#2",
    .summary = "free gives the pool back while a submitter that waits for room is still in it",
    .bug = "free wakes who waits for room, joins the workers, and destroys the lock: a submitter that gets no CPU "
           "meanwhile takes it afterwards.",
    .scenario =
        "Workers held, the queue full, a submitter waits, and is held there by a signal's handler; free; the "
        "workers are let go; free must stand until the submitter is let go, there and at the end of its wait for a "
        "condition.",
    .diagnosis = "A call that the pool itself had counted as blocked was not awaited.",
    .remedy = "Count calls that wait, and in free wait until there is none, after they were woken.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(free_leaves_blocked);
