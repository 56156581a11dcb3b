/* export.c - `poolbench export`: what each format has to hold, by its own description. */
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/program.h"

static void make_result(void)
{
    cr_assert(run("run -p mutex,ring -w empty -t 1 --rounds 6 --budget 60ms --no-floor --no-figures -o x.json") == 0,
              "%s", err);
}

/* On a slow machine the budget may end before. */
static bool rounds_enough(void)
{
    json_t *document = json_load_file("x.json", 0, NULL);
    bool enough = json_array_size(json_object_get(document, "rounds")) >= 6;
    json_decref(document);
    return enough;
}

static json_t *exported(const char *format)
{
    char words[64];
    json_t *document;
    snprintf(words, sizeof words, "export x.json --format %s", format);
    cr_assert(run(words) == 0, "%s", err);
    document = json_loads(out, 0, NULL);
    cr_assert(document, "%s", out);
    return document;
}

CLI_TEST(export, json_formats_have_their_fields)
{
    json_t *document, *row;
    make_result();
    document = exported("gbench");
    row = json_array_get(json_object_get(document, "benchmarks"), 0);
    cr_assert(json_integer_value(json_object_get(json_object_get(document, "context"), "json_schema_version")) == 1);
    cr_assert(json_array_size(json_object_get(document, "benchmarks")) >= 2);
    cr_assert_str_eq(json_string_value(json_object_get(row, "run_type")), "iteration");
    cr_assert(json_real_value(json_object_get(row, "real_time")) > 0 && json_object_get(row, "cpu_time"));
    json_decref(document);
    document = exported("bencher");
    row = json_object_get(json_object_get(document, "ring/empty/t1"), "latency");
    cr_assert(!rounds_enough() ||
              (json_real_value(json_object_get(row, "lower_value")) <= json_real_value(json_object_get(row, "value")) &&
               json_real_value(json_object_get(row, "value")) <= json_real_value(json_object_get(row, "upper_value"))));
    json_decref(document);
    document = exported("github-action");
    row = json_array_get(document, 0);
    cr_assert(json_array_size(document) >= 4 && json_object_get(row, "extra"));
    cr_assert(!rounds_enough() || json_object_get(row, "range"));
    cr_assert_str_eq(json_string_value(json_object_get(row, "unit")), "ns/job");
    json_decref(document);
    document = exported("hyperfine");
    row = json_array_get(json_object_get(document, "results"), 0);
    cr_assert(json_real_value(json_object_get(row, "min")) <= json_real_value(json_object_get(row, "median")));
    cr_assert(json_array_size(json_object_get(row, "times")) == json_array_size(json_object_get(row, "exit_codes")));
    json_decref(document);
}

/* No interval of 95% is to be had of one round, and none is made of it. */
CLI_TEST(export, one_round_has_no_interval)
{
    json_t *document;
    cr_assert(run("run -p ring -w empty -t 1 --rounds 1 --budget 10ms --no-floor --no-figures -o x.json") == 0, "%s",
              err);
    document = exported("bencher");
    cr_assert(!json_object_get(json_object_get(json_object_get(document, "ring/empty/t1"), "latency"), "lower_value"));
    json_decref(document);
    document = exported("github-action");
    cr_assert(!json_object_get(json_array_get(document, 0), "range"));
    json_decref(document);
    cr_assert(run("export x.json --format openmetrics") == 0 && strstr(out, "bound=\"median\"") &&
                  !strstr(out, "bound=\"low\""),
              "%s", out);
}

CLI_TEST(export, text_formats_have_their_lines)
{
    make_result();
    cr_assert(run("export x.json --format benchstat") == 0 && strstr(out, "Unit jobs/s better=higher\n"), "%s", out);
    cr_assert(strstr(out, "\nBenchmarkPool/ring/empty/t1-1 1 ") && strstr(out, " ns/op ") && strstr(out, " jobs/s ") &&
                  strstr(out, " cpu-ns/op\n"),
              "%s", out);
    cr_assert(run("export x.json --format openmetrics") == 0 && strstr(out, "# TYPE poolbench_job_seconds gauge\n"),
              "%s", out);
    cr_assert(!strcmp(out + strlen(out) - strlen("# EOF\n"), "# EOF\n"), "%s", out);
    cr_assert(run("export x.json --format csv") == 0 && lines(out) >= 3, "%s", out);
}

/* A file's figure may be called anything: it is one column all the same. */
CLI_TEST(export, odd_names_are_one_column)
{
    json_t *document, *trial;
    make_result();
    document = json_load_file("x.json", 0, NULL);
    trial =
        json_array_get(json_object_get(json_array_get(json_object_get(document, "configurations"), 0), "trials"), 0);
    json_object_set_new(trial, "figures", json_pack("{s:i, s:i}", "odd, \"name\"", 7, "plain", 8));
    cr_assert(json_dump_file(document, "x.json", 0) == 0);
    json_decref(document);
    cr_assert(run("export x.json --format csv") == 0, "%s", err);
    cr_assert(strstr(out, ",\"odd, \"\"name\"\"\",plain,failure\n") && strstr(out, ",7,8,"), "%s", out);
}

