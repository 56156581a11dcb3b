/* compare_costs.c - `poolbench compare`: rows of what a job costs beside its time. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "tests/cli/compare_kit.h"
#include "tests/cli/program.h"

/* Costs have rows of their own kinds, and are told apart. */
CLI_TEST(compare, says_what_costs_more)
{
    static const struct {
        const char *object, *key, *kind;
        double was;
    } costs[] = {{NULL, "cpu_ns_per_job", "CPU time", 100},
                 {"memory", "pool_bytes", "memory", 50000},
                 {NULL, "wakes_per_job", "wakes", 0.5}};
    json_t *document = compare_kit_base();
    for (size_t i = 0; i < sizeof costs / sizeof *costs; i++) {
        char row[64], total[64];
        compare_kit_set_all(document, costs[i].object, costs[i].key, costs[i].was);
        cr_assert(json_dump_file(document, "base.json", 0) == 0);
        compare_kit_set_all(document, costs[i].object, costs[i].key, 2 * costs[i].was);
        compare_kit_save(document);
        snprintf(row, sizeof row, "mutex/empty/t1, %s ", costs[i].kind);
        snprintf(total, sizeof total, "%s 1 of ", costs[i].kind);
        cr_assert(run("compare base.json new.json") == 1, "%s: %s", costs[i].kind, out);
        cr_assert(strstr(out, row) && strstr(out, "MORE") && strstr(out, total) && strstr(out, " 0 slower ("), "%s",
                  out);
        cr_assert(run("compare new.json base.json") == 0 && strstr(out, row) && strstr(out, "less"), "%s", out);
        compare_kit_set_all(document, costs[i].object, costs[i].key, 1.1 * costs[i].was);
        compare_kit_save(document);
        cr_assert(run("compare base.json new.json") == 0 && !strstr(out, row), "%s", out);
    }
    json_decref(document);
}

/* Too few rounds to tell: that nothing is known to have grown does not read as if nothing had. */
CLI_TEST(compare, says_of_how_many_costs_nobody_can_tell)
{
    json_t *document = compare_kit_base();
    compare_kit_set_all(document, NULL, "cpu_ns_per_job", 100);
    compare_kit_fail_some(document, 8);
    cr_assert(json_dump_file(document, "base.json", 0) == 0);
    compare_kit_set_all(document, NULL, "cpu_ns_per_job", 300);
    compare_kit_save(document);
    run("compare base.json new.json");
    cr_assert(strstr(out, "CPU time 0 of 3 (1 undecided)"), "%s", out);
    json_decref(document);
}

/* The change is that of the two figures beside it, however small these are. */
CLI_TEST(compare, says_of_costs_how_much_more)
{
    static const struct {
        const char *object, *key;
        double was;
    } costs[] = {{NULL, "cpu_ns_per_job", 4}, {"memory", "pool_bytes", 8192}, {NULL, "wakes_per_job", 0.02}};
    json_t *document = compare_kit_base();
    for (size_t i = 0; i < sizeof costs / sizeof *costs; i++) {
        compare_kit_set_all(document, costs[i].object, costs[i].key, costs[i].was);
        cr_assert(json_dump_file(document, "base.json", 0) == 0);
        compare_kit_set_all(document, costs[i].object, costs[i].key, 5 * costs[i].was);
        compare_kit_save(document);
        cr_assert(run("compare base.json new.json") == 1 && strstr(out, "+400.0%"), "%s: %s", costs[i].key, out);
        compare_kit_set_all(document, costs[i].object, costs[i].key, costs[i].was);
        compare_kit_save(document);
    }
    json_decref(document);
}

/* What is next to nothing is as good as nothing. */
CLI_TEST(compare, asks_nothing_of_costs_that_are_none)
{
    json_t *document = compare_kit_base();
    compare_kit_set_all(document, NULL, "wakes_per_job", 0.001);
    cr_assert(json_dump_file(document, "base.json", 0) == 0);
    compare_kit_set_all(document, NULL, "wakes_per_job", 0.009);
    compare_kit_save(document);
    cr_assert(run("compare base.json new.json") == 0, "%s", out);
    json_decref(document);
}

/* Where jobs can be lost, how many are is a row, and speed is what came through. */
CLI_TEST(compare, says_when_more_jobs_are_lost)
{
    json_t *document = compare_kit_base(), *first = json_array_get(json_object_get(document, "configurations"), 0);
    json_object_set_new(first, "full", json_string("reject"));
    compare_kit_set_all(document, NULL, "delivered_per_s", 1e6);
    compare_kit_set_all(document, NULL, "lost_share", 0.10);
    cr_assert(json_dump_file(document, "base.json", 0) == 0);
    compare_kit_set_all(document, NULL, "lost_share", 0.33);
    compare_kit_save(document);
    cr_assert(run("compare base.json new.json") == 1 && strstr(out, "mutex/empty/t1, lost jobs ") &&
                  strstr(out, " 10% ") && strstr(out, " 33% ") && strstr(out, "MORE") && strstr(out, " 0 slower (") &&
                  strstr(out, "lost jobs 1 of 1"),
              "%s", out);
    cr_assert(run("compare new.json base.json") == 0 && strstr(out, "fewer"), "%s", out);
    compare_kit_set_all(document, NULL, "lost_share", 0.11);
    compare_kit_save(document);
    cr_assert(run("compare base.json new.json") == 0 && !strstr(out, "t1, lost jobs"), "%s", out);
    compare_kit_set_all(document, NULL, "delivered_per_s", 0.7e6); /* as many jobs come, fewer get through */
    compare_kit_save(document);
    cr_assert(run("compare base.json new.json") == 1 && strstr(out, "SLOWER") && strstr(out, "-30.0%"), "%s", out);
    compare_kit_set_all(document, NULL, "lost_share", 1.5);
    compare_kit_save(document);
    cr_assert(run("compare base.json new.json") == 2 && lines(err) == 1 && strstr(err, "lost_share is 1.5"), "%s", err);
    json_decref(document);
}

