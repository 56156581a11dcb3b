/* pooled.h - a quantile of all samples of all rounds, and how well it is known.
 *
 * Samples inside a round are not independent: they share a process, and jobs that queue
 * share their neighbours' delay. So the rounds say how much a sample is worth: the share
 * of samples beyond the quantile is counted in each, and where it varies more from round
 * to round than independent samples would, they count for fewer (the design effect).
 * With so many the exact binomial interval is read off the samples themselves
 * (Woodruff 1952). Pure functions. */
#ifndef POOLED_H
#define POOLED_H

/* What one round says: of `all` samples so many lie beyond. */
struct pooled_round {
    double beyond, all;
};

/* How many independent samples those of all rounds are worth; at most as many as there
 * are. Below 3 rounds nobody knows how they vary: a tenth of them. 0: there are none. */
double pooled_worth(const struct pooled_round *rounds, int count);

/* The 95% interval of a quantile from so many independent samples, as shares of all: the
 * quantile lies between the samples at `low` and at `high`. A high above 1: they are too
 * few for an upper end; a low of 0: for a lower one. */
struct pooled_levels {
    double low, high;
};
struct pooled_levels pooled_levels(double samples, double quantile);

/* The exact 95% interval of a share, `share` of so many having been seen. */
struct pooled_levels pooled_share(double samples, double share);

/* How many independent samples a quantile's upper end needs. */
double pooled_needed(double quantile);

/* The interval of a mean: half its width, from the rounds' sums over their counts
 * (`beyond` is the sum). INFINITY below 3 rounds. */
double pooled_mean_half(const struct pooled_round *rounds, int count);

#endif
