/* comparison.h - two results of different times, benchmark by benchmark.
 *
 * The two runs were made at different times, and a machine has its moods, so
 * that this is the weaker of two ways: rounds are not paired, and what changed
 * between the runs beside the program counts as change. The estimate is that of
 * Hodges and Lehmann on logarithms with the exact interval of Wilcoxon's rank-sum
 * test over rounds; each round is a process, and counts as one sample. */
#ifndef COMPARISON_H
#define COMPARISON_H

#include <jansson.h>
#include <stdbool.h>

#include "bench/statistics/stats.h"
#include "workloads/core/workload.h"

enum { COMPARISON_NAME = 224 };

enum comparison_verdict {
    COMPARISON_SAME,
    COMPARISON_FASTER,
    COMPARISON_SLOWER,
    COMPARISON_UNDECIDED,
    COMPARISON_FAILED,
    COMPARISON_VERDICTS
};

/* One benchmark. */
struct comparison_row {
    char name[COMPARISON_NAME];
    double base, new;          /* medians */
    struct stats_ratio change; /* of speed: > 1 is faster */
    enum workload_unit unit;
    bool is_rate; /* jobs per second; else a figure of which less is better */
    enum comparison_verdict verdict;
    bool regression; /* slower beyond the threshold */
    int rounds_needed;
};

struct comparison {
    const char *paths[2];        /* base and new; the caller's, for messages */
    json_t *documents[2];        /* the caller's */
    double threshold;            /* of a regression, as a share; the caller's */
    struct comparison_row *rows; /* [count] */
    int count;
    size_t only[2]; /* benchmarks that are only in one of them */
    int counts[COMPARISON_VERDICTS], regressions;
};

/* Fills rows, from two documents of the same machine. Returns 0, or -EINVAL and one
 * line in `why` where they cannot be compared. Owner of rows: the caller (free), also
 * after a failure. */
int comparison_make(struct comparison *comparison, char *why, size_t size);

/* "same", "faster", "slower", "cannot tell", "FAILED". */
const char *comparison_verdict_name(enum comparison_verdict verdict);

/* The first of the fields (NULL-terminated) in which two objects differ, with both
 * values in `text`; NULL: none does. */
const char *comparison_differs(const json_t *a, const json_t *b, const char *const *keys, char *text, size_t size);

#endif
