/* check.c - guards the guards: a detector that is taken out is missed, and a
 * cell that misbehaves harms nobody. */
#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faults/core/judge.h"
#include "faults/core/steps.h"

static int write_fails; /* with that errno; 0: it does not */

/* Stands before the C library's, in cells too. */
ssize_t write(int file, const void *bytes, size_t size)
{
    if (!write_fails)
        return syscall(SYS_write, file, bytes, size);
    errno = write_fails;
    return -1;
}

enum { WORKERS = 3 };
#define LONG_NS INT64_C(20000000000)
#define SHORT_NS INT64_C(100000000)

static struct judge_result judged(const struct judge_case *what, unsigned without, int64_t limit_ns)
{
    struct judge_setup setup = {.workers = WORKERS, .limit_ns = limit_ns, .without = without};
    struct judge_result result;
    cr_assert(judge_run(&setup, what, &result) == 0);
    return result;
}

/* Each armed cell of a fault, on each pool that can be asked: caught, and without
 * the detector not. Returns how many. */
static int missed_without(const char *name, unsigned without, int64_t limit_ns,
                          bool (*about)(const struct fault_cell *))
{
    const struct fault *fault = fault_find(name);
    int cells = 0;
    for (int p = 0; p < pool_count(); p++) {
        for (int c = 0; c < fault->cell_count; c++) {
            struct judge_case what = {pool_at(p), fault, &fault->cells[c], fault->cells[c].defects};
            struct judge_result with, lacking;
            if (what.cell->kind != FAULT_ARMED || what.cell->needs & ~what.pool->can || (about && !about(what.cell)))
                continue;
            with = judged(&what, 0, LONG_NS);
            lacking = judged(&what, without, limit_ns);
            cr_assert(with.passed, "%s, %s: %s", name, what.pool->name, with.verdict.finding);
            cr_assert(!lacking.passed, "%s, %s: caught all the same: %s", name, what.pool->name,
                      lacking.verdict.finding);
            if (without & JUDGE_NO_PROOF)
                cr_assert(lacking.verdict.kind == VERDICT_STALLED && lacking.took_ns >= limit_ns, "%s, %s: %s, %lld ns",
                          name, what.pool->name, lacking.verdict.finding, (long long)lacking.took_ns);
            cells++;
        }
    }
    return cells;
}

Test(guards, without_the_job_gate_the_moment_is_missed, .timeout = 120)
{
    cr_assert(missed_without("ignored-cancel", CELL_NO_JOB_GATE, LONG_NS, NULL) == 10);
    cr_assert(missed_without("count-mismatch", CELL_NO_JOB_GATE, LONG_NS, NULL) == 10);
}

Test(guards, without_the_birth_gate_the_moment_is_missed, .timeout = 120)
{
    cr_assert(missed_without("late-add", CELL_NO_BIRTH_GATE, LONG_NS, NULL) == 5);
}

Test(guards, without_the_ledger_nothing_adds_up, .timeout = 120)
{
    cr_assert(missed_without("late-add", CELL_NO_LEDGER, LONG_NS, NULL) == 5);
    cr_assert(missed_without("ignored-cancel", CELL_NO_LEDGER, LONG_NS, NULL) == 10);
    cr_assert(missed_without("double-close", CELL_NO_LEDGER, LONG_NS, NULL) == 6);
    cr_assert(missed_without("spurious-zero", CELL_NO_LEDGER, LONG_NS, NULL) == 11);
    cr_assert(missed_without("count-mismatch", CELL_NO_LEDGER, LONG_NS, NULL) == 10);
}

static bool hangs(const struct fault_cell *cell)
{
    return !strcmp(cell->name, "");
}

Test(guards, without_the_proof_a_hang_is_only_a_stall, .timeout = 120)
{
    cr_assert(missed_without("missing-close", JUDGE_NO_PROOF, SHORT_NS, NULL) == 12);
    cr_assert(missed_without("undrained-results", JUDGE_NO_PROOF, SHORT_NS, hangs) >= 5);
    cr_assert(missed_without("lost-results", JUDGE_NO_PROOF, SHORT_NS, hangs) >= 5);
    cr_assert(missed_without("zero-workers", JUDGE_NO_PROOF, SHORT_NS, hangs) == 5);
}

