/* scalability.c - see scalability.h. */
#include "bench/models/scalability.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_blas.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_multifit_nlinear.h>

#include "workloads/core/random.h"

enum { PARAMETERS = 3, LAMBDA = 0, SIGMA = 1, KAPPA = 2, STEPS_MAX = 500, REFITS = 999 };

static const double start[PARAMETERS] = {0, 0.01, 1e-4}; /* lambda's is the highest X/N */

/* A fit that is under way: which parameters may move, the others are 0. */
struct problem {
    const struct scalability_point *points;
    int count;
    bool moves[PARAMETERS];
};

static double law(const double *at, double n)
{
    return at[LAMBDA] * n / (1 + at[SIGMA] * (n - 1) + at[KAPPA] * n * (n - 1));
}

/* Its derivatives. */
static void slope(const double *at, double n, double out[PARAMETERS])
{
    double below = 1 + at[SIGMA] * (n - 1) + at[KAPPA] * n * (n - 1);
    out[LAMBDA] = n / below;
    out[SIGMA] = -at[LAMBDA] * n * (n - 1) / below / below;
    out[KAPPA] = out[SIGMA] * n;
}

static void spread(const struct problem *problem, const gsl_vector *moving, double at[PARAMETERS])
{
    size_t next = 0;
    for (int p = 0; p < PARAMETERS; p++)
        at[p] = problem->moves[p] ? gsl_vector_get(moving, next++) : 0;
}

static int residuals(const gsl_vector *moving, void *data, gsl_vector *out)
{
    const struct problem *problem = data;
    double at[PARAMETERS];
    spread(problem, moving, at);
    for (int i = 0; i < problem->count; i++)
        gsl_vector_set(out, (size_t)i, law(at, problem->points[i].n) - problem->points[i].x);
    return GSL_SUCCESS;
}

static int slopes(const gsl_vector *moving, void *data, gsl_matrix *out)
{
    const struct problem *problem = data;
    double at[PARAMETERS], each[PARAMETERS];
    spread(problem, moving, at);
    for (int i = 0; i < problem->count; i++) {
        size_t next = 0;
        slope(at, problem->points[i].n, each);
        for (int p = 0; p < PARAMETERS; p++)
            if (problem->moves[p])
                gsl_matrix_set(out, (size_t)i, next++, each[p]);
    }
    return GSL_SUCCESS;
}

/* What a fit gave: the parameters, the sum of squares, and the covariance but for the
 * residual variance. */
struct solution {
    double at[PARAMETERS], squares;
    double covariance[PARAMETERS][PARAMETERS];
};

static void read_solution(const struct problem *problem, gsl_multifit_nlinear_workspace *work, size_t moving,
                          struct solution *out)
{
    gsl_matrix *covariance = gsl_matrix_calloc(moving, moving);
    size_t i = 0, k;
    spread(problem, gsl_multifit_nlinear_position(work), out->at);
    gsl_blas_ddot(gsl_multifit_nlinear_residual(work), gsl_multifit_nlinear_residual(work), &out->squares);
    if (!covariance)
        return;
    gsl_multifit_nlinear_covar(gsl_multifit_nlinear_jac(work), 0, covariance);
    for (int p = 0; p < PARAMETERS; p++) {
        if (!problem->moves[p])
            continue;
        k = 0;
        for (int q = 0; q < PARAMETERS; q++)
            if (problem->moves[q])
                out->covariance[p][q] = gsl_matrix_get(covariance, i, k++);
        i++;
    }
    gsl_matrix_free(covariance);
}

