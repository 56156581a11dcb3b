/* duet.c - the claim of `poolbench duet`, by itself: of runs in which nothing has changed
 * at most 1% accuse anything; a slowdown of 5% in the jobs is found in 95%, 3% in 80%.
 *
 * A session of processes is recorded for each row (duet_rows.h) and drawn again for RUNS runs
 * of two minutes (duet_again.h). Where both sides are the same bytes, the labels of base and
 * new are swapped at random in each process drawn: what was recorded has a centre of its own,
 * by chance, which is not asked for. Where the code was moved its centre is what is asked
 * for, and chance is in it: so it is said who accuses, and whether that is more than the
 * chance of so few processes. Real runs, if asked for, go through the same code and a clock.
 *
 *     prove-duet BUILD [--processes N] [--real N] [--budget SECONDS] [--rows LIST] [--record FILE] [--from FILE] */
#include <errno.h>
#include <getopt.h>
#include <gsl/gsl_cdf.h>
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
#include "bench/json/must.h"
#include "bench/machine/machine.h"
#include "bench/measure/child.h"
#include "bench/measure/round.h"
#include "bench/measure/sides.h"
#include "bench/results/save.h"
#include "bench/show/progress.h"
#include "bench/statistics/duet_rule.h"
#include "tests/prove/duet_again.h"
#include "tests/prove/duet_rows.h"

enum { RUNS = 200, NAMED = 3, ROW_TEXT = 600, BUDGET_MOST_S = 3600 };

static struct {
    const char *build, *rows, *record, *from;
    int processes, real, budget_s; /* budget_s: of a run */
} asked = {.processes = 30, .budget_s = 120};

/* What is left to do, for the line that says how long it takes. */
static struct {
    double rows_s, process_s; /* after this row; of a process */
} left;

/* A row while it is recorded. */
struct recording {
    const struct plan *plan;
    json_t *document, *row;
    char name[48];
    int had, wanted; /* processes */
    int64_t began;
    int error;
};

static void on_trial(void *context, json_t *trial)
{
    struct recording *recording = context;
    record_trial(recording->row, trial, recording->plan->count);
}

/* After each process, so that nothing is recorded twice. */
static void save(struct recording *recording)
{
    int error = asked.record ? save_document(recording->document, asked.record, true) : 0;
    if (error && !recording->error)
        fprintf(stderr, "prove-duet: --record %s: %s\n", asked.record, strerror(-error));
    recording->error = error;
}

static void on_round(void *context, json_t *noise)
{
    struct recording *recording = context;
    int64_t now = workload_now_ns();
    (void)noise;
    left.process_s = (double)(now - recording->began) / 1e9;
    record_process(recording->row, left.process_s);
    recording->began = now;
    save(recording);
}

