/* duet.c - the claim of `poolbench duet`, by itself: of runs in which nothing has changed
 * at most 1% accuse anything; a slowdown of 5% in the jobs is found in 95%, 3% in 80%.
 *
 * A long session of processes is recorded for each row; then whole processes (all
 * benchmarks of one together, as they ran) are drawn again for RUNS runs, each with its two
 * sessions. Where both sides are the same bytes, the labels of base and new are swapped at
 * random in each process drawn: what was recorded has a centre of its own, by chance, which
 * is not asked for. Where the code was moved its centre is what is asked for, and chance is
 * in it: so that row wants many processes. Real runs, if asked for, go through the command's own code and a clock.
 *
 *     prove-duet BUILD PROCESSES REAL */
#include <errno.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/commands/duet.h"
#include "bench/commands/duet_session.h"
#include "bench/findings/duet_judge.h"
#include "bench/json/must.h"
#include "bench/machine/machine.h"
#include "bench/measure/child.h"
#include "bench/measure/round.h"
#include "bench/measure/sides.h"

enum { RUNS = 200, BENCHMARKS_MAX = 64, PROCESSES_MAX = 1000, FIRST_MOST = 24, VALUES = 64 };

/* What one row of the table is. */
static const struct {
    const char *name, *file;
    double slowed, accused_least, accused_most;
    bool swaps;
} changes[] = {
    {"the same bytes", "pools.so", 0, 0, 0.01, true},      {"code moved by 24 bytes", "pools-24.so", 0, 0, 0.01},
    {"code moved by 40 bytes", "pools-40.so", 0, 0, 0.01}, {"jobs slowed by 3%", "pools.so", 0.03, 0.80, 1},
    {"jobs slowed by 5%", "pools.so", 0.05, 0.95, 1},
};
static const char *const states[] = {"quiet", "bursts on one CPU", "a spinner on one CPU"};

/* The recorded processes; NaN where one has no value. */
static double recorded[BENCHMARKS_MAX][PROCESSES_MAX], again[BENCHMARKS_MAX][PROCESSES_MAX];

static double number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static void on_trial(void *context, json_t *trial)
{
    json_int_t benchmark = json_integer_value(json_object_get(trial, "configuration"));
    json_int_t process = json_integer_value(json_object_get(trial, "round"));
    (void)context;
    recorded[benchmark][process] = number_of(trial, "log_ratio");
    again[benchmark][process] = number_of(trial, "log_ratio_again");
}

/* Another process that keeps the first CPU busy, all the time or in bursts of 20-300 ms. */
static void disturb(int state, pid_t parent)
{
    unsigned seed = 1;
    cpu_set_t first;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    CPU_ZERO(&first);
    CPU_SET(0, &first);
    sched_setaffinity(0, sizeof first, &first);
    for (;;) {
        int64_t until = workload_now_ns() + 20000000 + rand_r(&seed) % 280 * INT64_C(1000000);
        struct timespec rest = {0, 20000000 + rand_r(&seed) % 280 * 1000000L};
        while (state == 2 || workload_now_ns() < until)
            ;
        nanosleep(&rest, NULL);
    }
}

static pid_t disturber(int state)
{
    pid_t parent = getpid(), child;
    if (!state)
        return 0;
    fflush(NULL);
    child = fork();
    if (child == 0)
        disturb(state, parent);
    return child;
}

static void calm(pid_t child)
{
    if (child <= 0)
        return;
    kill(child, SIGKILL);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
}

static uint64_t random_state = 20261129;
static int draw(int count)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (int)((random_state * UINT64_C(2685821657736338717) >> 33) % (uint64_t)count);
}

/* A process that was drawn, and whether its labels are swapped. */
struct drawn {
    int process;
    double sign;
};

static struct drawn draw_process(int processes, bool swaps)
{
    return (struct drawn){draw(processes), swaps && draw(2) ? -1 : 1};
}

/* The values of one benchmark in those processes. Returns how many there are. */
static int pick(double from[][PROCESSES_MAX], int benchmark, const struct drawn *which, int count, double *values)
{
    int found = 0;
    for (int i = 0; i < count; i++)
        if (isfinite(from[benchmark][which[i].process]))
            values[found++] = which[i].sign * from[benchmark][which[i].process];
    return found;
}

/* One run: whether it accuses anything. */
static bool run_accuses(int benchmarks, int processes, bool swaps)
{
    struct drawn first[FIRST_MOST], second[DUET_RULE_SECOND];
    int suspects = 0;
    bool suspected[BENCHMARKS_MAX] = {false}, accuses = false;
    double values[VALUES], floors[BENCHMARKS_MAX];
    for (int i = 0; i < FIRST_MOST; i++)
        first[i] = draw_process(processes, swaps);
    for (int i = 0; i < DUET_RULE_SECOND; i++)
        second[i] = draw_process(processes, swaps);
    for (int b = 0; b < benchmarks; b++) {
        enum duet_verdict verdict = DUET_UNDECIDED;
        for (int n = DUET_RULE_FIRST; n <= FIRST_MOST && verdict == DUET_UNDECIDED; n += DUET_RULE_STEP) {
            floors[b] = duet_rule_floor(values, pick(again, b, first, n, values));
            verdict = duet_rule_look(values, pick(recorded, b, first, n, values), floors[b]).verdict;
        }
        suspected[b] = verdict == DUET_SLOWER;
        suspects += suspected[b];
    }
    for (int b = 0; b < benchmarks; b++) {
        int count = suspected[b] ? pick(recorded, b, second, DUET_RULE_SECOND, values) : 0;
        accuses = accuses ||
                  (count && duet_rule_confirm(values, count, floors[b], DUET_SLOWER, suspects).verdict == DUET_SLOWER);
    }
    return accuses;
}

