/* stats.c - see stats.h. Sources: the order-statistic interval is Thompson
 * (1936); the interval of the signed-rank test Tukey (1949), Hollander and
 * Wolfe, "Nonparametric Statistical Methods", section 3.3. */
#include "bench/statistics/stats.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Abort on lack of memory: these arrays are of a few hundred numbers. */
static double *sorted_copy(const double *values, int n)
{
    double *copy = malloc((size_t)n * sizeof *copy);
    if (!copy)
        abort();
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

/* The largest c with P(W <= c) <= 2.5%, W the signed-rank sum of n ranks under
 * the null; -1 when there is none. Counts subsets by their sums. */
static int wilcoxon_cut(int n)
{
    int sums = n * (n + 1) / 2, cut = -1;
    double *ways = calloc((size_t)sums + 1, sizeof *ways), total = 0;
    if (!ways)
        abort();
    ways[0] = 1;
    for (int rank = 1; rank <= n; rank++)
        for (int sum = sums; sum >= 0; sum--) /* halved at each step: probabilities */
            ways[sum] = (ways[sum] + (sum >= rank ? ways[sum - rank] : 0)) / 2;
    while ((total += ways[cut + 1]) <= 0.025)
        cut++;
    free(ways);
    return cut;
}

struct stats_ratio stats_ratio(const double *a, const double *b, int n)
{
    int count = n * (n + 1) / 2, at = 0, cut;
    double *walsh = malloc((size_t)(count ? count : 1) * sizeof *walsh);
    struct stats_ratio found = {.ratio = NAN, .low = NAN, .high = NAN, .pairs = n};
    if (!walsh)
        abort();
    for (int i = 0; i < n; i++)
        for (int j = i; j < n; j++)
            walsh[at++] = (log(a[i] / b[i]) + log(a[j] / b[j])) / 2;
    if (n > 0) {
        gsl_sort(walsh, 1, (size_t)count);
        found.ratio = found.low = found.high = exp(gsl_stats_median_from_sorted_data(walsh, 1, (size_t)count));
    }
    if (n >= STATS_ENOUGH) {
        cut = wilcoxon_cut(n);
        found.known = true;
        found.low = exp(walsh[cut]);
        found.high = exp(walsh[count - 1 - cut]);
    }
    free(walsh);
    return found;
}

/* U is the number of pairs in the wrong order. ways[i][u], of i of the
 * first sample and the j of the second that were added so far, as probabilities. */
int stats_rank_sum_cut(int m, int n)
{
    enum { EXACT = 4096 };
    int sums = m * n, cut = -1;
    double *ways, total = 0;
    if (sums > EXACT)
        return (int)floor(sums / 2.0 - 1.959963985 * sqrt(sums * (m + n + 1.0) / 12) - 0.5);
    ways = calloc((size_t)(m + 1) * (size_t)(sums + 1), sizeof *ways);
    if (!ways)
        abort();
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
    while (cut + 1 <= sums && (total += ways[(size_t)m * (size_t)(sums + 1) + (size_t)(cut + 1)]) <= 0.025)
        cut++;
    free(ways);
    return cut;
}

struct stats_ratio stats_ratio_unpaired(const double *a, int a_count, const double *b, int b_count)
{
    size_t count = (size_t)a_count * (size_t)b_count, at = 0;
    struct stats_ratio found = {.ratio = NAN, .low = NAN, .high = NAN, .pairs = a_count < b_count ? a_count : b_count};
    double *differences = malloc((count ? count : 1) * sizeof *differences);
    int cut;
    if (!differences)
        abort();
    for (int i = 0; i < a_count; i++)
        for (int j = 0; j < b_count; j++)
            differences[at++] = log(a[i] / b[j]);
    if (count) {
        gsl_sort(differences, 1, count);
        found.ratio = found.low = found.high = exp(gsl_stats_median_from_sorted_data(differences, 1, count));
        cut = stats_rank_sum_cut(a_count, b_count);
        found.known = cut >= 0;
        if (found.known) {
            found.low = exp(differences[cut]);
            found.high = exp(differences[count - 1 - (size_t)cut]);
        }
    }
    free(differences);
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
