/* burst.c - what the generator plans is what was asked for. */
#include <criterion/criterion.h>
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
}
