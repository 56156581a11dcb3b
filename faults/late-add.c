/* late-add.c - a job or worker counts as alive only once it runs.
 *
 * The bug: whoever waits may look between the submit and the moment at which the
 * worker counts itself. Seen from outside: wait returns while jobs are still to
 * run; nearly always by luck it does not, because workers start fast. So they
 * are held at birth: then nothing accepted can have run, and a wait that returns
 * is wrong, each time. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { JOBS = 4 };

/* For the look while workers are held, and for the wait after: the answer, and
 * how many accepted jobs had not finished when it came. */
enum { LOOK, LOOK_OPEN, WAIT, WAIT_OPEN };

static void drive(int client)
{
    (void)client;
    births_hold();
    if (cell_open((struct pool_config){.capacity = JOBS}))
        return;
    cell_submit_range(0, JOBS);
    births_await();
    cell_note(LOOK, cell_wait(0));
    cell_note(LOOK_OPEN, cell_unfinished());
    births_release();
    cell_note(WAIT, cell_wait(-1));
    cell_note(WAIT_OPEN, cell_unfinished());
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    int64_t open = atomic_load(&record->notes[LOOK_OPEN]), later = atomic_load(&record->notes[WAIT_OPEN]);
    if (atomic_load(&record->notes[LOOK]) == 0 && open)
        return verdict_own(verdict, "wait returned with %d of %d jobs not run: their workers were not yet born",
                           (int)open, ledger_accepted(record));
    if (atomic_load(&record->notes[WAIT]) == 0 && later)
        return verdict_own(verdict, "wait returned with %d of %d jobs not finished", (int)later,
                           ledger_accepted(record));
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_RUN_APART, POOL_NO_WAIT | POOL_OPEN_AWAITS},
    {"", FAULT_ARMED, 0, POOL_DEFECT_COUNTED_LATE, POOL_CAN_RUN_APART},
};

static const struct fault late_add = {
    .number = 2,
    .name = "late-add",
    .group = FAULT_KNOWN,
    .source = "mistakes of Go's worker pools, 2",
    .summary = "a job is counted once it runs; a waiter can look before that",
    .symptom = "wrong answer: the wait is over before anybody was counted, and main goes on with the work undone",
    .bug = "What is to be awaited is counted by the one who does it, once he has begun. Between the submit and that "
           "moment "
           "the count says that all is done, and wait believes it.",
    .scenario = "The pool's threads are held at birth; 4 jobs are submitted; a wait looks; the threads are let go.",
    .diagnosis =
        "The counter of what is open is raised on the worker's side of the queue. A waiter between the two sides "
        "sees nothing open, although jobs were accepted.",
    .remedy = "Count before handing over: in submit, or before the thread is created; never in the worker.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(late_add);
