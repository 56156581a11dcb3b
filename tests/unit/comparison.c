/* comparison.c - one row of a comparison, from values that are known. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>

#include "bench/findings/comparison_row.h"

static uint64_t state = 7;
static double uniform(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(state >> 11) + 1) / 9007199254740993.0;
}

/* What is undecided needs more rounds than there are, whatever the noise and the change. */
Test(comparison, an_undecided_row_needs_more_rounds_than_it_has, .timeout = 30)
{
    int undecided = 0;
    for (int run = 0; run < 2000; run++) {
        double base[12], now[12], noise = 0.2 * uniform(), change = 1 + 0.1 * (uniform() - 0.5);
        struct comparison_row row = {.is_rate = run % 2, .tail = COMPARISON_RUN};
        for (int i = 0; i < 12; i++) {
            base[i] = 1e6 * (1 + noise * (uniform() - 0.5));
            now[i] = 1e6 * change * (1 + noise * (uniform() - 0.5));
        }
        comparison_row_judge(&row, base, 12, now, 12, 0.03);
        if (row.verdict != COMPARISON_UNDECIDED)
            continue;
        undecided++;
        cr_assert(row.rounds_needed >= 13 && !row.regression, "%g of 12", row.rounds_needed);
    }
    cr_assert(undecided > 100);
}

Test(comparison, of_no_values_nothing_is_said, .timeout = 10)
{
    double values[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    struct comparison_row row = {.is_rate = true, .tail = COMPARISON_RUN};
    comparison_row_judge(&row, values, 12, values, 0, 0.03);
    cr_assert(row.verdict == COMPARISON_UNDECIDED && isnan(row.new) && isnan(row.change.ratio) &&
              row.rounds_needed > 0);
}

/* One-sided, 5%: 1 of 12 becomes 6 (p = 0.034), not 5 (0.077); none becomes 4 (0.047), not 3 (0.109); of two pools that
 * failed before that is 2.5% each. All may be chance, too: 11 of 12 becomes 12 in half of all cases, 8 seldom (0.047).
 */
Test(comparison, failures_are_more_beyond_chance, .timeout = 10)
{
    static const struct {
        int base, now;
        double level;
        bool more;
    } cases[] = {{1, 6, 0.05, true},    {1, 5, 0.05, false},  {1, 6, 0.025, false}, {0, 1, 0.05, false},
                 {0, 3, 0.05, false},   {0, 4, 0.05, true},   {0, 12, 0.001, true}, {0, 0, 0.05, false},
                 {11, 12, 0.05, false}, {9, 12, 0.05, false}, {8, 12, 0.05, true},  {1, 12, 0.001, true},
                 {12, 12, 0.05, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert(comparison_row_fails_more(cases[i].base, 12, cases[i].now, 12, cases[i].level) == cases[i].more,
                  "%d, then %d", cases[i].base, cases[i].now);
}

/* Three rounds and none of three before are one of twenty orders: that is 5%. */
Test(comparison, three_rounds_that_all_fail_are_enough, .timeout = 10)
{
    cr_assert(comparison_row_fails_more(0, 3, 3, 3, 0.05) && !comparison_row_fails_more(0, 3, 3, 3, 0.025) &&
              !comparison_row_fails_more(0, 2, 2, 2, 0.05) && !comparison_row_fails_more(0, 1, 1, 1, 0.05));
}

/* "100%" is all. */
Test(comparison, nearly_all_is_not_all, .timeout = 10)
{
    const struct comparison_row row = {.kind = COMPARISON_LOST, .unit = WORKLOAD_SHARE};
    char text[32];
    cr_assert_str_eq(comparison_row_value(&row, 0.9997, text, sizeof text), ">99.9%");
    cr_assert_str_eq(comparison_row_value(&row, 1, text, sizeof text), "100%");
}

/* Without rounds enough for its level a row is undecided, and says how many would do: of 6
 * and 6 rounds the 924 orders allow 2.5% divided by 23, and no more. */
Test(comparison, too_few_rounds_for_so_many_benchmarks_are_said, .timeout = 10)
{
    static const double base[] = {101, 102, 103, 104, 105, 106}, now[] = {201, 202, 203, 204, 205, 206};
    struct comparison_row row = {.tail = COMPARISON_RUN / 23}, more = {.tail = COMPARISON_RUN / 24};
    comparison_row_judge(&row, base, 6, now, 6, 0.03);
    comparison_row_judge(&more, base, 6, now, 6, 0.03);
    cr_assert(row.verdict == COMPARISON_SLOWER && row.regression);
    cr_assert(more.verdict == COMPARISON_UNDECIDED && !more.regression && more.rounds_needed == 7, "%g",
              more.rounds_needed);
    comparison_row_judge(&row, base, 3, now, 3, 0.03);
    cr_assert(row.verdict == COMPARISON_UNDECIDED && row.rounds_needed == 6, "%g", row.rounds_needed);
}
