/* fleet.c - several machines, played: against M/M/c, M/M/1 and the exact limit of two choices. */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>

#include "bench/models/erlang.h"
#include "bench/models/fleet.h"

#define MS 1e6

static struct service exponential;

static void make(void)
{
    cr_assert_eq(service_made(&exponential, SERVICE_EXPONENTIAL, MS, 1), 0);
}

static void give_back(void)
{
    service_destroy(&exponential);
}

TestSuite(fleet, .init = make, .fini = give_back);

static void near(double found, double known, double relative, const char *what)
{
    cr_assert(fabs(found - known) <= relative * fabs(known), "%s: %.6g, known %.6g", what, found, known);
}

static struct fleet fleet_of(int machines, int workers, double load, enum fleet_balance balance)
{
    return (struct fleet){.machines = machines,
                          .workers = workers,
                          .balance = balance,
                          .rate = load * machines * workers / MS,
                          .service = &exponential,
                          .requests = 1000000,
                          .warm_ns = 100 * MS,
                          .seed = 11};
}

static struct fleet_outcome played(const struct fleet *fleet)
{
    struct fleet_outcome out;
    cr_assert_eq(fleet_simulate(fleet, &out), 0);
    return out;
}

/* What is split at random stays random: each machine is a queue of its own. */
Test(fleet, at_random_is_erlangs_on_each_machine, .timeout = 60)
{
    static const int shapes[][2] = {{8, 16}, {20, 1}, {4, 4}};
    for (size_t i = 0; i < 3; i++) {
        struct fleet fleet = fleet_of(shapes[i][0], shapes[i][1], 0.7, FLEET_RANDOM);
        struct erlang each = {fleet.workers, 0.7 * fleet.workers / MS, MS};
        struct fleet_outcome out = played(&fleet);
        near(hist_quantile(out.latency, 0.99), erlang_quantile(&each, 0.99), 0.03, "p99");
        near(hist_mean(out.latency), MS + erlang_wait_mean(&each), 0.02, "mean");
        near(out.busiest, 0.7, 0.03, "busiest");
        cr_assert_eq(out.loss, 0);
        fleet_outcome_destroy(&out);
    }
}

/* One machine is M/M/c, whoever balances; and as many as 512 workers, joined by the shortest
 * queue, come near one queue for all of them. */
Test(fleet, joined_by_the_shortest_queue_is_nearly_one_queue, .timeout = 60)
{
    struct erlang one = {8, 6.4 / MS, MS}, all = {512, 0.9 * 512 / MS, MS};
    struct fleet fleet = fleet_of(1, 8, 0.8, FLEET_SHORTEST);
    struct fleet_outcome out = played(&fleet);
    near(hist_quantile(out.latency, 0.99), erlang_quantile(&one, 0.99), 0.03, "p99 of one machine");
    fleet_outcome_destroy(&out);
    fleet = fleet_of(8, 64, 0.9, FLEET_SHORTEST);
    out = played(&fleet);
    near(hist_quantile(out.latency, 0.99), erlang_quantile(&all, 0.99), 0.02, "p99 of 512 workers");
    near(out.fairness, 1, 1e-3, "fairness");
    fleet_outcome_destroy(&out);
}

/* Mitzenmacher: the share of machines with at least i is rho^(2^i - 1). */
Test(fleet, by_two_choices_has_the_exact_limit, .timeout = 60)
{
    static const double loads[] = {0.7, 0.9};
    for (size_t k = 0; k < 2; k++) {
        struct fleet fleet = fleet_of(1000, 1, loads[k], FLEET_TWO_CHOICES);
        struct fleet_outcome out;
        fleet.requests = 2000000;
        out = played(&fleet);
        near(hist_mean(out.latency), fleet_two_choices_mean(loads[k]) * MS, 0.01, "mean");
        for (int i = 1; i <= 3; i++)
            near(out.longer[i], fleet_two_choices_longer(loads[k], i), 0.04, "longer");
        cr_assert_eq(out.longer[0], 1);
        fleet_outcome_destroy(&out);
    }
    near(fleet_two_choices_mean(0.9), 1 + pow(.9, 2) + pow(.9, 6) + pow(.9, 14) + pow(.9, 30) + pow(.9, 62), 1e-3,
         "the sum");
}

