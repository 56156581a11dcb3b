/* throttle.c - workers under a CPU quota, played: against what is known without one, and by hand. */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>

#include "bench/models/erlang.h"
#include "bench/models/throttle.h"

#define MS 1e6

static void near(double found, double known, double relative, const char *what)
{
    cr_assert(fabs(found - known) <= relative * fabs(known), "%s: %.6g, known %.6g", what, found, known);
}

static struct throttle_outcome played(const struct throttle *throttle)
{
    struct throttle_outcome out;
    cr_assert_eq(throttle_simulate(throttle, &out), 0);
    return out;
}

Test(throttle, is_erlangs_without_a_quota, .timeout = 30)
{
    struct service service;
    struct erlang known = {4, 2.8 / MS, MS};
    struct throttle throttle = {
        .workers = 4, .rate = known.rate, .service = &service, .jobs = 500000, .warm_ns = 1000 * MS, .seed = 1};
    struct throttle_outcome out;
    cr_assert_eq(service_made(&service, SERVICE_EXPONENTIAL, MS, 1), 0);
    out = played(&throttle);
    near(hist_quantile(out.latency, 0.99), erlang_quantile(&known, 0.99), 0.02, "p99");
    near(out.busy, 0.7, 0.01, "busy");
    near(out.cpus_used, 2.8, 0.01, "CPUs");
    cr_assert(out.throttled == 0 && out.stalled == 0);
    throttle_outcome_destroy(&out);
    /* A quota that is not reached changes nothing. */
    throttle.quota = 4;
    out = played(&throttle);
    near(hist_quantile(out.latency, 0.99), erlang_quantile(&known, 0.99), 0.02, "p99");
    cr_assert_eq(out.throttled, 0);
    throttle_outcome_destroy(&out);
    service_destroy(&service);
}

/* Processor sharing on one CPU with workers for all: the mean sojourn is S / (1 - rho). */
Test(throttle, shares_cpus_among_more_workers, .timeout = 30)
{
    struct service service;
    struct throttle throttle = {
        .workers = 1000, .cpus = 1, .rate = 0.7 / MS, .service = &service, .jobs = 500000, .warm_ns = 1000 * MS};
    struct throttle_outcome out;
    cr_assert_eq(service_made(&service, SERVICE_FIXED, MS, 0), 0);
    out = played(&throttle);
    near(hist_mean(out.latency), MS / 0.3, 0.03, "mean");
    throttle_outcome_destroy(&out);
    service_destroy(&service);
}

/* One job of 25 ms of computing, a quota of 0.1: 10 ms of each 100 ms. */
Test(throttle, stalls_until_the_next_period, .timeout = 10)
{
    struct service service;
    struct throttle throttle = {.workers = 1, .quota = 0.1, .rate = 1e3 / MS, .service = &service, .jobs = 1};
    struct throttle_outcome out;
    cr_assert_eq(service_made(&service, SERVICE_FIXED, 25 * MS, 0), 0);
    out = played(&throttle); /* it comes at once: 10 ms, 90 of stall, 10, 90, 5 */
    near((double)out.latency->max, 205 * MS, 1e-3, "latency");
    near(out.throttled, 2.0 / 3, 1e-9, "of the periods");
    near(out.stalled, 180.0 / 205, 1e-3, "of the time");
    throttle_outcome_destroy(&out);
    service.cpu_share = 0; /* waiting takes no quota */
    out = played(&throttle);
    near((double)out.latency->max, 25 * MS, 1e-3, "latency");
    throttle_outcome_destroy(&out);
    service_destroy(&service);
}

/* Sized without the quota of 1 CPU, of which 90% is used: 4.64 ms are foreseen. */
Test(throttle, breaks_p99_where_workers_are_sized_for_the_host, .timeout = 60)
{
    struct service service;
    struct throttle throttle = {.workers = 8,
                                .cpus = 16,
                                .rate = 0.9 / MS,
                                .service = &service,
                                .jobs = 200000,
                                .warm_ns = 1000 * MS,
                                .seed = 3};
    struct throttle_outcome host, quota, bursts;
    cr_assert_eq(service_made(&service, SERVICE_EXPONENTIAL, MS, 1), 0);
    host = played(&throttle);
    near(hist_quantile(host.latency, 0.99), 4.62 * MS, 0.03, "foreseen");
    throttle.quota = 1;
    quota = played(&throttle);
    cr_assert(hist_quantile(quota.latency, 0.99) > 12 * MS && quota.throttled > 0.2 && quota.throttled < 0.4);
    cr_assert(hist_quantile(quota.latency, 0.5) < 1.1 * hist_quantile(host.latency, 0.5), "the median hardly shows it");
    throttle.arrivals = QUEUE_ONOFF;
    throttle.on_ns = throttle.off_ns = 50 * MS;
    bursts = played(&throttle);
    cr_assert(hist_quantile(bursts.latency, 0.99) > 40 * MS);
    near(bursts.cpus_used, 0.9, 0.02, "CPUs");
    throttle_outcome_destroy(&host);
    throttle_outcome_destroy(&quota);
    throttle_outcome_destroy(&bursts);
    service_destroy(&service);
}

Test(throttle, refuses_what_makes_no_sense, .timeout = 10)
{
    struct service service;
    struct throttle good = {.workers = 1, .rate = 1 / MS, .service = &service, .jobs = 10}, bad;
    struct throttle_outcome out;
    cr_assert_eq(service_made(&service, SERVICE_FIXED, MS, 0), 0);
    bad = good, bad.workers = 0;
    cr_assert_eq(throttle_simulate(&bad, &out), -EINVAL);
    bad = good, bad.quota = NAN;
    cr_assert_eq(throttle_simulate(&bad, &out), -EINVAL);
    bad = good, bad.rate = 0;
    cr_assert_eq(throttle_simulate(&bad, &out), -EINVAL);
    service_destroy(&service);
}