/* Real runs of two minutes. Returns how many accuse; -1: none could be made. */
static int real_runs(const struct plan *plan, int runs)
{
    int accused = 0;
    for (int r = 0; r < runs; r++) {
        struct duet_sessions sessions = {.plan = plan,
                                         .benchmarks = json_array(),
                                         .rounds = json_array(),
                                         .budget_s = 120,
                                         .threshold = DUET_RULE_FLOOR};
        for (int i = 0; i < plan->count; i++)
            json_array_append_new(sessions.benchmarks, must_pack("{s:o, s:o, s:s}", "first", json_array(), "second",
                                                                 json_array(), "name", plan->entries[i].workload.text));
        if (duet_sessions_run(&sessions))
            return -1;
        accused += duet_judge_count(sessions.benchmarks, "slower") > 0;
        json_decref(sessions.benchmarks);
        json_decref(sessions.rounds);
    }
    return accused;
}

static bool prove_row(struct plan *plan, int state, int change, int processes, int real)
{
    struct round_events events = {.trial = on_trial};
    pid_t child = disturber(state);
    int accused = 0, really = 0, error;
    double share;
    bool reached;
    char text[64] = "-";
    for (int b = 0; b < BENCHMARKS_MAX; b++)
        for (int i = 0; i < processes; i++)
            recorded[b][i] = again[b][i] = NAN;
    plan->rounds = processes;
    plan->seed += 1000003;
    plan->duet.again = true;
    plan->duet.share_ns = 0.25e9;
    plan->duet.slowed = changes[change].slowed;
    error = round_run(plan, &events);
    if (!error && real)
        really = real_runs(plan, real);
    calm(child);
    if (error)
        return fprintf(stderr, "prove-duet: %s\n", strerror(-error)), false;
    for (int i = 0; i < RUNS; i++)
        accused += run_accuses(plan->count, processes, changes[change].swaps);
    share = (double)accused / RUNS;
    reached = share >= changes[change].accused_least && share <= changes[change].accused_most;
    if (real)
        snprintf(text, sizeof text, "%d of %d", really, real);
    printf("| %s | %s | %d of %d | %s %.0f%% | %s | %s |\n", states[state], changes[change].name, accused, RUNS,
           changes[change].accused_least > 0 ? "at least" : "at most",
           100 * (changes[change].accused_least > 0 ? changes[change].accused_least : changes[change].accused_most),
           reached ? "yes" : "NOT REACHED", text);
    fflush(stdout);
    return reached;
}

int main(int argc, char **argv)
{
    static struct options options = {.pins = {"core"}, .pin_count = 1};
    int processes = argc > 2 ? atoi(argv[2]) : 0, real = argc > 3 ? atoi(argv[3]) : 0;
    bool all = true;
    char paths[2][4096], why[1400], machine[512], date[32];
    time_t now = time(NULL);
    struct tm utc;
    must_begin();
    if (argc == 4 && !strcmp(argv[1], CHILD_ARGUMENT))
        return child_main(atoi(argv[2]), atoi(argv[3]));
    if (processes < DUET_RULE_FIRST || processes > PROCESSES_MAX || real < 0)
        return fprintf(stderr, "usage: prove-duet BUILD PROCESSES REAL (%d to %d processes)\n", DUET_RULE_FIRST,
                       PROCESSES_MAX),
               2;
    snprintf(paths[0], sizeof paths[0], "%s/pools.so", argv[1]);
    if (sides_check(paths[0], paths[0], (struct why){why, sizeof why}))
        return fprintf(stderr, "prove-duet: %s\n", why), 2;
    printf("| state of the machine | the new side | runs that call something slower | wanted | reached | of real runs "
           "|\n|---|---|--:|--:|---|--:|\n");
    for (int state = 0; state < 3; state++)
        for (int change = 0; change < (int)(sizeof changes / sizeof *changes); change++) {
            struct plan plan = {.seed = 1, .duet = {.base = paths[0], .new = paths[1]}};
            snprintf(paths[1], sizeof paths[1], "%s/%s", argv[1], changes[change].file);
            if (duet_plan(&options, &plan) || plan.count > BENCHMARKS_MAX)
                return 1;
            all = prove_row(&plan, state, change, processes, real) && all;
            free(plan.entries);
        }
    strftime(date, sizeof date, "%Y-%m-%d", gmtime_r(&now, &utc));
    printf("\nMeasured %s, revision %s, %s; %d processes recorded for each row.\n", date, machine_revision,
           machine_text(machine, sizeof machine), processes);
    return all ? 0 : 1;
}
