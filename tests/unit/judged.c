/* judged.c - how narrow the intervals of a run are, of documents with known values. */
#include "bench/findings/judged.h"

#include <criterion/criterion.h>
#include <math.h>

static json_t *configuration(const char *workload, const char *figure, const double *values, int count)
{
    json_t *trials = json_array();
    for (int r = 0; r < count; r++) {
        json_t *trial = json_pack("{s:i, s:s, s:f}", "round", r, "verdict", "ok", "jobs_per_s", values[r]);
        if (figure)
            json_object_set_new(trial, "figures", json_pack("{s:f}", figure, values[r]));
        json_array_append_new(trials, trial);
    }
    return json_pack("{s:s, s:s, s:s, s:o}", "pool", "ring", "workload", workload, "role", "asked", "trials", trials);
}

Test(judged, width_is_that_of_the_order_statistics, .timeout = 20)
{
    /* Of 6 values only the first and the last cover 95%: 90..120 around 105. */
    const double values[] = {90, 100, 104, 106, 110, 120};
    json_t *one = configuration("cpu", NULL, values, 6);
    int rounds;
    cr_assert(fabs(judged_width(one, &rounds) - 15.0 / 105) < 1e-9 && rounds == 6);
    json_decref(one);
}

Test(judged, few_rounds_have_no_width, .timeout = 20)
{
    const double values[] = {100, 100, 100, 100, 100};
    json_t *one = configuration("cpu", NULL, values, 5);
    int rounds;
    cr_assert(isnan(judged_width(one, &rounds)) && rounds == 5);
    json_decref(one);
}

Test(judged, widest_of_all_and_nothing_where_one_has_none, .timeout = 20)
{
    const double narrow[] = {100, 100, 100, 100, 100, 100}, wide[] = {50, 100, 100, 100, 100, 100};
    json_t *list = json_array(), *result = json_pack("{s:o}", "configurations", list);
    int which, rounds;
    cr_assert(isnan(judged_widest(result, &which, &rounds)) && which == -1);
    json_array_append_new(list, configuration("cpu", NULL, narrow, 6));
    cr_assert(judged_widest(result, &which, &rounds) == 0 && which == 0);
    json_array_append_new(list, configuration("wakeup", "start_p50_ns", wide, 6));
    cr_assert(fabs(judged_widest(result, &which, &rounds) - 0.5) < 1e-9 && which == 1, "by its own figure");
    json_array_append_new(list, configuration("cpu", NULL, narrow, 4));
    cr_assert(isnan(judged_widest(result, &which, &rounds)) && which == 2, "it cannot be told yet");
    json_decref(result);
}
