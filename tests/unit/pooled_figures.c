/* pooled_figures.c - a percentile is of all samples together, or it is none. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/hist_json.h"
#include "bench/results/result.h"
#include "bench/show/report.h"
#include "bench/show/run_verdicts.h"

static struct hist hist;

/* A round of wakeups: so many starts of this length, after bare wake-ups of that. */
static json_t *trial(int round, int count, uint64_t start_ns, uint64_t raw_ns)
{
    json_t *samples = json_object();
    hist = (struct hist){0};
    hist_record_many(&hist, start_ns, (uint64_t)count);
    json_object_set_new(samples, "start", hist_json(&hist));
    hist = (struct hist){0};
    hist_record_many(&hist, raw_ns, (uint64_t)count);
    json_object_set_new(samples, "raw", hist_json(&hist));
    return json_pack("{s:s, s:i, s:{s:f, s:o, s:f, s:f}, s:o, s:{}}", "verdict", "ok", "round", round, "figures",
                     "start_p50_ns", (double)start_ns, "start_p99_ns",
                     count < 100 ? json_null() : json_real((double)start_ns), "raw_p50_ns", (double)raw_ns, "over_raw",
                     (double)start_ns / (double)raw_ns, "samples", samples, "latency");
}

static json_t *configuration(const char *pool, json_t *trials)
{
    return json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:s, s:s, s:s, s:i, s:s, s:o}", "pool", pool, "workload", "wakeup",
                     "spec", "wakeup", "workers", 2, "producers", 1, "capacity", 1024, "full", "block", "pin", "core",
                     "results", "none", "results_capacity", 0, "role", "asked", "trials", trials);
}

static json_t *summarised(json_t *configurations)
{
    json_t *result = json_pack("{s:[], s:o}", "rounds", "configurations", configurations);
    cr_assert(result_summarise(result, false) == 0);
    return result;
}

static double metric(const json_t *result, size_t which, const char *name)
{
    double value, low, high;
    char text[64];
    snprintf(text, sizeof text, "figures.%s", name);
    return result_metric(json_array_get(json_object_get(result, "configurations"), which), text, &value, &low, &high)
               ? value
               : NAN;
}

static bool near(double value, double expected)
{
    return fabs(value / expected - 1) < 0.005;
}

/* Nine rounds, of which three are bad: the median round knows nothing of them. */
static json_t *nine_rounds(void)
{
    json_t *trials = json_array();
    for (int i = 0; i < 9; i++)
        json_array_append_new(trials, trial(i, 1000, i < 3 ? 5000000 : 10000, 10000));
    return trials;
}

Test(pooled_figures, are_of_all_rounds_together, .timeout = 10)
{
    json_t *result = summarised(json_pack("[o]", configuration("ring", nine_rounds())));
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    cr_assert(near(metric(result, 0, "start_p50_ns"), 10000));
    cr_assert(near(metric(result, 0, "start_p99_ns"), 5000000), "%g", metric(result, 0, "start_p99_ns"));
    report_table(result, out, false);
    fclose(out);
    cr_assert(strstr(text, "5.00 ms of all rounds together, 10.0 us in the median round: 3 of 9 rounds were bad"), "%s",
              text);
    free(text);
    json_decref(result);
}

/* Two rounds, of which the small one is bad: the median round, which is between, is beyond both halves. */
Test(pooled_figures, of_two_rounds_the_bad_one_is_counted, .timeout = 10)
{
    json_t *trials = json_pack("[o, o]", trial(0, 900, 10000, 10000), trial(1, 4, 90000, 10000)), *result;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    result = summarised(json_pack("[o]", configuration("ring", trials)));
    report_table(result, out, false);
    fclose(out);
    cr_assert(strstr(text, "10.0 us of all rounds together, 50.0 us in the median round: 1 of 2 rounds was bad"), "%s",
              text);
    free(text);
    json_decref(result);
}

/* A page for a pull request says which it is. */
Test(pooled_figures, are_called_so_in_exports, .timeout = 10)
{
    json_t *result = summarised(json_pack("[o]", configuration("ring", nine_rounds()))), *verdicts, *row;
    verdicts = run_verdicts(result);
    row = json_array_get(json_object_get(verdicts, "rows"), 0);
    cr_assert_str_eq(result_string(row, "figure"), "start_p50_ns, ns, of all rounds together");
    cr_assert_str_eq(result_string(row, "new"), "10.0 us");
    json_decref(verdicts);
    json_decref(result);
}

