/* scalability.c - the Universal Scalability Law against published fits. */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>

#include "bench/models/scalability.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

/* B. Schwartz, "Practical Scalability Analysis"; the data come with usl4j. N = 1, 2, ... */
static const double cisco[] = {955.16,   1878.91,  2688.01,  3548.68,  4315.54,  5130.43,  5931.37, 6531.08,
                               7219.8,   7867.61,  8278.71,  8646.7,   9047.84,  9426.55,  9645.37, 9897.24,
                               10097.6,  10240.5,  10532.39, 10798.52, 11151.43, 11518.63, 11806,   12089.37,
                               12075.41, 12177.29, 12211.41, 12158.93, 12155.27, 12118.04, 12140.4, 12074.39};

/* Of the R package usl. */
static const struct scalability_point specsdm91[] = {{1, 64.9},     {18, 995.9}, {36, 1652.4}, {72, 1853.2},
                                                     {108, 1828.9}, {144, 1775}, {216, 1702.2}};
static const struct scalability_point raytracer[] = {{1, 20},   {4, 78},   {8, 130},  {12, 170}, {16, 190}, {20, 200},
                                                     {24, 210}, {28, 230}, {32, 260}, {48, 280}, {64, 310}};

static void near(double found, double known, double relative, const char *what)
{
    cr_assert(fabs(found - known) <= relative * fabs(known), "%s: %.9g, known %.9g", what, found, known);
}

static struct scalability fitted(const struct scalability_point *points, int count)
{
    struct scalability fit;
    cr_assert_eq(scalability_fit(&fit, points, count), 0);
    return fit;
}

static struct scalability of_cisco(void)
{
    struct scalability_point points[COUNT(cisco)];
    for (int i = 0; i < COUNT(cisco); i++)
        points[i] = (struct scalability_point){i + 1, cisco[i]};
    return fitted(points, COUNT(cisco));
}

Test(scalability, fits_as_published, .timeout = 20)
{
    struct scalability fit = of_cisco();
    near(fit.sigma, .02671591, 1e-5, "cisco: sigma");
    near(fit.kappa, 7.690945e-4, 1e-5, "cisco: kappa");
    near(fit.lambda, 995.6486, 1e-6, "cisco: lambda");
    near(fit.peak, 35.574, 1e-4, "cisco: peak");
    scalability_destroy(&fit);
    fit = fitted(specsdm91, COUNT(specsdm91));
    near(fit.sigma, .02772848, 1e-6, "specsdm91: sigma");
    near(fit.kappa, 1.043655e-4, 1e-6, "specsdm91: kappa");
    near(fit.lambda, 89.99523, 1e-6, "specsdm91: lambda");
    near(fit.peak, 96.51956, 1e-4, "specsdm91: peak");
    near(fit.error[0], 14.21349, 1e-4, "specsdm91: error of lambda");
    near(fit.error[1], .0091217, 1e-4, "specsdm91: error of sigma");
    near(fit.error[2], 1.98753e-5, 1e-4, "specsdm91: error of kappa");
    scalability_destroy(&fit);
    fit = fitted(raytracer, 6);
    near(fit.sigma, .02444404, 1e-6, "raytracer: sigma");
    near(fit.kappa, .001626809, 1e-6, "raytracer: kappa");
    near(fit.lambda, 20.85605, 1e-6, "raytracer: lambda");
    scalability_destroy(&fit);
}

/* Student's t of n - 3; R's usl takes n - 1, which is too narrow. */
Test(scalability, knows_how_well_it_knows, .timeout = 20)
{
    struct scalability fit = of_cisco();
    struct scalability_band band = scalability_band(&fit, 64);
    double low, high;
    near(band.x, 11017, 1e-4, "X(64)");
    near((band.high - band.low) / 2, 847, 1e-3, "its band");
    near((band.one_high - band.one_low) / 2, 930, 1e-3, "one observation");
    cr_assert_not(band.resampled);
    scalability_destroy(&fit);
    fit = fitted(raytracer, 6);
    scalability_interval(&fit, 0, &low, &high);
    near(low, 18.347, 1e-4, "raytracer: lambda from");
    near(high, 23.365, 1e-4, "raytracer: lambda to");
    scalability_destroy(&fit);
}

/* The free fit has kappa = -2.01e-4. */
Test(scalability, says_when_there_is_no_peak, .timeout = 60)
{
    struct scalability fit = fitted(raytracer, COUNT(raytracer));
    struct scalability_band band = scalability_band(&fit, 128), again = scalability_band(&fit, 128);
    cr_assert(fit.kappa_bound && !fit.sigma_bound);
    cr_assert_eq(fit.kappa, 0);
    near(fit.sigma, .05777, 1e-3, "sigma");
    near(fit.lambda, 21.8488, 1e-4, "lambda");
    cr_assert(isinf(fit.peak));
    cr_assert(band.resampled && band.low < band.x && band.x <= band.high);
    cr_assert(band.one_low < band.low && band.one_high > band.high);
    cr_assert_eq(band.low, again.low);
    scalability_destroy(&fit);
}

/* More than linear throughout: both at their bounds, a straight line. */
Test(scalability, is_a_line_where_nothing_is_lost, .timeout = 60)
{
    static const struct scalability_point points[] = {{1, 10}, {2, 20.5}, {4, 42}, {8, 88}, {16, 184}};
    struct scalability fit = fitted(points, COUNT(points));
    cr_assert(fit.kappa_bound && fit.sigma_bound);
    near(fit.lambda, 11.4, 0.01, "lambda");
    near(scalability_at(&fit, 32), 32 * fit.lambda, 1e-9, "X(32)");
    scalability_destroy(&fit);
}

/* As noisy as `relative`, the law lies in its band at twice the workers about as often as promised. */
Test(scalability, has_bands_that_hold_the_truth, .timeout = 60)
{
    int held = 0;
    enum { TIMES = 300 };
    uint64_t random = 1;
    for (int r = 0; r < TIMES; r++) {
        struct scalability_point points[24];
        struct scalability fit;
        struct scalability_band band;
        for (int i = 0; i < 24; i++) {
            double n = 1 << (i % 6), sum = -6;
            for (int k = 0; k < 12; k++)
                sum +=
                    (double)((random = random * UINT64_C(6364136223846793005) + 1442695040888963407) >> 11) * 0x1p-53;
            points[i] = (struct scalability_point){n, 100 * n / (1 + .02 * (n - 1) + 3e-4 * n * (n - 1)) + 20 * sum};
        }
        fit = fitted(points, 24);
        band = scalability_band(&fit, 64);
        held +=
            band.low <= 6400 / (1 + .02 * 63 + 3e-4 * 64 * 63) && band.high >= 6400 / (1 + .02 * 63 + 3e-4 * 64 * 63);
        scalability_destroy(&fit);
    }
    cr_assert(held >= 0.92 * TIMES && held < TIMES, "%d of %d", held, TIMES);
}

Test(scalability, refuses_what_it_cannot_fit, .timeout = 10)
{
    static const struct scalability_point alike[] = {{1, 10}, {1, 11}, {2, 20}, {2, 21}},
                                          zero[] = {{1, 10}, {2, 20}, {3, 0}, {4, 40}};
    struct scalability fit;
    cr_assert_eq(scalability_fit(&fit, specsdm91, 3), -EINVAL);
    cr_assert_eq(scalability_fit(&fit, alike, 4), -EINVAL);
    cr_assert_eq(scalability_fit(&fit, zero, 4), -EINVAL);
}
