/* answer.c - what a run comes to, of documents whose ratios are known. */
#include "bench/findings/answer.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/show/answer_show.h"

enum { ROUNDS = 12 };

static json_t *result;

static void begin(void)
{
    result = json_pack("{s:[], s:[]}", "configurations", "metg");
}

static void end(void)
{
    json_decref(result);
}

/* A configuration whose value in round r is base * (1 + wobble * something of r). */
static void add(const char *pool, const char *workload, const char *spec, const char *figure, double base,
                double wobble)
{
    json_t *trials = json_array();
    for (int r = 0; r < ROUNDS; r++) {
        double value = base * (1 + wobble * sin(7.0 * r + base));
        json_t *trial = json_pack("{s:i, s:s, s:f}", "round", r, "verdict", "ok", "jobs_per_s", figure ? 1.0 : value);
        if (figure)
            json_object_set_new(trial, "figures", json_pack("{s:f}", figure, value));
        json_array_append_new(trials, trial);
    }
    json_array_append_new(json_object_get(result, "configurations"),
                          json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:s, s:s, s:s, s:s, s:i, s:o}", "pool", pool,
                                    "workload", workload, "spec", spec, "workers", 2, "producers", 1, "capacity", 1024,
                                    "full", "block", "pin", "core", "role", "asked", "results", "none",
                                    "results_capacity", 0, "trials", trials));
}

static const char *shown(void)
{
    static char text[4096];
    FILE *out = fmemopen(text, sizeof text, "w");
    answer_add(result);
    answer_show(result, out, false);
    fclose(out);
    return text;
}

Test(answer, tells_alike_slower_and_undecided_apart, .timeout = 20, .init = begin, .fini = end)
{
    const char *text;
    add("ring", "empty", "empty", NULL, 10e6, 0);
    add("mutex", "empty", "empty", NULL, 9.9e6, 0.001);
    add("textbook", "empty", "empty", NULL, 5e6, 0.01);
    add("steal", "empty", "empty", NULL, 9.7e6, 0.3);
    add("ring", "io", "io:op=pipe", NULL, 1e5, 0);
    add("mutex", "io", "io:op=pipe", NULL, 1e5, 0.002);
    text = shown();
    cr_assert(strstr(text, "empty           ring, mutex alike; textbook 0.50x; cannot tell: steal\n"), "%s", text);
    cr_assert(strstr(text, "io              ") && strstr(text, " alike\n"), "%s", text);
}

/* The fastest by its median is no answer where others are not told apart from it. */
Test(answer, of_pools_that_are_undecided_names_none_as_best, .timeout = 20, .init = begin, .fini = end)
{
    add("ring", "empty", "empty", NULL, 10e6, 0);
    add("mutex", "empty", "empty", NULL, 9.7e6, 0.3);
    add("steal", "empty", "empty", NULL, 9.6e6, 0.3);
    add("ring", "io", "io:op=pipe", NULL, 1e5, 0);
    add("mutex", "io", "io:op=pipe", NULL, 1e5, 0.002);
    add("steal", "io", "io:op=pipe", NULL, 1e5, 0.002);
    cr_assert(strstr(shown(), "empty           cannot tell: ") && !strstr(shown(), "; cannot tell"), "%s", shown());
    add("spawn", "empty", "empty", NULL, 1e6, 0.01);
    add("spawn", "io", "io:op=pipe", NULL, 1e4, 0.01);
    cr_assert(strstr(shown(), "empty           cannot tell: ") && strstr(shown(), "steal; spawn 0.1"), "%s", shown());
}

Test(answer, takes_the_mean_over_all_of_a_kind, .timeout = 20, .init = begin, .fini = end)
{
    /* Half as fast in one of two configurations: 0.71x by the geometric mean. */
    add("ring", "io", "io:op=pipe", NULL, 1e5, 0);
    add("ring", "io", "io:op=file", NULL, 1e3, 0);
    add("spawn", "io", "io:op=pipe", NULL, 1e5, 0);
    add("spawn", "io", "io:op=file", NULL, 5e2, 0);
    add("ring", "empty", "empty", NULL, 1e6, 0);
    add("spawn", "empty", "empty", NULL, 1e4, 0);
    cr_assert(strstr(shown(), "io              ring first; spawn 0.71x\n"), "%s", shown());
}

