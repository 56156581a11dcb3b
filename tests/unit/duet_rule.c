/* duet_rule.c - the rule of a duet on processes that are made up: whom it accuses, and
 * whom it finds. Seeded; no clock decides. */
#include "bench/statistics/duet_rule.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>

#include "bench/statistics/duet_power.h"

enum { BENCHMARKS = 20, RUNS = 300, PROCESSES_MAX = 36 };

static uint64_t state = 20261129;
static double uniform(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(state >> 11) + 1) / 9007199254740993.0;
}

static double normal(void)
{
    return sqrt(-2 * log(uniform())) * cos(2 * M_PI * uniform());
}

/* How processes differ, in units of their spread. */
static double plain(void)
{
    return normal();
}

static double heavy(void)
{
    return normal() * (uniform() < 0.1 ? 10 : 1);
}

static double two_moods(void)
{
    return (uniform() < 0.5 ? -2 : 2) + 0.2 * normal();
}

static double tied(void)
{
    return round(normal());
}

/* The two sessions over all benchmarks, as the command runs them: looks at 12, 18, ... 36
 * processes while undecided, then 24 fresh ones of each suspect. Returns how many were
 * called slower, and how many faster. */
struct called {
    int slower, faster;
};

static struct called whole_run(double (*noise)(void), double spread, double shift, int second)
{
    enum duet_verdict suspicion[BENCHMARKS];
    int suspects[DUET_UNDECIDED + 1] = {0};
    double floor = log1p(DUET_RULE_FLOOR), values[PROCESSES_MAX];
    struct called called = {0, 0};
    for (int i = 0; i < BENCHMARKS; i++) {
        struct duet_finding found = {.verdict = DUET_UNDECIDED};
        for (int n = 0; n < PROCESSES_MAX && found.verdict == DUET_UNDECIDED;) {
            int next = n ? n + DUET_RULE_STEP : DUET_RULE_FIRST;
            for (; n < next; n++)
                values[n] = shift + spread * noise();
            found = duet_rule_look(values, n, floor);
        }
        suspicion[i] = found.verdict;
        suspects[found.verdict]++;
    }
    for (int i = 0; i < BENCHMARKS; i++) {
        enum duet_verdict verdict;
        if (suspicion[i] != DUET_SLOWER && suspicion[i] != DUET_FASTER)
            continue;
        for (int n = 0; n < second; n++)
            values[n] = shift + spread * noise();
        verdict = duet_rule_confirm(values, second, floor, suspicion[i], suspects[suspicion[i]]).verdict;
        called.slower += verdict == DUET_SLOWER;
        called.faster += verdict == DUET_FASTER;
    }
    return called;
}

/* Of a share of 1%, three standard errors of a binomial above. */
static double most_of(int runs)
{
    return runs * 0.01 + 3 * sqrt(runs * 0.01 * 0.99);
}

Test(duet_rule, whole_runs_of_no_change_accuse_in_one_of_a_hundred, .timeout = 120)
{
    static double (*const noises[])(void) = {plain, heavy, two_moods, tied};
    static const double spreads[] = {0.02, 0.10};
    int all = 0;
    for (size_t k = 0; k < 4; k++)
        for (size_t s = 0; s < 2; s++) {
            int slower = 0, faster = 0;
            for (int i = 0; i < RUNS; i++) {
                struct called called = whole_run(noises[k], spreads[s], 0, i % 2 ? 12 : 24);
                slower += called.slower > 0;
                faster += called.faster > 0;
            }
            cr_assert(slower <= most_of(RUNS) && faster <= most_of(RUNS),
                      "noise %zu, spread %g: of %d runs %d call something slower, %d faster", k, spreads[s], RUNS,
                      slower, faster);
            all += slower;
        }
    cr_assert(all <= most_of(8 * RUNS), "%d of %d runs", all, 8 * RUNS);
}

/* The first session alone would accuse far more: the second one is not for show. */
Test(duet_rule, one_session_would_not_do, .timeout = 60)
{
    int accused = 0;
    for (int i = 0; i < RUNS; i++) {
        double values[DUET_RULE_FIRST];
        bool any = false;
        for (int b = 0; b < BENCHMARKS; b++) {
            for (int n = 0; n < DUET_RULE_FIRST; n++)
                values[n] = 0.1 * normal();
            any = any || duet_rule_look(values, DUET_RULE_FIRST, log1p(DUET_RULE_FLOOR)).verdict == DUET_SLOWER;
        }
        accused += any;
    }
    cr_assert(accused > RUNS / 10, "%d", accused);
}

Test(duet_rule, five_percent_is_found_and_three, .timeout = 60)
{
    int five = 0, three = 0;
    for (int i = 0; i < 300; i++) {
        five += whole_run(heavy, 0.02, log1p(0.05), 24).slower > 0;
        three += whole_run(heavy, 0.02, log1p(0.03), 24).slower > 0;
    }
    cr_assert(five >= 285, "%d of 300", five);
    cr_assert(three >= 240, "%d of 300", three);
}

Test(duet_rule, a_change_below_the_floor_is_no_change, .timeout = 60)
{
    for (int i = 0; i < 100; i++) { /* 0.5%, which is certain, and below what layout alone does */
        struct called called = whole_run(plain, 0.001, 0.005, 24);
        cr_assert(!called.slower && !called.faster);
    }
}

