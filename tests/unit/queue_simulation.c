/* queue_simulation.c - played queues against those whose answer is known. Seeds are fixed. */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench/models/erlang.h"
#include "bench/models/mgc.h"
#include "bench/models/queue_simulation.h"

#define MS 1e6

static struct service exponential, even;

static void make(void)
{
    cr_assert_eq(service_made(&exponential, SERVICE_EXPONENTIAL, MS, 1), 0);
    cr_assert_eq(service_made(&even, SERVICE_FIXED, MS, 0), 0);
}

static void give_back(void)
{
    service_destroy(&exponential);
    service_destroy(&even);
}

TestSuite(queue_simulation, .init = make, .fini = give_back);

static void near(double found, double known, double relative, const char *what)
{
    cr_assert(fabs(found - known) <= relative * fabs(known), "%s: %.6g, known %.6g", what, found, known);
}

/* `load` in workers. */
static struct queue_simulation queue_of(int workers, double load, const struct service *service)
{
    return (struct queue_simulation){
        .workers = workers, .rate = load / MS, .service = service, .jobs = 1000000, .warm_ns = 1000 * MS, .seed = 5};
}

static struct queue_outcome played(const struct queue_simulation *simulation)
{
    struct queue_outcome out;
    cr_assert_eq(queue_simulate(simulation, &out), 0);
    return out;
}

Test(queue_simulation, is_erlangs_without_a_bound, .timeout = 60)
{
    static const int workers[] = {1, 2, 4, 16, 64};
    for (size_t i = 0; i < sizeof workers / sizeof *workers; i++) {
        struct queue_simulation queue = queue_of(workers[i], 0.7 * workers[i], &exponential);
        struct erlang known = {queue.workers, queue.rate, MS};
        struct queue_outcome out = played(&queue);
        near(hist_quantile(out.latency, 0.99), erlang_quantile(&known, 0.99), 0.03, "p99");
        near(hist_quantile(out.latency, 0.5), erlang_quantile(&known, 0.5), 0.01, "p50");
        if (workers[i] <= 4) {
            near(out.wait_mean_ns, erlang_wait_mean(&known), 0.03, "mean wait");
            /* Little's law. */
            near(out.depth_mean, queue.rate * erlang_wait_mean(&known), 0.03, "depth");
        }
        near(out.busy, 0.7, 0.01, "busy");
        cr_assert_eq(out.loss, 0);
        queue_outcome_destroy(&out);
    }
}

/* M/D/1: p99 of the wait, rho .5 3.336256, .7 6.485499. */
Test(queue_simulation, is_the_known_one_for_even_services, .timeout = 60)
{
    static const double known[][2] = {{0.5, 3.336256}, {0.7, 6.485499}};
    for (size_t i = 0; i < 2; i++) {
        struct queue_simulation queue = queue_of(1, known[i][0], &even);
        struct queue_outcome out;
        queue.jobs = 4000000;
        out = played(&queue);
        near(hist_quantile(out.latency, 0.99) / MS - 1, known[i][1], 0.02, "p99 wait");
        queue_outcome_destroy(&out);
    }
}

Test(queue_simulation, loses_as_many_as_a_bounded_queue_does, .timeout = 60)
{
    static const struct {
        int workers, places;
        double load;
    } known[] = {{1, 4, 0.8}, {1, 4, 1}, {2, 8, 2}, {2, 8, 3}, {4, 12, 3.6}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct queue_simulation queue = queue_of(known[i].workers, known[i].load, &exponential);
        struct erlang_finite finite = {{queue.workers, queue.rate, MS}, known[i].places};
        struct queue_outcome out;
        queue.places = known[i].places;
        queue.full = POOL_REJECT;
        out = played(&queue);
        near(out.loss, erlang_finite_loss(&finite), 0.03, "loss");
        cr_assert_eq(out.rejected, (int64_t)out.latency->lost);
        cr_assert_eq(out.submitted, out.done + out.rejected);
        cr_assert(out.depth_max <= known[i].places);
        near(out.wait_mean_ns, erlang_finite_wait_mean(&finite), 0.02, "mean wait");
        out.latency->lost = 0;
        near(hist_quantile(out.latency, 0.99), erlang_finite_quantile(&finite, 0.99), 0.02, "p99 of the accepted");
        queue_outcome_destroy(&out);
        /* The oldest is lost instead: as many, exponential as they are. */
        queue.full = POOL_DROP_OLDEST;
        out = played(&queue);
        near(out.loss, erlang_finite_loss(&finite), 0.03, "dropped");
        cr_assert_eq(out.dropped, (int64_t)out.latency->lost);
        cr_assert(out.depth_max <= known[i].places);
        queue_outcome_destroy(&out);
    }
}