Test(answer, less_is_better_of_times, .timeout = 20, .init = begin, .fini = end)
{
    add("ring", "wakeup", "wakeup", "start_p50_ns", 5000, 0);
    add("spawn", "wakeup", "wakeup", "start_p50_ns", 20000, 0);
    add("ring", "empty", "empty", NULL, 1e6, 0);
    add("spawn", "empty", "empty", NULL, 1e6, 0);
    cr_assert(strstr(shown(), "wakeup          ring first; spawn 0.25x\n"), "%s", shown());
}

Test(answer, short_and_long_jobs_are_two_kinds, .timeout = 20, .init = begin, .fini = end)
{
    add("ring", "cpu", "cpu:size=100ns", NULL, 1e7, 0);
    add("spawn", "cpu", "cpu:size=100ns", NULL, 1e4, 0);
    add("ring", "cpu", "cpu:size=100us", NULL, 1e4, 0);
    add("spawn", "cpu", "cpu:size=100us", NULL, 5e3, 0);
    cr_assert(strstr(shown(), "cpu up to 1 us  ring first; spawn 0.001x\n"), "%s", shown());
    cr_assert(strstr(shown(), "cpu, longer     ring first; spawn 0.50x\n"), "%s", shown());
}

/* A pool that lacks a configuration, or all good rounds of one, is not ranked. */
Test(answer, leaves_out_who_was_not_measured_with_all, .timeout = 20, .init = begin, .fini = end)
{
    add("ring", "io", "io:op=pipe", NULL, 1e5, 0);
    add("ring", "io", "io:op=file", NULL, 1e3, 0);
    add("mutex", "io", "io:op=pipe", NULL, 1e5, 0);
    add("mutex", "io", "io:op=file", NULL, 1e3, 0);
    add("spawn", "io", "io:op=file", NULL, 5e6, 0);
    add("ring", "empty", "empty", NULL, 1e6, 0);
    add("mutex", "empty", "empty", NULL, 1e6, 0);
    cr_assert(strstr(shown(), "io ") && !strstr(shown(), "spawn"), "%s", shown());
}

Test(answer, of_one_kind_or_one_pool_is_none, .timeout = 20, .init = begin, .fini = end)
{
    add("ring", "empty", "empty", NULL, 1e6, 0);
    add("mutex", "empty", "empty", NULL, 1e6, 0);
    answer_add(result);
    cr_assert(json_array_size(json_object_get(result, "answer")) == 0);
}

Test(answer, names_the_smallest_job_worth_a_pool, .timeout = 20, .init = begin, .fini = end)
{
    json_t *list = json_object_get(result, "metg");
    add("ring", "empty", "empty", NULL, 1e6, 0);
    add("spawn", "empty", "empty", NULL, 1e4, 0);
    add("ring", "wakeup", "wakeup", "start_p50_ns", 5000, 0);
    add("spawn", "wakeup", "wakeup", "start_p50_ns", 20000, 0);
    json_array_append_new(list, json_pack("{s:s, s:i, s:s, s:f, s:f, s:f}", "pool", "ring", "workers", 2, "side",
                                          "inside", "ns", 168.0, "low_ns", 160.0, "high_ns", 181.0));
    json_array_append_new(list, json_pack("{s:s, s:i, s:s, s:f, s:f, s:f}", "pool", "spawn", "workers", 2, "side",
                                          "inside", "ns", 79000.0, "low_ns", 77000.0, "high_ns", 86000.0));
    json_array_append_new(list, json_pack("{s:s, s:i, s:s, s:f, s:f, s:f}", "pool", "mutex", "workers", 2, "side",
                                          "inside", "ns", 166.0, "low_ns", 150.0, "high_ns", 215.0)); /* by noise */
    cr_assert(strstr(shown(), "below 168 ns a job is not worth a pool with 2 workers here (ring, 160 ns..181 ns)\n"),
              "%s", shown());
}
