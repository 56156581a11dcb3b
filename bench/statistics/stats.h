/* stats.h - the few statistics that decide on noisy machines: medians with
 * exact intervals over rounds. No normality is assumed anywhere. */
#ifndef STATS_H
#define STATS_H

#include <stdbool.h>

enum { STATS_ENOUGH = 6 }; /* values; with fewer no interval reaches 95% */

/* A median with the tightest pair of order statistics around it whose coverage
 * is at least 95%. Below 6 values no pair reaches that: then low..high is the
 * whole range, and `coverage` says what it is worth. */
struct stats_median {
    double median, low, high;
    double coverage; /* probability that low..high holds the true median; 0 for one value */
    int count;
};

/* n >= 1 values in any order; they are not changed. Coverage is exact for any
 * continuous distribution (binomial). */
struct stats_median stats_median(const double *values, int n);

/* Plain quantile, linear between order statistics (GSL's). n >= 1. */
double stats_quantile(const double *values, int n, double quantile);

/* Median absolute deviation from the median. */
double stats_mad(const double *values, int n);

/* |value - median| / MAD > 14.8: "disturbed" (ten sigmas of a normal). With a
 * MAD of zero nothing is. */
bool stats_disturbed(double value, double median, double mad);

/* Tukey's classes: beyond 1.5 or 3 times the interquartile range outside the
 * quartiles (stats_quantile at 0.25 and 0.75). A class, not a reason to leave
 * a value out. */
enum stats_outlier { STATS_REGULAR, STATS_MILD, STATS_SEVERE };
enum stats_outlier stats_outlier(double value, double first_quartile, double third_quartile);

/* The ratio a/b over paired values > 0: Hodges and Lehmann's estimate on the
 * logarithms, with the interval of Wilcoxon's signed-rank test. Below 6
 * pairs there is no 95% interval: known is false, low = high = the estimate. */
struct stats_ratio {
    double ratio, low, high;
    bool known;
    int pairs;
};
struct stats_ratio stats_ratio(const double *a, const double *b, int n);

/* The largest c with P(W <= c) <= 2.5%, W the signed-rank sum of n ranks under the
 * null hypothesis; -1 when there is none. Exact up to n = 128, beyond it W is taken as
 * normal. */
int stats_signed_rank_cut(int n);

/* The same with `tail` in the place of 2.5%. */
int stats_signed_rank_cut_at(int n, double tail);

/* Where n values (differences of pairs, say) are centred: Hodges and Lehmann's estimate,
 * with the interval of Wilcoxon's signed-rank test that leaves out `tail` at either end.
 * Where n is too small for such an interval, known is false and it is all numbers. */
struct stats_shift {
    double estimate, low, high; /* estimate: NaN for no value */
    bool known;
    int count;
};
struct stats_shift stats_shift(const double *values, int n, double tail);

/* The ratio a/b of two independent samples > 0: Hodges and Lehmann's estimate on
 * the logarithms, with the exact interval of Wilcoxon's rank-sum test (Mann and
 * Whitney's U) that leaves out `tail` (> 0) at either end. Known is false where so few
 * values have none (for 2.5% below 4 and 4); `pairs` is the smaller count. Beyond 4,096
 * differences the distribution of U is taken as normal. */
struct stats_ratio stats_ratio_unpaired(const double *a, int a_count, const double *b, int b_count, double tail);

/* The largest c with P(U <= c) <= tail, U Mann and Whitney's statistic of m and n
 * values under the null hypothesis; -1 when there is none. Exact up to m n = 4,096. */
int stats_rank_sum_cut(int m, int n, double tail);

/* The least n of which n and n values have such a cut at all: 1 in 1 / tail orders. */
int stats_rank_sum_least(double tail);

/* Jain's fairness index of n shares: 1 all equal, 1/n all to one; 1 if all 0. */
double stats_jain(const double *shares, int n);

#endif
