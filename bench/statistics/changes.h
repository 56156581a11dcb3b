/* changes.h - at which of its points a series has changed, and by how much.
 *
 * E-divisive (edivisive.h) on ranks, so that no single outlier makes a change, tested by permutations that
 * are as autocorrelated as the series is: machines have moods that last, and plain permutations take
 * these for changes in most series (AR(1), 0.6). A permutation is the order of an AR(1) process whose
 * coefficient is estimated from the series itself, once with its best step removed, and once
 * from its differences, which steps do not reach (Chakar, Lebarbier, Levy-Leduc and Robin, A robust
 * approach for estimating change-points in the mean of an AR(1) process, Bernoulli 23, 2017);
 * with 0 it is the permutation test of Matteson and James. A second test looks at the same ranks, as normal scores,
 * with that coefficient taken out (prewhitening: generalised least squares of a step in an AR(1) process, as in
 * Cochrane and Orcutt, J. Am. Stat. Assoc. 44, 1949), by the same permutations: where values hang together, what is
 * left of a step is its jump. The permutations are seeded: the same series has the same changes. How often it errs:
 * docs/history.md (make prove-history).
 *
 * Threads: one at a time (the permutations are remembered between calls). */
#ifndef CHANGES_H
#define CHANGES_H

#include <stdbool.h>

enum {
    CHANGES_VALUES_MAX = 200, /* of a series; of a longer one the caller takes the newest */
    CHANGES_FOUND_MAX = 32,
    CHANGES_SIDE = 3,     /* values on either side of a change */
    CHANGES_LEAST = 10,   /* values of a series: of fewer nothing is said */
    CHANGES_SHORT = 45,   /* values of a part that is judged by CHANGES_P_SHORT */
    CHANGES_LEVEL = 5,    /* newest values whose median is the level of now */
    CHANGES_TRIALS = 1999 /* permutations */
};
#define CHANGES_P 0.0005      /* a change has at most this probability if there is none, */
#define CHANGES_P_SHORT 0.001 /* in a part of fewer than CHANGES_SHORT values, where there are fewer places for one */

struct changes_found {
    int at;               /* the first value after it */
    int begin, end;       /* values[begin..at) are before it, values[at..end) after it */
    double before, after; /* their medians; of a creep the level at which its line begins, and a later one */
    double p;
    bool creeps; /* no step: it went on from `since` to end, as a line fits better */
    int since;   /* of a creep: the last value before that line */
};

/* Finds the changes of n values > 0 in the order in which they were measured, each of at least
 * `least` as a share of what was before. Returns how many: found[0..), in order. Memory that is not there ends the
 * program. */
int changes_find(const double *values, int n, double least, struct changes_found found[CHANGES_FOUND_MAX]);

#endif
