/* limit_share.c - overhead over what binds it, round by round. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>

#include "bench/findings/limit_share.h"
#include "bench/results/result.h"

/* Six rounds in which the line moves from 50 to 100 ns, and the overhead with it. */
static json_t *document(double wakes)
{
    json_t *rounds = json_array(), *trials = json_array();
    for (int i = 0; i < 6; i++) {
        double line = 50 + 10 * i;
        json_array_append_new(rounds, json_pack("{s:i, s:f, s:f}", "round", i, "line_ns", line, "wake_ns", 5000.0));
        json_array_append_new(
            trials, json_pack("{s:s, s:i, s:f}", "verdict", "ok", "round", i, "overhead_ns_per_job", 2 * line));
    }
    return json_pack("{s:o, s:[{s:s, s:s, s:o, s:{s:{s:f, s:f, s:f}}}]}", "rounds", rounds, "configurations", "pool",
                     "ring", "role", "asked", "trials", trials, "summary", "wakes_per_job", "median", wakes, "low",
                     wakes, "high", wakes);
}

Test(limit_share, is_taken_in_the_same_round, .timeout = 10)
{
    json_t *result = document(0.01), *configuration = json_array_get(json_object_get(result, "configurations"), 0);
    double value, low, high;
    limit_share_add(result);
    cr_assert(result_metric(configuration, "of_limit", &value, &low, &high));
    /* Of the medians it would have an interval from 1.3 to 3. */
    cr_assert(fabs(value - 2) < 1e-9 && fabs(low - 2) < 1e-9 && fabs(high - 2) < 1e-9, "%g %g %g", value, low, high);
    json_decref(result);
}

Test(limit_share, a_wake_up_binds_where_most_jobs_need_one, .timeout = 10)
{
    json_t *result = document(0.9), *configuration = json_array_get(json_object_get(result, "configurations"), 0);
    double value, low, high;
    limit_share_add(result);
    cr_assert(result_metric(configuration, "of_limit", &value, &low, &high) && fabs(value - 0.03) < 1e-9, "%g", value);
    json_decref(result);
}
