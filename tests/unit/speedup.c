/* speedup.c - speed-ups of results with known speeds, and how they are printed. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "bench/findings/speedup.h"
#include "bench/show/speedup_show.h"

static json_t *configuration(const char *pool, const char *spec, int workers, int producers)
{
    return json_pack("{s:s, s:f, s:s, s:s, s:i, s:i, s:i, s:s, s:s, s:i, s:s, s:s, s:[]}", "pool", pool, "cpus", 2.0,
                     "workload", strchr(spec, ':') ? "cpu" : "cancel", "spec", spec, "workers", workers, "producers",
                     producers, "capacity", 8, "full", "block", "results", "none", "results_capacity", 0, "pin", "core",
                     "role", "asked", "trials");
}

/* Rounds in which it did so many jobs per second, times a bias of the round's own. */
static void rounds(json_t *one, double speed, int count)
{
    for (int i = 0; i < count; i++)
        json_array_append_new(json_object_get(one, "trials"), json_pack("{s:s, s:i, s:f}", "verdict", "ok", "round", i,
                                                                        "jobs_per_s", speed * (1 + 0.5 * (i % 3))));
}

static json_t *result_of(json_t *const *configurations, int count)
{
    json_t *list = json_array();
    for (int i = 0; i < count; i++)
        json_array_append_new(list, configurations[i]);
    return json_pack("{s:o}", "configurations", list);
}

static double number(const json_t *result, size_t index, const char *key)
{
    return json_number_value(json_object_get(json_array_get(json_object_get(result, "speedups"), index), key));
}

/* The machine moves by half from round to round, both sides alike: the ratio does not. */
Test(speedup, is_taken_round_by_round, .timeout = 10)
{
    json_t *one = configuration("ring", "cpu:size=1us", 1, 1), *four = configuration("ring", "cpu:size=1us", 4, 1);
    json_t *result;
    rounds(one, 100, 12);
    rounds(four, 180, 12);
    result = result_of((json_t *[]){one, four}, 2);
    speedup_add(result);
    cr_assert(json_array_size(json_object_get(result, "speedups")) == 1);
    cr_assert(fabs(number(result, 0, "speedup") - 1.8) < 1e-9);
    cr_assert(fabs(number(result, 0, "low") - 1.8) < 1e-9 && fabs(number(result, 0, "high") - 1.8) < 1e-9);
    cr_assert(fabs(number(result, 0, "efficiency") - 0.9) < 1e-9, "two CPUs, however many workers");
    cr_assert(number(result, 0, "workers") == 4 && number(result, 0, "rounds") == 12);
    json_decref(result);
}

Test(speedup, needs_the_same_with_one_worker, .timeout = 10)
{
    json_t *one = configuration("ring", "cpu:size=1us", 1, 1), *other = configuration("ring", "cpu:size=2us", 2, 1);
    json_t *pool = configuration("mutex", "cpu:size=1us", 2, 1),
           *producers = configuration("ring", "cpu:size=1us", 2, 3);
    json_t *timed_one = configuration("ring", "cancel", 1, 1), *timed = configuration("ring", "cancel", 2, 1);
    json_t *all[] = {one, other, pool, producers, timed_one, timed}, *result;
    for (int i = 0; i < 6; i++)
        rounds(all[i], 100, 6);
    result = result_of(all, 6);
    speedup_add(result);
    cr_assert(json_array_size(json_object_get(result, "speedups")) == 0);
    json_decref(result);
}

/* A quota of one and a half CPUs is one and a half, and not one: no efficiency of 150%. */
Test(speedup, is_divided_by_the_cpus_that_a_quota_grants, .timeout = 10)
{
    json_t *one = configuration("ring", "cpu:size=1us", 1, 1), *two = configuration("ring", "cpu:size=1us", 2, 1);
    json_t *result;
    json_object_set_new(two, "cpus", json_real(1.5));
    rounds(one, 100, 6);
    rounds(two, 150, 6);
    result = result_of((json_t *[]){one, two}, 2);
    speedup_add(result);
    cr_assert(fabs(number(result, 0, "efficiency") - 1) < 1e-9, "%g", number(result, 0, "efficiency"));
    json_decref(result);
}

Test(speedup, below_six_rounds_has_no_interval, .timeout = 10)
{
    json_t *one = configuration("ring", "cpu:size=1us", 1, 1), *two = configuration("ring", "cpu:size=1us", 2, 1);
    json_t *result;
    rounds(one, 100, 5);
    rounds(two, 200, 4); /* one of them failed */
    result = result_of((json_t *[]){one, two}, 2);
    speedup_add(result);
    cr_assert(fabs(number(result, 0, "speedup") - 2) < 1e-9 && number(result, 0, "rounds") == 4);
    cr_assert(json_is_null(json_object_get(json_array_get(json_object_get(result, "speedups"), 0), "low")));
    json_decref(result);
}

Test(speedup, is_printed_with_what_tells_pools_apart, .timeout = 10)
{
    json_t *all[4], *result;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    for (int i = 0; i < 4; i++) {
        all[i] = configuration("ring", "cpu:size=1us", i % 2 + 1, i < 2 ? 1 : 3);
        rounds(all[i], 100 * (i % 2 + 1), 6);
    }
    result = result_of(all, 4);
    speedup_add(result);
    speedup_show(result, out, false);
    fclose(out);
    cr_assert(strstr(text, "ring, 1 producer ") && strstr(text, "ring, 3 producers"), "%s", text);
    cr_assert(strstr(text, "2.00x (2.00..2.00)  100%\n"), "%s", text);
    free(text);
    json_decref(result);
}
