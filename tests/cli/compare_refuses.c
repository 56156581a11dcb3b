/* compare_refuses.c - `poolbench compare`: what cannot be compared, and what should be known. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/compare_kit.h"
#include "tests/cli/program.h"

/* Once a processor's name was kept with the blanks that fill it up. */
CLI_TEST(compare, knows_a_processor_whose_name_was_kept_with_blanks)
{
    json_t *document = compare_kit_base(), *copy = json_deep_copy(document);
    const char *name = json_string_value(json_object_get(json_object_get(document, "machine"), "cpu_model"));
    json_object_set_new(json_object_get(copy, "machine"), "cpu_model", json_sprintf("%s     ", name));
    compare_kit_save(copy);
    cr_assert(run("compare base.json new.json") == 0, "%s", err);
    json_decref(copy);
    json_decref(document);
}

CLI_TEST(compare, refuses_what_is_not_comparable)
{
    json_t *document = compare_kit_base(), *copy = json_deep_copy(document);
    json_object_set_new(json_object_get(copy, "machine"), "cpu_model", json_string("Another 9000"));
    compare_kit_save(copy);
    cr_assert(run("compare base.json new.json") == 2 && lines(err) == 1 && strstr(err, "cpu_model") &&
                  strstr(err, "Another 9000") && !*out,
              "%s", err);
    json_decref(copy);
    copy = json_deep_copy(document);
    json_object_set_new(json_array_get(json_object_get(copy, "configurations"), 0), "capacity", json_integer(7));
    compare_kit_save(copy);
    cr_assert(run("compare base.json new.json") == 2 && lines(err) == 1 && strstr(err, "capacity") &&
                  strstr(err, "1024 against 7"),
              "%s", err);
    json_decref(copy);
    copy = json_deep_copy(document);
    json_array_clear(json_object_get(copy, "configurations"));
    compare_kit_save(copy);
    cr_assert(run("compare base.json new.json") == 2 && strstr(err, "no benchmark is in both"), "%s", err);
    json_decref(copy);
    copy = json_deep_copy(document);
    json_object_set_new(copy, "duet_format", json_integer(1));
    json_object_set_new(copy, "benchmarks", json_array());
    compare_kit_save(copy);
    cr_assert(run("compare base.json new.json") == 2 && lines(err) == 1 && strstr(err, "new.json: a duet, which"), "%s",
              err);
    json_decref(copy);
    cr_assert(system("head -c 1000 base.json >new.json") == 0);
    cr_assert(run("compare base.json new.json") == 2 && lines(err) == 1 && strstr(err, "damaged"), "%s", err);
    json_decref(document);
}

CLI_TEST(compare, a_name_is_no_machine)
{
    json_t *document = compare_kit_base(), *machine = json_object_get(document, "machine");
    json_object_set_new(machine, "host", json_string("runner-17"));
    json_object_set_new(machine, "affinity", json_string("6-7"));
    compare_kit_save(document);
    cr_assert(run("compare base.json new.json") == 0 && strstr(err, "another host") && strstr(err, "runner-17") &&
                  strstr(err, "another affinity"),
              "%s", err);
    json_object_set_new(machine, "cgroup_quota_cpus", json_real(1.5));
    compare_kit_save(document);
    cr_assert(run("compare base.json new.json") == 2 && lines(err) == 1 && strstr(err, "cgroup_quota_cpus") &&
                  strstr(err, "--force"),
              "%s", err);
    cr_assert(run("compare base.json new.json --force") == 0 && strstr(err, "another machine: cgroup_quota_cpus"), "%s",
              err);
    json_decref(document);
}

CLI_TEST(compare, says_what_was_interrupted_or_disturbed)
{
    json_t *document = compare_kit_base();
    json_object_set_new(document, "interrupted", json_true());
    json_object_set_new(document, "rounds", json_pack("[{s:b}, {s:b}]", "disturbed", 1, "disturbed", 0));
    json_object_del(document, "noise"); /* as older files */
    compare_kit_save(document);
    cr_assert(run("compare base.json new.json") == 0 && strstr(err, "new.json: interrupted after 2 of 2 rounds") &&
                  strstr(err, "new.json: 1 of 2 rounds disturbed"),
              "%s", err);
    json_decref(document);
}

static void set_noise(json_t *document, const char *path, const char *verdict)
{
    json_object_set_new(document, "noise",
                        json_pack("{s:s, s:s, s:s, s:s}", "verdict", verdict, "before", verdict, "during", "quiet",
                                  "intervals", "quiet"));
    json_object_set_new(document, "before",
                        json_pack("{s:s, s:[{s:s, s:s}], s:f}", "verdict", verdict, "remarks", "what", "CPUs 100% busy",
                                  "help", "", "clock_ns", 1.0));
    cr_assert(json_dump_file(document, path, 0) == 0);
}

CLI_TEST(compare, says_which_was_not_quiet_and_may_require_it)
{
    json_t *document = compare_kit_base();
    set_noise(document, "base.json", "quiet");
    set_noise(document, "new.json", "quiet");
    cr_assert(run("compare base.json new.json --require quiet") == 0 && !strstr(err, "quiet"), "%s", err);
    set_noise(document, "new.json", "noisy");
    cr_assert(run("compare base.json new.json") == 0 && strstr(err, "new.json: noisy (before: noisy, CPUs 100% busy)"),
              "%s", err);
    cr_assert(run("compare base.json new.json --require quiet") == 3 && strstr(err, "new.json: the machine was not"),
              "%s", err);
    cr_assert(run("compare base.json new.json --require silence") == 2 && strstr(err, "quiet"), "%s", err);
    compare_kit_speed_up(document, 0, 0.9);
    set_noise(document, "new.json", "noisy");
    cr_assert(run("compare base.json new.json --require quiet") == 3, "what a noisy machine shows is no regression");
    json_decref(document);
}

CLI_TEST(compare, input_is_refused_in_one_line)
{
    EXPECT_BAD({"nosuch.json", "compare nosuch.json nosuch.json"}, {"BASE.json", "compare base.json"},
               {"third", "compare a b third"}, {"--threshold", "compare a b --threshold x"},
               {"more than 0", "compare a b --threshold 0"}, {"at most 99", "compare a b --threshold 100%"},
               {"at most 99", "compare a b --threshold 200%"}, {"markdown", "compare a b --format xml"});
}
