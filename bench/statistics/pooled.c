/* pooled.c - see pooled.h. */
#include "bench/statistics/pooled.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdbool.h>

enum {
    ROUNDS_MIN = 3, /* from which on it can be seen how they vary */
    HALVINGS = 60,
};
static const double TAIL = 0.025; /* beyond each end of an interval */

static double sum_all(const struct pooled_round *rounds, int count)
{
    double all = 0;
    for (int i = 0; i < count; i++)
        all += rounds[i].all;
    return all;
}

static double ratio(const struct pooled_round *rounds, int count)
{
    double beyond = 0, all = sum_all(rounds, count);
    for (int i = 0; i < count; i++)
        beyond += rounds[i].beyond;
    return all > 0 ? beyond / all : NAN;
}

/* The variance of that ratio, from round to round. */
static double variance(const struct pooled_round *rounds, int count)
{
    double all = sum_all(rounds, count), share = ratio(rounds, count), squares = 0;
    for (int i = 0; i < count; i++) {
        double off = rounds[i].beyond - share * rounds[i].all;
        squares += off * off;
    }
    return squares * count / (count - 1) / (all * all);
}

/* Few rounds say little of how they vary: Student's t in the normal distribution's place. */
static double few_rounds(int count)
{
    return gsl_cdf_tdist_Qinv(TAIL, count - 1) / gsl_cdf_ugaussian_Qinv(TAIL);
}

double pooled_worth(const struct pooled_round *rounds, int count)
{
    static const double unknown = 10;
    double all = sum_all(rounds, count), share = ratio(rounds, count), effect = 1;
    if (!(all > 0) || count < ROUNDS_MIN)
        return all / unknown;
    if (share > 0 && share < 1)
        effect = fmax(1, variance(rounds, count) / (share * (1 - share) / all));
    return all / (effect * few_rounds(count) * few_rounds(count));
}

/* The share from which on fewer than `seen` of so many are no longer likely; the one from
 * which on more are: Clopper and Pearson's, by the beta distribution, which needs no
 * whole numbers. By halving: GSL's inverse does not always converge. */
static double share_at(double probability, double a, double b)
{
    double low = 0, high = 1;
    for (int i = 0; i < HALVINGS; i++) {
        double middle = (low + high) / 2;
        *(gsl_cdf_beta_P(middle, a, b) < probability ? &low : &high) = middle;
    }
    return (low + high) / 2;
}

struct pooled_levels pooled_share(double samples, double share)
{
    double seen = share * samples;
    struct pooled_levels levels = {0, 1};
    if (samples > 0 && seen > 0)
        levels.low = share_at(TAIL, seen, samples - seen + 1);
    if (samples > 0 && seen < samples)
        levels.high = share_at(1 - TAIL, seen + 1, samples - seen);
    return levels;
}

/* Whether a share of which `seen` were seen may be as large as `beyond`, or as small. */
static bool may_be_above(double samples, double seen, double beyond)
{
    return seen >= samples || gsl_cdf_beta_Q(beyond, seen + 1, samples - seen) > TAIL;
}

static bool may_be_below(double samples, double seen, double beyond)
{
    return seen <= 0 || gsl_cdf_beta_P(beyond, seen, samples - seen + 1) > TAIL;
}

/* The most beyond the upper end, and the fewest beyond the lower one. Between whole
 * samples there is nothing. */
struct pooled_levels pooled_levels(double samples, double quantile)
{
    struct pooled_levels levels = {0, 2};
    double beyond = 1 - quantile, low = 0, high = beyond * samples;
    if (samples > 0 && !may_be_above(samples, 0, beyond)) {
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            *(may_be_above(samples, middle, beyond) ? &high : &low) = middle;
        }
        levels.high = 1 - low / samples;
    }
    low = beyond * samples, high = samples;
    if (samples > 0 && !may_be_below(samples, high, beyond)) {
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            *(may_be_below(samples, middle, beyond) ? &low : &high) = middle;
        }
        levels.low = 1 - high / samples;
    }
    return levels;
}

double pooled_needed(double quantile)
{
    return log(TAIL) / log(quantile);
}

double pooled_mean_half(const struct pooled_round *rounds, int count)
{
    if (count < ROUNDS_MIN)
        return INFINITY;
    return sqrt(variance(rounds, count)) * gsl_cdf_tdist_Qinv(TAIL, count - 1);
}
