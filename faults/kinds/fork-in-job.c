/* fork-in-job.c - a job forks a process, and the pool takes it badly.
 *
 * A library that prepares for a fork by stopping its workers, or by waiting until they are at
 * rest, waits for the job that forks; one that starts its workers again in the child runs there
 * what is queued, a second time. All workers are held, jobs are queued, one of the held ones
 * forks; the child lives for 20 ms and ends by _exit. What the child may do with the pool is not
 * asked: there it is dead, and many pools do not know (POOL_FORK_UNSEEN). */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "faults/core/proof.h"
#include "pools/core/futex.h"

enum { GATE, FORKER, QUEUED = 4, NAPS_LEAST = 20 };
static const int64_t life_ns = 20000000;

/* Whether the job was in its fork, and out of it; errno where there was no child; whether that
 * sleeps for ever in the pool's code, before its first instruction. */
enum { BEGUN, ENDED, REFUSED, ASLEEP };

static _Noreturn void be_child(void)
{
    int64_t until = pool_clock_ns() + life_ns;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int i = 0; i < NAPS_LEAST || pool_clock_ns() < until; i++) /* a worker may sleep longer than it says */
        cell_nap();
    _exit(0);
}

static bool has_ended(pid_t child)
{
    return waitpid(child, NULL, WNOHANG) != 0;
}

/* Until it ends, or sleeps for ever; it has one thread, unless the pool gave it more. */
static void await_child(pid_t child)
{
    static struct proof_look looks[2];
    while (!has_ended(child)) {
        proof_look(child, &looks[0]);
        cell_nap();
        proof_look(child, &looks[1]);
        if (!proof_holds(&looks[0], &looks[1]) || has_ended(child))
            continue;
        cell_note(ASLEEP, 1);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        return;
    }
}

static void fork_one(int id)
{
    pid_t child;
    (void)id;
    gate_pass(FORKER);
    cell_note(BEGUN, 1);
    child = fork();
    if (child == 0)
        be_child();
    cell_note(REFUSED, child < 0 ? errno : 0);
    if (child > 0)
        await_child(child);
    cell_note(ENDED, 1);
}

static void drive(int client)
{
    int running = cell_runners();
    (void)client;
    cell_live();
    if (cell_open((struct pool_config){.capacity = RECORD_JOBS}))
        return;
    cell_role(0, (struct cell_role){.act = CELL_CALL, .call = fork_one});
    for (int id = 1; id < running; id++)
        cell_role(id, (struct cell_role){.act = CELL_WAIT, .gate = GATE});
    cell_submit_range(0, running);
    gate_await(FORKER, 1);
    gate_await(GATE, running - 1);
    cell_submit_range(running, QUEUED);
    gate_open(FORKER);
    if (running > 1)
        cell_settle();
    gate_open(GATE);
    cell_wait(-1);
    if (atomic_load(&cell_record()->notes[REFUSED]))
        cell_not_asked("no process could be forked");
    cell_free();
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    const _Atomic int64_t *notes = outcome->record->notes;
    bool begun = atomic_load(&notes[BEGUN]), ended = atomic_load(&notes[ENDED]);
    if (!begun || outcome->end == OUTCOME_STALLED)
        return false;
    if (atomic_load(&notes[ASLEEP]))
        return verdict_own(verdict, "the child of a job's fork sleeps for ever, before fork has returned there");
    if (ledger_overrun(outcome->record))
        return verdict_own(verdict, "while the child of a job's fork lived, %d queued jobs ran twice: there, too",
                           ledger_overrun(outcome->record));
    if (outcome->end == OUTCOME_HUNG && !ended)
        return verdict_own(verdict, "a job that forks a process never comes back from fork");
    if (outcome->end == OUTCOME_HUNG)
        return verdict_own(verdict, "after a job forked a process %s does not return",
                           outcome->call ? outcome->call : "a call");
    if (outcome->end == OUTCOME_CRASHED)
        return verdict_own(verdict, "a job forks a process, and the parent dies");
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_RUN_APART | POOL_CAN_QUEUE, POOL_CALLER_MAY_RUN | POOL_THREADS_STAY},
};

static const struct fault fork_in_job = {
    .number = 28,
    .name = "fork-in-job",
    .group = "calls",
    .source = "grpc/grpc#34442, h2oai/datatable#1758",
    .forks = true,
    .summary = "a job forks a process: fork never returns, or what is queued runs in the child, too",
    .bug =
        "A handler of pthread_atfork stops or awaits the workers, of which one is in fork; or it starts them again in "
        "the child, with the queue of the parent.",
    .scenario = "All workers held, four jobs queued; one of the held ones forks, and its child lives for 20 ms.",
    .diagnosis =
        "What the pool does around a fork does not count on a job as its caller, or goes on in the child as if "
        "that were the parent.",
    .remedy = "Around a fork wait for nobody; in the child forget the queue and the workers, and answer each call at "
              "once (-EOWNERDEAD).",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(fork_in_job);
