/* signal-mask.c - workers take the application's signals.
 *
 * An application blocks its signals in all threads but one, which waits for them. A
 * library whose threads unblock them takes them away, and runs handlers where nobody
 * expects it. What the opener has blocked must be blocked in a job, on each of the workers: as many jobs meet, if they
 * can. */
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "faults/core/cell.h"
#include "faults/core/fault.h"

static const int wanted[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT}; /* what no pool works with */
enum { GATE = 0, SIGNALS = sizeof wanted / sizeof *wanted };
static const int64_t meet_ns = 2000000000;

/* The first signal that a job has unblocked. */
enum { OPEN };

static void look(int id)
{
    sigset_t mask;
    (void)id;
    gate_meet_for(GATE, cell_workers(), meet_ns);
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    for (int i = 0; i < SIGNALS; i++)
        if (!sigismember(&mask, wanted[i]) && !atomic_load(&cell_record()->notes[OPEN]))
            cell_note(OPEN, wanted[i]);
}

static void drive(int client)
{
    sigset_t mask;
    int workers;
    (void)client;
    sigemptyset(&mask);
    for (int i = 0; i < SIGNALS; i++)
        sigaddset(&mask, wanted[i]);
    pthread_sigmask(SIG_BLOCK, &mask, NULL);
    if (cell_open((struct pool_config){.capacity = 64}))
        return;
    workers = cell_workers();
    for (int id = 0; id < workers; id++)
        cell_role(id, (struct cell_role){.act = CELL_CALL, .call = look});
    cell_submit_range(0, workers);
    cell_wait(-1);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    int signal = (int)atomic_load(&outcome->record->notes[OPEN]);
    if (signal)
        return verdict_own(verdict, "SIG%s is blocked in the thread that opened the pool, and not in its jobs",
                           sigabbrev_np(signal));
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_RUN_APART, POOL_THREADS_STAY},
    {"", FAULT_ARMED, 0, POOL_DEFECT_SIGNALS_OPEN, POOL_CAN_RUN_APART},
};

static const struct fault signal_mask = {
    .number = 71,
    .name = "signal-mask",
    .group = "workers",
    .source = "log4cplus/log4cplus#385, OpenMathLib/OpenBLAS#4054",
    .summary = "workers take the application's signals: they unblock what its opener had blocked",
    .bug = "The library unblocks signals in its threads, or starts them from a thread whose mask is another.",
    .scenario = "The opener blocks its signals; as many jobs as workers look at the mask they run with.",
    .diagnosis = "A signal that the application keeps for one thread of its own can be taken by a worker.",
    .remedy = "Block all signals around the creation of a worker, and leave them blocked there.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(signal_mask);
