/* scalability.h - the Universal Scalability Law, fitted to throughput over the number of
 * workers:
 *
 *     X(N) = lambda N / (1 + sigma (N - 1) + kappa N (N - 1))
 *
 * lambda: of one alone; sigma: the part that is done one after the other (contention); kappa:
 * what it costs to agree with each other (coherency). Least squares on the throughputs as
 * they are (never divided by X(1), which would give that one point all the say), three free
 * parameters, by GSL's trust region. sigma and kappa are >= 0: where the free fit wants less,
 * the best fit on the bound is taken, and said. With kappa at its bound there is no peak.
 *
 * Bands: by the delta method with Student's t of n - 3; at a bound, where that does not hold,
 * by refitting resampled residuals. Far beyond the measured N the law itself is the risk,
 * which no band shows.
 *
 * Source: N. J. Gunther, "Guerrilla Capacity Planning" (2007); B. Schwartz, "Practical
 * Scalability Analysis with the Universal Scalability Law" (2015). */
#ifndef SCALABILITY_H
#define SCALABILITY_H

#include <stdbool.h>

enum { SCALABILITY_POINTS_MIN = 4 }; /* three parameters and one to err */

struct scalability_point {
    double n, x; /* workers >= 1, throughput > 0; several of one n are fine: rounds */
};

struct scalability {
    double lambda, sigma, kappa;
    bool sigma_bound, kappa_bound; /* it is 0 because the data want less */
    double error[3];               /* standard errors of lambda, sigma, kappa; 0 at a bound */
    double covariance[3][3];
    double residual; /* standard deviation of one observation, n - free parameters */
    int count, free; /* points; parameters that are not at a bound */
    double peak;     /* the N with the highest X; INFINITY: no peak */

    struct scalability_point *points; /* a copy */
};

/* Returns 0; -EINVAL: fewer than SCALABILITY_POINTS_MIN points or 3 different n, or one that
 * is no positive number; -EDOM: no fit was found; -ENOMEM. Owner: the caller, by
 * scalability_destroy. */
int scalability_fit(struct scalability *out, const struct scalability_point *points, int count);

/* X(n). */
double scalability_at(const struct scalability *fit, double n);

/* 95% bands: of the law at n, and of one observation there. */
struct scalability_band {
    double x, low, high; /* low >= 0 */
    double one_low, one_high;
    bool resampled; /* by refits: a parameter is at its bound */
};
/* The same seed gives the same band. Blocks: a bootstrap of 999 refits takes about 0.1 s. */
struct scalability_band scalability_band(const struct scalability *fit, double n);

/* Student's 95% interval of a parameter (0 lambda, 1 sigma, 2 kappa), n - free. */
void scalability_interval(const struct scalability *fit, int parameter, double *low, double *high);

void scalability_destroy(struct scalability *fit);

#endif
