/* comparison_row.h - one row of a comparison: from the values of two sides, what is to
 * be said. */
#ifndef COMPARISON_ROW_H
#define COMPARISON_ROW_H

#include <stdbool.h>

#include "bench/statistics/stats.h"
#include "workloads/core/workload.h"

enum { COMPARISON_NAME = 256, COMPARISON_NOTE = 96 };

enum comparison_verdict {
    COMPARISON_SAME,
    COMPARISON_FASTER,
    COMPARISON_SLOWER,
    COMPARISON_UNDECIDED,
    COMPARISON_FAILED,  /* fails more often than it did */
    COMPARISON_FAILING, /* fails now and did not, or fails always now; that may be chance */
    COMPARISON_MISSING, /* was in the base only */
    COMPARISON_NOTHING, /* was run, and has no figure */
    COMPARISON_VERDICTS
};

enum comparison_kind {
    COMPARISON_SPEED, /* by what the workload is judged */
    COMPARISON_RATE,  /* the highest that kept its promises */
    COMPARISON_CPU,   /* ns of the process for a job */
    COMPARISON_MEMORY,
    COMPARISON_LATENCY, /* the tail of a round */
    COMPARISON_WAKES,
    COMPARISON_LOST, /* the share of jobs that got no service, or whose result found no place */
    COMPARISON_KINDS
};

/* What costs may grow by, as a multiple of the threshold of speed: they vary more. */
#define COMPARISON_COSTS 10

/* Of comparisons in which nothing has changed at most this share calls any speed slower, and
 * as much any cost more. */
#define COMPARISON_RUN 0.025

/* Of comparisons in which nothing has changed this share at most says that a pool which fails
 * now and then does so more often. */
#define COMPARISON_FAILS 0.05

/* One benchmark, in one of its kinds. */
struct comparison_row {
    char name[COMPARISON_NAME];
    enum comparison_kind kind;
    double tail;               /* what its interval leaves out at either end: COMPARISON_RUN, divided by all rows */
    double base, new;          /* medians; NaN: none */
    int rounds[2];             /* with a value, of base and new; of a rate 0 */
    double noise[2];           /* half-width of the medians' intervals, as shares; NaN: none */
    struct stats_ratio change; /* > 1 is better: faster, or less */
    enum workload_unit unit;   /* of a figure of the workload's */
    bool is_rate;              /* a number per second; else a figure of which less is better */
    enum comparison_verdict verdict;
    bool has_failed;            /* in some round, of either side */
    bool regression;            /* no pass: worse beyond the threshold, or failed, missing, nothing */
    double rounds_needed;       /* of an undecided one; more than there are */
    char note[COMPARISON_NOTE]; /* "fails: 1 of 12, now 12 of 12"; or "" */
};

/* "same", "faster", "slower", "cannot tell", "FAILED", "fails", "MISSING", "NO FIGURE"; of a
 * rate "higher" and "lower", of costs "less" and "more". */
const char *comparison_row_verdict(const struct comparison_row *row);

/* "speed", "rate", "CPU time", "memory", "latency", "wakes", "lost jobs". */
const char *comparison_row_kind(enum comparison_kind kind);

/* Fills change, verdict, regression and rounds_needed of a row that has its tail, from the
 * values of both sides, all > 0; less of them is better but of a rate. */
void comparison_row_judge(struct comparison_row *row, const double *base, int base_count, const double *now,
                          int now_count, double threshold);

/* The same where only the base has values: it is no pass. */
void comparison_row_nothing(struct comparison_row *row, const double *base, int base_count);

/* What a search found: the highest rate that was kept (0: none), and the lowest that was
 * broken (INFINITY: none was proved to be). `open`: something else than the promise ended
 * it, and the truth is anywhere between the two. */
struct comparison_rate {
    double kept, broken;
    bool open;
};

/* The same of two searches. Where one is open only that is said which holds whatever it
 * would have found; where the new one found nothing, and the base did, it has no figure. */
void comparison_row_judge_rates(struct comparison_row *row, struct comparison_rate base, struct comparison_rate now,
                                double threshold);

/* Whether `now_failed` of `now_all` trials are more than chance makes of what they were
 * before, by Fisher's exact test at `level`. */
bool comparison_row_fails_more(int base_failed, int base_all, int now_failed, int now_all, double level);

/* One side's median in its unit: "14.1 ns", "209 k/s"; "-" where it is NaN. Returns text. */
const char *comparison_row_value(const struct comparison_row *row, double value, char *text, size_t size);

#endif
