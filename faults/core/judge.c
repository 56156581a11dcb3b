/* judge.c - see judge.h. */
#include "faults/core/judge.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faults/core/confine.h"
#include "faults/core/evidence.h"
#include "faults/core/probe.h"
#include "faults/core/proof.h"
#include "faults/core/waker.h"
#include "pools/core/futex.h"

enum {
    LOOK_EVERY_MS = 1,
    AGAIN_MS = 50,          /* before the last look at a foreign pool */
    MEMORY_EVERY = 16,      /* looks */
    EXPLAIN_NS = 100000000, /* how long the inspector may take */
};
#define START_NS INT64_C(10000000000)       /* of a process and its libraries, as long as trying them may take */
static const int64_t leave_ns = 2000000000; /* how long a thread may outlive its pool's free */
static const int64_t birth_ns = 1000000000; /* how long a call may wait for threads that the birth gate holds */

_Static_assert((int)PROOF_BUT >= (int)RECORD_CLIENTS, "each client can be left out");

struct watch {
    const struct judge_setup *setup;
    struct record *record; /* shared with the process */
    struct record *copy;   /* of it, for the verdict */
    pid_t process;
    int process_fd, ended_fd, output_fd, record_fd;
    int64_t begin_ns;
    struct proof_look looks[2];
    uint32_t gate_turn; /* of the call for which the birth gate was looked at */
    uint32_t reads_begin[RECORD_CLIENTS], reads_end[RECORD_CLIENTS]; /* of the latest look */
    char why_not[160];                                               /* why the last look was no proof */
    bool ate;                                                        /* it took more memory than a cell may */
    uint32_t turn, ledger;                                           /* of the pending call, and all that it did */
    int64_t quiet_since_ns;                                          /* since when these are so */
    struct outcome outcome;
};

/* In the child. A foreign pool gets a process that was never another one: threads, timers and
 * rings that its object makes when it is loaded are there. */
static _Noreturn void be_cell(const struct watch *watch, const struct judge_case *what, pid_t judge)
{
    struct cell_start cell = {.pool = what->pool,
                              .asked = watch->setup->workers,
                              .width = watch->setup->width,
                              .without = watch->setup->without,
                              .ended_fd = watch->ended_fd,
                              .record = watch->record};
    confine(watch->output_fd, judge);
    if (pool_is_added(what->pool) && watch->setup->become) {
        record_refuse(&watch->record->refused, watch->setup->become(what, &cell, watch->record_fd));
        _exit(75);
    }
    confine_space();
    if (!what->fault->forks)
        confine_processes(false);
    pool_defects = what->defects;
    cell_main(&cell, what->fault->drive, what->cell->client);
}

static int start(struct watch *watch, const struct judge_case *what)
{
    pid_t judge = getpid();
    /* A library may have told the kernel to forget children, or takes their statuses itself. */
    signal(SIGCHLD, SIG_DFL);
    watch->begin_ns = pool_clock_ns();
    fflush(NULL); /* what is buffered is not the child's to write */
    watch->process = fork();
    if (watch->process < 0)
        return -errno;
    if (!watch->process)
        be_cell(watch, what, judge);
    setpgid(watch->process, watch->process); /* whoever comes first */
    watch->process_fd = (int)syscall(SYS_pidfd_open, watch->process, 0);
    return watch->process_fd < 0 ? -errno : 0;
}

/* Ends the process and whatever it started. */
static void finish(struct watch *watch)
{
    int status;
    if (watch->process <= 0)
        return;
    kill(-watch->process, SIGKILL);
    kill(watch->process, SIGKILL);
    while (waitpid(watch->process, &status, 0) < 0 && errno == EINTR)
        ;
    watch->process = 0;
}

static int64_t memory_max(const struct judge_setup *setup)
{
    return setup->memory_max ? setup->memory_max : CONFINE_MEMORY_MAX;
}

/* When the scenario began: what it takes to start a process and to load a library is not the
 * pool's. Until then, when its process did. */
static int64_t began_ns(const struct watch *watch)
{
    int64_t ns = atomic_load(&watch->record->running_ns);
    return ns > watch->begin_ns && ns <= pool_clock_ns() ? ns : watch->begin_ns;
}