static int solve(const struct problem *problem, const double from[PARAMETERS], struct solution *out)
{
    size_t moving = (size_t)(problem->moves[LAMBDA] + problem->moves[SIGMA] + problem->moves[KAPPA]), next = 0;
    gsl_multifit_nlinear_parameters parameters = gsl_multifit_nlinear_default_parameters();
    gsl_multifit_nlinear_fdf system = {
        .f = residuals, .df = slopes, .n = (size_t)problem->count, .p = moving, .params = (void *)problem};
    gsl_multifit_nlinear_workspace *work =
        gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &parameters, system.n, moving);
    double first[PARAMETERS];
    gsl_vector_view begin = gsl_vector_view_array(first, moving);
    int error = -ENOMEM, info;
    memset(out, 0, sizeof *out);
    if (!work)
        return error;
    for (int p = 0; p < PARAMETERS; p++)
        if (problem->moves[p])
            first[next++] = from[p];
    error = gsl_multifit_nlinear_init(&begin.vector, &system, work);
    if (!error) /* GSL_ENOPROG: no step is better, which is what an end may look like */
        error = gsl_multifit_nlinear_driver(STEPS_MAX, 1e-11, 1e-11, 0, NULL, NULL, &info, work);
    error = error == GSL_SUCCESS || error == GSL_ENOPROG ? 0 : -EDOM;
    if (!error)
        read_solution(problem, work, moving, out);
    gsl_multifit_nlinear_free(work);
    return error || isfinite(out->squares) ? error : -EDOM;
}

static bool is_allowed(const struct solution *solution)
{
    return solution->at[LAMBDA] > 0 && solution->at[SIGMA] >= 0 && solution->at[KAPPA] >= 0;
}

/* The free fit, or the best of those on the bounds. */
static int solve_bounded(struct problem *problem, struct solution *best)
{
    static const bool moves[][PARAMETERS] = {
        {true, true, true}, {true, true, false}, {true, false, true}, {true, false, false}};
    double from[PARAMETERS];
    bool found = false, best_moves[PARAMETERS];
    memcpy(from, start, sizeof from);
    for (int i = 0; i < problem->count; i++)
        from[LAMBDA] = fmax(from[LAMBDA], problem->points[i].x / problem->points[i].n);
    for (int i = 0; i < 4; i++) {
        struct solution tried;
        memcpy(problem->moves, moves[i], sizeof problem->moves);
        if (solve(problem, from, &tried) || !is_allowed(&tried) || (found && tried.squares >= best->squares))
            continue;
        *best = tried;
        memcpy(best_moves, moves[i], sizeof best_moves);
        found = true;
        if (i == 0)
            break;
    }
    if (found)
        memcpy(problem->moves, best_moves, sizeof best_moves);
    return found ? 0 : -EDOM;
}

static bool is_wrong(const struct scalability_point *points, int count)
{
    int different = 0;
    for (int i = 0; i < count; i++) {
        bool seen = false;
        if (!(points[i].n >= 1) || !(points[i].x > 0) || !isfinite(points[i].n) || !isfinite(points[i].x))
            return true;
        for (int k = 0; k < i; k++)
            seen = seen || points[k].n == points[i].n;
        different += !seen;
    }
    return count < SCALABILITY_POINTS_MIN || different < PARAMETERS;
}

static void fill(struct scalability *out, const struct problem *problem, const struct solution *best)
{
    out->lambda = best->at[LAMBDA];
    out->sigma = best->at[SIGMA];
    out->kappa = best->at[KAPPA];
    out->sigma_bound = !problem->moves[SIGMA];
    out->kappa_bound = !problem->moves[KAPPA];
    out->count = problem->count;
    out->free = 1 + problem->moves[SIGMA] + problem->moves[KAPPA];
    out->residual = sqrt(best->squares / (out->count - out->free));
    for (int p = 0; p < PARAMETERS; p++) {
        for (int q = 0; q < PARAMETERS; q++)
            out->covariance[p][q] = best->covariance[p][q] * out->residual * out->residual;
        out->error[p] = sqrt(fmax(0, out->covariance[p][p]));
    }
    out->peak = out->kappa > 0 ? sqrt(fmax(1, (1 - out->sigma) / out->kappa)) : INFINITY;
}

int scalability_fit(struct scalability *out, const struct scalability_point *points, int count)
{
    struct problem problem = {.points = points, .count = count};
    struct solution best;
    gsl_error_handler_t *before;
    int error;
    *out = (struct scalability){0};
    if (is_wrong(points, count))
        return -EINVAL;
    before = gsl_set_error_handler_off();
    error = solve_bounded(&problem, &best);
    gsl_set_error_handler(before);
    if (error)
        return error;
    out->points = malloc((size_t)count * sizeof *points);
    if (!out->points)
        return -ENOMEM;
    memcpy(out->points, points, (size_t)count * sizeof *points);
    fill(out, &problem, &best);
    return 0;
}