/* "same" is the claim that is worst when wrong: of a change of 3% it is hardly ever said. */
Test(duet_rule, three_percent_is_not_called_the_same, .timeout = 60)
{
    int same = 0;
    for (int i = 0; i < 1500; i++) {
        double values[PROCESSES_MAX];
        struct duet_finding found = {.verdict = DUET_UNDECIDED};
        for (int n = 0; n < PROCESSES_MAX && found.verdict == DUET_UNDECIDED;) {
            int next = n ? n + DUET_RULE_STEP : DUET_RULE_FIRST;
            for (; n < next; n++)
                values[n] = log1p(0.03) + 0.02 * heavy();
            found = duet_rule_look(values, n, log1p(DUET_RULE_FLOOR));
        }
        same += found.verdict == DUET_SAME;
    }
    cr_assert(same <= 4, "%d of 1500", same);
}

Test(duet_rule, the_floor_is_what_copies_of_the_base_differ_by, .timeout = 10)
{
    double again[] = {-0.05, -0.04, -0.05, -0.06, -0.05, -0.05, -0.05, -0.05, -0.04, -0.06}, little[] = {0.001, -0.001};
    double noisy[] = {-0.5, -0.4, 0.05, 0.06, 0.5, -0.05, 0.3, 0.4, 0.6, -0.3}; /* chance is no floor */
    cr_assert(fabs(duet_rule_floor(again, 10) - 0.05) < 1e-3);
    cr_assert(fabs(duet_rule_floor(little, 2) - log1p(0.015)) < 1e-12 && duet_rule_floor(again, 0) == log1p(0.015));
    cr_assert(duet_rule_floor(noisy, 10) == log1p(0.015) && duet_rule_again(noisy, 10) == 0);
    cr_assert(fabs(duet_rule_margin(0.2) - log1p(0.03)) < 1e-12, "\"same\" never means within 20%%");
}

Test(duet_rule, few_or_no_values_decide_nothing, .timeout = 10)
{
    double values[] = {1, 1, 1, 1};
    cr_assert(duet_rule_look(values, 4, 0.015).verdict == DUET_UNDECIDED);
    cr_assert(duet_rule_look(values, 0, 0.015).verdict == DUET_UNDECIDED);
    cr_assert(duet_rule_confirm(values, 4, 0.015, DUET_SLOWER, 1).verdict == DUET_UNDECIDED);
    for (int suspects = 1; suspects < 3000; suspects *= 3) { /* so many processes can confirm */
        double all[64];
        int count = duet_rule_second_least(suspects);
        for (int i = 0; i < count; i++)
            all[i] = 0.1 + 0.001 * i;
        cr_assert(duet_rule_confirm(all, count, 0.015, DUET_SLOWER, suspects).verdict == DUET_SLOWER, "%d", suspects);
        cr_assert(duet_rule_confirm(all, count, 0.015, DUET_FASTER, suspects).verdict == DUET_UNDECIDED);
    }
}

/* Tables of the signed-rank test at 5%, 1% and 0.05%, two-sided, as the k-th of
 * the sorted averages. */
Test(duet_rule, intervals_are_those_of_the_tables, .timeout = 10)
{
    static const struct {
        int n, k[3];
    } table[] = {{12, {14, 8, 1}}, {20, {53, 38, 19}}, {24, {82, 62, 36}}, {40, {265, 221, 160}}};
    static const double tails[] = {0.025, 0.005, 0.00025};
    for (size_t i = 0; i < 4; i++)
        for (int t = 0; t < 3; t++)
            cr_assert(stats_signed_rank_cut_at(table[i].n, tails[t]) + 1 == table[i].k[t], "n %d, tail %g: %d",
                      table[i].n, tails[t], stats_signed_rank_cut_at(table[i].n, tails[t]) + 1);
}

Test(duet_rule, power_grows_with_the_change, .timeout = 60)
{
    double values[36];
    struct duet_power power = {.first = 12, .second = 24, .suspects = 2, .floor = log1p(DUET_RULE_FLOOR), .seed = 1};
    double none, three, ten;
    for (int i = 0; i < 36; i++)
        values[i] = 0.05 + 0.02 * normal(); /* it was slowed by 5%, which is taken off */
    none = duet_power(values, 36, 0, &power, 1000);
    three = duet_power(values, 36, log1p(0.03), &power, 1000);
    ten = duet_power(values, 36, log1p(0.1), &power, 1000);
    cr_assert(none < 0.01 && three > 0.5 && ten > 0.99, "%g, %g, %g", none, three, ten);
}

/* Few processes that scatter widely: "about 6 more would" would be a promise that is not kept. */
Test(duet_rule, few_that_scatter_need_many, .timeout = 10)
{
    static const double wide[] = {-0.5, 0.4, -0.3, 0.5, 0.1, -0.2, 0.3};
    static const double narrow[] = {-0.001, 0.002, 0.001, -0.002, 0.0005, -0.0005, 0.0015};
    enum { COUNT = sizeof wide / sizeof *wide };
    double floor = log1p(DUET_RULE_FLOOR);
    struct duet_finding found = duet_rule_look(wide, COUNT, floor);
    cr_assert(found.verdict == DUET_UNDECIDED && found.more > 100, "%d", found.more);
    found = duet_rule_look(narrow, COUNT, floor);
    cr_assert(found.verdict == DUET_UNDECIDED && found.more == DUET_RULE_FIRST - COUNT, "%d", found.more);
    found = duet_rule_look(narrow, 3, floor);
    cr_assert(found.verdict == DUET_UNDECIDED && found.more == DUET_RULE_FIRST - 3, "%d", found.more);
}
