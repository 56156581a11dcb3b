/* options.h - what was asked for on the command line (command_line.h reads it). */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>

#include "bench/measure/plan.h"
#include "bench/statistics/slo.h"

enum options_format { OPTIONS_TABLE, OPTIONS_JSON, OPTIONS_CSV };
enum options_compare_format { OPTIONS_COMPARE_TABLE, OPTIONS_MARKDOWN, OPTIONS_COMPARE_JSON, OPTIONS_JUNIT };
enum options_command {
    OPTIONS_RUN,
    OPTIONS_SWEEP,
    OPTIONS_PLAN,
    OPTIONS_CHECK,
    OPTIONS_EXPLAIN,
    OPTIONS_EXPLORE,
    OPTIONS_LIST,
    OPTIONS_PLOT,
    OPTIONS_COMPARE,
    OPTIONS_LIMITS,
    OPTIONS_TOPOLOGY,
    OPTIONS_HISTORY,
    OPTIONS_EXPORT,
    OPTIONS_REPORT,
    OPTIONS_DUET,
    OPTIONS_HELP,
    OPTIONS_COMMANDS
};

/* Exit statuses of the program. A file that could not be written says nothing about a pool: whoever guards
 * commits by the status of a duet must not read a full disk as a regression. */
enum {
    EXIT_GOOD = 0,
    EXIT_BAD = 1,
    EXIT_USAGE = 2,
    EXIT_UNWRITTEN = EXIT_USAGE,
    EXIT_CANNOT = 3,
    EXIT_UNDECIDED = 4,
    EXIT_FAILING = 5,
    EXIT_INTERRUPTED = 130
};

/* Of a verdict and of writing it down: what could not be written hides nobody's failure. Pure. */
static inline int exit_status(int verdict, int written)
{
    return written == EXIT_GOOD || verdict == EXIT_BAD || verdict == EXIT_FAILING ? verdict : written;
}

enum {
    OPTIONS_POOLS_MAX = 64,
    OPTIONS_WORKLOADS_MAX = 64,
    OPTIONS_WORKERS_MAX = 32, /* numbers of workers in one run */
    OPTIONS_PINS_MAX = 8,
    OPTIONS_COUNTS_MAX = 32, /* numbers of producers, and capacities */
    OPTIONS_PRODUCERS_MAX = 1024,
    OPTIONS_RESULTS_MAX = POOL_RESULTS_DROP,
    OPTIONS_CAPACITIES_MAX = 16, /* of results, in one run */
    OPTIONS_ROUNDS_MAX = 10000,
    OPTIONS_WORDS_MAX = 1024,
};

/* What was asked for. Zero and empty lists mean what was not: no pools are all
 * of them, no workloads the default suite, no capacity the workload's own; the
 * rest is filled in. */
struct options {
    enum options_command command;
    bool help, version;
    const struct pool_ops *pools[OPTIONS_POOLS_MAX];
    int pool_count;
    struct workload_spec workloads[OPTIONS_WORKLOADS_MAX];
    int workload_count;
    const char *trace, *times; /* a recorded load, and its factor, as given; or NULL */
    const char *record;        /* where to record what is run; or NULL */
    int workers[OPTIONS_WORKERS_MAX];
    int worker_count;
    int producers[OPTIONS_COUNTS_MAX];
    int producer_count;
    int64_t capacities[OPTIONS_COUNTS_MAX]; /* none: the workload's own */
    int capacity_count;
    enum pool_full full;
    enum pool_results results[OPTIONS_RESULTS_MAX];
    int results_count;
    int64_t results_capacities[OPTIONS_CAPACITIES_MAX];
    int results_capacity_count;
    int64_t full_timeout_ns; /* >= 0; 0 never waits */
    int64_t spin_ns;         /* as pool_config.spin_ns */
    char pins[OPTIONS_PINS_MAX][64];
    int pin_count;
    bool pins_given;
    const char *synthetic; /* a machine that is not there, or NULL */
    int rounds;
    double until; /* rounds until all intervals are this narrow, as a share; 0: not asked for */
    int64_t budget_ns;
    struct slo_list slo;  /* promises about latency */
    const char *slo_text; /* as they were written, or NULL */
    bool search;          /* sweep: the highest rate at which they are kept */
    int64_t rate;         /* plan: jobs per second; 0: not given */
    double quota;         /* plan: CPUs that a cgroup is to grant; 0: as it is here */
    bool max;             /* plan: the highest rate of each number of workers */
    bool full_given;      /* plan: --full */
    const char *from;     /* plan: the result whose services are taken; NULL: they are measured */
    int machines;         /* plan --from: 0: as many as it takes */
    int64_t seed;
    bool seed_given;
    const char *out; /* -o, or NULL */
    enum options_format format;
    enum options_compare_format compare_format; /* compare, duet: how two sides are shown */
    bool require_quiet;                         /* a result of a machine that was not quiet is no result */
    double threshold;                           /* of a regression, as a share */
    const char *base, *new;                     /* duet: the two plug-ins, or NULL */
    const char *duet_pools;                     /* duet: names by comma; NULL: all that both have */
    bool self_test;                             /* duet: the new side is slowed on purpose */
    bool undecided_fails;                       /* duet: EXIT_UNDECIDED where something is */
    const char *plot;                           /* compare: the folder of its figure, or NULL */
    bool force;                                 /* compare: also what another machine measured */
    bool dry_run, no_figures;
    bool no_floor;                        /* `inline` only where it was asked for */
    bool peers;                           /* pools that others wrote, beside ours */
    bool no_history;                      /* what is measured is not appended to it */
    const char *machine;                  /* by which name the history knows this machine; NULL: the host's */
    const char *revision;                 /* of what is measured; NULL: this program's */
    const char *export_to;                /* export: the format, or NULL */
    double least;                         /* history: of a change, as a share; 0: the usual one */
    int64_t keep;                         /* history prune: so many runs of each machine; < 0: not asked for */
    const char *before;                   /* history prune: a date, or NULL */
    const char *words[OPTIONS_WORDS_MAX]; /* plain arguments: list's kind, compare's files, history's words */
    int word_count;
};

#endif