static bool is_late(const struct watch *watch)
{
    int64_t start_ns = atomic_load(&watch->record->running_ns) ? 0 : START_NS;
    return pool_clock_ns() - began_ns(watch) > watch->setup->limit_ns + start_ns;
}

static uint32_t pending_turn(const struct watch *watch)
{
    uint32_t turn = atomic_load(&watch->record->calls[0].turn);
    return turn & 1 ? turn : 0;
}

/* Asks the inspector. Returns whether it has answered. */
static bool ask_inspector(struct watch *watch, enum record_ask ask)
{
    int64_t until = pool_clock_ns() + EXPLAIN_NS;
    atomic_store(&watch->record->ask, ask);
    syscall(SYS_futex, &watch->record->ask, FUTEX_WAKE, 1, NULL, NULL, 0);
    while (atomic_load(&watch->record->ask) && pool_clock_ns() < until)
        poll(NULL, 0, LOOK_EVERY_MS);
    return !atomic_load(&watch->record->ask);
}

/* How often each client has read the ledger in vain, 0: it does not. */
static void note_reads(const struct watch *watch, uint32_t reads[RECORD_CLIENTS])
{
    for (int i = 0; i < RECORD_CLIENTS; i++)
        reads[i] = atomic_load(&watch->record->reads[i]);
}

/* At all threads but the inspector, and those that only read the ledger. */
static void look(struct watch *watch)
{
    struct proof_look before = watch->looks[0];
    watch->looks[0] = watch->looks[1];
    watch->looks[1] = before;
    note_reads(watch, watch->reads_begin);
    for (int i = 0; i < RECORD_CLIENTS; i++)
        watch->looks[1].but[i] =
            i == RECORD_CLIENTS - 1 || watch->reads_begin[i] ? atomic_load(&watch->record->clients[i]) : 0;
    proof_look(watch->process, &watch->looks[1]);
    note_reads(watch, watch->reads_end);
}

/* Whether who reads the ledger has read it all between two looks: what was there to be seen
 * it has seen. */
static bool have_read(const uint32_t before[RECORD_CLIENTS], const uint32_t after[RECORD_CLIENTS])
{
    for (int i = 0; i < RECORD_CLIENTS; i++)
        if ((before[i] || after[i]) && (!before[i] || !after[i] || after[i] - before[i] < 2))
            return false;
    return true;
}

/* One look more, after a pause: whether nobody ran since the last one. */
static bool still(struct watch *watch, uint32_t turn, int pause_ms)
{
    uint32_t reads[RECORD_CLIENTS];
    memcpy(reads, watch->reads_end, sizeof reads);
    poll(NULL, 0, pause_ms);
    look(watch);
    return proof_holds(&watch->looks[0], &watch->looks[1]) && have_read(reads, watch->reads_begin) &&
           pending_turn(watch) == turn;
}

/* Opens the birth gate, where it holds somebody. Returns whether it did. */
static bool let_go(struct watch *watch)
{
    if (!atomic_load(&watch->record->waiting) || atomic_load(&watch->record->let_go))
        return false;
    atomic_store(&watch->record->let_go, 1);
    ask_inspector(watch, RECORD_LET_GO);
    return true;
}

/* A call that looks again and again for a thread that the birth gate holds: there is no
 * proof of it, and it is our own doing. */
static void let_go_late(struct watch *watch)
{
    const struct record_call *call = &watch->record->calls[0];
    uint32_t turn = pending_turn(watch);
    if (!turn || turn == watch->gate_turn || pool_clock_ns() - atomic_load(&call->since_ns) < birth_ns)
        return;
    if (!ask_inspector(watch, RECORD_WAKER))
        return; /* it has had no CPU yet */
    watch->gate_turn = turn;
    let_go(watch);
}

/* All sleep, of a pool that may have ways to wake them that are not threads. What it
 * could be woken by, and once more after a while; what the birth gate holds is let go. */
