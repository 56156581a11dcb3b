/* stats.c - intervals against known tables and by simulation. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "bench/statistics/stats.h"

static uint64_t state = 99;
static double uniform(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(state >> 11) + 1) / 9007199254740993.0;
}

/* Ranks of the 95% interval of a median, from the binomial table. */
Test(stats, the_medians_interval_is_the_tables, .timeout = 10)
{
    static const struct {
        int n, low;
        double coverage;
    } table[] = {{6, 1, 0.96875},      {8, 1, 0.9921875},    {9, 2, 0.9609375},    {10, 2, 0.978515625},
                 {12, 3, 0.961425781}, {15, 4, 0.964843750}, {20, 6, 0.958610535}, {24, 7, 0.977343}};
    for (size_t t = 0; t < sizeof table / sizeof *table; t++) {
        double values[32];
        struct stats_median found;
        for (int i = 0; i < table[t].n; i++)
            values[i] = i + 1; /* value = rank */
        found = stats_median(values, table[t].n);
        cr_assert(found.low == table[t].low && found.high == table[t].n + 1 - table[t].low, "n %d: %g..%g", table[t].n,
                  found.low, found.high);
        cr_assert(fabs(found.coverage - table[t].coverage) < 2e-6, "n %d: coverage %.9f", table[t].n, found.coverage);
    }
}

Test(stats, few_values_give_their_range_and_its_worth, .timeout = 10)
{
    double values[] = {5, 1, 3, 2, 4};
    struct stats_median found = stats_median(values, 5);
    cr_assert(found.median == 3 && found.low == 1 && found.high == 5);
    cr_assert(fabs(found.coverage - 0.9375) < 1e-9);
    found = stats_median(values, 1);
    cr_assert(found.median == 5 && found.low == 5 && found.high == 5 && found.coverage == 0);
    cr_assert(values[0] == 5 && values[1] == 1); /* not sorted in place */
}

Test(stats, the_interval_covers_as_often_as_it_says, .timeout = 30)
{
    int covered = 0;
    enum { RUNS = 4000, N = 12 };
    for (int run = 0; run < RUNS; run++) {
        double values[N];
        struct stats_median found;
        for (int i = 0; i < N; i++)
            values[i] = -log(uniform()); /* skewed: median ln 2 */
        found = stats_median(values, N);
        covered += found.low <= log(2) && log(2) <= found.high;
    }
    /* 96.14% expected; five standard errors of a binomial. */
    cr_assert(fabs((double)covered / RUNS - 0.9614) < 5 * sqrt(0.9614 * 0.0386 / RUNS), "%d of %d", covered, RUNS);
}

Test(stats, the_ratio_of_equal_series_is_one, .timeout = 10)
{
    double a[] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct stats_ratio found = stats_ratio(a, a, 8);
    cr_assert(found.known && found.ratio == 1 && found.low == 1 && found.high == 1 && found.pairs == 8);
}

Test(stats, the_ratio_finds_a_factor, .timeout = 10)
{
    double a[12], b[12];
    for (int i = 0; i < 12; i++) {
        b[i] = 10 + uniform();
        a[i] = b[i] * 1.2 * (1 + 0.01 * (uniform() - 0.5));
    }
    struct stats_ratio found = stats_ratio(a, b, 12);
    cr_assert(fabs(found.ratio - 1.2) < 0.01 && found.low > 1.18 && found.high < 1.22 && found.low <= found.ratio);
}

/* Critical values of the signed-rank test, two-sided 5%: 0 for n = 6, 2 for 7,
 * 3 for 8, 5 for 9, 8 for 10, 13 for 12 (Wilcoxon's table). With single values
 * that are powers, the Walsh averages are known. */
Test(stats, the_ratios_interval_is_wilcoxons, .timeout = 10)
{
    static const struct {
        int n, cut;
    } table[] = {{6, 0}, {7, 2}, {8, 3}, {9, 5}, {10, 8}, {12, 13}};
    for (size_t t = 0; t < sizeof table / sizeof *table; t++) {
        double a[16], b[16], walsh[256];
        int n = table[t].n, count = 0;
        struct stats_ratio found;
        for (int i = 0; i < n; i++) {
            b[i] = 1;
            a[i] = exp(0.1 * i * i + 0.01 * i);
        }
        for (int i = 0; i < n; i++)
            for (int j = i; j < n; j++)
                walsh[count++] = (log(a[i]) + log(a[j])) / 2;
        for (int i = 1; i < count; i++) /* insertion sort */
            for (int j = i; j > 0 && walsh[j - 1] > walsh[j]; j--) {
                double kept = walsh[j];
                walsh[j] = walsh[j - 1];
                walsh[j - 1] = kept;
            }
        found = stats_ratio(a, b, n);
        cr_assert(fabs(log(found.low) - walsh[table[t].cut]) < 1e-9, "n %d", n);
        cr_assert(fabs(log(found.high) - walsh[count - 1 - table[t].cut]) < 1e-9, "n %d", n);
    }
}

