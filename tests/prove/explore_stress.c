/* explore_stress.c - the scenarios of `poolbench explore` on real threads, as stress tests
 * run them: over and over, until something is seen or the time is over. What it finds, and
 * how soon, stands beside the exploration's figures in docs/explore.md.
 *
 *     explore_stress POOL SECONDS [SEED]
 *
 * Prints "RUNS SECONDS WORDS"; WORDS is "nothing" when nothing was seen. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/scenarios/scenario.h"
#include "pools/core/futex.h"

/* Of pools with mutants in (tests/mutants): the one that is on, by $MUTANT. */
static int on = -1;

int mutant_on(int number);
int mutant_on(int number)
{
    return number == on;
}

enum { HANG_NS = 1000000000, LOOK_US = 1000, NAP_US = 100, WORDS = 256 };

struct shared {
    _Atomic uint64_t runs;
    char words[WORDS];
};
static struct shared *shared;

static void broken(enum ledger_promise promise, const char *words)
{
    snprintf(shared->words, sizeof shared->words, "%s: %s", ledger_promise_name(promise), words);
    _exit(1);
}

static struct ledger_mark mark(void)
{
    return (struct ledger_mark){0, 0};
}

static bool happened(struct ledger_mark when)
{
    (void)when;
    return true;
}

/* Itself no cancellation point: some of who calls it have a pthread_cancel pending. */
static bool settle(void)
{
    int before;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    usleep(NAP_US);
    pthread_setcancelstate(before, NULL);
    return false; /* who knows */
}

static int nobody_stands(void)
{
    return -1;
}

static const struct stage_world world = {.ledger = {.broken = broken, .mark = mark, .happened = happened, .lock = true},
                                         .settle = settle,
                                         .frozen = nobody_stands};

/* In a child. Scenarios that need an exploration are left out. */
static void run(const struct pool_ops *ops, uint64_t seed, const struct scenario *only)
{
    for (;; seed++) {
        struct stage_plan plan;
        if (!scenario_draw(&plan, ops, NULL, only, false, seed))
            _exit(3);
        if (plan.scenario->explored_only)
            continue;
        snprintf(shared->words, sizeof shared->words, "%s", plan.scenario->name);
        stage_run(&world, &plan);
        atomic_fetch_add(&shared->runs, 1);
    }
}

/* Until the time is over, the child has ended, or it has not finished a run for a second. */
static void watch(pid_t child, int64_t limit_ns)
{
    int64_t begin = pool_clock_ns(), moved = begin, now = begin;
    uint64_t seen = 0;
    int status = 0;
    while (!waitpid(child, &status, WNOHANG)) {
        uint64_t runs = atomic_load(&shared->runs);
        now = pool_clock_ns();
        if (runs != seen)
            moved = now;
        seen = runs;
        if (now - moved < HANG_NS && now - begin < limit_ns) {
            usleep(LOOK_US);
            continue;
        }
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        printf("%llu %.2f %s%s\n", (unsigned long long)seen, (double)(moved - begin) / 1e9,
               now - moved >= HANG_NS ? "hang: " : "nothing", now - moved >= HANG_NS ? shared->words : "");
        return;
    }
    now = pool_clock_ns();
    printf("%llu %.2f ", (unsigned long long)atomic_load(&shared->runs), (double)(now - begin) / 1e9);
    if (WIFSIGNALED(status))
        printf("signal %d: %s\n", WTERMSIG(status), shared->words);
    else
        printf("%s\n", shared->words);
}

int main(int argc, char **argv)
{
    const struct pool_ops *ops = argc > 2 ? pool_find(argv[1]) : NULL;
    pid_t child;
    on = getenv("MUTANT") ? atoi(getenv("MUTANT")) : -1;
    if (!ops)
        return fprintf(stderr, "usage: explore_stress POOL SECONDS [SEED [SCENARIO]]\n"), 2;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED || (child = fork()) < 0)
        return 3;
    if (!child)
        run(ops, argc > 3 ? strtoull(argv[3], NULL, 10) : 1, argc > 4 ? scenario_find(argv[4]) : NULL);
    watch(child, (int64_t)(atof(argv[2]) * 1e9));
    return 0;
}