/* Simulated elsewhere, 3 x 10^7 jobs a cell: p99 of the sojourn, and by how many % Allen and Cunneen's
 * mean wait is off; services all alike, and lognormal with cv 2. */
Test(queue_simulation, agrees_with_another_one, .timeout = 60)
{
    static const struct {
        int workers;
        double load, p99[2], off[2];
    } known[] = {{2, .5, {2.56, 13.2}, {-6, 21}},  {2, .7, {4.13, 23.4}, {-3, 9}}, {4, .5, {1.71, 8.97}, {-12, 46}},
                 {4, .7, {2.49, 11.8}, {-6, 24}},  {4, .9, {6.31, 32.3}, {-1, 7}}, {8, .5, {1.29, 8.59}, {-21, 71}},
                 {8, .7, {1.69, 8.94}, {-10, 41}}, {8, .9, {3.60, 16.6}, {-2, 12}}};
    struct service lognormal;
    cr_assert_eq(service_made(&lognormal, SERVICE_LOGNORMAL, MS, 4), 0);
    for (size_t i = 0; i < 2 * sizeof known / sizeof *known; i++) {
        const struct service *service = i % 2 ? &lognormal : &even;
        struct queue_simulation queue =
            queue_of(known[i / 2].workers, known[i / 2].load * known[i / 2].workers, service);
        struct mgc formula = {queue.workers, queue.rate, service, 1};
        struct queue_outcome out = played(&queue);
        double off = 100 * (mgc_wait_mean(&formula) / out.wait_mean_ns - 1);
        near(hist_quantile(out.latency, 0.99) / MS, known[i / 2].p99[i % 2], i % 2 ? 0.08 : 0.03, "p99");
        cr_assert(fabs(off - known[i / 2].off[i % 2]) < (i % 2 ? 10 : 4), "row %zu: off by %.1f%%", i, off);
        queue_outcome_destroy(&out);
    }
    service_destroy(&lognormal);
}

/* An even pace, exponential services: the formula's mean wait is too long by 157% with 2 workers
 * at half load, by 978% with 8. */
Test(queue_simulation, waits_less_at_an_even_pace_than_any_formula_says, .timeout = 60)
{
    static const double off[][2] = {{2, 157}, {8, 978}};
    for (size_t i = 0; i < 2; i++) {
        struct queue_simulation queue = queue_of((int)off[i][0], 0.5 * off[i][0], &exponential);
        struct erlang random = {queue.workers, queue.rate, MS};
        struct queue_outcome out;
        queue.arrivals = QUEUE_PACED;
        out = played(&queue);
        near(erlang_wait_mean(&random) / 2 / out.wait_mean_ns, 1 + off[i][1] / 100, 0.1,
             "half of M/M/c's, over what it is");
        queue_outcome_destroy(&out);
    }
}

/* Where it blocks, the wait only moves from the queue to the producer. */
Test(queue_simulation, blocks_without_changing_who_is_served_when, .timeout = 60)
{
    struct queue_simulation queue = queue_of(4, 3.6, &exponential);
    struct queue_outcome free_of = played(&queue), bounded;
    queue.places = 3;
    queue.full = POOL_BLOCK;
    bounded = played(&queue);
    cr_assert_eq(hist_quantile(bounded.latency, 0.99), hist_quantile(free_of.latency, 0.99));
    cr_assert_eq(bounded.depth_max, 3);
    cr_assert(free_of.depth_max > 10);
    queue_outcome_destroy(&free_of);
    queue_outcome_destroy(&bounded);
}