/* A cell of our own, on a pool that is good. */

static bool no_business(const struct outcome *outcome, struct verdict *verdict)
{
    (void)outcome, (void)verdict;
    return false;
}

static struct judge_result plays(void (*drive)(int client), unsigned without, int64_t limit_ns)
{
    static const struct fault_cell cell = {"", FAULT_CLEAN, 0, 0, 0};
    struct fault own = {.name = "own", .cells = &cell, .cell_count = 1, .drive = drive, .judge = no_business};
    struct judge_case what = {pool_find("mutex"), &own, &cell, 0};
    return judged(&what, without, limit_ns);
}

static void does_well(int client)
{
    (void)client;
    cell_open((struct pool_config){.capacity = 4});
    cell_submit_range(0, 4);
    cell_wait(-1);
    cell_free();
}

/* A call of the cell's own that the machine refuses is nobody's fault; a descriptor that
 * somebody closed is. */
Test(cell, that_the_machine_refuses_a_call_accuses_nobody, .timeout = 60)
{
    struct judge_result result;
    write_fails = ENOSPC;
    result = plays(does_well, 0, LONG_NS);
    cr_assert(result.verdict.kind == VERDICT_MACHINE && strstr(result.verdict.finding, "No space left"), "%s",
              result.verdict.finding);
    write_fails = EBADF;
    result = plays(does_well, 0, LONG_NS);
    cr_assert(result.verdict.kind == VERDICT_FAILS, "%s", result.verdict.finding);
    write_fails = 0;
    cr_assert(plays(does_well, 0, LONG_NS).verdict.kind == VERDICT_HOLDS);
}

static void is_killed(int client)
{
    (void)client;
    raise(SIGKILL);
}

/* As the kernel does where the memory of a container runs out. */
Test(cell, that_is_killed_from_outside_accuses_nobody, .timeout = 60)
{
    struct judge_result result = plays(is_killed, 0, LONG_NS);
    cr_assert(result.verdict.kind == VERDICT_MACHINE && strstr(result.verdict.finding, "Killed"), "%s",
              result.verdict.finding);
}

static int tries;

static void is_slow_once(void)
{
    if (!tries++)
        usleep(200000);
}

static void is_always_slow(void)
{
    tries++;
    usleep(60000);
}

static void looks_for_slowness(int client)
{
    const int64_t limit_ns = 50000000;
    does_well(client);
    if (cell_is_slow(limit_ns, is_slow_once) || tries < 2)
        abort();
    tries = 0;
    if (!cell_is_slow(limit_ns, is_always_slow) || tries < 2)
        abort();
}

/* A machine that others use stands still for a moment; a slow pool is slow each time. */
Test(cell, that_is_slow_once_is_not_slow, .timeout = 60)
{
    struct judge_result result = plays(looks_for_slowness, 0, LONG_NS);
    cr_assert(result.passed, "%s", result.verdict.finding);
}

static void crashes(int client)
{
    does_well(client);
    raise(SIGSEGV);
}

static void exits(int client)
{
    does_well(client);
    exit(0);
}

static void *sleep_for_ever(void *nothing)
{
    for (;;)
        pause();
    return nothing;
}

static void leaves_a_thread(int client)
{
    pthread_t thread;
    does_well(client);
    pthread_create(&thread, NULL, sleep_for_ever, NULL);
}

Test(guards, a_crash_is_seen_and_not_without_its_detector, .timeout = 60)
{
    struct judge_result result = plays(crashes, 0, LONG_NS);
    cr_assert(result.verdict.kind == VERDICT_FAILS && strstr(result.verdict.finding, "signal 11"), "%s",
              result.verdict.finding);
    result = plays(exits, 0, LONG_NS);
    cr_assert(result.verdict.kind == VERDICT_FAILS && strstr(result.verdict.finding, "status 0"));
    cr_assert(plays(crashes, JUDGE_NO_CRASH, LONG_NS).passed);
    cr_assert(plays(does_well, 0, LONG_NS).passed);
}

