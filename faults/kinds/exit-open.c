/* exit-open.c - a process that exits with an open pool hangs.
 *
 * Destructors of the library wait for workers that the end of the process has stopped,
 * or that wait for work. The pool is open and idle, and the process calls exit. */
#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { JOBS = 4 };

enum { LEAVING };

static void drive(int client)
{
    (void)client;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    cell_not_asked("is not asked under a sanitizer, which has an end of its own");
    return;
#endif
    if (cell_open((struct pool_config){.capacity = JOBS}))
        return;
    cell_submit_range(0, JOBS);
    cell_wait(-1);
    cell_settle();
    cell_note(LEAVING, 1);
    cell_exit();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    if (!atomic_load(&outcome->record->notes[LEAVING]))
        return false;
    if (outcome_hung_in(outcome, "exit"))
        return verdict_own(verdict, "exit with an open, idle pool does not return");
    if (outcome->end == OUTCOME_CRASHED && outcome->signal)
        return verdict_own(verdict, "exit with an open, idle pool dies of signal %d", outcome->signal);
    if (outcome->end == OUTCOME_CRASHED && outcome->status == 0) {
        verdict->kind = VERDICT_HOLDS;
        return true;
    }
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, 0},
    {"", FAULT_ARMED, 0, POOL_DEFECT_EXIT_JOINS, POOL_CAN_RUN_APART},
};

static const struct fault exit_open = {
    .number = 107,
    .name = "exit-open",
    .group = "end",
    .source = "pingcap/tiflash#7048, Maratyszcza/pthreadpool#92",
    .summary = "a process that exits with an open pool hangs or crashes",
    .bug = "A destructor joins workers that are asleep, or gone, when the process ends.",
    .scenario = "The pool is open and idle; the process calls exit.",
    .diagnosis = "exit runs the library's destructors, and one of them waits for ever or meets what is no more.",
    .remedy = "No joins in destructors that run at exit; what ends with the process needs no end of its own.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(exit_open);
