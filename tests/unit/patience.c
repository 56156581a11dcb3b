/* patience.c - a slice that is given up is nobody's failure. */
#include <criterion/criterion.h>
#include <string.h>

#include "bench/measure/patience.h"
#include "bench/measure/plan.h"
#include "bench/measure/slice_run.h"

Test(patience, a_slice_that_is_given_up_is_no_hang, .timeout = 60)
{
    struct plan_entry entry = {.pool = pool_find("mutex"), .workers = 1, .producers = 1, .capacity = 8, .pin = "none"};
    static struct slice slice;
    char why[256];
    cr_assert(entry.pool && workload_parse("io:op=sleep,wait=2s", &entry.workload, why, sizeof why) == 0, "%s", why);
    patience_end();
    slice_run(&entry, 4, 7, INT64_C(100000000), &slice, NULL); /* 8 s, if it were waited for */
    cr_assert(slice.stopped && !slice.hung && !*slice.failure, "%s", slice.failure);
}
