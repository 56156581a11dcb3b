/* full.c - see full.h. */
#include "faults/core/full.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "faults/core/fault.h"
#include "pools/core/futex.h"

static void (*submitting)(void);
static int submitters;
static _Atomic int begun; /* of these: they have got a CPU */
static bool by_steps;
static _Atomic int started; /* jobs, by steps */

/* The last that starts while the workers are taken one by one, and whatever its worker takes next, waits apart. */
static void wait_by_start(int id)
{
    int start = atomic_fetch_add(&started, 1), apart = cell_runners() - 1;
    (void)id;
    gate_pass(start < apart ? FULL_GATE : FULL_STEP + start - apart);
}

void full_hold(int jobs)
{
    cell_settle();
    for (int id = 0; id < jobs; id++) {
        bool apart = by_steps && id == jobs - 1;
        if (!by_steps)
            cell_role(id, (struct cell_role){.act = CELL_WAIT, .gate = FULL_GATE});
        cell_submit(id);
        gate_await(apart ? FULL_STEP : FULL_GATE, apart ? 1 : id + 1);
    }
}

int full_make(int places)
{
    int running = cell_runners();
    full_hold(running);
    cell_submit_range(running, places);
    return running + places;
}

int full_open(struct pool_config config)
{
    int next;
    if (cell_try_open(config))
        return 0;
    next = full_make((int)config.capacity);
    cell_settle();
    if (ledger_started(cell_record()) == cell_runners())
        return next;
    cell_not_asked("has workers that cannot be held");
    full_end();
    return 0;
}

int full_open_by_steps(struct pool_config config, int more)
{
    int jobs = cell_runners() + (int)config.capacity + more;
    if (jobs > RECORD_JOBS) {
        cell_not_asked("has more workers than the ledger has jobs");
        return 0;
    }
    by_steps = true;
    for (int id = 0; id < jobs; id++)
        cell_role(id, (struct cell_role){.act = CELL_CALL, .call = wait_by_start});
    return full_open(config);
}

int full_started(void)
{
    return atomic_load(&started);
}

static void submit(void)
{
    atomic_fetch_add(&begun, 1);
    submitting();
    cell_note_add(FULL_BACK, 1);
}

static int are_back(void)
{
    return (int)atomic_load(&cell_record()->notes[FULL_BACK]);
}

void full_submit_by(int helpers, void (*submitter)(void))
{
    enum { SETTLES = 50 };
    submitting = submitter;
    submitters = helpers;
    for (int i = 0; i < helpers; i++)
        helper_start(i, submit);
    for (int i = 0; i < SETTLES && atomic_load(&begun) < helpers; i++)
        cell_settle();
    full_asleep();
}

void full_submit(void (*submitter)(void))
{
    full_submit_by(1, submitter);
}

static _Atomic uint32_t caught, sent, let_go; /* how often; the last is a futex */

static void stay(int number)
{
    int error = errno;
    uint32_t times = atomic_fetch_add(&caught, 1) + 1, seen;
    (void)number;
    while ((seen = atomic_load(&let_go)) < times)
        pool_futex_wait(&let_go, seen, -1);
    errno = error;
}

pid_t full_submitter(void)
{
    return atomic_load(&cell_record()->clients[1]); /* of helper 0 */
}

bool full_is_caught(void)
{
    return atomic_load(&let_go) < atomic_load(&caught);
}

/* By a signal that comes late, it is not held any more. */
void full_let_go(void)
{
    atomic_store(&let_go, atomic_load(&sent));
    pool_futex_wake(&let_go, INT_MAX);
}

int full_free_signal(void)
{
    const int some[] = {SIGUSR1, SIGUSR2, SIGWINCH, SIGURG, SIGRTMAX - 1};
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        struct sigaction now;
        if (!sigaction(some[i], NULL, &now) && !(now.sa_flags & SA_SIGINFO) && now.sa_handler == SIG_DFL)
            return some[i];
    }
    return 0;
}

bool full_catch(void)
{
    enum { NAPS = 2000 };
    static int chosen;
    struct sigaction action = {.sa_handler = stay, .sa_flags = SA_RESTART};
    bool is_held;
    if (!chosen)
        chosen = full_free_signal();
    if (!chosen)
        return false;
    sigaction(chosen, &action, NULL);
    atomic_fetch_add(&sent, (uint32_t)submitters);
    for (int i = 0; i < submitters; i++)
        syscall(SYS_tgkill, getpid(), (pid_t)atomic_load(&cell_record()->clients[i + 1]), chosen);
    for (int i = 0; i < NAPS && atomic_load(&caught) < atomic_load(&sent); i++)
        cell_nap();
    is_held = full_is_caught();
    if (!is_held)
        full_let_go();
    return is_held;
}

int full_asleep(void)
{
    enum { SETTLES = 5 };
    bool asleep = false;
    for (int i = 0; i < SETTLES && !asleep && !full_is_back(); i++)
        asleep = cell_settle();
    return asleep && atomic_load(&begun) == submitters ? submitters - are_back() : 0;
}

bool full_is_back(void)
{
    return are_back() >= submitters;
}

bool full_blocks(void)
{
    bool there = atomic_load(&begun) == submitters, blocks = there && !are_back();
    if (!blocks)
        cell_not_asked(there ? "a submit beyond the capacity did not wait" : "a submitter has got no CPU");
    return blocks;
}

bool full_returns(void)
{
    enum { SETTLES = 10 };
    for (int i = 1; i < SETTLES && !full_is_back(); i++)
        cell_settle();
    return full_is_back();
}

void full_end(void)
{
    gate_open(FULL_GATE);
    for (int gate = FULL_STEP; by_steps && gate < CELL_GATES; gate++)
        gate_open(gate);
    helpers_join();
    cell_wait(-1);
    cell_free();
}
