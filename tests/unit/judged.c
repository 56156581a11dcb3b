/* judged.c - how narrow the intervals of a run are, of documents with known values. */
#include "bench/findings/judged.h"
#include "bench/findings/pairing.h"

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

/* Nothing, in each round: that is known, and no run to a width waits for it. */
Test(judged, nothing_each_time_is_known, .timeout = 20)
{
    const double none[] = {0, 0, 0, 0, 0, 0}, some[] = {0, 0, 0, 0, 5, 9};
    json_t *one = configuration("cpu", NULL, none, 6), *other = configuration("cpu", NULL, some, 6);
    int rounds;
    cr_assert(judged_width(one, &rounds) == 0 && rounds == 6);
    cr_assert(isnan(judged_width(other, &rounds)));
    json_decref(one);
    json_decref(other);
}

/* A round in which nothing came through is no ratio, and without it the others would be alike. */
Test(pairing, of_nothing_there_is_no_ratio, .timeout = 20)
{
    const double good[] = {100, 101, 99, 100, 102, 98, 100}, lost[] = {100, 101, 99, 100, 102, 98, 0};
    json_t *one = configuration("cpu", NULL, good, 7), *other = configuration("cpu", NULL, lost, 7);
    cr_assert(pairing_ratio("jobs_per_s", one, one).pairs == 7 && pairing_ratio("jobs_per_s", one, one).ratio == 1);
    cr_assert(pairing_ratio("jobs_per_s", other, one).pairs == 0 &&
              isnan(pairing_ratio("jobs_per_s", one, other).ratio));
    json_decref(one);
    json_decref(other);
}