CLI_TEST(compare, says_when_more_results_are_dropped)
{
    json_t *document = compare_kit_base(), *first = json_array_get(json_object_get(document, "configurations"), 0);
    json_object_set_new(first, "results", json_string("drop"));
    compare_kit_set_all(document, "figures", "results_lost", 0.02);
    cr_assert(json_dump_file(document, "base.json", 0) == 0);
    compare_kit_set_all(document, "figures", "results_lost", 0.45);
    compare_kit_save(document);
    cr_assert(run("compare base.json new.json") == 1 && strstr(out, ", lost jobs ") && strstr(out, "MORE"), "%s", out);
    json_decref(document);
}

CLI_TEST(compare, says_when_jobs_wait_longer)
{
    json_t *document = compare_kit_base(), *trial;
    for (int side = 0; side < 2; side++) {
        size_t t;
        json_array_foreach (compare_kit_trials(document, 0), t, trial)
            json_object_set_new(json_object_get(trial, "latency"), "submit_to_end",
                                json_pack("{s:i, s:f, s:f}", "count", 5000, "p50_ns", 1e3, "p99_ns",
                                          1e5 * (1 + side) * (1 + 0.01 * (double)t)));
        cr_assert(json_dump_file(document, side ? "new.json" : "base.json", 0) == 0);
    }
    cr_assert(run("compare base.json new.json") == 1 && strstr(out, "mutex/empty/t1, latency") && strstr(out, "MORE"),
              "%s", out);
    json_decref(document);
}

/* Some rounds are bad: the median of their percentiles knows nothing of them, the table of
 * `run` does. */
CLI_TEST(compare, says_both_where_percentiles_differ)
{
    json_t *document = compare_kit_base(), *trial, *summary;
    for (int side = 0; side < 2; side++) {
        size_t t;
        json_array_foreach (compare_kit_trials(document, 0), t, trial)
            json_object_set_new(json_object_get(trial, "latency"), "submit_to_end",
                                json_pack("{s:i, s:f, s:f}", "count", 5000, "p50_ns", 1e3, "p99_ns",
                                          1e5 * (1 + side) * (1 + 0.01 * (double)t)));
        summary = json_object_get(json_array_get(json_object_get(document, "configurations"), 0), "summary");
        json_object_set_new(json_object_get(summary, "latency"), "submit_to_end",
                            json_pack("{s:i, s:f, s:f}", "count", 60000, "p50_ns", 1e3, "p99_ns", side ? 5e6 : 1e5));
        cr_assert(json_dump_file(document, side ? "new.json" : "base.json", 0) == 0);
    }
    cr_assert(run("compare base.json new.json") == 1 &&
                  strstr(out, "median rounds; of all samples together 100 us, now 5.00 ms"),
              "%s", out);
    json_decref(document);
}

static void set_null(json_t *document, const char *object, const char *key)
{
    json_t *trial;
    size_t t;
    json_array_foreach (compare_kit_trials(document, 0), t, trial)
        json_object_set_new(object ? json_object_get(trial, object) : trial, key, json_null());
}

/* What each round measures and the new one has not is no pass; what a base has not asks for nothing. */
CLI_TEST(compare, says_when_a_cost_has_no_figure)
{
    static const struct {
        const char *object, *key, *row;
    } costs[] = {{NULL, "cpu_ns_per_job", "mutex/empty/t1, CPU time "},
                 {"memory", "pool_bytes", "mutex/empty/t1, memory "}};
    for (size_t i = 0; i < sizeof costs / sizeof *costs; i++) {
        json_t *document = compare_kit_base();
        compare_kit_set_all(document, costs[i].object, costs[i].key, 50000);
        cr_assert(json_dump_file(document, "base.json", 0) == 0);
        set_null(document, costs[i].object, costs[i].key);
        compare_kit_save(document);
        cr_assert(run("compare base.json new.json") == 1 && strstr(out, costs[i].row) && strstr(out, "NO FIGURE") &&
                      strstr(out, "no pass: 0 slower") && strstr(out, "1 without a figure"),
                  "%s", out);
        cr_assert(run("compare new.json base.json") == 0 && !strstr(out, "NO FIGURE"), "%s", out);
        json_decref(document);
    }
}

/* Figures that no run has are no result: of costs, too. */
CLI_TEST(compare, refuses_costs_that_cannot_be)
{
    static const struct {
        const char *object, *key;
        double value;
    } costs[] = {{"memory", "pool_bytes", -4096},
                 {NULL, "cpu_ns_per_job", -1},
                 {NULL, "wakes_per_job", 1e300},
                 {"figures", "results_lost", -0.1},
                 {"figures", "results_lost", 1.5}};
    for (size_t i = 0; i < sizeof costs / sizeof *costs; i++) {
        json_t *document = compare_kit_base();
        compare_kit_set_all(document, costs[i].object, costs[i].key, costs[i].value);
        compare_kit_save(document);
        cr_assert(run("compare base.json new.json") == 2 && lines(err) == 1 && strstr(err, costs[i].key) && !*out, "%s",
                  err);
        json_decref(document);
    }
}