Test(stats, five_pairs_have_no_interval, .timeout = 10)
{
    double a[] = {2, 2, 2, 2, 2}, b[] = {1, 1, 1, 1, 1};
    struct stats_ratio found = stats_ratio(a, b, 5);
    cr_assert(!found.known && found.ratio == 2);
    found = stats_ratio(a, b, 0);
    cr_assert(!found.known && isnan(found.ratio));
}

Test(stats, jain_is_1_for_equal_and_1_over_n_for_one_winner, .timeout = 10)
{
    double equal[] = {3, 3, 3, 3}, winner[] = {0, 8, 0, 0}, none[] = {0, 0};
    cr_assert(fabs(stats_jain(equal, 4) - 1) < 1e-12);
    cr_assert(fabs(stats_jain(winner, 4) - 0.25) < 1e-12);
    cr_assert(stats_jain(none, 2) == 1);
}

Test(stats, quantiles_mad_and_disturbed, .timeout = 10)
{
    double values[] = {1, 2, 3, 4, 100};
    cr_assert(stats_quantile(values, 5, 0.5) == 3 && stats_quantile(values, 5, 1) == 100);
    cr_assert(stats_mad(values, 5) == 1);
    cr_assert(stats_disturbed(100, 3, 1) && !stats_disturbed(4, 3, 1) && !stats_disturbed(100, 3, 0));
}

/* Critical values of Mann and Whitney's U, two-sided 5%, as printed in tables. */
Test(stats, rank_sum_cut_is_that_of_the_tables, .timeout = 10)
{
    static const struct {
        int m, n, cut;
    } table[] = {{3, 4, -1}, {3, 5, 0},  {4, 4, 0},    {5, 5, 2},    {5, 8, 6},    {6, 6, 5},
                 {7, 9, 12}, {8, 8, 13}, {10, 10, 23}, {12, 12, 37}, {15, 20, 90}, {20, 20, 127}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        cr_assert(stats_rank_sum_cut(table[i].m, table[i].n, 0.025) == table[i].cut, "%d and %d: %d", table[i].m,
                  table[i].n, stats_rank_sum_cut(table[i].m, table[i].n, 0.025));
        cr_assert(stats_rank_sum_cut(table[i].n, table[i].m, 0.025) == table[i].cut);
    }
    /* Beyond, the normal distribution is near. */
    cr_assert(abs(stats_rank_sum_cut(65, 65, 0.025) - (65 * 65 / 2 - (int)(1.96 * sqrt(65.0 * 65 * 131 / 12)))) < 4);
}

/* The most extreme of all orders of n and n: 1 of 2, 6, 20, 70, 252, 924, 3432. */
Test(stats, so_many_values_have_a_cut_at_all, .timeout = 10)
{
    static const double orders[] = {2, 6, 20, 70, 252, 924, 3432};
    for (int n = 1; n <= 7; n++) {
        cr_assert(stats_rank_sum_least(1.001 / orders[n - 1]) == n &&
                  stats_rank_sum_least(0.999 / orders[n - 1]) == n + 1);
        cr_assert(stats_rank_sum_cut(n, n, 1.001 / orders[n - 1]) == 0 &&
                  stats_rank_sum_cut(n, n, 0.999 / orders[n - 1]) == -1);
    }
    cr_assert(stats_rank_sum_least(0.025) == 4 && stats_rank_sum_cut(12, 12, 0.005) == 27);
}

