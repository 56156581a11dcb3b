/* burst.c - what the generator plans is what was asked for. */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench/measure/slice_run.h"

static double offered(const char *spec)
{
    static struct slice slice;
    struct plan_entry entry = {
        .pool = pool_find("mutex"), .workers = 2, .producers = 1, .capacity = 1024, .pin = "none"};
    struct workload_setting setting;
    char why[256];
    cr_assert(workload_parse(spec, &entry.workload, why, sizeof why) == 0, "%s", why);
    setting = plan_setting(&entry);
    slice_run(&entry, entry.workload.ops->jobs(&entry.workload, &setting), 7, INT64_C(20000000000), &slice, NULL);
    cr_assert(!*slice.failure, "%s: %s", spec, slice.failure);
    for (int i = 0; i < entry.workload.ops->figure_count; i++)
        if (!strcmp(entry.workload.ops->figures[i].name, "offered_per_s"))
            return slice.figures[i];
    return NAN;
}

/* From the plan, not from the clock: exact but for the end of the last job's interval. */
Test(burst, offers_the_rate_that_was_asked_for, .timeout = 60)
{
    static const struct {
        const char *spec;
        double rate;
    } cases[] = {{"burst:rate=20k,arrivals=constant,of=empty", 20000},
                 {"burst:rate=100k,arrivals=onoff,on=5ms,off=20ms,of=empty", 100000},
                 {"burst:rate=100k,arrivals=onoff,of=empty", 100000},
                 {"burst:rate=1k,arrivals=onoff,on=5ms,off=5ms,of=empty", 1000}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double rate = offered(cases[i].spec);
        cr_assert(fabs(rate / cases[i].rate - 1) < 0.01, "%s offers %g", cases[i].spec, rate);
    }
    /* As many as distances between them: one more would be 1% of a hundred. */
    cr_assert(offered("burst:rate=1k,arrivals=constant,for=100ms,warm=100ms,of=empty") == 1000);
}

/* More jobs in a burst and its pause than a slice holds: cut, their rate would double. */
Test(burst, whose_cycle_no_slice_holds_is_refused, .timeout = 10)
{
    struct workload_spec spec;
    char why[512] = "";
    cr_assert(workload_parse("burst:rate=1M,arrivals=onoff,on=2s,off=2s,of=empty", &spec, why, sizeof why) == -EINVAL);
    cr_assert(!strncmp(why, "burst: on and off make a cycle of ", 34), "%s", why);
    cr_assert(strstr(why, "4000000 jobs") && strstr(why, "1048576"), "%s", why);
    cr_assert(workload_parse("burst:rate=1M,arrivals=onoff,on=500ms,off=500ms,of=empty", &spec, why, sizeof why) == 0);
    cr_assert(spec.ops->jobs(&spec, NULL) == 1000000, "whole cycles only");
    cr_assert(workload_parse("burst:rate=1M,on=2s,off=2s,of=empty", &spec, why, sizeof why) == 0, "no bursts");
}

/* What comes before the window counts for nothing, what is lost in it is infinitely late. */
Test(burst, counts_after_a_warm_up, .timeout = 60)
{
    static struct slice slice;
    static struct slice_samples samples;
    struct plan_entry entry = {
        .pool = pool_find("mutex"), .workers = 1, .producers = 1, .capacity = 1, .full = POOL_REJECT, .pin = "none"};
    struct workload_setting setting;
    char why[256];
    cr_assert(workload_parse("burst:rate=2k,arrivals=constant,for=100ms,warm=50ms,of=io:op=sleep,wait=5ms",
                             &entry.workload, why, sizeof why) == 0,
              "%s", why);
    setting = plan_setting(&entry);
    slice_run(&entry, entry.workload.ops->jobs(&entry.workload, &setting), 7, INT64_C(20000000000), &slice, &samples);
    cr_assert(!*slice.failure, "%s", slice.failure);
    cr_assert(slice.jobs == 300 && slice.window.offered >= 199 && slice.window.offered <= 201, "%lld of %lld",
              (long long)slice.window.offered, (long long)slice.jobs);
    cr_assert(slice.window.lost > 100, "a worker does 200 of 2,000 a second: %lld", (long long)slice.window.lost);
    cr_assert(samples.submit_to_end.count + samples.submit_to_end.lost == (uint64_t)slice.window.offered);
    cr_assert(samples.submit_to_end.lost == (uint64_t)slice.window.lost &&
              isinf(hist_quantile(&samples.submit_to_end, 0.99)));
}

/* Overloaded a hundredfold it takes long against the limit, but gets on. */
Test(slice, that_gets_on_does_not_hang, .timeout = 60)
{
    static struct slice slice;
    struct plan_entry entry = {
        .pool = pool_find("inline"), .workers = 1, .producers = 1, .capacity = 1024, .pin = "none"};
    char why[256];
    cr_assert(workload_parse("burst:rate=200k,arrivals=constant,of=io:op=sleep,wait=1ms", &entry.workload, why,
                             sizeof why) == 0);
    slice_run(&entry, 2500, 7, INT64_C(1000000000), &slice, NULL); /* 1 s; it takes 2.5 s */
    cr_assert(!*slice.failure && !slice.hung, "%s", slice.failure);
}