static bool is_for_ever(struct watch *watch, uint32_t turn)
{
    const struct record *record = watch->record;
    uint32_t ledger = record_ledger(record);
    if (!still(watch, turn, AGAIN_MS) || !ask_inspector(watch, RECORD_WAKER) || !still(watch, turn, LOOK_EVERY_MS))
        return false;
    if (let_go(watch))
        return false;
    if (atomic_load(&record->waker))
        snprintf(watch->why_not, sizeof watch->why_not, "all threads sleep, but %s",
                 waker_name(atomic_load(&record->waker)));
    return !atomic_load(&record->waker) && record_ledger(record) == ledger;
}

/* Two looks, a pause between them, and the awaited call pending throughout. The
 * pause is for the reader of times, not for the proof. */
static bool is_hung(struct watch *watch, bool foreign)
{
    uint32_t turn = pending_turn(watch);
    if (!turn || watch->setup->without & JUDGE_NO_PROOF)
        return false;
    look(watch);
    return proof_asleep(&watch->looks[1]) && still(watch, turn, LOOK_EVERY_MS) &&
           (!foreign || is_for_ever(watch, turn));
}

/* How the process ended; where somebody else has taken its status, that is not known. */
static void take_status(struct watch *watch)
{
    siginfo_t info = {0};
    struct outcome *outcome = &watch->outcome;
    outcome->end = OUTCOME_CRASHED;
    if (waitid(P_PID, (id_t)watch->process, &info, WEXITED | WNOWAIT) || !info.si_pid) {
        outcome->status = -1;
        return;
    }
    outcome->signal = info.si_code == CLD_EXITED ? 0 : info.si_status;
    outcome->status = info.si_code == CLD_EXITED ? info.si_status : 0;
}

/* Why it is no proof that it does not end. */
static void stalled(struct watch *watch)
{
    look(watch);
    watch->outcome.end = OUTCOME_STALLED;
    if (!pending_turn(watch))
        snprintf(watch->why_not, sizeof watch->why_not, "the client is in no call that could be awaited");
    else if (watch->setup->without & JUDGE_NO_PROOF)
        snprintf(watch->why_not, sizeof watch->why_not, "none was asked for");
    else if (!proof_asleep(&watch->looks[1]))
        proof_why_not(&watch->looks[1], watch->why_not, sizeof watch->why_not);
    else if (!*watch->why_not)
        snprintf(watch->why_not, sizeof watch->why_not, "its threads sleep now, and have run a moment ago");
}

/* Whether the same call is pending, and nothing has happened to any job, for as long as is
 * waited for a pool that has stalled before. While the scenario itself waits, with a bound of its
 * own, that nothing happens says nothing. */
static bool is_quiet(struct watch *watch)
{
    uint32_t turn = pending_turn(watch), ledger = record_ledger(watch->record);
    int64_t now_ns = pool_clock_ns();
    if (!turn || turn != watch->turn || ledger != watch->ledger ||
        now_ns < atomic_load(&watch->record->patient_until_ns))
        watch->quiet_since_ns = now_ns;
    watch->turn = turn;
    watch->ledger = ledger;
    return now_ns - watch->quiet_since_ns > watch->setup->quiet_ns;
}

/* Whether such a pool is given up: not before the birth gate, which is our own doing, is open. */
static bool gives_up(struct watch *watch)
{
    if (!is_quiet(watch) || !ask_inspector(watch, RECORD_WAKER))
        return false;
    if (!let_go(watch))
        return true;
    watch->quiet_since_ns = pool_clock_ns();
    return false;
}

/* Waits for the process' end, the scenario's end, a proof, or the limit. */
static int observe(struct watch *watch, bool foreign)
{
    struct pollfd events[2] = {{watch->process_fd, POLLIN, 0}, {watch->ended_fd, POLLIN, 0}};
    struct outcome *outcome = &watch->outcome;
    for (int64_t turn = 0;; turn++) {
        int ready = poll(events, 2, LOOK_EVERY_MS);
        if (watch->setup->stop && *watch->setup->stop)
            return -EINTR;
        if (ready > 0 && events[1].revents) {
            outcome->end = OUTCOME_ENDED;
            return 0;
        }
        if (ready > 0 && events[0].revents)
            return take_status(watch), 0;
        if (ready == 0 && is_hung(watch, foreign)) {
            outcome->end = OUTCOME_HUNG;
            return 0;
        }
        if (foreign)
            let_go_late(watch);
        watch->ate = turn % MEMORY_EVERY == 0 && confine_memory(watch->process) > memory_max(watch->setup);
        if (watch->setup->quiet_ns && gives_up(watch))
            outcome->limit_ns = watch->setup->quiet_ns;
        if (is_late(watch) || outcome->limit_ns || watch->ate ||
            record_refusal(&watch->record->refused)) /* it cannot be judged: no need to wait */
            return stalled(watch), 0;
    }
}