static double at_150(enum pool_full full, struct queue_outcome *out)
{
    struct queue_simulation queue = queue_of(2, 3, &even);
    queue.full = full;
    queue.places = 4;
    queue.producers = 4;
    queue.timeout_ns = 0.2 * MS;
    queue.jobs = 100000;
    queue.limit_ns = 10 * MS;
    *out = played(&queue);
    queue_outcome_destroy(out);
    return out->goodput * MS;
}

/* At 1.5 times what two workers do. */
Test(queue_simulation, meets_overload_as_the_policy_says, .timeout = 60)
{
    struct queue_outcome out;
    cr_assert(at_150(POOL_BLOCK, &out) < 0.1, "all that is served is late");
    cr_assert_eq(out.loss, 0);
    near(at_150(POOL_REJECT, &out), 2, 0.02, "goodput");
    near(out.loss, 1.0 / 3, 0.03, "rejected");
    near(at_150(POOL_DROP_OLDEST, &out), 2, 0.02, "goodput");
    near(out.loss, 1.0 / 3, 0.03, "dropped");
    at_150(POOL_TIMEOUT, &out);
    cr_assert(out.timed_out > 0 && out.timed_out == out.submitted - out.done);
    near(at_150(POOL_CALLER_RUNS, &out), 3, 0.02, "the producers help");
    cr_assert(out.ran_by_caller > 0 && out.loss == 0);
    near(out.fairness, 1, 0.01, "fairness");
}

/* Even arrivals, even services: nobody waits below full load, and only behind others at once. */
Test(queue_simulation, is_exact_for_paced_and_recorded_arrivals, .timeout = 10)
{
    static const double times[] = {0, 0, 0, 10 * MS}, services[] = {4 * MS, 2 * MS, 1 * MS, 3 * MS};
    struct queue_simulation queue = queue_of(1, 0.99, &even);
    struct queue_outcome out;
    queue.arrivals = QUEUE_PACED;
    queue.jobs = 1000;
    queue.warm_ns = 0;
    out = played(&queue);
    cr_assert_eq(out.latency->max, (uint64_t)MS);
    cr_assert_eq(out.depth_max, 0);
    queue_outcome_destroy(&out);
    queue = (struct queue_simulation){
        .workers = 1, .arrivals = QUEUE_RECORDED, .times_ns = times, .services_ns = services, .jobs = 4};
    out = played(&queue);
    near(out.latency->sum, (4 + 6 + 7 + 3) * MS, 1e-9, "as recorded");
    queue_outcome_destroy(&out);
    queue.stretch = 2; /* the last comes at 5 ms, and waits for 2 */
    out = played(&queue);
    near(out.latency->sum, (4 + 6 + 7 + 5) * MS, 1e-9, "twice as fast");
    queue_outcome_destroy(&out);
}

/* One worker, 4 ms each, one place: the third has it at 4 ms, when the second starts; the fourth is
 * submitted then, and has it at 8. Who waits for 3 ms only gets none. */
Test(queue_simulation, times_out_when_no_place_came, .timeout = 10)
{
    static const double times[] = {0, 0, 0, 0}, services[] = {4 * MS, 4 * MS, 4 * MS, 4 * MS};
    struct queue_simulation queue = {.workers = 1,
                                     .places = 1,
                                     .full = POOL_TIMEOUT,
                                     .timeout_ns = 5 * MS,
                                     .arrivals = QUEUE_RECORDED,
                                     .times_ns = times,
                                     .services_ns = services,
                                     .jobs = 4};
    struct queue_outcome out = played(&queue);
    near(out.latency->sum, (4 + 8 + 12 + 16) * MS, 1e-9, "all in time");
    cr_assert_eq(out.timed_out, 0);
    queue_outcome_destroy(&out);
    queue.timeout_ns = 3 * MS;
    out = played(&queue); /* the third gives up at 3 ms, the fourth, submitted then, has the place at 4 */
    near(out.latency->sum, (4 + 8 + 12) * MS, 1e-9, "but one");
    cr_assert_eq(out.timed_out, 1);
    queue_outcome_destroy(&out);
}

