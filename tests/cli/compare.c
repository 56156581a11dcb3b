/* compare.c - `poolbench compare` from outside, on a real result and on copies of it
 * in which one thing was changed: what it says of speeds. */
#include <jansson.h>
#include <string.h>

#include "tests/cli/compare_kit.h"
#include "tests/cli/program.h"

CLI_TEST(compare, says_same_faster_and_slower)
{
    json_t *document = compare_kit_base();
    compare_kit_save(document);
    cr_assert(run("compare base.json new.json") == 0 && strstr(out, " 0 slower (") && strstr(out, "same"), "%s%s", out,
              err);
    compare_kit_speed_up(document, 0, 0.9);
    compare_kit_speed_up(document, 1, 1.2);
    compare_kit_save(document);
    cr_assert(run("compare base.json new.json") == 1, "%s", out);
    cr_assert(strstr(out, "-10.0%") && strstr(out, "SLOWER") && strstr(out, "+20.0%") && strstr(out, "faster") &&
                  strstr(out, "unpaired"),
              "%s", out);
    cr_assert(run("compare base.json new.json --threshold 15%") == 0 && strstr(out, "slower") && !strstr(out, "SLOWER"),
              "%s", out);
    cr_assert(run("compare new.json base.json") == 1, "%s", out);
    cr_assert(run("compare base.json new.json --format markdown") == 1 &&
                  strstr(out, "**poolbench compare: 1 regression**") && strstr(out, "| **slower** |") &&
                  strstr(out, "unpaired"),
              "%s", out);
    cr_assert(run("compare base.json new.json --format json") == 1 && strstr(out, "\"regressions\": 1"), "%s", out);
    json_decref(document);
}

/* The first line says what kind of comparison it is; the last ones what is to be thought of it. */
CLI_TEST(compare, says_what_it_is_and_what_it_is_worth)
{
    static const char first[] = "unpaired: two runs of different times; the 95% intervals of 3 benchmarks hold all "
                                "together\n";
    json_t *document = compare_kit_base();
    compare_kit_save(document);
    cr_assert(
        run("compare base.json new.json") == 0 && !strncmp(out, first, strlen(first)) &&
            strstr(out, "\nno regression: 0 slower") &&
            strstr(out, "of 100 comparisons in which nothing has changed, the machine included, at most 5 accuse"),
        "%s", out);
    cr_assert(run("compare base.json new.json --format markdown") == 0 &&
                  !strncmp(out, "**poolbench compare: no regression**: 0 slower", 46) &&
                  strstr(out, "unpaired: ") < strchr(out, '\n'),
              "%s", out);
    compare_kit_speed_up(document, 0, 0.9);
    compare_kit_save(document);
    cr_assert(run("compare base.json new.json") == 1 && strstr(out, "\nworse: 1 slower"), "%s", out);
    cr_assert(run("compare base.json new.json --format json") == 1 && strstr(out, "\"speeds\": 3") &&
                  strstr(out, "\"level\": 0.05"),
              "%s", out);
    json_decref(document);
}

CLI_TEST(compare, undecided_may_fail)
{
    json_t *document = compare_kit_base();
    size_t c;
    json_t *configuration;
    json_array_foreach (json_object_get(document, "configurations"), c, configuration)
        while (json_array_size(json_object_get(configuration, "trials")) > (c ? 2 : 12))
            json_array_remove(json_object_get(configuration, "trials"), 2);
    compare_kit_save(document);
    cr_assert(run("compare base.json new.json") == 0 &&
                  strstr(out, "no regression in what is decided; 2 of 3 undecided: "),
              "%s", out);
    cr_assert(run("compare base.json new.json --undecided fail") == 4 && run("compare base.json base.json "
                                                                             "--undecided fail") == 0,
              "%s", out);
    compare_kit_speed_up(document, 0, 0.9);
    compare_kit_save(document);
    cr_assert(run("compare base.json new.json --undecided fail") == 1, "a regression is more than that: %s", out);
    cr_assert(run("compare base.json new.json --undecided perhaps") == 2 && strstr(err, "pass, fail"), "%s", err);
    json_decref(document);
}

CLI_TEST(compare, of_few_rounds_cannot_tell)
{
    json_t *document = compare_kit_base();
    json_array_clear(json_object_get(json_array_get(json_object_get(document, "configurations"), 0), "trials"));
    json_array_append_new(
        json_object_get(json_array_get(json_object_get(document, "configurations"), 0), "trials"),
        json_deep_copy(json_array_get(
            json_object_get(json_array_get(json_object_get(document, "configurations"), 1), "trials"), 0)));
    compare_kit_save(document);
    cr_assert(run("compare base.json new.json") == 0 && strstr(out, "cannot tell (needs"), "%s", out);
    json_decref(document);
}

/* Twelve rounds are there: six, or none of those that have no figure, are no way out. */
CLI_TEST(compare, asks_for_more_rounds_than_there_are)
{
    json_t *document = compare_kit_base();
    compare_kit_save(document);
    compare_kit_set_all(document, NULL, "jobs_per_s", 0);
    cr_assert(json_dump_file(document, "base.json", 0) == 0);
    cr_assert(run("compare base.json new.json") == 0 && strstr(out, "cannot tell; the base has no figure"), "%s", out);
    json_decref(document);
    document = compare_kit_base();
    compare_kit_fail_some(document, 10);
    cr_assert(json_dump_file(document, "base.json", 0) == 0);
    compare_kit_save(document);
    cr_assert(run("compare base.json new.json") == 0 &&
                  strstr(out, "cannot tell (needs about 36 rounds); fails: 10 of 12"),
              "%s", out);
    json_decref(document);
}