Test(guards, a_thread_left_is_seen_and_not_without_its_detector, .timeout = 60)
{
    struct judge_result result = plays(leaves_a_thread, 0, SHORT_NS * 5);
    cr_assert(result.verdict.kind == VERDICT_FAILS && strstr(result.verdict.finding, "1 thread is left"), "%s",
              result.verdict.finding);
    cr_assert(plays(leaves_a_thread, JUDGE_NO_THREADS, LONG_NS).passed);
}

/* A good pool is not accused when it is slow. */
static void dawdles(int client)
{
    does_well(client);
    for (int i = 0; i < 30; i++) {
        usleep(10000); /* asleep, with a time-out: no proof */
        does_well(client);
    }
}

Test(guards, slow_is_not_dead, .timeout = 60)
{
    struct judge_result result = plays(dawdles, 0, LONG_NS);
    cr_assert(result.passed, "%s", result.verdict.finding);
}

/* A pool that has stalled before: a call is given up once nothing has happened in it for so long, which
 * may be sooner than the scenario goes on by itself. */

static const struct pool_ops *foreign_pool(void)
{
    static struct pool_ops added;
    if (added.name)
        return &added;
    added = *pool_find("mutex");
    added.name = "added";
    cr_assert(pool_add(&added) == 0);
    return &added;
}

/* It must hold. Asks again where it was given up: others may have had the CPUs for so long. */
static void holds_though_given_up_soon(void (*drive)(int client), int64_t quiet_ns)
{
    enum { TRIES = 5 };
    static const struct fault_cell cell = {"", FAULT_CLEAN, 0, 0, 0};
    struct fault own = {.name = "own", .cells = &cell, .cell_count = 1, .drive = drive, .judge = no_business};
    struct judge_case what = {foreign_pool(), &own, &cell, 0};
    struct judge_setup setup = {.workers = WORKERS, .limit_ns = LONG_NS, .quiet_ns = quiet_ns};
    struct judge_result result = {.verdict = {.kind = VERDICT_STALLED}};
    for (int i = 0; i < TRIES && result.verdict.kind == VERDICT_STALLED; i++)
        cr_assert(judge_run(&setup, &what, &result) == 0);
    cr_assert(result.verdict.kind == VERDICT_HOLDS, "%s", result.verdict.finding);
}

static _Atomic bool over;

static bool is_over(void)
{
    return over;
}

static void is_over_later(void)
{
    usleep(600000);
    over = true;
}

static void waits_for_a_thread(int client)
{
    (void)client;
    helper_start(0, is_over_later);
    if (!helper_await(is_over, LONG_NS / 2))
        abort();
    helpers_join();
}

static void settles(void)
{
    cell_settle_for(600000000);
    over = true;
}

static void spins_until_it_is_over(void)
{
    while (!over)
        sched_yield();
}

/* While a thread of the client gives others time, the client waits in a call. */
static void waits_while_a_thread_settles(int client)
{
    (void)client;
    helper_start(1, spins_until_it_is_over);
    helper_start(0, settles);
    helpers_join();
}

static bool is_never(void)
{
    return false;
}

static void waits_to_be_told(int client)
{
    (void)client;
    cell_open((struct pool_config){.capacity = 4});
    cell_until_told("what never is", is_never);
    cell_free();
}

Test(patience, a_scenario_that_waits_is_not_given_up, .timeout = 60)
{
    holds_though_given_up_soon(waits_for_a_thread, 300000000);
    holds_though_given_up_soon(waits_while_a_thread_settles, 300000000);
    holds_though_given_up_soon(waits_to_be_told, 70000000);
}

static void naps_until_it_is_over(void)
{
    while (!over)
        usleep(1000);
}

static bool all_have_run(void)
{
    return cell_unfinished() == 0;
}

/* No hang can be proved while somebody naps. */
static void waits_for_the_unborn(int client)
{
    (void)client;
    births_hold();
    cell_open((struct pool_config){.capacity = 4});
    cell_submit_range(0, 4);
    helper_start(0, naps_until_it_is_over);
    cell_await(all_have_run);
    over = true;
    helpers_join();
    births_release();
    cell_wait(-1);
    cell_free();
}

