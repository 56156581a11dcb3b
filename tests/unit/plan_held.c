/* plan_held.c - the rate that a size holds: by the model of a recording, and when a second search is due. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

#include "bench/commands/plan_session.h"

#define MS 1000000.0

static struct plan_session session;
static struct options options;

/* Jobs of 1 ms, one each 2 ms, all of which are replayed: one worker has time for twice as many. The rate of the plan
 * is the part's with its warm-up in which nothing came, 400/s, and so twice that is held. */
Test(plan_held, a_recordings_rates_are_told_as_the_plan_tells_its_own, .timeout = 20)
{
    enum { JOBS = 400 };
    static double times_ns[JOBS], services_ns[JOBS];
    char why[128];
    double per_s;
    for (int i = 0; i < JOBS; i++) {
        times_ns[i] = 2 * MS * i;
        services_ns[i] = MS;
    }
    options = (struct options){.rate = 400};
    cr_assert(slo_parse("p99=1100us", &options.slo, why, sizeof why) == 0);
    cr_assert(workload_parse("trace:file=day.csv", &options.workloads[0], why, sizeof why) == 0, "%s", why);
    session = (struct plan_session){
        .options = &options,
        .cpus = 2,
        .recorded = {.jobs = JOBS, .times_ns = times_ns, .services_ns = services_ns, .span_ns = times_ns[JOBS - 1]},
        .part = {.whole = true, .count = JOBS}};
    cr_assert(service_from_times(&session.recorded.service, services_ns, JOBS) == 0);
    per_s = plan_model_rate(&session, 1);
    cr_assert(fabs(per_s / 800 - 1) < 0.01, "%g", per_s);
    service_destroy(&session.recorded.service);
}

/* What is measured is not asked for here: a search that did not end for want of time, or that had more than is left,
 * is not begun again. */
Test(plan_held, no_second_search_without_need_or_time, .timeout = 10)
{
    options = (struct options){.rate = 500};
    session = (struct plan_session){
        .options = &options, .begin_ns = workload_now_ns(), .budget_s = 100, .held_per_s = 600, .held_s = 10};
    snprintf(session.held_limit, sizeof session.held_limit, "promise");
    cr_assert(plan_held_longer(&session, 0.3) == 0 && session.held_s == 10);
    snprintf(session.held_limit, sizeof session.held_limit, "time");
    cr_assert(plan_held_longer(&session, 0.9) == 0 && session.held_s == 10);
    session.held_per_s = 0;
    cr_assert(plan_held_longer(&session, 0.3) == 0 && session.held_s == 10, "there is nothing to go on from");
}

/* 50 jobs that are left take 50 ms where 1,000/s can be done; while 600/s go on only 400/s go into them. */
Test(plan_held, what_is_left_is_worked_off_beside_what_comes, .timeout = 10)
{
    cr_assert(fabs(plan_recovery_s(0.05, 1000, 600) - 0.125) < 1e-9);
    cr_assert(isnan(plan_recovery_s(0.05, 600, 600)) && isnan(plan_recovery_s(0.05, 500, 600)), "never");
    cr_assert(isnan(plan_recovery_s(0.05, NAN, 600)) && isnan(plan_recovery_s(0.05, 1000, 0)), "not known");
}
