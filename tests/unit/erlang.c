/* erlang.c - Erlang's formulas against published values, and values of a 60-digit recursion. */
#include <criterion/criterion.h>
#include <errno.h>
#include <limits.h>
#include <math.h>

#include "bench/models/erlang.h"
#include "bench/models/goetz.h"

/* To so many units of the last digit that is printed. */
#define NEAR(found, known, relative)                                                                                   \
    cr_assert(fabs((found) - (known)) <= (relative)*fabs(known), "%s: %.10g, known %.10g", #found, (double)(found),    \
              (double)(known))

static const struct {
    int c;
    double a, b, waits, mean, p99_wait, p99;
} table[] = {
    {1, 0.5, 1.0 / 3, 0.5, 1, 7.824046, 9.210340},
    {2, 1, 0.2, 1.0 / 3, 1.0 / 3, 3.506558, 5.665961},
    {2, 1.8, .366515837, .852631579, 4.26315789, 22.228712, 23.344430},
    {3, 2, 4.0 / 19, 4.0 / 9, 4.0 / 9, 3.794240, 5.891174},
    {4, 2, 2.0 / 21, 4.0 / 23, 2.0 / 23, 1.427985, 4.764248},
    {4, 3.6, .270685067, 8748.0 / 11105, 1.96938316, 10.916500, 12.193167},
    {8, 4, 512.0 / 16831, 1024.0 / 17343, .014760999, .443924, 4.624660},
    {8, 7.2, .190313169, .701532990, .876916238, 5.313354, 7.087347},
    {16, 8, .0045298317, .0090188097, .0011273512, 0, 4.606458},
    {64, 57.6, .043123545, .310663317, .048541143, .536894, 4.661106},
    {1000, 950, .0036492937, .068253415, .0013650683, .038413, 4.606562},
    {1000, 990, .018965776, .659080422, .065908042, .418826, 4.675844},
    {10000, 9900, .0028581267, .222776929, .0022277693, .031036, 4.607418},
};

Test(erlang, is_exact_from_one_server_to_ten_thousand, .timeout = 10)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct erlang queue = {table[i].c, table[i].a, 1};
        NEAR(erlang_b(queue.c, queue.rate), table[i].b, 3e-8);
        NEAR(erlang_c(queue.c, queue.rate), table[i].waits, 3e-8);
        NEAR(erlang_wait_mean(&queue), table[i].mean, 4e-8);
        cr_assert(fabs(erlang_wait_quantile(&queue, 0.99) - table[i].p99_wait) < 6e-7);
        NEAR(erlang_quantile(&queue, 0.99), table[i].p99, 2e-7);
        NEAR(erlang_later(&queue, table[i].p99), 0.01, 1e-6);
        NEAR(erlang_rate(queue.c, 1, table[i].p99, 0.01), queue.rate, 1e-3); /* many servers: flat */
    }
}

Test(erlang, holds_far_in_the_tail, .timeout = 10)
{
    struct erlang queue = {4, 3.6, 1};
    NEAR(erlang_quantile(&queue, 0.999), 17.950014, 1e-7);
}

/* c - a = 1: both exponentials of the sojourn are one. */
Test(erlang, has_no_hole_where_its_two_rates_meet, .timeout = 10)
{
    struct erlang at = {2, 1, 1}, beside = {2, 1 + 1e-9, 1}, far = {2, 1 + 1e-5, 1};
    NEAR(erlang_later(&at, 3), erlang_later(&beside, 3), 1e-8);
    NEAR(erlang_later(&at, 3), erlang_later(&far, 3), 1e-4);
    cr_assert(erlang_later(&far, 3) > erlang_later(&beside, 3));
}

/* Westbay's tables; F. Hillier and G. Lieberman's county hospital (lambda 2, mu 3); the call
 * centre with a = 5, answered within 5% of a call. */