static bool is_client(const struct record *record, pid_t thread)
{
    for (int i = 0; i < RECORD_CLIENTS; i++)
        if (atomic_load(&record->clients[i]) == thread)
            return true;
    return false;
}

/* Threads that were born in the scenario and are not the client's. Those that the C library
 * starts for itself, as for the signals of timers, are nobody's. One that is on its way
 * out is not left behind: it must be asleep in two looks, or sleep after a while. */
static int threads_left(struct watch *watch)
{
    int64_t since_ns = pool_clock_ns();
    for (;;) {
        int extra = 0, sleeping = 0;
        int64_t now_ns = pool_clock_ns();
        const struct proof_look *now = &watch->looks[1];
        look(watch);
        for (int i = 0; i < now->count; i++) {
            bool left =
                !is_client(watch->record, now->threads[i].id) && record_knows(watch->record, now->threads[i].id);
            extra += left;
            sleeping += left && now->threads[i].sleeps;
        }
        /* One that was created may not yet have come so far that it is known. */
        if (!extra && (record_unborn(watch->record) == 0 || now_ns - since_ns > leave_ns))
            return 0;
        if (proof_holds(&watch->looks[0], now) || is_late(watch))
            return extra;
        if (sleeping && now_ns - since_ns > leave_ns)
            return sleeping;
        poll(NULL, 0, LOOK_EVERY_MS);
    }
}

static void look_closer(struct watch *watch)
{
    struct outcome *outcome = &watch->outcome;
    const struct record_call *call = &watch->record->calls[0];
    if (outcome->end == OUTCOME_HUNG || outcome->end == OUTCOME_STALLED) {
        if (atomic_load(&call->turn) & 1)
            outcome->call = call->name;
        ask_inspector(watch, RECORD_EXPLAIN);
    }
    if (outcome->end == OUTCOME_ENDED && !(watch->setup->without & JUDGE_NO_THREADS) &&
        !(outcome->pool->declares & POOL_THREADS_STAY))
        outcome->threads_left = threads_left(watch);
    if (outcome->end == OUTCOME_CRASHED && watch->setup->without & JUDGE_NO_CRASH)
        outcome->end = OUTCOME_ENDED;
}

static int run(struct watch *watch, const struct judge_case *what, struct judge_result *result)
{
    int error;
    bool foreign = pool_is_added(what->pool);
    watch->record_fd = memfd_create("record", MFD_CLOEXEC);
    if (watch->record_fd < 0 || ftruncate(watch->record_fd, sizeof *watch->record))
        return -errno;
    watch->record = mmap(NULL, sizeof *watch->record, PROT_READ | PROT_WRITE, MAP_SHARED, watch->record_fd, 0);
    if (watch->record == MAP_FAILED)
        return watch->record = NULL, -errno;
    watch->ended_fd = eventfd(0, EFD_CLOEXEC);
    watch->output_fd = confine_output();
    if (watch->ended_fd < 0 || watch->output_fd < 0)
        return -errno;
    error = start(watch, what);
    if (!error)
        error = observe(watch, foreign);
    if (error)
        return error;
    watch->outcome.cell = what->cell;
    watch->outcome.pool = what->pool;
    watch->outcome.workers = watch->setup->width ? watch->setup->width : watch->setup->workers;
    if (!watch->outcome.limit_ns)
        watch->outcome.limit_ns = watch->setup->limit_ns;
    watch->outcome.why_not = watch->why_not;
    look_closer(watch);
    result->took_ns = pool_clock_ns() - began_ns(watch);
    finish(watch);
    watch->outcome.record = watch->copy = record_copy(watch->record);
    if (!watch->copy)
        return -ENOMEM;
    if (atomic_load(&watch->copy->workers) >= 1 && atomic_load(&watch->copy->workers) < watch->outcome.workers)
        watch->outcome.workers = atomic_load(&watch->copy->workers);
    if (record_refusal(&watch->copy->fewer) && watch->outcome.workers < watch->setup->workers &&
        watch->outcome.workers >= CELL_WORKERS_LEAST) {
        result->fewer = watch->outcome.workers;
        return 0;
    }
    if (watch->outcome.call)
        watch->outcome.call = watch->copy->calls[0].name;
    if (what->fault == &probe_fault)
        result->width = (int)atomic_load(&watch->copy->notes[PROBE_WIDTH]);
    judged_verdict(what, &watch->outcome, watch->ate ? memory_max(watch->setup) : 0, result);
    evidence_write(&watch->outcome, &watch->looks[1], watch->output_fd, result->report, sizeof result->report);
    return 0;
}