static int count_text(const char *text, const char *what)
{
    int count = 0;
    for (; (text = strstr(text, what)); text++)
        count++;
    return count;
}

/* A case for each benchmark, as the exit status of the run has it. */
CLI_TEST(export, a_run_as_a_page)
{
    make_result();
    cr_assert(run("export x.json --format junit") == 0 && count_text(out, "<testcase ") == 2, "%s", out);
    cr_assert(!strstr(out, "<failure") && strstr(out, " tests=\"2\" failures=\"0\""), "%s", out);
    cr_assert(strstr(out, "classname=\"poolbench.run.ring\" name=\"ring/empty/t1\""), "%s", out);
    cr_assert(run("export x.json --format markdown") == 0 && !strncmp(out, "**poolbench run: good**", 23), "%s", out);
    cr_assert(strstr(out, "\n<details><summary>2 rows: ") && strstr(out, "| <code>ring/empty/t1</code> | "), "%s", out);
    cr_assert(run("run -w cpu:size=10us -p ring -t 1 --capacity 16 --rounds 2 --budget 2s --slo p50=1ns --no-floor "
                  "--no-figures -o y.json") == 1,
              "%s%s", out, err);
    cr_assert(run("export y.json --format junit") == 0 && strstr(out, "<failure type=\"BROKEN\""), "%s", out);
    cr_assert(run("export y.json --format markdown") == 0 && !strncmp(out, "**poolbench run: 1 not good**", 29), "%s",
              out);
}

/* A duet whose findings are these: of a change, and of a note. */
static void make_duet(const char *verdict, bool regression, const char *note)
{
    json_t *duet = json_pack("{s:s, s:i, s:s, s:{s:s}, s:{s:s, s:s, s:f, s:f}, s:[{s:s, s:s, s:s, s:i, s:{s:s, s:b, "
                             "s:f, s:f, s:f, s:i, s:s}}]}",
                             "program", "poolbench", "duet_format", 1, "date", "2026-11-29T16:00:00Z", "machine",
                             "host", "here", "duet", "base", "old.so", "new", "new.so", "threshold", 0.03, "took_s",
                             12.0, "benchmarks", "name", "mine/empty/t2", "pool", "mine", "spec", "empty", "workers", 2,
                             "finding", "verdict", verdict, "regression", (int)regression, "change", 0.05, "low", 0.04,
                             "high", 0.06, "processes", 24, "note", note);
    cr_assert(duet && json_dump_file(duet, "d.json", 0) == 0);
    json_decref(duet);
}

CLI_TEST(export, a_duet_as_a_page)
{
    make_duet("slower", true, "");
    cr_assert(run("export d.json --format junit") == 0 && strstr(out, "<failure type=\"slower\""), "%s%s", out, err);
    cr_assert(run("export d.json --format markdown") == 0 && strstr(out, "duet: 1 regression**: 1 slower\n"), "%s",
              out);
    make_duet("slower", false, "");
    cr_assert(run("export d.json --format junit") == 0 && !strstr(out, "<failure") && !strstr(out, "<skipped"), "%s",
              out);
    make_duet("cannot tell", false, "a|b ]]> \n<c>");
    cr_assert(run("export d.json --format junit") == 0 && strstr(out, "<skipped message=\"cannot tell"), "%s", out);
    cr_assert(run("export d.json --format markdown") == 0 && strstr(out, "duet: cannot tell**"), "%s", out);
}

/* Nothing passes by being empty. */
CLI_TEST(export, a_page_of_nothing_says_so)
{
    json_t *document;
    make_duet("same", false, "");
    document = json_load_file("d.json", 0, NULL);
    json_object_set_new(document, "benchmarks", json_array());
    cr_assert(json_dump_file(document, "d.json", 0) == 0);
    json_decref(document);
    cr_assert(run("export d.json --format markdown") == 0 &&
                  !strncmp(out, "**poolbench duet: nothing was measured**", 40),
              "%s", out);
    make_result();
    document = json_load_file("x.json", 0, NULL);
    json_object_set_new(document, "configurations", json_array());
    cr_assert(json_dump_file(document, "x.json", 0) == 0);
    json_decref(document);
    cr_assert(run("export x.json --format markdown") == 0 &&
                  !strncmp(out, "**poolbench run: nothing was measured**", 39),
              "%s", out);
}

CLI_TEST(export, a_duet_is_not_for_every_format)
{
    make_duet("same", false, "");
    cr_assert(run("export d.json --format gbench") == 2 && lines(err) == 1 && !*out && strstr(err, "two sides"), "%s",
              err);
    make_duet("quick", false, "");
    cr_assert(run("export d.json --format junit") == 2 && lines(err) == 1 && !*out && strstr(err, "verdict"), "%s",
              err);
}

CLI_TEST(export, bad_words_are_refused)
{
    EXPECT_BAD({"RESULT", "export"}, {"nosuch.json", "export nosuch.json --format csv"},
               {"which format", "export nosuch.json"}, {"formats: gbench", "export nosuch.json --format xml"});
}