/* In bursts of the same mean rate: all comes in half of the time. */
Test(queue_simulation, bursts_as_told, .timeout = 30)
{
    struct queue_simulation queue = queue_of(1, 0.5, &even);
    struct queue_outcome out, bursts;
    out = played(&queue);
    queue.arrivals = QUEUE_ONOFF;
    queue.on_ns = queue.off_ns = 50 * MS;
    bursts = played(&queue);
    near(bursts.span_ns, out.span_ns, 0.01, "the same rate");
    cr_assert(hist_quantile(bursts.latency, 0.99) > 2 * hist_quantile(out.latency, 0.99));
    queue_outcome_destroy(&out);
    queue_outcome_destroy(&bursts);
}

/* Three times what they can, for 100 ms: 200 jobs too many, worked off at half a job per ms. */
Test(queue_simulation, says_how_long_it_takes_to_recover, .timeout = 30)
{
    struct queue_simulation queue = queue_of(1, 0.5, &even);
    struct queue_outcome out;
    queue.arrivals = QUEUE_PACED;
    queue.jobs = 2000;
    queue.warm_ns = 0;
    queue.surge = (struct queue_surge){1000 * MS, 1100 * MS, 6};
    out = played(&queue);
    near(out.recovery_ns, 400 * MS, 0.02, "recovery");
    near(out.depth[(int)(1100 * MS / out.course_step_ns)], 200, 0.1, "depth at the end of it");
    cr_assert_eq(out.depth[1], 0);
    queue_outcome_destroy(&out);
    queue.places = 10;
    queue.full = POOL_REJECT;
    out = played(&queue);
    near(out.recovery_ns, 20 * MS, 0.15, "a short queue recovers soon");
    queue_outcome_destroy(&out);
}

Test(queue_simulation, is_repeated_by_its_seed, .timeout = 30)
{
    struct queue_simulation queue = queue_of(3, 2.5, &exponential);
    struct queue_outcome one = played(&queue), again = played(&queue), other;
    queue.seed = 6;
    other = played(&queue);
    cr_assert_eq(memcmp(one.latency, again.latency, sizeof *one.latency), 0);
    cr_assert_neq(memcmp(one.latency, other.latency, sizeof *one.latency), 0);
    queue_outcome_destroy(&one);
    queue_outcome_destroy(&again);
    queue_outcome_destroy(&other);
}

Test(queue_simulation, refuses_what_makes_no_sense, .timeout = 10)
{
    struct queue_simulation good = queue_of(2, 1, &even), bad;
    struct queue_outcome out;
    bad = good, bad.workers = 0;
    cr_assert_eq(queue_simulate(&bad, &out), -EINVAL);
    bad = good, bad.rate = NAN;
    cr_assert_eq(queue_simulate(&bad, &out), -EINVAL);
    bad = good, bad.jobs = 0;
    cr_assert_eq(queue_simulate(&bad, &out), -EINVAL);
    bad = good, bad.service = NULL;
    cr_assert_eq(queue_simulate(&bad, &out), -EINVAL);
    bad = good, bad.arrivals = QUEUE_RECORDED;
    cr_assert_eq(queue_simulate(&bad, &out), -EINVAL);
    bad = good, bad.producers = 1000;
    cr_assert_eq(queue_simulate(&bad, &out), -EINVAL);
    bad = good, bad.arrivals = QUEUE_ONOFF;
    cr_assert_eq(queue_simulate(&bad, &out), -EINVAL);
}
