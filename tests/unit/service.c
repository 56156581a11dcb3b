/* service.c - distributions of services, and the wait of M/G/c by them. */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/models/erlang.h"
#include "bench/models/mgc.h"
#include "bench/models/service.h"
#include "workloads/core/random.h"

static void near(double found, double known, double relative, const char *what)
{
    cr_assert(fabs(found - known) <= relative * fabs(known), "%s: %.9g, known %.9g", what, found, known);
}

Test(service, has_the_moments_and_quantiles_of_its_times, .timeout = 10)
{
    static const double times[] = {3, 1, 2, 2, 12};
    struct service service;
    cr_assert_eq(service_from_times(&service, times, 5), 0);
    cr_assert_eq(service.count, 4);
    near(service.mean_ns, 4, 1e-12, "mean");
    near(service.cv2, (9 + 1 + 4 + 4 + 64) / 5.0 / 16, 1e-12, "cv2");
    near(service_cdf(&service, 2), 0.6, 1e-12, "cdf");
    cr_assert_eq(service_cdf(&service, 0.5), 0);
    cr_assert_eq(service_cdf(&service, 12), 1);
    cr_assert_eq(service_quantile(&service, 0.6), 2);
    cr_assert_eq(service_quantile(&service, 0.61), 3);
    cr_assert_eq(service_quantile(&service, 1), 12);
    service_destroy(&service);
}

/* Of 400 services, half 1 and half 3: the standard deviation is 1, of the mean 1/20, and the mean is 2. */
Test(service, the_mean_is_known_as_well_as_there_are_many, .timeout = 10)
{
    double times[400];
    struct service service;
    for (int i = 0; i < 400; i++)
        times[i] = i % 2 ? 3 : 1;
    cr_assert_eq(service_from_times(&service, times, 400), 0);
    cr_assert(fabs(service_mean_error(&service) - 1.96 / 20 / 2) < 1e-6, "%g", service_mean_error(&service));
    service_destroy(&service);
    cr_assert_eq(service_made(&service, SERVICE_EXPONENTIAL, 1e6, 1), 0);
    cr_assert_eq(service_mean_error(&service), 0);
    service_destroy(&service);
}

Test(service, refuses_what_is_no_time, .timeout = 10)
{
    static const double negative[] = {1, -1}, none[] = {0, 0}, nan[] = {1, NAN}, endless[] = {INFINITY};
    struct service service;
    cr_assert_eq(service_from_times(&service, negative, 2), -EINVAL);
    cr_assert_eq(service_from_times(&service, none, 2), -EINVAL);
    cr_assert_eq(service_from_times(&service, nan, 2), -EINVAL);
    cr_assert_eq(service_from_times(&service, endless, 1), -EINVAL);
    cr_assert_eq(service_from_times(&service, none, 0), -EINVAL);
}

Test(service, keeps_mean_and_tail_of_a_million_times, .timeout = 20)
{
    enum { TIMES = 1000000 };
    double *times = malloc(TIMES * sizeof *times), sum = 0;
    struct service service;
    cr_assert_not_null(times);
    for (int i = 0; i < TIMES; i++)
        sum += times[i] = 1000 + i;
    cr_assert_eq(service_from_times(&service, times, TIMES), 0);
    cr_assert(service.count <= SERVICE_POINTS_MAX);
    near(service.mean_ns, sum / TIMES, 1e-12, "mean");
    near(service_quantile(&service, 0.5), 1000 + TIMES / 2, 1e-4, "p50");
    cr_assert_eq(service_quantile(&service, 0.999), 1000 + TIMES * 0.999 - 1);
    cr_assert_eq(service_quantile(&service, 1), 1000 + TIMES - 1);
    service_destroy(&service);
    free(times);
}

Test(service, of_a_histogram_has_its_mean, .timeout = 10)
{
    struct hist *hist = calloc(1, sizeof *hist);
    struct service service;
    cr_assert_not_null(hist);
    hist_record_many(hist, 1000003, 90);
    hist_record_many(hist, 5000017, 10);
    hist->lost = 50;
    cr_assert_eq(service_from_hist(&service, hist), 0);
    near(service.mean_ns, 0.9 * 1000003 + 0.1 * 5000017, 1e-12, "mean");
    near(service_quantile(&service, 0.95), 5000017, 0.005, "p95");
    cr_assert_eq(service.samples, 100);
    service_destroy(&service);
    *hist = (struct hist){0};
    cr_assert_eq(service_from_hist(&service, hist), -EINVAL);
    free(hist);
}

Test(service, is_made_as_named, .timeout = 10)
{
    struct service service;
    cr_assert_eq(service_made(&service, SERVICE_EXPONENTIAL, 1000, 1), 0);
    near(service.mean_ns, 1000, 1e-9, "mean");
    near(service.cv2, 1, 1e-4, "cv2");
    near(service_quantile(&service, 0.99), 1000 * log(100), 3e-3, "p99");
    service_destroy(&service);
    cr_assert_eq(service_made(&service, SERVICE_LOGNORMAL, 1000, 4), 0);
    near(service.mean_ns, 1000, 1e-9, "mean");
    near(service.cv2, 4, 2e-3, "cv2");
    near(service_quantile(&service, 0.5), 1000 / sqrt(5), 1e-3, "p50");
    service_destroy(&service);
    cr_assert_eq(service_made(&service, SERVICE_FIXED, 1000, 0), 0);
    cr_assert_eq(service.cv2, 0);
    cr_assert_eq(service_quantile(&service, 0.99), 1000);
    service_destroy(&service);
}

