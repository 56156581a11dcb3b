/* stats.c - see stats.h. Sources: the order-statistic interval is Thompson
 * (1936); the interval of the signed-rank test Tukey (1949), Hollander and
 * Wolfe, "Nonparametric Statistical Methods", section 3.3. */
#include "bench/statistics/stats.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bench/json/must.h"

/* Abort on lack of memory: these arrays hold a number for each round. */
static double *sorted_copy(const double *values, int n)
{
    double *copy = malloc((size_t)n * sizeof *copy);
    must_memory(copy);
    memcpy(copy, values, (size_t)n * sizeof *copy);
    gsl_sort(copy, 1, (size_t)n);
    return copy;
}

struct stats_median stats_median(const double *values, int n)
{
    double *sorted = sorted_copy(values, n);
    struct stats_median found = {.median = gsl_stats_median_from_sorted_data(sorted, 1, (size_t)n), .count = n};
    int below = 0; /* values cut off at each end */
    if (n >= STATS_ENOUGH)
        while (1 - 2 * gsl_cdf_binomial_P((unsigned)below, 0.5, (unsigned)n) >= 0.95)
            below++;
    if (below)
        below--;
    found.low = sorted[below];
    found.high = sorted[n - 1 - below];
    found.coverage = n > 1 ? 1 - 2 * gsl_cdf_binomial_P((unsigned)below, 0.5, (unsigned)n) : 0;
    free(sorted);
    return found;
}

double stats_quantile(const double *values, int n, double quantile)
{
    double *sorted = sorted_copy(values, n);
    double found = gsl_stats_quantile_from_sorted_data(sorted, 1, (size_t)n, quantile);
    free(sorted);
    return found;
}

double stats_mad(const double *values, int n)
{
    double *deviations = sorted_copy(values, n), mad;
    double median = gsl_stats_median_from_sorted_data(deviations, 1, (size_t)n);
    for (int i = 0; i < n; i++)
        deviations[i] = fabs(deviations[i] - median);
    gsl_sort(deviations, 1, (size_t)n);
    mad = gsl_stats_median_from_sorted_data(deviations, 1, (size_t)n);
    free(deviations);
    return mad;
}

bool stats_disturbed(double value, double median, double mad)
{
    return mad > 0 && fabs(value - median) / mad > 14.8;
}

enum stats_outlier stats_outlier(double value, double first_quartile, double third_quartile)
{
    double range = third_quartile - first_quartile;
    double beyond = value < first_quartile ? first_quartile - value : value - third_quartile;
    return beyond > 3 * range ? STATS_SEVERE : beyond > 1.5 * range ? STATS_MILD : STATS_REGULAR;
}

/* Counts subsets of the ranks by their sums. */
static int signed_rank_cut_exact(int n, double tail)
{
    int sums = n * (n + 1) / 2, cut = -1;
    double *ways = calloc((size_t)sums + 1, sizeof *ways), total = 0;
    must_memory(ways);
    ways[0] = 1;
    for (int rank = 1; rank <= n; rank++)
        for (int sum = sums; sum >= 0; sum--) /* halved at each step: probabilities */
            ways[sum] = (ways[sum] + (sum >= rank ? ways[sum - rank] : 0)) / 2;
    while (cut < sums && (total += ways[cut + 1]) <= tail)
        cut++;
    free(ways);
    return cut;
}

/* The lower point of a normal variable that is so far out, less the half by which it
 * stands for whole numbers. */
static int normal_cut(double mean, double variance, double tail)
{
    return (int)floor(mean - gsl_cdf_ugaussian_Qinv(tail) * sqrt(variance) - 0.5);
}

int stats_signed_rank_cut_at(int n, double tail)
{
    enum { EXACT = 128 };
    double all = (double)n * (n + 1);
    return n <= EXACT ? signed_rank_cut_exact(n, tail) : normal_cut(all / 4, all * (2.0 * n + 1) / 24, tail);
}

int stats_signed_rank_cut(int n)
{
    return stats_signed_rank_cut_at(n, 0.025);
}

/* Numbers that are made of pairs of others are n^2 / 2: never listed, only counted.
 * Of sorted samples that takes one walk. */
struct pairs {
    double *a, *b;        /* sorted; b is NULL where the pairs are of a with itself */
    int a_count, b_count; /* at least 1 */
};

/* How many means (a[i] + a[j]) / 2, i <= j, are at most `value`; */
static int64_t means_upto(const struct pairs *pairs, double value)
{
    int64_t count = 0;
    int j = pairs->a_count - 1;
    for (int i = 0; i < pairs->a_count; i++) {
        while (j >= i && (pairs->a[i] + pairs->a[j]) / 2 > value)
            j--;
        if (j < i)
            break;
        count += j - i + 1;
    }
    return count;
}

/* how many differences a[i] - b[j]. */
static int64_t differences_upto(const struct pairs *pairs, double value)
{
    int64_t count = 0;
    int j = 0;
    for (int i = 0; i < pairs->a_count; i++) {
        while (j < pairs->b_count && pairs->a[i] - pairs->b[j] > value)
            j++;
        count += pairs->b_count - j;
    }
    return count;
}

/* The one of them that `rank` others (from 0) are not above: halves the stretch in which it
 * lies until no number is left between its ends. */