double scalability_at(const struct scalability *fit, double n)
{
    return law((double[]){fit->lambda, fit->sigma, fit->kappa}, n);
}

static double student(const struct scalability *fit)
{
    return gsl_cdf_tdist_Pinv(0.975, fit->count - fit->free);
}

static struct scalability_band delta_band(const struct scalability *fit, double n)
{
    double at[PARAMETERS] = {fit->lambda, fit->sigma, fit->kappa}, each[PARAMETERS], variance = 0, half, one;
    double x = law(at, n);
    slope(at, n, each);
    for (int p = 0; p < PARAMETERS; p++)
        for (int q = 0; q < PARAMETERS; q++)
            variance += each[p] * fit->covariance[p][q] * each[q];
    half = student(fit) * sqrt(variance);
    one = student(fit) * sqrt(variance + fit->residual * fit->residual);
    return (struct scalability_band){x, fmax(0, x - half), x + half, fmax(0, x - one), x + one, false};
}

static int upwards(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double residual_again(const struct scalability *fit, uint64_t random)
{
    /* A residual drawn again, as wide as the errors are and not as the fit made them. */
    int i = (int)((random >> 32) * (uint64_t)fit->count >> 32);
    double wide = sqrt((double)fit->count / (fit->count - fit->free));
    return wide * (fit->points[i].x - scalability_at(fit, fit->points[i].n));
}

/* X(n) of one refit to resampled residuals. NaN: it failed. */
static double refit(const struct scalability *fit, struct scalability_point *points, double n, uint64_t seed)
{
    struct problem problem = {.points = points, .count = fit->count};
    struct solution best;
    for (int i = 0; i < fit->count; i++) {
        points[i].n = fit->points[i].n;
        points[i].x = scalability_at(fit, points[i].n) + residual_again(fit, random_mix(seed * 65536 + (uint64_t)i));
    }
    return solve_bounded(&problem, &best) ? NAN : law(best.at, n);
}

static void refit_all(const struct scalability *fit, double n, struct scalability_band *band,
                      struct scalability_point *points, double *found, double *one)
{
    int count = 0;
    for (int r = 0; r < REFITS; r++) {
        double x = refit(fit, points, n, (uint64_t)r + 1);
        if (isnan(x))
            continue;
        found[count] = x;
        one[count++] = x + residual_again(fit, random_mix((uint64_t)r));
    }
    if (count < REFITS / 2) { /* nobody knows */
        band->low = band->one_low = 0;
        band->high = band->one_high = INFINITY;
        return;
    }
    qsort(found, (size_t)count, sizeof *found, upwards);
    qsort(one, (size_t)count, sizeof *one, upwards);
    band->low = fmax(0, found[count / 40]);
    band->high = found[count - 1 - count / 40];
    band->one_low = fmax(0, one[count / 40]);
    band->one_high = one[count - 1 - count / 40];
}

struct scalability_band scalability_band(const struct scalability *fit, double n)
{
    struct scalability_band band = delta_band(fit, n);
    struct scalability_point *points;
    double *found, *one;
    if (!fit->sigma_bound && !fit->kappa_bound)
        return band;
    points = malloc((size_t)fit->count * sizeof *points);
    found = malloc(REFITS * sizeof *found);
    one = malloc(REFITS * sizeof *one);
    if (points && found && one) {
        gsl_error_handler_t *before = gsl_set_error_handler_off();
        refit_all(fit, n, &band, points, found, one);
        gsl_set_error_handler(before);
        band.resampled = true;
    }
    free(points);
    free(found);
    free(one);
    return band;
}

void scalability_interval(const struct scalability *fit, int parameter, double *low, double *high)
{
    double at[PARAMETERS] = {fit->lambda, fit->sigma, fit->kappa}, half = student(fit) * fit->error[parameter];
    *low = at[parameter] - half;
    *high = at[parameter] + half;
}

void scalability_destroy(struct scalability *fit)
{
    free(fit->points);
    fit->points = NULL;
}