static void on_running(void *context, int configuration, int round, int rounds, double left_s)
{
    struct recording *recording = context;
    char name[192], text[256];
    snprintf(text, sizeof text, "%s %s", recording->name,
             plan_name(&recording->plan->entries[configuration], name, sizeof name));
    progress_tell(text, recording->had + round, recording->had + rounds, left_s + left.rows_s);
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

/* So many processes more. Returns 0 or -errno. */
static int record_more(struct recording *recording, const struct rows_change *change)
{
    struct round_events events = {.trial = on_trial, .round = on_round, .running = on_running, .context = recording};
    struct plan plan = *recording->plan;
    plan.rounds = recording->wanted - recording->had;
    plan.seed += 1000003 * (uint64_t)(1 + recording->had);
    plan.duet.again = true;
    plan.duet.slowed = change->slowed;
    recording->began = workload_now_ns();
    return plan.rounds > 0 ? round_run(&plan, &events) : 0;
}

/* A delay is so much of the wall time only where jobs compute and CPUs are the limit: a
 * wake-up takes longer by far more, and to find that would be no feat. */
static void leave_out(const struct plan *plan, const struct rows_change *change, struct again_tally *tally)
{
    for (int i = 0; i < plan->count; i++)
        tally->left_out[i] = change->slowed > 0 && strcmp(plan->entries[i].workload.ops->name, "cpu") != 0;
}

/* As many real runs as were asked for and are not recorded; each is kept as soon as it is through. */
static int record_more_real(struct recording *recording, const struct rows_change *change)
{
    struct plan plan = *recording->plan;
    int accusing, error = 0;
    plan.duet.slowed = change->slowed;
    for (int had; !error && (had = record_reals(recording->row, &accusing)) < asked.real;) {
        struct again_tally tally = {0};
        leave_out(&plan, change, &tally);
        fprintf(stderr, "%s: real run %d of %d, %d of %d accused something\n", recording->name, had + 1, asked.real,
                accusing, had);
        plan.seed = recording->plan->seed + 7919 * (uint64_t)(1 + had);
        error = again_run(&plan, NULL, asked.budget_s, &tally);
        if (!error)
            record_real(recording->row, tally.accused, plan.count);
        save(recording);
    }
    return error;
}

/* "2 of 20, agrees": whether so many are likely where the drawn ones have that share. */
static const char *real_text(const json_t *row, const struct again_tally *tally, char *text, size_t size)
{
    static const double tail = 0.005;
    double share = (tally->accusing + 1.0) / (tally->runs + 2.0);
    int accusing, count = record_reals(row, &accusing);
    unsigned k = (unsigned)accusing, n = (unsigned)count;
    if (!count)
        return "-";
    snprintf(text, size, "%u of %u, %s", k, n,
             gsl_cdf_binomial_P(k, share, n) > tail && (!k || gsl_cdf_binomial_Q(k - 1, share, n) > tail)
                 ? "agrees"
                 : "DOES NOT AGREE");
    return text;
}

/* What was recorded of one benchmark: its centre, and where it may lie, of all benchmarks
 * together with 99%. */
static struct stats_shift centre_of(const struct record_values *record, int benchmark, int benchmarks)
{
    double values[RECORD_PROCESSES_MAX];
    int count = 0;
    for (int i = 0; i < record->processes; i++)
        if (isfinite(record->change[i][benchmark]))
            values[count++] = record->change[i][benchmark];
    return stats_shift(values, count, 0.005 / benchmarks);
}

/* Whether that is more than chance. */
static bool is_certain(const struct stats_shift *centre)
{
    return centre->known && centre->low > 0;
}

static void name_one(const struct plan *plan, int benchmark, int runs, const struct stats_shift *centre, char *text,
                     size_t size)
{
    char name[192], interval[64] = "";
    if (centre->known)
        snprintf(interval, sizeof interval, ", 99%% of all: %+.1f..%+.1f%%", 100 * expm1(centre->low),
                 100 * expm1(centre->high));
    snprintf(text, size, "%s %d (recorded %+.1f%%%s)", plan_name(&plan->entries[benchmark], name, sizeof name), runs,
             100 * expm1(centre->estimate), interval);
}

/* Who accuses, most often first; all of them on stderr. Returns whether any of their centres
 * is certain. */
static bool name_accusers(const struct plan *plan, const char *row, const struct record_values *record,
                          const struct again_tally *tally, char *text, size_t size)
{
    bool certain = false, named[RECORD_BENCHMARKS_MAX] = {false};
    int others = 0;
    *text = '\0';
    for (int n = 0;; n++) {
        int most = -1;
        struct stats_shift centre;
        char one[320];
        for (int i = 0; i < plan->count; i++)
            if (tally->accused[i] && !named[i] && (most < 0 || tally->accused[i] > tally->accused[most]))
                most = i;
        if (most < 0)
            break;
        named[most] = true;
        centre = centre_of(record, most, plan->count);
        certain = certain || is_certain(&centre);
        name_one(plan, most, tally->accused[most], &centre, one, sizeof one);
        fprintf(stderr, "%s: slower: %s\n", row, one);
        if (n < NAMED)
            snprintf(text + strlen(text), size - strlen(text), "%s%s", n ? "; " : "", one);
        else
            others++;
    }
    if (others)
        snprintf(text + strlen(text), size - strlen(text), "; %d more", others);
    if (!*text)
        snprintf(text, size, "-");
    return certain;
}

static bool print_row(const struct plan *plan, const struct recording *recording, const struct rows_state *state,
                      const struct rows_change *change)
{
    static struct record_values record;
    struct again_tally tally = {0};
    double share;
    bool finds = change->accused_least > 0, reached, certain;
    char accusers[ROW_TEXT], real[64], line[2 * ROW_TEXT];
    record_read(recording->row, &record);
    leave_out(plan, change, &tally);
    if (again_runs(plan, &record, change->swaps, asked.budget_s, RUNS, &tally))
        return fprintf(stderr, "prove-duet: out of memory\n"), false;
    share = (double)tally.accusing / tally.runs;
    reached = share >= change->accused_least && share <= change->accused_most;
    certain = name_accusers(plan, recording->name, &record, &tally, accusers, sizeof accusers);
    snprintf(line, sizeof line, "| %s | %s | %d | %d of %d | %s %.0f%% | %s | %s | %s | %s, %s |\n", state->name,
             change->name, record.processes, tally.accusing, tally.runs, finds ? "at least" : "at most",
             100 * (finds ? change->accused_least : change->accused_most),
             reached                             ? "yes"
             : finds || change->swaps || certain ? "NOT REACHED"
                                                 : "not shown: of so few processes it may be chance",
             accusers, real_text(recording->row, &tally, real, sizeof real), record_date(recording->row),
             record_revision(recording->row));
    fputs(line, stdout);
    fflush(stdout);
    if (!isatty(STDOUT_FILENO))
        fputs(line, stderr);
    return reached;
}

/* A row of a file's that runs can be drawn of stays what it is, but for what the program that it is of adds; one of
 * fewer processes is begun anew by another program. */
static bool is_kept(const json_t *row)
{
    return record_is_ours(row) || record_processes(row) >= DUET_RULE_FIRST;
}

/* What it still takes. */
static double row_s(const json_t *from, const char *name)
{
    const json_t *row = json_object_get(json_object_get(from, "rows"), name);
    int accusing, processes = asked.processes, real = asked.real;
    if (is_kept(row) && !record_is_ours(row))
        return 0;
    processes -= is_kept(row) ? record_processes(row) : 0;
    real -= is_kept(row) ? record_reals(row, &accusing) : 0;
    return fmax(0, processes) * left.process_s + fmax(0, real) * asked.budget_s;
}

/* Whether it has what was asked for; a line where it has not. */
static bool is_whole(const struct recording *recording)
{
    const json_t *row = recording->row;
    int accusing, real = record_reals(row, &accusing), processes = record_processes(row);
    bool whole = processes >= asked.processes && real >= asked.real;
    if (!whole)
        fprintf(stderr,
                "prove-duet: %s: %d processes and %d real runs of revision %s: this one (%s) adds nothing to them; "
                "without --from it records the row anew\n",
                recording->name, processes, real, record_revision(row), machine_revision);
    return whole;
}

/* A file's row is only added to by the program that it is of. */
static bool prove_row(const struct plan *plan, json_t *document, const json_t *from, int s, int c)
{
    const struct rows_state *state = &rows_states[s];
    const struct rows_change *change = &rows_changes[c];
    struct recording recording = {.plan = plan, .document = document, .wanted = asked.processes};
    bool whole;
    int error = 0;
    snprintf(recording.name, sizeof recording.name, "%s:%s", state->word, change->word);
    record_take(document, from, recording.name);
    recording.row = record_row(document, recording.name, !from);
    if (!is_kept(recording.row))
        recording.row = record_row(document, recording.name, true);
    recording.had = record_processes(recording.row);
    if (record_is_ours(recording.row)) {
        pid_t child = disturber(s);
        error = record_more(&recording, change);
        error = error ? error : record_more_real(&recording, change);
        calm(child);
    }
    if (error)
        return fprintf(stderr, "prove-duet: %s\n", strerror(-error)), false;
    progress_end();
    if (from) /* what was taken from there */
        save(&recording);
    whole = is_whole(&recording) && !recording.error;
    return print_row(plan, &recording, state, change) && whole;
}

static int usage(void)
{
    fprintf(stderr,
            "usage: prove-duet BUILD [--processes N] [--real N] [--budget SECONDS] [--rows LIST] [--record FILE] "
            "[--from FILE] (%d to %d processes, runs of 1 to %d s)\n",
            DUET_RULE_FIRST, RECORD_PROCESSES_MAX, BUDGET_MOST_S);
    return 2;
}

static bool read_count(const char *text, int least, int most, int *count)
{
    char *end;
    long value = strtol(text, &end, 10);
    *count = (int)value;
    return *text && !*end && value >= least && value <= most;
}

static bool read_options(int argc, char **argv)
{
    static const struct option options[] = {
        {"processes", required_argument, NULL, 'p'},
        {"real", required_argument, NULL, 'r'},
        {"budget", required_argument, NULL, 'b'},
        {"rows", required_argument, NULL, 'o'},
        {"record", required_argument, NULL, 'w'},
        {"from", required_argument, NULL, 'f'},
        {0},
    };
    bool good = true;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
        if (option == 'p')
            good = good && read_count(optarg, DUET_RULE_FIRST, RECORD_PROCESSES_MAX, &asked.processes);
        else if (option == 'r')
            good = good && read_count(optarg, 0, RECORD_PROCESSES_MAX, &asked.real);
        else if (option == 'b')
            good = good && read_count(optarg, 1, BUDGET_MOST_S, &asked.budget_s);
        else if (option == '?')
            good = false;
        else
            *(option == 'o' ? &asked.rows : option == 'w' ? &asked.record : &asked.from) = optarg;
    asked.build = argv[optind];
    return good && optind == argc - 1;
}

/* The plan of a row; its files stay the caller's. */
static bool make_plan(struct plan *plan)
{
    static const struct options options = {.pins = {"core"}, .pin_count = 1};
    if (duet_plan(&options, plan) || plan->count > RECORD_BENCHMARKS_MAX)
        return fprintf(stderr, "prove-duet: too many benchmarks\n"), false;
    plan->duet.share_ns = duet_sessions_share_s(asked.budget_s, plan->count) * 1e9;
    left.process_s = plan->count * plan->duet.share_ns / 1e9 + 0.06;
    return true;
}

static double rows_left_s(bool chosen[ROWS_STATES][ROWS_CHANGES], const json_t *from, int after)
{
    double seconds = 0;
    char name[48];
    for (int i = after + 1; i < ROWS_STATES * ROWS_CHANGES; i++) {
        int s = i / ROWS_CHANGES, c = i % ROWS_CHANGES;
        snprintf(name, sizeof name, "%s:%s", rows_states[s].word, rows_changes[c].word);
        seconds += chosen[s][c] ? row_s(from, name) : 0;
    }
    return seconds;
}

/* All rows that were chosen. */
static bool prove(struct plan *plan, bool chosen[ROWS_STATES][ROWS_CHANGES], json_t *document, const json_t *from)
{
    char path[4096];
    bool all = true;
    printf("| state of the machine | the new side | processes recorded | runs that call something slower | wanted | "
           "reached | who "
           "is called slower, in how many runs | of real runs | recorded |\n|---|---|--:|--:|--:|---|---|--:|---|\n");
    fprintf(stderr, "prove-duet: %d benchmarks, about %.0f minutes\n", plan->count, rows_left_s(chosen, from, -1) / 60);
    progress_begin("process");
    for (int i = 0; i < ROWS_STATES * ROWS_CHANGES; i++) {
        int s = i / ROWS_CHANGES, c = i % ROWS_CHANGES;
        if (!chosen[s][c])
            continue;
        snprintf(path, sizeof path, "%s/%s", asked.build, rows_changes[c].file);
        plan->duet.new = path;
        plan->seed = 1 + (uint64_t)i;
        left.rows_s = rows_left_s(chosen, from, i) + asked.real * asked.budget_s;
        all = prove_row(plan, document, from, s, c) && all;
    }
    return all;
}

int main(int argc, char **argv)
{
    bool chosen[ROWS_STATES][ROWS_CHANGES], all;
    struct plan plan = {0};
    json_t *document, *from = NULL;
    char base[4096], why[1400], machine[512], date[32];
    time_t now = time(NULL);
    struct tm utc;
    must_begin();
    if (argc == 4 && !strcmp(argv[1], CHILD_ARGUMENT))
        return child_main(atoi(argv[2]), atoi(argv[3]));
    if (!read_options(argc, argv))
        return usage();
    if (!rows_choose(asked.rows, chosen))
        return 2;
    snprintf(base, sizeof base, "%s/pools.so", asked.build);
    plan.duet.base = base;
    if (sides_check(base, base, (struct why){why, sizeof why}))
        return fprintf(stderr, "prove-duet: %s\n", why), 2;
    if (!make_plan(&plan))
        return 1;
    document = asked.record ? record_load(asked.record, &plan) : record_new(&plan);
    if (document && asked.from)
        from = record_load(asked.from, &plan);
    if (!document || (asked.from && !from))
        return 2;
    all = prove(&plan, chosen, document, from);
    strftime(date, sizeof date, "%Y-%m-%d", gmtime_r(&now, &utc));
    printf("\nMeasured %s, revision %s, %s.\n", date, machine_revision, machine_text(machine, sizeof machine));
    json_decref(from);
    json_decref(document);
    free(plan.entries);
    return all ? 0 : 1;
}
