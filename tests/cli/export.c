/* export.c - `poolbench export`: what each format has to hold, by its own description. */
#include <jansson.h>
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
    cr_assert(json_array_size(document) == 2 && json_object_get(row, "extra"));
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
    cr_assert(strstr(out, "\nBenchmarkPool/ring/empty/t1-1 1 ") && strstr(out, " ns/op ") && strstr(out, " jobs/s\n"),
              "%s", out);
    cr_assert(run("export x.json --format openmetrics") == 0 && strstr(out, "# TYPE poolbench_job_seconds gauge\n"),
              "%s", out);
    cr_assert(!strcmp(out + strlen(out) - strlen("# EOF\n"), "# EOF\n"), "%s", out);
    cr_assert(run("export x.json --format csv") == 0 && lines(out) >= 3, "%s", out);
}

CLI_TEST(export, bad_words_are_refused)
{
    EXPECT_BAD({"RESULT", "export"}, {"nosuch.json", "export nosuch.json --format csv"},
               {"which format", "export nosuch.json"}, {"formats: gbench", "export nosuch.json --format xml"});
}