Test(fleet, waits_less_the_more_the_balancer_knows, .timeout = 60)
{
    double last = INFINITY;
    for (int balance = 0; balance < FLEET_BALANCES; balance++) {
        struct fleet fleet = fleet_of(10, 2, 0.9, (enum fleet_balance)balance);
        struct fleet_outcome out = played(&fleet);
        cr_assert(hist_quantile(out.latency, 0.99) < last, "%s", fleet_balance_name(fleet.balance));
        last = hist_quantile(out.latency, 0.99);
        fleet_outcome_destroy(&out);
    }
}

/* Machine 0 takes twice as long: at random it is overloaded, and who counts sees it. */
Test(fleet, with_a_slow_machine, .timeout = 60)
{
    struct fleet fleet = fleet_of(8, 4, 0.7, FLEET_RANDOM);
    struct fleet_outcome random, shortest;
    fleet.slow_times = 2;
    random = played(&fleet);
    fleet.balance = FLEET_SHORTEST;
    shortest = played(&fleet);
    cr_assert(hist_quantile(random.latency, 0.99) > 100 * hist_quantile(shortest.latency, 0.99));
    cr_assert(random.fairness > shortest.fairness, "it is given less");
    fleet_outcome_destroy(&random);
    fleet_outcome_destroy(&shortest);
}

/* 1 s of 1/8 of the rate is sent to a machine that is not there, and what was on it. */
Test(fleet, with_a_lost_machine, .timeout = 60)
{
    struct fleet fleet = fleet_of(8, 4, 0.5, FLEET_ROUND_ROBIN);
    struct erlang each = {4, 0.5 * 4 * 8 / 7 / MS, MS};
    struct fleet_outcome out;
    fleet.loses = true;
    fleet.lost_ns = 2000 * MS;
    fleet.noticed_ns = 1000 * MS;
    out = played(&fleet);
    near((double)out.lost, 2 * 1000 + 2, 0.01, "lost");
    cr_assert_eq((int64_t)out.latency->lost, out.lost);
    fleet_outcome_destroy(&out);
    /* Never there: the others carry it. */
    fleet.lost_ns = fleet.noticed_ns = 0;
    fleet.balance = FLEET_RANDOM;
    out = played(&fleet);
    cr_assert_eq(out.lost, 0);
    near(hist_quantile(out.latency, 0.99), erlang_quantile(&each, 0.99), 0.03, "p99 of seven");
    fleet_outcome_destroy(&out);
}

/* The only idle one of all is lost, and is not chosen: nobody's request goes there. */
Test(fleet, joins_no_queue_of_a_lost_machine, .timeout = 60)
{
    struct fleet fleet = fleet_of(3, 1, 0.6, FLEET_SHORTEST);
    struct erlang two = {2, 1.8 / MS, MS};
    struct fleet_outcome out;
    fleet.loses = true;
    out = played(&fleet);
    cr_assert_eq(out.lost, 0);
    near(hist_mean(out.latency), MS + erlang_wait_mean(&two), 0.25, "like two, joined; at 90%");
    cr_assert(hist_mean(out.latency) > MS + erlang_wait_mean(&two), "which is a little worse than one queue");
    fleet_outcome_destroy(&out);
}

Test(fleet, rejects_as_many_as_a_bounded_queue_does, .timeout = 60)
{
    struct fleet fleet = fleet_of(10, 4, 0.9, FLEET_RANDOM);
    struct erlang_finite each = {{4, 3.6 / MS, MS}, 12};
    struct fleet_outcome out;
    fleet.places = 12;
    out = played(&fleet);
    near(out.loss, erlang_finite_loss(&each), 0.03, "loss");
    cr_assert(out.rejected > 0 && out.lost == 0);
    fleet_outcome_destroy(&out);
}

Test(fleet, refuses_what_makes_no_sense, .timeout = 10)
{
    struct fleet good = fleet_of(2, 1, 0.5, FLEET_RANDOM), bad;
    struct fleet_outcome out;
    bad = good, bad.machines = 0;
    cr_assert_eq(fleet_simulate(&bad, &out), -EINVAL);
    bad = good, bad.rate = INFINITY;
    cr_assert_eq(fleet_simulate(&bad, &out), -EINVAL);
    bad = good, bad.loses = true, bad.machines = 1;
    cr_assert_eq(fleet_simulate(&bad, &out), -EINVAL);
}