/* Its interval is its own, not that of the median round: the value lies in it. */
Test(pooled_figures, have_an_interval_of_their_own, .timeout = 10)
{
    json_t *bad = nine_rounds(), *even = json_array(), *few = json_array(), *result, *list;
    double value, low, high;
    for (int i = 0; i < 9; i++) {
        json_array_append_new(even, trial(i, 1000, 10000 + (uint64_t)i, 10000));
        json_array_append_new(few, trial(i, 20, 10000, 10000));
    }
    result = summarised(
        json_pack("[o, o, o]", configuration("ring", bad), configuration("mutex", even), configuration("steal", few)));
    list = json_object_get(result, "configurations");
    cr_assert(result_metric(json_array_get(list, 0), "figures.start_p50_ns", &value, &low, &high));
    cr_assert(near(value, 10000) && near(low, 10000) && near(high, 5000000), "a third is bad: %g..%g", low, high);
    cr_assert(result_metric(json_array_get(list, 0), "figures.start_p99_ns", &value, &low, &high));
    cr_assert(value >= low && near(value, 5000000) && !(value > high), "%g: %g..%g", value, low, high);
    cr_assert(result_metric(json_array_get(list, 1), "figures.start_p99_ns", &value, &low, &high));
    cr_assert(near(low, value) && near(high, value), "%g: %g..%g", value, low, high);
    cr_assert(result_coverage(json_array_get(list, 1), "figures.start_p99_ns") == 0.95);
    cr_assert(result_metric(json_array_get(list, 2), "figures.start_p99_ns", &value, &low, &high));
    cr_assert(near(value, 10000) && isnan(high), "180 samples have a p99, but no upper end of it: %g", high);
    cr_assert(result_coverage(json_array_get(list, 2), "figures.start_p99_ns") == 0);
    json_decref(result);
}

/* Of two rounds nobody knows how rounds differ, and 2,000 samples say nothing of it. */
Test(pooled_figures, of_two_rounds_have_no_interval, .timeout = 10)
{
    for (int rounds = 1; rounds <= 3; rounds++) {
        json_t *trials = json_array(), *result;
        double value, low, high;
        for (int i = 0; i < rounds; i++)
            json_array_append_new(trials, trial(i, 1000, 10000, 10000));
        result = summarised(json_pack("[o]", configuration("ring", trials)));
        cr_assert(result_metric(json_array_get(json_object_get(result, "configurations"), 0), "figures.start_p99_ns",
                                &value, &low, &high));
        cr_assert(near(value, 10000) && isnan(low) == (rounds < 3) && isnan(high) == (rounds < 3), "%d: %g..%g", rounds,
                  low, high);
        cr_assert((result_coverage(json_array_get(json_object_get(result, "configurations"), 0),
                                   "figures.start_p99_ns") > 0) == (rounds == 3));
        json_decref(result);
    }
}

/* Four rounds of 20: none holds a p99, nor do all. Six of 20 do. */
Test(pooled_figures, that_the_samples_cannot_hold_are_none, .timeout = 10)
{
    json_t *few = json_array(), *enough = json_array(), *result;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    for (int i = 0; i < 6; i++) {
        if (i < 4)
            json_array_append_new(few, trial(i, 20, 10000, 10000));
        json_array_append_new(enough, trial(i, 20, 10000, 10000));
    }
    result = summarised(json_pack("[o, o]", configuration("ring", few), configuration("mutex", enough)));
    cr_assert(isnan(metric(result, 0, "start_p99_ns")) && near(metric(result, 1, "start_p99_ns"), 10000));
    report_table(result, out, false);
    fclose(out);
    cr_assert(strstr(text, "ring: p99 -, of 80 samples; it needs 100.") && !strstr(text, "mutex: p99 -"), "%s", text);
    free(text);
    json_decref(result);
}

/* The floor of a table is one, whatever state each pool left the CPUs in. */
Test(pooled_figures, of_a_floor_are_of_all_pools, .timeout = 10)
{
    json_t *result = summarised(json_pack("[o, o]", configuration("ring", json_pack("[o]", trial(0, 300, 12000, 3000))),
                                          configuration("mutex", json_pack("[o]", trial(0, 900, 24000, 12000)))));
    cr_assert(near(metric(result, 0, "raw_p50_ns"), 12000) && near(metric(result, 1, "raw_p50_ns"), 12000));
    cr_assert(near(metric(result, 0, "over_raw"), 1) && near(metric(result, 1, "over_raw"), 2));
    json_decref(result);
}

Test(pooled_figures, need_so_many_samples, .timeout = 10)
{
    json_t *json;
    cr_assert(hist_needed(0.5) == 2 && hist_needed(0.99) == 100 && hist_needed(0.999) == 1000);
    hist = (struct hist){0};
    hist_record_many(&hist, 1000, 50);
    json = hist_json(&hist);
    cr_assert(json_is_number(json_object_get(json, "p95_ns")) && json_is_null(json_object_get(json, "p99_ns")) &&
              json_is_null(json_object_get(json, "p99.9_ns")));
    json_decref(json);
}