Test(service, is_drawn_as_often_as_it_came, .timeout = 20)
{
    enum { DRAWS = 1000000 };
    static const double times[] = {1, 2, 2, 2, 2, 2, 7, 7, 100, 100};
    struct service service;
    int seen[101] = {0};
    cr_assert_eq(service_from_times(&service, times, 10), 0);
    for (int i = 0; i < DRAWS; i++)
        seen[(int)service_draw(&service, random_mix((uint64_t)i))]++;
    near(seen[1], DRAWS * 0.1, 0.02, "1");
    near(seen[2], DRAWS * 0.5, 0.02, "2");
    near(seen[7], DRAWS * 0.2, 0.02, "7");
    near(seen[100], DRAWS * 0.2, 0.02, "100");
    service_destroy(&service);
}

/* rho .7: M 2.333333, D 1.166667, cs = 2 5.833333. */
Test(mgc, has_pollaczek_and_khinchins_mean, .timeout = 10)
{
    static const struct {
        enum service_kind kind;
        double cv2, wait;
    } known[] = {{SERVICE_EXPONENTIAL, 1, 2.333333}, {SERVICE_FIXED, 0, 1.166667}, {SERVICE_LOGNORMAL, 4, 5.833333}};
    for (size_t i = 0; i < 3; i++) {
        struct service service;
        struct mgc queue = {1, 0.7, &service, 0};
        cr_assert_eq(service_made(&service, known[i].kind, 1, known[i].cv2), 0);
        near(mgc_wait_mean(&queue), known[i].wait, 2e-3, "mean wait");
        service_destroy(&service);
    }
}

Test(mgc, is_erlang_for_exponential_services, .timeout = 20)
{
    static const int servers[] = {1, 2, 8, 64};
    struct service service;
    cr_assert_eq(service_made(&service, SERVICE_EXPONENTIAL, 1, 1), 0);
    for (size_t i = 0; i < 4; i++) {
        struct erlang known = {servers[i], 0.9 * servers[i], 1};
        struct mgc queue = {known.c, known.rate, &service, 1};
        near(mgc_quantile(&queue, 0.99), erlang_quantile(&known, 0.99), 2e-3, "p99");
        near(mgc_later(&queue, 3), erlang_later(&known, 3), 2e-3, "later");
        near(mgc_wait_later(&queue, 1), erlang_wait_later(&known, 1), 2e-3, "wait later");
    }
    service_destroy(&service);
}

/* Simulated, 3 x 10^7 jobs a cell: p99 of the sojourn, and how far off the convolution is in %. */
static const struct {
    int c;
    double rho, fixed, fixed_off, lognormal, lognormal_off;
} conv_table[] = {
    {2, .5, 2.56, 8, 13.2, -9}, {2, .7, 4.13, 6, 23.4, -18}, {2, .9, 11.8, 3, 65.9, -14},
    {4, .5, 1.71, 0, 8.97, 0},  {4, .7, 2.49, 3, 11.8, -4},  {4, .9, 6.31, 2, 32.3, -10},
    {8, .5, 1.29, -5, 8.59, 0}, {8, .7, 1.69, 0, 8.94, 1},   {8, .9, 3.60, 2, 16.6, -4},
};

Test(mgc, is_as_far_off_as_it_is_known_to_be, .timeout = 30)
{
    struct service fixed, lognormal;
    cr_assert_eq(service_made(&fixed, SERVICE_FIXED, 1, 0), 0);
    cr_assert_eq(service_made(&lognormal, SERVICE_LOGNORMAL, 1, 4), 0);
    for (size_t i = 0; i < sizeof conv_table / sizeof *conv_table; i++) {
        struct mgc even = {conv_table[i].c, conv_table[i].rho * conv_table[i].c, &fixed, 1}, heavy = even;
        double off = 100 * (mgc_quantile(&even, 0.99) / conv_table[i].fixed - 1);
        heavy.service = &lognormal;
        cr_assert(fabs(off - conv_table[i].fixed_off) < 1.5, "fixed, row %zu: %.1f%%", i, off);
        off = 100 * (mgc_quantile(&heavy, 0.99) / conv_table[i].lognormal - 1);
        cr_assert(fabs(off - conv_table[i].lognormal_off) < 1.5, "lognormal, row %zu: %.1f%%", i, off);
    }
    service_destroy(&fixed);
    service_destroy(&lognormal);
}

Test(mgc, says_where_it_does_not_hold, .timeout = 10)
{
    struct service heavy, even;
    char why[160];
    cr_assert_eq(service_made(&heavy, SERVICE_LOGNORMAL, 1, 4), 0);
    cr_assert_eq(service_made(&even, SERVICE_FIXED, 1, 0), 0);
    cr_assert(mgc_holds(&(struct mgc){4, 2, &heavy, 1}, why, sizeof why));
    cr_assert_str_empty(why);
    cr_assert_not(mgc_holds(&(struct mgc){2, 1, &heavy, 1}, why, sizeof why));
    cr_assert(strstr(why, "vary too much") && strstr(why, "2 workers"), "%s", why);
    cr_assert_not(mgc_holds(&(struct mgc){8, 4, &even, 4}, why, sizeof why));
    cr_assert(strstr(why, "arrivals are not random"), "%s", why);
    cr_assert(isinf(mgc_quantile(&(struct mgc){2, 2, &even, 1}, 0.99)));
    service_destroy(&heavy);
    service_destroy(&even);
}