static double pairs_at(const struct pairs *pairs, int64_t rank)
{
    int64_t (*upto)(const struct pairs *, double) = pairs->b ? differences_upto : means_upto;
    double low = pairs->b ? pairs->a[0] - pairs->b[pairs->b_count - 1] : pairs->a[0];
    double high = pairs->b ? pairs->a[pairs->a_count - 1] - pairs->b[0] : pairs->a[pairs->a_count - 1];
    if (upto(pairs, low) > rank)
        return low;
    for (double middle = low + (high - low) / 2; middle > low && middle < high; middle = low + (high - low) / 2) {
        if (upto(pairs, middle) > rank)
            high = middle;
        else
            low = middle;
    }
    return high;
}

/* Hodges and Lehmann's estimate and its interval, of logarithms, as ratios. */
static void ratio_of_pairs(const struct pairs *pairs, int64_t count, int cut, struct stats_ratio *found)
{
    found->ratio = found->low = found->high = exp((pairs_at(pairs, (count - 1) / 2) + pairs_at(pairs, count / 2)) / 2);
    found->known = cut >= 0;
    if (!found->known)
        return;
    found->low = exp(pairs_at(pairs, cut));
    found->high = exp(pairs_at(pairs, count - 1 - cut));
}

struct stats_shift stats_shift(const double *values, int n, double tail)
{
    struct stats_shift found = {.estimate = NAN, .low = -INFINITY, .high = INFINITY, .count = n};
    struct pairs pairs = {.a_count = n};
    int64_t count = (int64_t)n * (n + 1) / 2;
    int cut = n > 0 ? stats_signed_rank_cut_at(n, tail) : -1;
    if (n < 1)
        return found;
    pairs.a = sorted_copy(values, n);
    found.estimate = (pairs_at(&pairs, (count - 1) / 2) + pairs_at(&pairs, count / 2)) / 2;
    found.known = cut >= 0 && 2 * (int64_t)cut < count;
    if (found.known) {
        found.low = pairs_at(&pairs, cut);
        found.high = pairs_at(&pairs, count - 1 - cut);
    }
    free(pairs.a);
    return found;
}

static double *sorted_logs(const double *values, int n)
{
    double *logs = sorted_copy(values, n);
    for (int i = 0; i < n; i++)
        logs[i] = log(logs[i]);
    return logs;
}

struct stats_ratio stats_ratio(const double *a, const double *b, int n)
{
    struct stats_ratio found = {.ratio = NAN, .low = NAN, .high = NAN, .pairs = n};
    struct pairs pairs = {.a_count = n};
    double *ratios;
    if (n < 1)
        return found;
    ratios = malloc((size_t)n * sizeof *ratios);
    must_memory(ratios);
    for (int i = 0; i < n; i++)
        ratios[i] = a[i] / b[i];
    pairs.a = sorted_logs(ratios, n);
    ratio_of_pairs(&pairs, (int64_t)n * (n + 1) / 2, n >= STATS_ENOUGH ? stats_signed_rank_cut(n) : -1, &found);
    free(pairs.a);
    free(ratios);
    return found;
}

/* U is the number of pairs in the wrong order. ways[i][u], of i of the
 * first sample and the j of the second that were added so far, as probabilities. */
int stats_rank_sum_cut(int m, int n, double tail)
{
    enum { EXACT = 4096 };
    double all = (double)m * n;
    int sums = all > EXACT ? 0 : m * n, cut = -1;
    double *ways, total = 0;
    if (all > EXACT)
        return normal_cut(all / 2, all * (m + n + 1.0) / 12, tail);
    ways = calloc((size_t)(m + 1) * (size_t)(sums + 1), sizeof *ways);
    must_memory(ways);
    /* P(i, j, u) = i/(i+j) P(i-1, j, u-j) + j/(i+j) P(i, j-1, u): the greatest of
     * all is of the first sample, or of the second. */
    for (int j = 0; j <= n; j++) {
        for (int i = 0; i <= m; i++) {
            double *row = ways + (size_t)i * (size_t)(sums + 1), *left = row - (sums + 1);
            for (int u = sums; u >= 0; u--) {
                double from_first = i && u >= j ? left[u - j] : 0, from_second = j ? row[u] : 0;
                row[u] = i + j ? (i * from_first + j * from_second) / (i + j) : u == 0;
            }
        }
    }
    while (cut + 1 <= sums && (total += ways[(size_t)m * (size_t)(sums + 1) + (size_t)(cut + 1)]) <= tail)
        cut++;
    free(ways);
    return cut;
}

/* That all of one lie above all of the other is one order of (2n)! / n!^2. */
int stats_rank_sum_least(double tail)
{
    double orders = 1;
    int n = 0;
    while (orders * tail < 1) {
        n++;
        orders *= 2 * (2 * n - 1.0) / n;
    }
    return n;
}

struct stats_ratio stats_ratio_unpaired(const double *a, int a_count, const double *b, int b_count, double tail)
{
    struct stats_ratio found = {.ratio = NAN, .low = NAN, .high = NAN, .pairs = a_count < b_count ? a_count : b_count};
    struct pairs pairs = {.a_count = a_count, .b_count = b_count};
    if (found.pairs < 1)
        return found;
    pairs.a = sorted_logs(a, a_count);
    pairs.b = sorted_logs(b, b_count);
    ratio_of_pairs(&pairs, (int64_t)a_count * b_count, stats_rank_sum_cut(a_count, b_count, tail), &found);
    free(pairs.a);
    free(pairs.b);
    return found;
}

double stats_jain(const double *shares, int n)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < n; i++) {
        sum += shares[i];
        squares += shares[i] * shares[i];
    }
    return squares > 0 ? sum * sum / (n * squares) : 1;
}
