/* worker-interrupted.c - a signal comes to a worker that sleeps.
 *
 * The application has a handler (with SA_RESTART, as most have: who sleeps in read and the like may
 * count on that), and the worker does not block its signal: a call that is never restarted, as poll or
 * a timed wait, ends with EINTR. That is taken for a job, or for the end, or a place in a count is lost. All workers
 * sleep; each gets some signals; then as many jobs as workers meet, one by one and together, as they did before. */
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "faults/core/births.h"
#include "faults/core/fault.h"
#include "faults/core/full.h"
#include "faults/core/settle.h"

enum { SIGNALS = 3, THREADS_MOST = 64, CAPACITY = 64 };

static const int64_t meet_ns = 300000000;

/* Whether signals have come; how many; how many workers are gone then. */
enum { CAME, SENT, LEFT };

static void take(int number)
{
    (void)number;
}

/* Where a worker blocks it nothing happens. */
static void send_signals(int number)
{
    struct sigaction action = {.sa_handler = take, .sa_flags = SA_RESTART};
    pid_t threads[THREADS_MOST];
    int count = births_living(threads, THREADS_MOST);
    sigaction(number, &action, NULL);
    cell_note(CAME, 1);
    for (int i = 0; i < SIGNALS; i++) {
        for (int thread = 0; thread < count; thread++)
            if (syscall(SYS_tgkill, getpid(), threads[thread], number) == 0)
                cell_note_add(SENT, 1);
        cell_settle();
    }
}

static _Atomic bool apart;

static void meet(int id)
{
    if (!gate_meet_for(id <= cell_runners() ? 0 : 1, cell_runners(), meet_ns))
        atomic_store(&apart, true);
}

/* Jobs of these numbers, as many as workers, meet. Returns whether they did. */
static bool all_meet(int first)
{
    atomic_store(&apart, false);
    for (int id = first; id < first + cell_runners(); id++)
        cell_role(id, (struct cell_role){.act = CELL_CALL, .call = meet});
    cell_submit_range(first, cell_runners());
    cell_wait(-1);
    return !atomic_load(&apart);
}

/* All workers there are have started. Of the signals that it leaves free one is taken. */
static void play(void)
{
    int width = cell_runners(), number, before;
    if (cell_open((struct pool_config){.capacity = CAPACITY}))
        return;
    if (!all_meet(1)) {
        cell_not_asked("has jobs that do not all run at once");
        cell_free();
        return;
    }
    cell_settle();
    number = full_free_signal();
    before = (int)births_alive();
    if (number)
        send_signals(number);
    else
        cell_not_asked("there is no signal that it leaves free");
    cell_submit(0);
    cell_wait(-1);
    if (!all_meet(width + 1) && (int)births_alive() < before)
        cell_note(LEFT, before - (int)births_alive());
    cell_settle();
    if (number)
        send_signals(number);
    cell_free();
}

static void drive(int client)
{
    (void)client;
    if (2 * cell_runners() + 1 > RECORD_JOBS) {
        cell_not_asked("has more workers than the ledger has jobs");
        return;
    }
    cell_live();
    play();
    if (!atomic_load(&cell_record()->notes[SENT]) && !cell_record()->not_asked[0])
        cell_not_asked("has no thread that is known, to send a signal to");
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    if (!atomic_load(&record->notes[CAME]) || outcome->end == OUTCOME_STALLED)
        return false;
    if (outcome->end == OUTCOME_CRASHED)
        return verdict_own(verdict,
                           "a signal, for which there is a handler, comes to sleeping workers: the process ends");
    if (outcome->end == OUTCOME_HUNG)
        return verdict_own(verdict, "after signals to its sleeping workers %s does not return: of %d jobs %d start",
                           outcome->call ? outcome->call : "a call", ledger_accepted(record), ledger_started(record));
    if (atomic_load(&record->notes[LEFT]))
        return verdict_own(verdict, "after signals to its sleeping workers %d of them are gone",
                           (int)atomic_load(&record->notes[LEFT]));
    if (ledger_overrun(record) || ledger_unsettled(record))
        return verdict_own(verdict, "after signals to its sleeping workers %d jobs ran too often, %d never",
                           ledger_overrun(record), ledger_unsettled(record));
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_RUN_APART, POOL_CALLER_MAY_RUN},
    {.name = "",
     .kind = FAULT_ARMED,
     .defects = POOL_DEFECT_WORKER_TRUSTS | POOL_DEFECT_SIGNALS_OPEN,
     .needs = POOL_CAN_RUN_APART,
     .not_of = "spawn textbook" /* no threads that wait for jobs; a wait that no signal ends */},
};

static const struct fault worker_interrupted = {
    .number = 74,
    .name = "worker-interrupted",
    .group = "workers",
    .source = "AcademySoftwareFoundation/openexr#45 (sem_wait, EINTR)",
    .summary = "a signal to a worker that sleeps is taken for a job, or for the end",
    .bug =
        "Workers do not block the application's signals, and what they sleep in ends with EINTR: a timed wait, poll, "
        "sigwaitinfo, whatever the handler's SA_RESTART.",
    .scenario = "All workers sleep; each gets three signals that have a handler, with SA_RESTART; then one job, and as "
                "many as workers, "
                "which wait for each other; three signals more, and the end.",
    .diagnosis = "Without the signals all is well: a worker came back from its sleep with an error, and went on as if "
                 "it had been called, or left.",
    .remedy = "Block all signals but those of faults in workers; and look again after each sleep, whatever it answers.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(worker_interrupted);