Test(patience, a_thread_that_is_held_at_birth_is_let_go_before, .timeout = 60)
{
    holds_though_given_up_soon(waits_for_the_unborn, 300000000);
}

/* A thread that a pool leaves, and that comes to its hold a try late, hides nobody who is held now. */
Test(steps, a_late_hold_does_not_replace_the_one_of_now, .timeout = 10)
{
    _Atomic uint64_t holder = 0;
    const uint64_t early = UINT64_C(4) << 32 | 2, now = UINT64_C(5) << 32 | 1, other = UINT64_C(5) << 32 | 3;
    cr_assert(steps_note_hold(&holder, early) && holder == early);
    cr_assert(steps_note_hold(&holder, now) && holder == now);
    cr_assert(!steps_note_hold(&holder, early) && holder == now);
    cr_assert(steps_note_hold(&holder, other) && holder == other);
}

/* Bounds. */

static void prints_for_ever(int client)
{
    (void)client;
    for (;;) {
        printf("a line of no interest\n");
        fflush(stdout);
        clearerr(stdout);
    }
}

Test(bounds, endless_output_is_cut_off, .timeout = 60)
{
    struct judge_result result = plays(prints_for_ever, 0, SHORT_NS * 5);
    cr_assert(result.verdict.kind == VERDICT_STALLED && result.took_ns < LONG_NS);
    cr_assert(strlen(result.report) < sizeof result.report && strstr(result.report, "a line of no interest"));
    cr_assert(plays(does_well, 0, LONG_NS).passed);
}

enum { BLOCK = 1 << 28, BLOCKS_MAX = 64 };

static void eats_memory(int client)
{
    int blocks = 0;
    (void)client;
    while (blocks < BLOCKS_MAX &&
           mmap(NULL, BLOCK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) != MAP_FAILED)
        blocks++;
    if (blocks == BLOCKS_MAX)
        abort();
    _exit(blocks);
}

Test(bounds, memory_ends, .timeout = 60)
{
    struct judge_result result = plays(eats_memory, 0, LONG_NS);
    int blocks = -1;
    cr_assert(sscanf(result.verdict.finding, "the process exited from within, status %d", &blocks) == 1, "%s",
              result.verdict.finding);
    cr_assert(blocks > 0 && blocks <= 16, "%d", blocks); /* 4 GiB */
}

static void forks(int client)
{
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    if (child > 0)
        abort();
    if (system("true") == 0)
        abort();
    does_well(client); /* threads are to be had */
}

Test(bounds, there_are_no_more_processes, .timeout = 60)
{
    struct judge_result result = plays(forks, 0, LONG_NS);
    cr_assert(result.passed, "%s\n%s", result.verdict.finding, result.report);
}

static void spins(int client)
{
    volatile int turn = 0;
    (void)client;
    for (;;)
        turn = turn + 1;
}

static void takes_no_signal(int client)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    spins(client);
}

Test(bounds, a_cell_that_never_ends_is_ended, .timeout = 60)
{
    cr_assert(plays(spins, 0, SHORT_NS).verdict.kind == VERDICT_STALLED);
    cr_assert(plays(takes_no_signal, 0, SHORT_NS).verdict.kind == VERDICT_STALLED);
}

static volatile sig_atomic_t stop;
static void on_alarm(int number)
{
    (void)number;
    stop = 1;
}

Test(bounds, a_stop_ends_the_cell, .timeout = 60)
{
    static const struct fault_cell cell = {"", FAULT_CLEAN, 0, 0, 0};
    struct fault own = {.name = "own", .cells = &cell, .cell_count = 1, .drive = spins, .judge = no_business};
    struct judge_case what = {pool_find("mutex"), &own, &cell, 0};
    struct judge_setup setup = {.workers = WORKERS, .limit_ns = LONG_NS, .stop = &stop};
    struct judge_result result;
    signal(SIGALRM, on_alarm);
    alarm(1);
    cr_assert(judge_run(&setup, &what, &result) == -EINTR);
    cr_assert(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
}