/* All parameters tell benchmarks apart: capacities, producers, placements. */
CLI_TEST(compare, a_sweep_is_like_itself)
{
    cr_assert(
        run("run -p mutex,ring -w empty -t 1 --capacity 16,64 --producers 1,2 --pin core,none --rounds 1 --budget "
            "5ms --no-figures -o base.json") == 0,
        "%s", err);
    cr_assert(run("compare base.json base.json") == 0, "%s%s", out, err);
    cr_assert(strstr(out, "mutex/empty/t1/producers=2/capacity=64/pin=none") &&
                  strstr(out, "ring/empty/t1/producers=1/capacity=16/pin=core") && !strstr(err, "only in"),
              "%s%s", out, err);
}

CLI_TEST(compare, counts_how_often_a_pool_fails)
{
    static const struct {
        size_t base, now;
        int status;
    } cases[] = {{1, 12, 1}, {0, 1, 5}, {0, 3, 5},  {0, 4, 1},   {0, 12, 1}, {1, 2, 0},  {6, 7, 0},
                 {1, 7, 1},  {3, 1, 0}, {9, 11, 0}, {11, 12, 5}, {8, 12, 1}, {12, 12, 1}};
    json_t *document = compare_kit_base();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        compare_kit_fail_some(document, cases[i].base);
        cr_assert(json_dump_file(document, "base.json", 0) == 0);
        compare_kit_fail_some(document, cases[i].now);
        compare_kit_save(document);
        cr_assert(run("compare base.json new.json") == cases[i].status, "%zu, then %zu: %s", cases[i].base,
                  cases[i].now, out);
        cr_assert(strstr(out, "fails") || cases[i].now == 12, "%s", out);
    }
    json_decref(document);
}

CLI_TEST(compare, what_is_missing_does_not_pass)
{
    json_t *document = compare_kit_base(), *copy = json_deep_copy(document);
    json_array_remove(json_object_get(copy, "configurations"), 0);
    compare_kit_save(copy);
    cr_assert(run("compare base.json new.json") == 1 && strstr(out, "MISSING"), "%s%s", out, err);
    cr_assert(run("compare new.json base.json") == 0 && strstr(err, "1 benchmark is only in base.json"), "%s%s", out,
              err);
    json_decref(copy);
    copy = json_deep_copy(document);
    json_array_clear(compare_kit_trials(copy, 0));
    compare_kit_save(copy);
    cr_assert(run("compare base.json new.json") == 1 && strstr(out, "NO FIGURE"), "%s", out);
    json_decref(copy);
    json_decref(document);
}

CLI_TEST(compare, impossible_figures_do_not_pass)
{
    json_t *document = compare_kit_base(), *trial = json_array_get(compare_kit_trials(document, 0), 3);
    const struct {
        json_t *value;
        const char *word;
        int status;
    } cases[] = {{json_null(), "NO FIGURE", 1},          {json_real(0), "NO FIGURE", 1},
                 {json_real(-1e6), "-1000000.0", 2},     {json_string("NaN"), "\"NaN\"", 2},
                 {json_real(1e300), "jobs_per_s is", 2}, {json_array(), "jobs_per_s is []", 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_object_set_new(trial, "jobs_per_s", cases[i].value);
        compare_kit_save(document);
        cr_assert(run("compare base.json new.json") == cases[i].status, "case %zu: %s%s", i, out, err);
        cr_assert(strstr(cases[i].status == 1 ? out : err, cases[i].word), "case %zu: %s%s", i, out, err);
        cr_assert(cases[i].status == 1 || (lines(err) == 1 && !*out), "%s", err);
    }
    json_decref(document);
}

/* The first would be taken, and a slower second one not be seen. Nor has a run fewer than no jobs. */
CLI_TEST(compare, a_benchmark_that_is_there_twice_is_refused)
{
    json_t *document = compare_kit_base(), *list = json_object_get(document, "configurations");
    json_array_append_new(list, json_deep_copy(json_array_get(list, 0)));
    compare_kit_save(document);
    cr_assert(run("compare base.json new.json") == 2 && strstr(err, "new.json: ") && strstr(err, "is there twice") &&
                  lines(err) == 1 && !*out,
              "%s%s", out, err);
    cr_assert(run("compare new.json base.json") == 2 && strstr(err, "is there twice"), "%s%s", out, err);
    json_array_remove(list, json_array_size(list) - 1);
    json_object_set_new(json_array_get(compare_kit_trials(document, 0), 3), "accepted", json_integer(-5));
    compare_kit_save(document);
    cr_assert(run("compare base.json new.json") == 2 && strstr(err, "accepted is -5"), "%s%s", out, err);
    json_decref(document);
}

/* A pool that fails now and did not before is no pass; one round of twelve is no proof of a change. */
CLI_TEST(compare, counts_a_new_failure)
{
    json_t *document = compare_kit_base();
    json_object_set_new(
        json_array_get(json_object_get(json_array_get(json_object_get(document, "configurations"), 0), "trials"), 3),
        "verdict", json_string("failed"));
    compare_kit_save(document);
    cr_assert(run("compare base.json new.json") == 5 &&
                  strstr(out, "fails; 0 of 12 rounds, now 1 of 12: maybe by chance") && strstr(out, "no pass: ") &&
                  strstr(out, "1 failing, maybe by chance"),
              "%s", out);
    cr_assert(run("compare base.json new.json --format markdown") == 5 &&
                  strstr(out, "**poolbench compare: 1 fails, maybe by chance**"),
              "%s", out);
    cr_assert(run("compare base.json new.json --format json") == 5 && strstr(out, "\"verdict\": \"fails\""), "%s", out);
    json_decref(document);
}