/* One process. `fewer` of the result: none was judged, the machine allows that many workers only. */
static int run_once(const struct judge_setup *setup, const struct judge_case *what, struct judge_result *result)
{
    struct watch watch = {.setup = setup, .process_fd = -1, .ended_fd = -1, .output_fd = -1, .record_fd = -1};
    int error;
    memset(result, 0, sizeof *result);
    error = run(&watch, what, result);
    finish(&watch);
    if (watch.process_fd >= 0)
        close(watch.process_fd);
    if (watch.ended_fd >= 0)
        close(watch.ended_fd);
    if (watch.output_fd >= 0)
        close(watch.output_fd);
    if (watch.record_fd >= 0)
        close(watch.record_fd);
    proof_close(&watch.looks[0]);
    proof_close(&watch.looks[1]);
    if (watch.record)
        munmap(watch.record, sizeof *watch.record);
    free(watch.copy);
    return error;
}

int judge_run(const struct judge_setup *setup, const struct judge_case *what, struct judge_result *result)
{
    struct judge_setup now = *setup;
    unsigned lacking = what->cell->needs & ~fault_pool_can(what->pool),
             barred = (what->cell->barred | POOL_MUST_ENTER) & what->pool->declares;
    int error;
    if (lacking || barred) {
        memset(result, 0, sizeof *result);
        judged_unsupported(what, lacking, barred, result);
        return 0;
    }
    /* Scenarios count workers before they open; so a pool that got fewer is asked anew, for those. */
    while (!(error = run_once(&now, what, result)) && result->fewer) {
        now.workers = result->fewer;
        now.width = now.width > now.workers ? 0 : now.width;
    }
    result->fewer = now.workers < setup->workers ? now.workers : 0;
    return error;
}

/* Whether it opens where it may start processes, which a cell may not. */
static bool needs_processes(const struct judge_setup *setup, const struct pool_ops *pool, int *error)
{
    struct judge_case what = {pool, &probe_forking, &probe_forking.cells[0], 0};
    struct judge_result result;
    *error = run_once(setup, &what, &result);
    return !*error && !result.not_opened && result.verdict.kind == VERDICT_HOLDS;
}

bool judge_probe(const struct judge_setup *setup, const struct pool_ops *pool, int *width, struct judge_result *result,
                 int *error)
{
    static const int64_t limit_ns = 3000000000;
    struct judge_setup probe = *setup;
    struct judge_case what = {pool, &probe_fault, &probe_fault.cells[0], 0};
    probe.width = 0;
    probe.without |= JUDGE_NO_THREADS; /* it is left open */
    probe.limit_ns = setup->limit_ns < limit_ns ? setup->limit_ns : limit_ns;
    *width = 0;
    *error = run_once(&probe, &what, result);
    if (*error)
        return false;
    if (result->not_opened && needs_processes(&probe, pool, error))
        judged_needs_processes(pool, result);
    if (*error)
        return false;
    if (result->width > 0 && result->width < setup->workers)
        *width = result->width;
    return !result->not_opened && result->verdict.kind != VERDICT_MACHINE;
}