Test(erlang, is_what_the_books_say, .timeout = 10)
{
    static const double answered[] = {.4411, .7067, .8560};
    struct erlang two = {2, 2, 1.0 / 3}, one = {1, 2, 1.0 / 3};
    NEAR(erlang_b_load(15, 0.01), 8.1080428, 1e-8);
    cr_assert(fabs(erlang_b_load(15, 0.01) - 8.108) < 0.0005);
    cr_assert(fabs(erlang_b_load(10, 0.01) - 4.461) < 0.0005);
    cr_assert(fabs(erlang_b_load(20, 0.01) - 12.03) < 0.005);
    NEAR(erlang_wait_mean(&two), 1.0 / 24, 1e-12);
    cr_assert(fabs(erlang_wait_later(&two, 0.5) - 0.0226) < 5e-5);
    NEAR(erlang_wait_mean(&one), 2.0 / 3, 1e-12);
    cr_assert(fabs(erlang_wait_later(&one, 0.5) - 0.404) < 5e-4);
    for (int agents = 6; agents <= 8; agents++) {
        struct erlang centre = {agents, 5, 1};
        cr_assert(fabs(1 - erlang_wait_later(&centre, 0.05) - answered[agents - 6]) < 5e-5);
    }
}

Test(erlang, finds_the_fewest_servers, .timeout = 10)
{
    static const struct {
        double a, limit;
        int c;
    } known[] = {{6, 5, 8}, {6, 4.7, 9}, {60, 4.7, 66}, {950, 4.7, 959}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        cr_assert_eq(erlang_servers(known[i].a, 1, (struct erlang_promise){0.99, known[i].limit}), known[i].c);
    NEAR(erlang_quantile(&((struct erlang){8, 6, 1}), 0.99), 4.908488, 2e-7);
    NEAR(erlang_quantile(&((struct erlang){7, 6, 1}), 0.99), 6.171312, 2e-7);
    NEAR(erlang_rate(2, 1, 10, 0.01), 1.51595222, 1e-8);
    NEAR(erlang_rate(4, 1, 10, 0.01), 3.50090344, 1e-8);
}

/* 20 k/s of 0.56 ms, p99 within 5 ms: 12 workers (4.0 ms), 11 are overloaded. */
Test(erlang, sizes_the_example_of_the_issue, .timeout = 10)
{
    struct erlang eleven = {11, 20e3, 0.56e-3}, twelve = {12, 20e3, 0.56e-3};
    cr_assert_eq(erlang_servers(20e3, 0.56e-3, (struct erlang_promise){0.99, 5e-3}), 12);
    cr_assert(fabs(erlang_quantile(&twelve, 0.99) - 4.0e-3) < 0.05e-3);
    cr_assert(isinf(erlang_quantile(&eleven, 0.99)) && isinf(erlang_wait_mean(&eleven)));
    cr_assert_eq(erlang_later(&eleven, 1), 1);
}

Test(erlang, calls_a_promise_below_the_service_impossible, .timeout = 10)
{
    cr_assert_eq(erlang_servers(6, 1, (struct erlang_promise){0.99, 4.60517}), 0);
    cr_assert(erlang_servers(6, 1, (struct erlang_promise){0.99, 4.6052}) > 9);
    cr_assert_eq(erlang_rate(4, 1, 4.6, 0.01), 0);
    cr_assert_eq(erlang_places_most(4, 1, (struct erlang_promise){0.99, 4.6}), -1);
    cr_assert_eq(erlang_servers(1e6, 1, (struct erlang_promise){0.99, 5}), -ERANGE);
}

static const struct {
    int c, k;
    double a, loss, waits, mean, p99_wait;
} finite_table[] = {
    {1, 5, .8, .0888194987, .702522608, 1.56306521, 7.674053},
    {1, 5, 1, 1.0 / 6, .8, 2, 8.242836},
    {2, 10, 2, 2.0 / 21, 16.0 / 19, 36.0 / 19, 6.506464},
    {2, 10, 3, .338221059, .982274230, 3.10635462, 7.352247},
    {4, 16, 3.6, .027818816, .727019185, .959102548, 4.013476},
    {8, 1032, 12, 1.0 / 3, 1, 127.75, 137.255006},
};

Test(erlang_finite, is_exact, .timeout = 20)
{
    for (size_t i = 0; i < sizeof finite_table / sizeof *finite_table; i++) {
        struct erlang_finite finite = {{finite_table[i].c, finite_table[i].a, 1},
                                       finite_table[i].k - finite_table[i].c};
        NEAR(erlang_finite_loss(&finite), finite_table[i].loss, 1e-8);
        NEAR(erlang_finite_waits(&finite), finite_table[i].waits, 1e-8);
        NEAR(erlang_finite_wait_mean(&finite), finite_table[i].mean, 1e-8);
        NEAR(erlang_finite_wait_quantile(&finite, 0.99), finite_table[i].p99_wait, 2e-7);
    }
}

/* With places enough it is M/M/c, sojourn and all. */
Test(erlang_finite, becomes_the_endless_queue, .timeout = 20)
{
    static const int servers[] = {1, 2, 4, 64};
    for (size_t i = 0; i < sizeof servers / sizeof *servers; i++) {
        struct erlang queue = {servers[i], 0.9 * servers[i], 1};
        struct erlang_finite finite = {queue, 1000};
        NEAR(erlang_finite_quantile(&finite, 0.99), erlang_quantile(&queue, 0.99), 1e-6);
        NEAR(erlang_finite_wait_mean(&finite), erlang_wait_mean(&queue), 1e-6);
        NEAR(erlang_finite_later(&finite, 0.5), erlang_later(&queue, 0.5), 1e-9);
    }
}

/* One server: the sojourn of who finds j is Erlang's of j + 1 stages. */
Test(erlang_finite, knows_the_sojourn_of_one_server, .timeout = 10)
{
    struct erlang_finite finite = {{1, 1, 1}, 2}; /* found, alike: 0, 1, 2; 3 is turned away */
    double t = 2, later = exp(-t) * ((1) + (1 + t) + (1 + t + t * t / 2)) / 3;
    NEAR(erlang_finite_later(&finite, t), later, 1e-12);
}

Test(erlang_finite, does_not_overflow, .timeout = 20)
{
    struct erlang_finite much = {{10, 1000, 1}, 100000}, none = {{100, 90, 1}, 0};
    NEAR(erlang_finite_loss(&much), 0.99, 1e-9);
    NEAR(erlang_finite_loss(&none), erlang_b(100, 90), 1e-12);
    cr_assert_eq(erlang_finite_wait_quantile(&none, 0.99), 0);
}

/* The last of so many places waits for as many ends: with one more, it would be late. */
Test(erlang_places, are_as_many_as_the_promise_allows, .timeout = 20)
{
    struct erlang_promise promise = {0.99, 20};
    int places = erlang_places_most(4, 1, promise);
    for (int more = 0; more <= 1; more++) {
        /* Under endless overload all accepted ones take the last place. */
        struct erlang_finite full = {{4, 4e9, 1}, places + more};
        cr_assert_eq(erlang_finite_later(&full, promise.limit) > 0.01, more == 1, "%d places", full.places);
    }
    cr_assert_eq(erlang_places_most(4, 1, (struct erlang_promise){0.99, 1e300}), INT_MAX);
    cr_assert_eq(erlang_places_most(1, 1, (struct erlang_promise){0.99, 4.606}), 0);
}

Test(erlang_places, are_as_few_as_the_loss_allows, .timeout = 20)
{
    struct erlang queue = {4, 3.6, 1}, over = {4, 4.4, 1}, full = {4, 4, 1};
    int places = erlang_places_least(&queue, 0.001);
    cr_assert(erlang_finite_loss(&((struct erlang_finite){queue, places})) <= 0.001);
    cr_assert(erlang_finite_loss(&((struct erlang_finite){queue, places - 1})) > 0.001);
    cr_assert_eq(erlang_places_least(&over, 0.001), -1);
    cr_assert_eq(erlang_places_least(&queue, 0), -1);
    cr_assert(erlang_places_least(&full, 0.001) > 900, "1/(places + 5): a thousand of them");
}

/* B. Goetz's own example, and both ends. */
Test(goetz, is_cpus_times_use_times_wait_over_compute, .timeout = 10)
{
    cr_assert_eq(goetz_workers(&(struct goetz){8, 1, 0.5}), 16);
    cr_assert_eq(goetz_workers(&(struct goetz){2, 0.9, 1}), 2);
    cr_assert_eq(goetz_workers(&(struct goetz){0.25, 1, 1}), 1);
    cr_assert_eq(goetz_workers(&(struct goetz){8, 1, 0}), INT_MAX);
    cr_assert_eq(goetz_servers(20e3, 0.56e-3, 1), 12);
    cr_assert_eq(goetz_servers(20e3, 0.5e-3, 1), 10);
}
