/* metg.c - METG of lines that are known, and of results made of them. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "bench/findings/granularity.h"
#include "bench/measure/plain_loop.h"
#include "bench/show/metg_show.h"
#include "bench/statistics/metg.h"

#define POINTS(...)                                                                                                    \
    (struct metg_point[])                                                                                              \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }

Test(metg, is_where_the_line_crosses_one_half_on_a_logarithmic_axis, .timeout = 10)
{
    /* Halfway from 0.25 to 0.75, so halfway from 100 to 10,000 by factors. */
    cr_assert(fabs(metg_at(POINTS({100, 0.25}, {10000, 0.75}), 2) - 1000) < 1e-6);
    cr_assert(fabs(metg_at(POINTS({10000, 0.75}, {100, 0.25}), 2) - 1000) < 1e-6, "in any order");
    cr_assert(fabs(metg_at(POINTS({1, 0}, {100, 0.25}, {10000, 0.75}, {1e6, 1}), 4) - 1000) < 1e-6);
    cr_assert(fabs(metg_at(POINTS({100, 0.25}, {1000, 0.5}), 2) - 1000) < 1e-6, "at a point itself");
}

Test(metg, says_on_which_side_it_lies_when_it_is_not_between, .timeout = 10)
{
    cr_assert(metg_at(POINTS({100, 0.6}, {1000, 0.9}), 2) == 0);
    cr_assert(isinf(metg_at(POINTS({100, 0.1}, {1000, 0.4}), 2)));
    cr_assert(isnan(metg_at(NULL, 0)));
}

Test(metg, over_rounds_is_a_median_that_takes_sides_as_order, .timeout = 10)
{
    struct metg metg = metg_over((double[]){0, 300, 310, 320, 330, 340, INFINITY}, 7);
    cr_assert(metg.known && metg.ns == 320 && metg.low == 0 && isinf(metg.high));
    metg = metg_over((double[]){0, 0, 0, 300, 310, 320}, 6);
    cr_assert(metg.ns == 0, "there is no average with \"less\": %g", metg.ns);
    metg = metg_over((double[]){300, 310, 320, INFINITY, INFINITY, INFINITY}, 6);
    cr_assert(isinf(metg.ns));
    cr_assert(!metg_over((double[]){300, 310}, 2).known);
    cr_assert(isnan(metg_over(NULL, 0).ns));
}

static json_t *configuration(const char *spec)
{
    return json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:s, s:s, s:s, s:[]}", "pool", "ring", "workload", "cpu", "spec",
                     spec, "workers", 2, "producers", 1, "capacity", 8, "full", "block", "pin", "core", "role", "asked",
                     "trials");
}

/* Six rounds. The pool is at 25 and 75% of the machine, which moves: in odd rounds all
 * have half of it, the loop too. */
static json_t *result_of(const char *first, const char *second)
{
    json_t *small = configuration(first), *large = configuration(second), *rounds = json_array();
    for (int i = 0; i < 6; i++) {
        double machine = i % 2 ? 0.5 : 1;
        json_array_append_new(json_object_get(small, "trials"),
                              json_pack("{s:s, s:i, s:f}", "verdict", "ok", "round", i, "busy", 0.25 * machine));
        json_array_append_new(json_object_get(large, "trials"),
                              json_pack("{s:s, s:i, s:f}", "verdict", "ok", "round", i, "busy", 0.75 * machine));
        json_array_append_new(rounds, json_pack("{s:i, s:[{s:i, s:f, s:f}, {s:i, s:f, s:f}, {s:i, s:f, s:f}]}", "round",
                                                i, "reference", "workers", 2, "size_ns", 1.0, "efficiency", 0.1,
                                                "workers", 2, "size_ns", 100.0, "efficiency", machine, "workers", 2,
                                                "size_ns", 10000.0, "efficiency", machine));
    }
    return json_pack("{s:[o, o], s:o}", "configurations", small, large, "rounds", rounds);
}

static double number(const json_t *result, const char *key)
{
    return json_number_value(json_object_get(json_array_get(json_object_get(result, "metg"), 0), key));
}

Test(metg, beside_the_loop_does_not_move_with_the_machine, .timeout = 10)
{
    json_t *result = result_of("cpu:size=100ns", "cpu:size=10us");
    granularity_add(result);
    cr_assert(json_array_size(json_object_get(result, "metg")) == 1);
    cr_assert(fabs(number(result, "relative_ns") - 1000) < 1e-6);
    cr_assert(fabs(number(result, "relative_low_ns") - 1000) < 1e-6);
    cr_assert(fabs(number(result, "relative_high_ns") - 1000) < 1e-6);
    /* By itself it is at 1 us in three rounds, and not reached in the others. */
    cr_assert(!strcmp(json_string_value(json_object_get(json_array_get(json_object_get(result, "metg"), 0), "side")),
                      "above"));
    cr_assert(number(result, "reference_ns") > 1 && number(result, "reference_ns") <= 100);
    json_decref(result);
}

Test(metg, needs_two_sizes_of_the_same_workload, .timeout = 10)
{
    static const char *const others[] = {"cpu:size=10us,batch=8", "cpu:size=10us,dist=exp", "empty"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        json_t *result = result_of("cpu:size=100ns", others[i]);
        granularity_add(result);
        cr_assert(json_array_size(json_object_get(result, "metg")) == 0, "%s", others[i]);
        json_decref(result);
    }
}

Test(metg, is_shown_where_one_half_is_between_the_sizes, .timeout = 10)
{
    json_t *result = json_pack("{s:[{s:s, s:i, s:s, s:f, s:f, s:f, s:i, s:s, s:f, s:f}]}", "metg", "pool", "ring",
                               "workers", 2, "side", "inside", "ns", 350.0, "low_ns", 340.0, "high_ns", 360.0, "rounds",
                               12, "relative_side", "below", "least_size_ns", 100.0, "most_size_ns", 1000.0);
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    metg_show(result, out, false);
    fclose(out);
    cr_assert(strstr(text, "\nring        2  350 ns (340 ns..360 ns)") && strstr(text, " <100 ns\n"), "%s", text);
    free(text);
    json_decref(result);
}

Test(reference, is_measured_where_there_are_two_sizes, .timeout = 60)
{
    struct plan_entry entries[2] = {{.workers = 2, .producers = 1, .pin = "none"}};
    struct plan plan = {.entries = entries, .count = 2};
    json_t *list, *point;
    char why[256];
    size_t i;
    entries[0].pool = pool_find("mutex");
    entries[1] = entries[0];
    cr_assert(!workload_parse("cpu:size=1us", &entries[0].workload, why, sizeof why) &&
              !workload_parse("cpu:size=2us", &entries[1].workload, why, sizeof why));
    list = plain_loop_json(&plan);
    cr_assert(json_array_size(list) == 2 + 4);
    json_array_foreach (list, i, point)
        cr_assert(json_number_value(json_object_get(point, "ns_per_job")) > 0 &&
                  json_number_value(json_object_get(point, "efficiency")) > 0);
    json_decref(list);
    plan.count = 1;
    list = plain_loop_json(&plan);
    cr_assert(json_array_size(list) == 0);
    json_decref(list);
}
