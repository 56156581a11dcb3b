/* check.h - `poolbench check`: every pool against every known bug.
 *
 * A program of its own (poolbench-check), whose pools have injection points;
 * `poolbench` starts it and measures without them. */
#ifndef CHECK_H
#define CHECK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

#include "faults/core/judge.h"

enum { CHECK_GROUPS_MAX = 32, CHECK_POOLS_MAX = 64, CHECK_FAULTS_MAX = 128, CHECK_WORKERS = 3, CHECK_WORKERS_MAX = 16 };

#define CHECK_LIMIT_NS INT64_C(10000000000)

enum check_format { CHECK_TABLE, CHECK_JSON, CHECK_TAP, CHECK_JUNIT };

struct check_options {
    bool help, list, cross, verbose, all;
    bool chosen;        /* faults were named: no word about the others */
    bool contract;      /* not faults, but the promises of pool.h (contract.h) */
    bool foreign;       /* plug-ins were loaded: without -p, only they are checked */
    char loaded[16384]; /* how, as on a shell's command line, each after a space */
    const struct pool_ops *pools[CHECK_POOLS_MAX];
    int pool_count;
    const struct fault *faults[CHECK_FAULTS_MAX];
    int fault_count;
    int workers, repeat;
    int at_once; /* cells, and runs of a cell */
    int64_t limit_ns;
    unsigned without;
    enum check_format format;
    const char *out; /* -o, or NULL */
};

/* Reads argv (without the program's name for the command). Returns 0, or
 * -EINVAL with one line in `why`. */
int check_parse(struct check_options *options, int argc, char **argv, char *why, size_t size);
void check_help(FILE *out);

/* One cell, run `runs` times. It lies in memory that processes share: one of them writes it, and
 * others may look how often it has stalled. */
struct check_row {
    struct judge_case what;
    int runs, passed, unseen;
    bool over; /* as many as were to be */
    _Atomic int stalled;
    int64_t *took_ns;           /* of each run, sorted at the end */
    struct judge_result result; /* of the first run that did not pass, else of the first */
};

/* Whether a cell is asked. What is armed of the kinds from public reports is where they are named, and with --all. */
static inline bool check_asks(const struct check_options *options, const struct fault *fault,
                              const struct fault_cell *cell, const struct pool_ops *pool)
{
    bool more = cell->kind == FAULT_ARMED && !fault_is_known(fault);
    return fault_asks(cell, pool) && (!more || options->chosen || options->all);
}

struct check_matrix {
    const struct check_options *options;
    struct check_row *rows;
    size_t bytes;        /* that they take */
    int cells;           /* that were asked for */
    int count;           /* that were run */
    int at_once;         /* how many, at most: as was asked for, or of a slow pool's; 0: one after the other */
    int workers_instead; /* of a pool that does not open with the usual number; 0: none */
    int64_t begin_ns;
    int clean, unseen, named, caught, missed, fails, stalled, unsupported, machine; /* cells */
    double seconds;
    bool interrupted;
};

/* Runs all cells. Returns 0 or -errno. Owner of the rows: the caller. */
int check_run(struct check_matrix *matrix, const struct check_options *options);
void check_free(struct check_matrix *matrix);

/* Not judged: by its nature, or because the machine refused what it takes. */
static inline bool check_left_out(const struct judge_result *result)
{
    return result->verdict.kind == VERDICT_UNSUPPORTED || result->verdict.kind == VERDICT_MACHINE;
}

/* The groups of the kinds, in the order of the list. Returns how many; at most `most`. */
int check_groups(const char **groups, int most);

/* Whether no cell is FAILS, STALLED or missed. */
bool check_is_good(const struct check_matrix *matrix);

int64_t check_median_ns(const struct check_row *row);
const char *check_kind_name(enum fault_kind kind);
const char *check_verdict_name(const struct check_row *row);

/* What is printed: report.c for people, formats.c for programs. */
void check_print(const struct check_matrix *matrix, FILE *out);
void check_print_end(const struct check_matrix *matrix, FILE *out);   /* its totals, and what was left out */
void check_print_proof(const struct check_matrix *matrix, FILE *out); /* repeated runs */
void check_print_json(const struct check_matrix *matrix, FILE *out);
void check_print_tap(const struct check_matrix *matrix, FILE *out);
void check_print_junit(const struct check_matrix *matrix, FILE *out);
void check_list(FILE *out);       /* all kinds, with group and source */
void check_list_known(FILE *out); /* those that have a program, a line each */

/* Writes the result file, and the figure into the folder beside it. Returns 0
 * or -errno, and says what failed. */
int check_write(const struct check_matrix *matrix, const char *path);
int check_figure(const struct check_matrix *matrix, const char *folder);

/* Cross-talk: arms fault i, runs check j. Returns an exit status. */
int check_cross(const struct check_options *options, FILE *out);

/* Set by SIGINT and SIGTERM. */
extern volatile sig_atomic_t check_stop;

#endif
