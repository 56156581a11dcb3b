/* command.h - `poolbench explore`: schedule after schedule of what users do with a pool,
 * until one breaks a promise.
 *
 * A program of its own (poolbench-explore), whose pools are compiled to be followed
 * (explore.h); `poolbench` starts it, and measures without that. */
#ifndef COMMAND_H
#define COMMAND_H

#include <signal.h>
#include <stdio.h>

#include "bench/explore/explore.h"
#include "bench/scenarios/scenario.h"

enum {
    COMMAND_POOLS_MAX = 64,
    COMMAND_WORKERS_MAX = 64,
    COMMAND_THREADS = 48,
    COMMAND_STEPS_MAX = 1 << 16,
    COMMAND_SWITCHES_MAX = 1 << 14,
    COMMAND_SCENARIOS_MAX = 64,
    COMMAND_LOADED_SIZE = 8192,
    COMMAND_REPLAY_SIZE = COMMAND_LOADED_SIZE + 512, /* of the command that shows a schedule again */
    COMMAND_JOBS_MAX = 1 << 16
};

enum command_format { COMMAND_TABLE, COMMAND_JSON, COMMAND_JUNIT };
enum command_memory { COMMAND_DRAWN, COMMAND_SC, COMMAND_TSO, COMMAND_C11 };

struct command_options {
    bool help, list, verbose, freeze, lines, replay, go_on;
    bool brief;                       /* a failure is not told step by step */
    bool foreign;                     /* plug-ins were loaded: without -p, only they are explored */
    char loaded[COMMAND_LOADED_SIZE]; /* how, as for a shell, each after a space */
    const struct pool_ops *pools[COMMAND_POOLS_MAX];
    int pool_count;
    const struct scenario *scenario; /* NULL: drawn */
    int64_t seconds_ns;              /* of each pool; 0: no limit */
    uint64_t schedules;              /* of each pool; 0: no limit */
    uint64_t seed, replay_k;
    bool seed_given;
    int replay_build; /* of the program that printed the seed; -1: not said */
    enum command_memory memory;
    enum explore_strategy strategy;
    int workers[COMMAND_WORKERS_MAX]; /* of --lines */
    int worker_count;
    int jobs; /* of --lines; 0: not said */
    enum command_format format;
    const char *out; /* -o, or NULL */
};

/* Reads argv (argv[0] is "explore"). Returns 0, or -EINVAL with one line in `why`. */
int command_parse(struct command_options *options, int argc, char **argv, char *why, size_t size);
void command_help(FILE *out);
void command_list(FILE *out);

/* agree.c: what cannot be asked for together; of all pools those that are meant. Named: by -p. Returns 0 or
 * -EINVAL. */
struct why;
int command_agree(struct command_options *options, bool named, struct why why);

/* As plugin_load, of what can be followed. Returns 0, or -EINVAL with one line in `why`. */
int command_load_plugin(const char *path, char *why, size_t size);

/* Which build of the program and of the plug-ins this is, in 16 bits, never 0: seeds mean
 * the same schedule in the same build only. */
unsigned command_build(void);

/* Whether a plug-in's file was compiled to be followed. */
bool command_is_hooked(const struct pool_ops *ops);

/* A place in the program's source, as far as is known. */
struct command_place {
    char function[64], file[64];
    int line;
};

/* One step that is told: a note, or where a thread was left. */
struct command_step {
    uint32_t number;
    int thread;
    enum explore_act act;
    char name[48];
    int times; /* in a row */
    const void *pc;
    struct command_place place;
};

/* What came of one pool. */
struct command_finding {
    const struct pool_ops *ops;
    bool found, cannot, interrupted, hooked;
    struct explore_counts counts;
    struct scenario_refused refused;         /* with what pool_open fails; of a plug-in, which was asked */
    uint64_t reached[COMMAND_SCENARIOS_MAX]; /* schedules of each scenario */
    double seconds;
    uint64_t k; /* the schedule that is told; when found */
    struct explore_verdict verdict;
    struct stage_plan plan;
    enum explore_memory memory, told; /* that was drawn; under which it is told: sc, if it fails there, too */
    enum explore_strategy strategy;   /* that was drawn */
    enum ledger_promise promise;      /* of EXPLORE_FAILED */
    int open_error;                   /* of COMMAND_NOT_OPENED, the last */
    char jobs[4096];                  /* what became of each job, a line each */
    uint32_t switches_first;          /* of the schedule as it was found */
    bool shrunk;
    bool differs; /* it came to something else when it was run again: what was found cannot be shown */
    char names[EXPLORE_THREADS_MAX][EXPLORE_NAME_SIZE]; /* of its threads */
    struct command_step *steps;                         /* what is told of it */
    int step_count;
    struct command_place places[EXPLORE_THREADS_MAX][EXPLORE_STACK_MAX]; /* of verdict.threads[].pcs */
    struct command_place place, other_place;                             /* of verdict.pc, verdict.other_pc */
};

