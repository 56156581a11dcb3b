/* hist.c - the histogram against exact quantiles of the same values. */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bench/results/hist_json.h"

enum { VALUES = 20000 };
static struct hist hist, other;
static uint64_t values[VALUES];

static int ascending(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static uint64_t state = 12345;
static double uniform(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(state >> 11) + 1) / 9007199254740993.0;
}

static void check_quantiles(void)
{
    static const double quantiles[] = {0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 0.9999, 1};
    hist = (struct hist){0};
    for (int i = 0; i < VALUES; i++)
        hist_record(&hist, values[i]);
    qsort(values, VALUES, sizeof *values, ascending);
    for (size_t q = 0; q < sizeof quantiles / sizeof *quantiles; q++) {
        double exact = (double)values[(size_t)ceil(quantiles[q] * VALUES) - 1],
               found = hist_quantile(&hist, quantiles[q]);
        cr_assert(fabs(found - exact) <= 0.01 * exact, "quantile %g: %g, exactly %g", quantiles[q], found, exact);
    }
}

Test(hist, is_exact_below_256_ns, .timeout = 10)
{
    for (int i = 0; i < VALUES; i++)
        values[i] = (uint64_t)(uniform() * 255);
    check_quantiles();
    for (uint64_t ns = 0; ns < 256; ns++) {
        hist = (struct hist){0};
        hist_record(&hist, ns);
        cr_assert(hist_quantile(&hist, 0.5) == (double)ns);
    }
}

Test(hist, quantiles_of_an_exponential_are_within_one_percent, .timeout = 10)
{
    for (int i = 0; i < VALUES; i++)
        values[i] = (uint64_t)(-log(uniform()) * 50000);
    check_quantiles();
}

Test(hist, quantiles_over_nine_decades_are_within_one_percent, .timeout = 10)
{
    for (int i = 0; i < VALUES; i++)
        values[i] = (uint64_t)pow(10, uniform() * 11);
    check_quantiles();
}

Test(hist, every_bucket_keeps_its_error, .timeout = 10)
{
    for (double value = 1; value < 1e12; value *= 1.0007) {
        hist = (struct hist){0};
        hist_record(&hist, (uint64_t)value);
        hist_record(&hist, (uint64_t)value * 2 + 1000); /* so that the maximum does not help */
        cr_assert(fabs(hist_quantile(&hist, 0.4) - (double)(uint64_t)value) <= 0.004 * value, "%g", value);
    }
}

Test(hist, merging_is_recording_into_one, .timeout = 10)
{
    static struct hist all;
    for (int i = 0; i < VALUES; i++) {
        uint64_t ns = (uint64_t)(-log(uniform()) * 1e6);
        hist_record(i % 2 ? &hist : &other, ns);
        hist_record(&all, ns);
    }
    hist_merge(&hist, &other);
    cr_assert(hist.count == all.count && hist.min == all.min && hist.max == all.max);
    for (double q = 0.01; q < 1; q += 0.01)
        cr_assert(hist_quantile(&hist, q) == hist_quantile(&all, q));
    cr_assert(fabs(hist_mean(&hist) - hist_mean(&all)) < 1e-3);
}

Test(hist, survives_its_json, .timeout = 10)
{
    json_t *json;
    for (int i = 0; i < VALUES; i++)
        hist_record(&hist, (uint64_t)(-log(uniform()) * 1e5));
    json = hist_json(&hist);
    cr_assert(hist_json_read(&other, json) == 0);
    cr_assert(other.count == hist.count && other.min == hist.min && other.max == hist.max);
    for (double q = 0.01; q < 1; q += 0.01)
        cr_assert(hist_quantile(&other, q) == hist_quantile(&hist, q));
    json_decref(json);
}

Test(hist, refuses_json_that_does_not_add_up, .timeout = 10)
{
    json_t *json = json_pack("{s:i, s:[[f,i]]}", "count", 5, "buckets", 10.0, 3);
    cr_assert(hist_json_read(&hist, json) == -EINVAL);
    cr_assert(hist.count == 0);
    json_decref(json);
}

Test(hist, empty_has_no_quantile, .timeout = 10)
{
    cr_assert(isnan(hist_quantile(&hist, 0.5)) && isnan(hist_mean(&hist)));
}

Test(hist, the_largest_value_has_a_place, .timeout = 10)
{
    hist_record(&hist, UINT64_MAX / 2);
    cr_assert(hist.count == 1 && hist_quantile(&hist, 1) == (double)(UINT64_MAX / 2));
}

Test(hist, what_is_lost_is_infinitely_late, .timeout = 10)
{
    json_t *json;
    for (int i = 1; i <= 90; i++)
        hist_record(&hist, (uint64_t)i);
    hist.lost = 10;
    cr_assert(hist_quantile(&hist, 0.5) == 50 && hist_quantile(&hist, 0.9) == 90);
    cr_assert(isinf(hist_quantile(&hist, 0.91)) && isinf(hist_quantile(&hist, 1)) && hist_mean(&hist) == 45.5);
    cr_assert(hist_later(&hist, 80) == 20 && hist_later(&hist, 90) == 10 && hist_later(&hist, 1e9) == 10);
    json = hist_json(&hist);
    cr_assert(json_is_null(json_object_get(json, "p99_ns")) && json_is_number(json_object_get(json, "p90_ns")));
    cr_assert(hist_json_read(&other, json) == 0 && other.lost == 10 && other.count == 90);
    json_decref(json);
}