Test(stats, unpaired_ratio_finds_a_factor, .timeout = 10)
{
    double a[12], b[12];
    struct stats_ratio same, twice;
    for (int i = 0; i < 12; i++) {
        b[i] = 100 + (i * 7) % 12;
        a[i] = 2 * (100 + (i * 5) % 12);
    }
    twice = stats_ratio_unpaired(a, 12, b, 12, 0.025);
    cr_assert(twice.known && twice.low < 2 && 2 < twice.high && twice.low > 1.9 && twice.high < 2.1);
    cr_assert(fabs(twice.ratio - 2) < 0.01);
    same = stats_ratio_unpaired(b, 12, b, 12, 0.025);
    cr_assert(same.low <= 1 && same.high >= 1 && fabs(same.ratio - 1) < 1e-9);
    cr_assert(!stats_ratio_unpaired(a, 3, b, 4, 0.025).known && !stats_ratio_unpaired(a, 0, b, 4, 0.025).known);
}

/* The same count of subsets as in any book, up to thousands of ranks: the normal
 * distribution is off by one sum at most. */
static int signed_rank_cut_counted(int n)
{
    int sums = n * (n + 1) / 2, cut = -1;
    double *ways = calloc((size_t)sums + 1, sizeof *ways), total = 0;
    ways[0] = 1;
    for (int rank = 1; rank <= n; rank++)
        for (int sum = rank * (rank + 1) / 2; sum >= 0; sum--)
            ways[sum] = (ways[sum] + (sum >= rank ? ways[sum - rank] : 0)) / 2;
    while ((total += ways[cut + 1]) <= 0.025)
        cut++;
    free(ways);
    return cut;
}

Test(stats, signed_rank_cut_is_near_the_exact_one_beyond_it, .timeout = 60)
{
    static const int sizes[] = {6, 12, 127, 128, 129, 130, 150, 200, 300, 400};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int exact = signed_rank_cut_counted(sizes[i]), found = stats_signed_rank_cut(sizes[i]);
        cr_assert(sizes[i] <= 128 ? found == exact : abs(found - exact) <= 2, "n %d: %d, exactly %d", sizes[i], found,
                  exact);
    }
}

/* Of 10,000 rounds there are 50 million pairs: neither time nor memory for all of them
 * is needed. The cap on memory makes that certain. */
Test(stats, ratios_of_very_many_rounds_need_no_list_of_pairs, .timeout = 20)
{
    enum { N = 10000 };
    static double a[N], b[N];
    struct rlimit limit = {(rlim_t)64 << 20, (rlim_t)64 << 20};
    struct stats_ratio paired, unpaired;
    for (int i = 0; i < N; i++) {
        b[i] = 100 * (1 + 0.2 * uniform());
        a[i] = 1.5 * b[i] * (1 + 0.1 * (uniform() - 0.5));
    }
    cr_assert(setrlimit(RLIMIT_DATA, &limit) == 0);
    paired = stats_ratio(a, b, N);
    unpaired = stats_ratio_unpaired(a, N, b, N, 0.025);
    cr_assert(paired.known && paired.low < 1.5 && paired.high > 1.499 && paired.high - paired.low < 0.01, "%g..%g",
              paired.low, paired.high);
    cr_assert(unpaired.known && unpaired.low < 1.505 && unpaired.high > 1.495 && unpaired.high - unpaired.low < 0.02,
              "%g..%g", unpaired.low, unpaired.high);
}

/* Against all differences, listed and sorted. */
Test(stats, the_unpaired_ratio_is_that_of_all_differences, .timeout = 10)
{
    enum { M = 9, N = 12 };
    double a[M], b[N], all[M * N];
    int count = 0, cut = stats_rank_sum_cut(M, N, 0.025);
    struct stats_ratio found;
    for (int i = 0; i < N; i++) {
        b[i] = 1 + uniform();
        if (i < M)
            a[i] = 1 + uniform();
    }
    for (int i = 0; i < M; i++)
        for (int j = 0; j < N; j++)
            all[count++] = log(a[i]) - log(b[j]);
    for (int i = 1; i < count; i++) /* insertion sort */
        for (int j = i; j > 0 && all[j - 1] > all[j]; j--) {
            double kept = all[j];
            all[j] = all[j - 1];
            all[j - 1] = kept;
        }
    found = stats_ratio_unpaired(a, M, b, N, 0.025);
    cr_assert(found.known && fabs(log(found.low) - all[cut]) < 1e-12 &&
              fabs(log(found.high) - all[count - 1 - cut]) < 1e-12 &&
              fabs(log(found.ratio) - (all[count / 2 - 1] + all[count / 2]) / 2) < 1e-12);
}