/* Schedules in which only a timer helped a job although a worker was free; in which pool_open failed; in which a job
 * waited for its child; and of these, in which only a timer helped that child although a worker was free. */
enum { COMMAND_ONLY_TIMER, COMMAND_NOT_OPENED, COMMAND_CHILD, COMMAND_CHILD_TIMER };

/* Those of its schedules that say something: the pool was opened, and all was followed. */
uint64_t command_judged(const struct command_finding *finding);

/* Whether one of the scenarios, which could be asked of the pool, was in none of the schedules. */
bool command_is_missed(const struct command_finding *finding, const struct command_options *options, int scenario);

/* asks.c: opens a plug-in's pool once with each combination, in schedules of its own, and writes down with
 * which it says that it cannot. What fails in another way is no refusal. *verdict: EXPLORE_STUCK where no opening
 * could be followed, else good. Returns 0 or -errno. */
int command_ask(struct scenario_refused *refused, const struct pool_ops *ops, struct explore_verdict *verdict);

/* Explores one pool as asked. Returns 0 or -errno; owner of *finding: the caller. */
int command_hunt(struct command_finding *finding, const struct command_options *options, const struct pool_ops *ops);
void command_finding_free(struct command_finding *finding);

/* What hunt.c keeps where both processes see it, and how it runs one schedule: for shrink.c and trace.c. */
struct command_shared {
    enum ledger_promise promise;
    int open_error; /* what pool_open last returned when it failed */
    struct stage_plan plan;
    bool timer_helped, timer_helped_child; /* in the schedule that runs */
    uint64_t reached[COMMAND_SCENARIOS_MAX];
    struct scenario_refused refused; /* command_ask */
    bool opened;                     /* command_ask: with something */
    struct explore_switch record[COMMAND_SWITCHES_MAX], follow[COMMAND_SWITCHES_MAX];
    uint32_t step_count, step_lost;
    char names[EXPLORE_THREADS_MAX][EXPLORE_NAME_SIZE]; /* of threads, as the steps last had them */
    struct command_step steps[COMMAND_STEPS_MAX];
};
extern struct command_shared *command_shared;

/* Runs the finding's schedule again, in a process of its own: as it was drawn (follow NULL), or by these
 * decisions, which lie in command_shared->follow. Trace: writes command_shared->steps. */
int command_run_again(struct command_finding *finding, const struct command_options *options, bool follow, size_t count,
                      bool trace, struct explore_verdict *verdict);

/* shrink.c: fewer switches, as long as it fails in the same way. Returns how many are left, in
 * command_shared->follow; -1: it could not be followed. */
int command_shrink(struct command_finding *finding, const struct command_options *options);

/* trace.c: the steps that matter, with their places; and those of the verdict's threads. */
int command_trace(struct command_finding *finding, const struct command_options *options, int follow_count);

/* places.c: finds the sources of `count` addresses. What is not found is left empty. */
void command_places(const void *const *pcs, struct command_place *places, int count);

/* What is printed: report.c for people, formats.c for programs. */
void command_report(const struct command_finding *finding, const struct command_options *options, FILE *out);
void command_report_left(const struct command_options *options, int from,
                         FILE *out); /* pools that were not begun with */
void command_replay_text(const struct command_finding *finding, const struct command_options *options, char *text,
                         size_t size);
const char *command_sentence(const struct command_finding *finding, char *text, size_t size);
void command_print_json(const struct command_finding *findings, int count, const struct command_options *options,
                        FILE *out);
void command_print_junit(const struct command_finding *findings, int count, const struct command_options *options,
                         FILE *out);
int command_write(const struct command_finding *findings, int count, const struct command_options *options);

/* figure.c: the lanes of the first failure into the folder. Returns 0 or -errno, and says what failed. */
int command_figure(const struct command_finding *finding, const char *folder);

/* lines.c: transfers of cache lines per job. Returns an exit status. */
int command_lines(const struct command_options *options, FILE *out);

/* movers.c: which lines of the source make cache lines move. Begin: returns 0 or -ENOMEM. On: from here
 * on anew, in the schedule's process; or no longer. Count: as explore_knobs.moved. Print: each line's share of so many
 * jobs, the busiest first. */
int command_movers_begin(void);
void command_movers_on(bool on);
void command_movers_count(void *arg, const void *pc);
void command_movers_print(uint64_t jobs, FILE *out);

/* The machine gives each process other addresses: where a schedule depends on them, it is another one the next time. */
extern bool command_moves;

/* Set by SIGINT and SIGTERM. */
extern volatile sig_atomic_t command_stop;

#endif
