/* child-pool.c - the child of a fork opens a pool of its own, which does not work there.
 *
 * The parent's pools are freed, all their threads are gone: to fork now is what POSIX allows with no
 * ifs. A library that remembers its process's state (a helper that it started once, a flag of its handler of
 * fork, a lock) has it in the child, too, where it is not so. The child opens a pool, runs four jobs, waits,
 * and frees it. */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faults/core/births.h"
#include "faults/core/cell.h"
#include "faults/core/fault.h"
#include "faults/core/proof.h"

enum { JOBS = 4 };

/* How far the child came, and the parent before; what it was answered; jobs that ran there; whether it sleeps for ever;
 * how it ended. */
enum { STEP, ANSWER, RAN, ASLEEP, DIED };
enum { NOTHING, OPENS, SUBMITS, WAITS, FREES, OVER };

static int count_job(void *arg)
{
    (void)arg;
    cell_note_add(RAN, 1);
    return 0;
}

/* Not by the calls of the cell, whose threads are not here. */
static void use_pool(void)
{
    struct pool_config config = {.workers = cell_asked(), .capacity = 2 * JOBS, .spin_ns = POOL_NO_SPIN};
    struct pool *pool = NULL;
    int error;
    cell_note(STEP, OPENS);
    error = pool_open(&pool, cell_pool(), &config);
    for (int i = 0; i < JOBS && !error; i++) {
        cell_note(STEP, SUBMITS);
        error = pool_submit(pool, count_job, NULL);
    }
    if (!error) {
        cell_note(STEP, WAITS);
        error = pool_wait(pool, -1);
    }
    cell_note(ANSWER, error);
    if (error) {
        if (pool)
            pool_free(pool);
        return;
    }
    cell_note(STEP, FREES);
    pool_free(pool);
    cell_note(STEP, OVER);
}

/* Between two looks at a child that sleeps. Returns whether it has ended meanwhile. */
static bool ends_soon(pid_t child, const struct proof_look *look, int *status)
{
    enum { NAPS = 1000 };
    bool ended = false;
    for (int i = 0; i < NAPS && proof_asleep(look) && !ended; i++) {
        cell_nap();
        ended = waitpid(child, status, WNOHANG) != 0;
    }
    return ended;
}

/* Until it ends, or sleeps for ever, in two looks 50 ms apart. */
static void await_child(pid_t child)
{
    static struct proof_look looks[2];
    int status = 0;
    while (waitpid(child, &status, WNOHANG) == 0) {
        proof_look(child, &looks[0]);
        if (ends_soon(child, &looks[0], &status))
            break;
        proof_look(child, &looks[1]);
        if (!proof_holds(&looks[0], &looks[1])) {
            cell_nap();
            continue;
        }
        cell_note(ASLEEP, 1);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        return;
    }
    if (WIFSIGNALED(status))
        cell_note(DIED, WTERMSIG(status));
}

static void drive(int client)
{
    pid_t child;
    (void)client;
    cell_live();
    use_pool();
    if (atomic_load(&cell_record()->notes[STEP]) != OVER) {
        cell_not_asked("refuses jobs in the parent, too");
        return;
    }
    cell_note(STEP, NOTHING);
    cell_note(RAN, 0);
    cell_settle();
    if (births_alive()) {
        cell_not_asked("has threads though no pool is open");
        return;
    }
    child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        use_pool();
        _exit(0);
    }
    if (child < 0)
        cell_not_asked("no process could be forked");
    else
        await_child(child);
    if (atomic_load(&cell_record()->notes[STEP]) == OPENS)
        cell_remark("in the child of a fork no pool can be opened (said, not judged)");
}

static bool judge(const struct outcome *outcome, struct verdict *verdict)
{
    static const char *const calls[] = {"fork", "pool_open", "pool_submit", "pool_wait", "pool_free", "exit"};
    const _Atomic int64_t *notes = outcome->record->notes;
    int step = (int)atomic_load(&notes[STEP]), answer = (int)atomic_load(&notes[ANSWER]);
    if (outcome->end != OUTCOME_ENDED)
        return false;
    if (atomic_load(&notes[ASLEEP]))
        return verdict_own(verdict,
                           "in the child of a fork, which opens its own pool, %s does not return: %d of %d jobs ran",
                           calls[step], (int)atomic_load(&notes[RAN]), JOBS);
    if (atomic_load(&notes[DIED]))
        return verdict_own(verdict, "the child of a fork, which opens its own pool, died of signal %d in %s",
                           (int)atomic_load(&notes[DIED]), calls[step]);
    if (step > OPENS && (answer == -EOWNERDEAD || answer == -ESHUTDOWN)) /* others may have other reasons */
        return verdict_own(verdict, "in the child of a fork, which opens its own pool, %s answers %s", calls[step],
                           verdict_answer(answer));
    if (step == OVER && !answer && atomic_load(&notes[RAN]) != JOBS)
        return verdict_own(verdict, "in the child of a fork %d of %d jobs ran", (int)atomic_load(&notes[RAN]), JOBS);
    return false;
}

static const struct fault_cell cells[] = {
    {"", FAULT_CLEAN, 0, 0, POOL_CAN_RUN_APART, POOL_THREADS_STAY | POOL_FORK_UNSEEN},
    {"", FAULT_ARMED, 0, POOL_DEFECT_NUMBER_KEPT, POOL_CAN_RUN_APART},
};

static const struct fault child_pool = {
    .number = 29,
    .name = "child-pool",
    .group = "calls",
    .source = "GCC#58378 (libgomp in the child of a fork)",
    .forks = true,
    .summary = "the child of a fork opens a pool of its own: jobs do not run there, or are refused",
    .bug = "What the library remembers of its process is taken for true in the child: a helper that was started once, "
           "a flag that a handler of pthread_atfork has set for all pools, a lock that somebody held.",
    .scenario = "A pool is opened, used and freed; all its threads are gone. The process forks; the child opens a "
                "pool, submits four jobs, waits, and frees it.",
    .diagnosis = "In the parent the same went well before.",
    .remedy = "Keep such state in the pool; or set it back in the child's handler of pthread_atfork, and mark only "
              "those pools as dead that were open.",
    FAULT_CELLS(cells),
    .drive = drive,
    .judge = judge,
};

FAULT_REGISTER(child_pool);
