/* inherited-priority.c - workers keep the nice value of whoever submitted first.
 *
 * A thread starts with the nice value and the policy of the one that creates it, and without
 * privilege it cannot become less nice again: a pool that starts its workers in a submit has
 * them all in the background for ever if a background thread was the first to submit. Said, and
 * not judged: a pool promises nothing of it. A thread that is nicer submits the first job, then one
 * that is not submits as many as there are workers; twice, with two values, so that a pool that
 * makes its workers nice itself is not taken for one that inherits. */
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "faults/core/cell.h"
#include "faults/core/fault.h"

enum { GATE = 0, FIRST_SUBMITTER = 0, NICE_MOST = 19 };
static const int64_t meet_ns = 2000000000;
static const int more[] = {5, 3}; /* nicer than the opener */
enum { ROUNDS = sizeof more / sizeof *more };

static int opener, nicer; /* nice values */
static bool is_nicer;
static int seen[RECORD_JOBS];

static int nice_here(void)
{
    return getpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid));
}

static void submit_first(void)
{
    is_nicer = !setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), nicer);
    if (!cell_submit_other(cell_empty_job, NULL))
        cell_wait(-1);
}

static void look(int id)
{
    seen[id] = gate_meet_for(GATE + nicer - opener, cell_workers(), meet_ns) ? nice_here() : opener;
}

/* How many workers are as nice as who submitted first; -1: not to be had. */
static int count_nice(void)
{
    int workers = cell_workers(), count = 0;
    if (cell_open((struct pool_config){.capacity = 64}))
        return -1;
    cell_settle();
    helper_start(FIRST_SUBMITTER, submit_first);
    helpers_join();
    for (int id = 0; id < workers; id++)
        cell_role(id, (struct cell_role){.act = CELL_CALL, .call = look});
    if (cell_submit_range(0, workers) || cell_wait(-1))
        count = -1;
    for (int id = 0; count >= 0 && id < workers; id++)
        count += seen[id] == nicer;
    cell_free();
    cell_forget();
    return is_nicer ? count : -1;
}

static void drive(int client)
{
    int least = cell_workers();
    (void)client;
    opener = nice_here();
    if (opener + more[0] > NICE_MOST) {
        cell_not_asked("cannot be asked here: this process is as nice as it can be");
        return;
    }
    for (int round = 0; round < ROUNDS && least > 0; round++) {
        int count;
        nicer = opener + more[round];
        count = count_nice();
        least = count < least ? count : least;
    }
    if (least > 0)
        cell_remark("%d of %d workers keep the nice value of the thread that submitted first", least, cell_workers());
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_RUN_APART, POOL_CALLER_MAY_RUN},
};

static const struct fault inherited_priority = {
    .number = 73,
    .name = "inherited-priority",
    .group = "workers",
    .source = "near/nearcore#16067",
    .summary = "workers keep the nice value of whoever submitted first (said, not judged)",
    .bug = "Workers are started in a submit, and a new thread has the nice value and the policy of its creator.",
    .scenario = "A thread that is nicer than the opener submits the first job; then the opener as many as there are "
                "workers, which say how nice they are. Twice.",
    .diagnosis = "Jobs of all threads run as slowly as those of the one that came first.",
    .remedy = "Start the workers in open, or from a thread that was started there: a nice value cannot be taken back "
              "without privilege.",
    FAULT_CELLS(cells),
    .drive = drive,
};

FAULT_REGISTER(inherited_priority);
