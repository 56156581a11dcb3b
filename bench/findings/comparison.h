/* comparison.h - two results of different times, benchmark by benchmark.
 *
 * The two runs were made at different times, and a machine has its moods, so
 * that this is the weaker of two ways: rounds are not paired, and what changed
 * between the runs beside the program counts as change. The estimate is that of
 * Hodges and Lehmann on logarithms with the exact interval of Wilcoxon's rank-sum
 * test over rounds; each round is a process, and counts as one sample.
 *
 * Of many benchmarks some would differ by chance. So the level is divided by their number
 * (Bonferroni; Dunn, "Multiple comparisons among means", 1961): all intervals of speeds hold
 * together with 95%, and so do those of costs. Of comparisons in which nothing has changed,
 * the machine neither, at most 5% call anything slower or more, and as many faster or less.
 * What has not rounds enough for that level has no interval, and is undecided.
 *
 * A benchmark is a configuration with all its parameters. Besides its speed, what it
 * costs is compared (CPU time, memory, latency, wake-ups), in rows of their own kinds;
 * of a search for a rate, the rate that was found. What is in the base and cannot be
 * found again, or has no figure, is no pass. */
#ifndef COMPARISON_H
#define COMPARISON_H

#include <jansson.h>
#include <stdbool.h>

#include "bench/findings/comparison_row.h"

struct comparison {
    const char *paths[2];        /* base and new; the caller's, for messages */
    json_t *documents[2];        /* the caller's */
    double threshold;            /* of a regression, as a share; the caller's */
    bool force;                  /* what has other parameters is missing, and no reason to refuse; the caller's */
    struct comparison_row *rows; /* [count] */
    int count;
    size_t only_new;                                                /* benchmarks that are only in the new one */
    int counts[COMPARISON_KINDS][COMPARISON_VERDICTS], regressions; /* of rows */
    int worse[COMPARISON_KINDS];                                    /* slower, and regressions */
    int speeds, costs, failing;                                     /* rows that share a level */
};

/* Fills rows, from two documents of the same machine. Returns 0, or -EINVAL and one
 * line in `why` where they cannot be compared. Owner of rows: the caller (free), also
 * after a failure. */
int comparison_make(struct comparison *comparison, char *why, size_t size);

/* What a row of that kind may be worse by, as a share. */
double comparison_threshold(const struct comparison *comparison, enum comparison_kind kind);

/* Benchmarks of which nobody can tell whether they are faster, slower or the same. */
int comparison_undecided(const struct comparison *comparison);

/* How many fail now and did not, or always now, too seldom to be a regression: no pass either. */
int comparison_failing(const struct comparison *comparison);

#endif
