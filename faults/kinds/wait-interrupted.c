/* wait-interrupted.c - a signal ends a wait.
 *
 * The application's own thread gets a signal while it waits, and the call takes EINTR
 * for a wake-up, for its time-out, or gives it back. A job is held and a wait, or a
 * submit into the full queue, stands; twenty signals come, and it must still stand. */
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "faults/core/fault.h"
#include "faults/core/full.h"

enum { SIGNALS = 20, SIGNALS_OURS = 5, CAPACITY = 1 };
enum { WAIT, SUBMIT };

/* Whether the call was still standing after the signals; its answer. */
enum { STOOD, ANSWER, BACK };

static pthread_t first;
static int chosen; /* the signal */

static void on_signal(int number)
{
    (void)number;
}

static void interrupt(void)
{
    cell_settle();
    if (chosen && !atomic_load(&cell_record()->notes[BACK])) {
        for (int i = 0; i < (cell_is_foreign() ? SIGNALS : SIGNALS_OURS); i++) {
            pthread_kill(first, chosen);
            nanosleep(&(struct timespec){0, 200000}, NULL);
        }
        cell_settle();
        cell_note(STOOD, atomic_load(&cell_record()->notes[BACK]) ? -1 : 1);
    }
    gate_open(FULL_GATE);
}

static void drive(int client)
{
    struct sigaction action = {.sa_handler = on_signal}; /* without SA_RESTART */
    int next = 0;
    first = pthread_self();
    if (cell_open((struct pool_config){.capacity = client == SUBMIT ? CAPACITY : 64}))
        return;
    if (client == SUBMIT)
        next = full_make(CAPACITY);
    else
        full_hold(1);
    chosen = full_free_signal();
    if (chosen)
        sigaction(chosen, &action, NULL);
    else
        cell_not_asked("has handlers of its own for all signals that could be sent");
    helper_start(0, interrupt);
    cell_note(ANSWER, client == SUBMIT ? cell_submit(next) : cell_wait(INT64_C(3600000000000)));
    cell_note(BACK, 1);
    helpers_join();
    cell_wait(-1);
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const _Atomic int64_t *notes = outcome->record->notes;
    const char *call = outcome->cell->client == SUBMIT ? "a submit into a full queue" : "a wait of an hour";
    int answer = (int)atomic_load(&notes[ANSWER]);
    if (atomic_load(&notes[STOOD]) < 0)
        return verdict_own(verdict, "%s came back with %s when a signal came", call, verdict_answer(answer));
    if (atomic_load(&notes[BACK]) && answer == -EINTR)
        return verdict_own(verdict, "%s was answered -EINTR", call);
    return false;
}

static const struct fault_cell cells[] = {
    {"a wait", FAULT_CLEAN, WAIT, 0, POOL_CAN_RUN_APART},
    {"a submit", FAULT_CLEAN, SUBMIT, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE,
     POOL_UNBOUNDED | POOL_CALLER_MAY_RUN | POOL_THREADS_STAY},
    {"a wait", FAULT_ARMED, WAIT, POOL_DEFECT_SIGNAL_ENDS, POOL_CAN_RUN_APART},
    {"a submit", FAULT_ARMED, SUBMIT, POOL_DEFECT_SIGNAL_ENDS, POOL_CAN_RUN_APART | POOL_CAN_QUEUE},
};

static const struct fault wait_interrupted = {
    .number = 82,
    .name = "wait-interrupted",
    .group = "timeouts",
    .source = "documented in signal(7): EINTR",
    .summary = "a signal ends a wait: EINTR is taken for a wake-up or a time-out",
    .bug = "sem_wait, poll, nanosleep and the futex call return when a signal comes, and nobody looks why.",
    .scenario = "A job is held; a wait, or a submit into the full queue, stands; twenty signals come to its thread.",
    .diagnosis = "The call came back though nothing had happened in the pool.",
    .remedy = "Look at the condition again after each return, and at the clock for the time-out.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(wait_interrupted);
