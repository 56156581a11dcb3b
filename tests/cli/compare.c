/* compare.c - `poolbench compare` from outside, on a real result and on copies of it
 * in which one thing was changed. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/program.h"

/* A result of 12 rounds of one pool, base.json. Its speeds are made up, so that what
 * compare must say of them is known. */
static json_t *make_base(void)
{
    json_t *document, *configuration, *trial, *first;
    size_t c, t;
    cr_assert(run("run -p mutex,ring -w empty -t 1 --rounds 2 --budget 20ms --no-figures -o base.json") == 0, "%s",
              err);
    document = json_load_file("base.json", 0, NULL);
    cr_assert(document);
    json_array_foreach (json_object_get(document, "configurations"), c, configuration) {
        json_t *trials = json_object_get(configuration, "trials");
        first = json_array_get(trials, 0);
        while (json_array_size(trials) < 12)
            json_array_append_new(trials, json_deep_copy(first));
        json_array_foreach (trials, t, trial) {
            json_object_set_new(trial, "round", json_integer((json_int_t)t));
            json_object_set_new(trial, "jobs_per_s", json_real(1e6 * (1 + 0.001 * (double)((t * 5) % 12))));
        }
    }
    cr_assert(json_dump_file(document, "base.json", 0) == 0);
    return document;
}

/* The speeds of one configuration, times a factor. */
static void speed_up(json_t *document, size_t configuration, double factor)
{
    json_t *trial;
    size_t t;
    json_array_foreach (
        json_object_get(json_array_get(json_object_get(document, "configurations"), configuration), "trials"), t, trial)
        json_object_set_new(trial, "jobs_per_s",
                            json_real(factor * json_number_value(json_object_get(trial, "jobs_per_s"))));
}

static void save(const json_t *document)
{
    cr_assert(json_dump_file(document, "new.json", 0) == 0);
}

CLI_TEST(compare, says_same_faster_and_slower)
{
    json_t *document = make_base();
    save(document);
    cr_assert(run("compare base.json new.json") == 0 && strstr(out, "0 slower") && strstr(out, "same"), "%s%s", out,
              err);
    speed_up(document, 0, 0.9);
    speed_up(document, 1, 1.2);
    save(document);
    cr_assert(run("compare base.json new.json") == 1, "%s", out);
    cr_assert(strstr(out, "-10.0%") && strstr(out, "SLOWER") && strstr(out, "+20.0%") && strstr(out, "faster") &&
                  strstr(out, "unpaired"),
              "%s", out);
    cr_assert(run("compare base.json new.json --threshold 15%") == 0 && strstr(out, "slower") && !strstr(out, "SLOWER"),
              "%s", out);
    cr_assert(run("compare new.json base.json") == 1, "%s", out);
    cr_assert(run("compare base.json new.json --format markdown") == 1 && strstr(out, "| **SLOWER** |") &&
                  strstr(out, "|---|"),
              "%s", out);
    cr_assert(run("compare base.json new.json --format json") == 1 && strstr(out, "\"regressions\": 1"), "%s", out);
    json_decref(document);
}

CLI_TEST(compare, of_few_rounds_cannot_tell)
{
    json_t *document = make_base();
    json_array_clear(json_object_get(json_array_get(json_object_get(document, "configurations"), 0), "trials"));
    json_array_append_new(
        json_object_get(json_array_get(json_object_get(document, "configurations"), 0), "trials"),
        json_deep_copy(json_array_get(
            json_object_get(json_array_get(json_object_get(document, "configurations"), 1), "trials"), 0)));
    save(document);
    cr_assert(run("compare base.json new.json") == 0 && strstr(out, "cannot tell (needs"), "%s", out);
    json_decref(document);
}

CLI_TEST(compare, refuses_what_is_not_comparable)
{
    json_t *document = make_base(), *copy = json_deep_copy(document);
    json_object_set_new(json_object_get(copy, "machine"), "cpu_model", json_string("Another 9000"));
    save(copy);
    cr_assert(run("compare base.json new.json") == 2 && lines(err) == 1 && strstr(err, "cpu_model") &&
                  strstr(err, "Another 9000") && !*out,
              "%s", err);
    json_decref(copy);
    copy = json_deep_copy(document);
    json_object_set_new(json_array_get(json_object_get(copy, "configurations"), 0), "capacity", json_integer(7));
    save(copy);
    cr_assert(run("compare base.json new.json") == 2 && lines(err) == 1 && strstr(err, "capacity") &&
                  strstr(err, "1024 against 7"),
              "%s", err);
    json_decref(copy);
    copy = json_deep_copy(document);
    json_array_clear(json_object_get(copy, "configurations"));
    save(copy);
    cr_assert(run("compare base.json new.json") == 2 && strstr(err, "no benchmark is in both"), "%s", err);
    json_decref(copy);
    cr_assert(system("head -c 1000 base.json >new.json") == 0);
    cr_assert(run("compare base.json new.json") == 2 && lines(err) == 1 && strstr(err, "damaged"), "%s", err);
    json_decref(document);
}

/* A pool that fails now and did not before is a regression. */
CLI_TEST(compare, counts_a_new_failure)
{
    json_t *document = make_base();
    json_object_set_new(
        json_array_get(json_object_get(json_array_get(json_object_get(document, "configurations"), 0), "trials"), 3),
        "verdict", json_string("failed"));
    save(document);
    cr_assert(run("compare base.json new.json") == 1 && strstr(out, "FAILED"), "%s", out);
    json_decref(document);
}

CLI_TEST(compare, input_is_refused_in_one_line)
{
    EXPECT_BAD({"nosuch.json", "compare nosuch.json nosuch.json"}, {"BASE.json", "compare base.json"},
               {"third", "compare a b third"}, {"--threshold", "compare a b --threshold x"},
               {"more than 0", "compare a b --threshold 0"}, {"markdown", "compare a b --format xml"});
}
