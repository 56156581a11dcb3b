/* edivisive.h - where one series of numbers becomes another: E-divisive's statistic.
 *
 * Source: Matteson and James, A nonparametric approach for multiple change point analysis
 * of multivariate data, J. Am. Stat. Assoc. 109 (2014), with exponent 1. Pure functions. */
#ifndef EDIVISIVE_H
#define EDIVISIVE_H

/* The split of n values with the greatest Q = mn/(m+n) (2 mean|x-y| - mean|x-x'| -
 * mean|y-y'|) with at least `least` (>= 1) values on either side: the index of the first value after
 * it, *q: its Q. Returns 0, and *q = 0, where there is no such split or all values are the same. The
 * first of equal ones. Takes n^2 steps. */
int edivisive_split(const double *values, int n, int least, double *q);

#endif
