/* read.c - what a result from anybody may hold, and that nothing else gets past. */
#include "bench/results/read.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

static json_t *good(void)
{
    json_error_t error;
    json_t *result = json_loads(
        "{\"program\": \"poolbench\", \"format\": 1, \"configurations\": [{\"pool\": \"thread-pool\","
        " \"spec\": \"burst:rate=10k,of=cpu:size=1us,dist=exp\", \"workload\": \"burst\", \"workers\": 2, "
        "\"producers\": 1,"
        " \"capacity\": 1024, \"full\": \"block\", \"results\": \"none\", \"results_capacity\": 0, \"pin\": \"numa:0\","
        " \"role\": \"asked\", \"unsupported\": null, \"trials\": [{\"round\": 0, \"verdict\": \"ok\","
        " \"jobs_per_s\": 1e6, \"ns_per_job\": 1000.0, \"busy\": null, \"figures\": {\"loss\": 0.0, \"quiet_ns\": "
        "null}}],"
        " \"summary\": {\"jobs_per_s\": {\"median\": 1e6, \"low\": 1e6, \"high\": 1e6}, \"busy\": null,"
        " \"disturbed_trials\": 0, \"latency\": {\"submit_to_end\": {\"count\": 3, \"min_ns\": 5, \"max_ns\": 9,"
        " \"mean_ns\": 7.0, \"buckets\": [[5.0, 1], [8.5, 2]]}}, \"figures\": {}, \"samples\": {}}}]}",
        0, &error);
    cr_assert(result, "%s", error.text);
    return result;
}

static json_t *first(json_t *result)
{
    return json_array_get(json_object_get(result, "configurations"), 0);
}

Test(read, takes_what_a_run_writes, .timeout = 20)
{
    json_t *result = good();
    char why[256];
    cr_assert(read_check(result, why, sizeof why) == 0, "%s", why);
    json_decref(result);
}

/* One field of the configuration made wrong. */
static void refuses(const char *key, json_t *value, const char *names)
{
    json_t *result = good();
    char why[256] = "";
    json_object_set_new(first(result), key, value);
    cr_assert(read_check(result, why, sizeof why) == -EINVAL, "%s was taken", key);
    cr_assert(strstr(why, names) && (strstr(why, "configuration 0") || strstr(why, "thread-pool/")), "%s", why);
    json_decref(result);
}

Test(read, refuses_names_that_are_none, .timeout = 20)
{
    static const char *const bad[] = {"",     "../../x", "a b", "a\"b", "a`b`",     "a'b",
                                      "a\nb", "a\tb",    "<x",  "|x",   "\xc3\xa9", "abcdefghijabcdefghijabcdefghijab"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refuses("pool", json_string(bad[i]), "pool");
    refuses("spec", json_string("cpu:size=`id`"), "spec");
    refuses("spec", json_string("cpu size"), "spec");
    refuses("pin", json_string("../x"), "pin");
    refuses("results", json_string("a/b"), "results");
    refuses("pool", json_integer(3), "pool");
    refuses("pool", json_null(), "pool");
}

Test(read, refuses_counts_out_of_range, .timeout = 20)
{
    refuses("workers", json_integer(2147483647), "workers");
    refuses("workers", json_integer(0), "workers");
    refuses("workers", json_real(2), "workers");
    refuses("workers", json_null(), "workers");
    refuses("producers", json_integer(-1), "producers");
    refuses("capacity", json_real(1e300), "capacity");
    refuses("capacity", json_string("64"), "capacity");
    refuses("trials", json_object(), "trials");
    refuses("summary", json_array(), "summary");
}

static void refuses_text(const char *where, const char *json, const char *names)
{
    json_error_t error;
    json_t *value = json_loads(json, JSON_DECODE_ANY, &error), *result = good(),
           *summary = json_object_get(first(result), "summary");
    char why[256] = "";
    cr_assert(value, "%s: %s", json, error.text);
    if (!strcmp(where, "trial"))
        json_array_set_new(json_object_get(first(result), "trials"), 0, value);
    else
        json_object_set_new(!strcmp(where, "latency") ? json_object_get(summary, "latency") : summary,
                            !strcmp(where, "latency") ? "submit_to_end" : "jobs_per_s", value);
    cr_assert(read_check(result, why, sizeof why) == -EINVAL, "%s was taken", json);
    cr_assert(strstr(why, names), "%s: %s", json, why);
    json_decref(result);
}

Test(read, refuses_histograms_that_do_not_add_up, .timeout = 20)
{
    refuses_text("latency", "{\"count\": 2, \"buckets\": [[1, 1]]}", "sum up");
    refuses_text("latency", "{\"count\": 2, \"buckets\": [[5, 1], [4, 1]]}", "rising");
    refuses_text("latency", "{\"count\": 1, \"buckets\": [[\"x\", 1]]}", "bucket");
    refuses_text("latency", "{\"count\": -1, \"buckets\": [[1, -1]]}", "count");
    refuses_text("latency", "{\"count\": 1, \"buckets\": [1]}", "bucket");
    refuses_text("latency", "{\"count\": 1, \"buckets\": 7}", "buckets");
    refuses_text("latency", "{\"count\": 1, \"lost\": 2.5, \"buckets\": [[1, 1]]}", "lost");
    refuses_text("latency", "7", "not an object");
}

Test(read, refuses_figures_that_cannot_be, .timeout = 20)
{
    refuses_text("metric", "{\"median\": 5, \"low\": 6, \"high\": 7}", "in order");
    refuses_text("metric", "{\"median\": \"5\", \"low\": 5, \"high\": 5}", "in order");
    refuses_text("metric", "{\"median\": 1e200, \"low\": 1e200, \"high\": 1e200}", "in order");
    refuses_text("trial", "{\"round\": -1, \"verdict\": \"ok\"}", "round");
    refuses_text("trial", "{\"round\": 0, \"verdict\": \"o k\"}", "verdict");
    refuses_text("trial", "{\"round\": 0, \"verdict\": \"ok\", \"jobs_per_s\": -5}", "jobs_per_s");
    refuses_text("trial", "{\"round\": 0, \"verdict\": \"ok\", \"figures\": {\"x\": \"y\"}}", "x");
    refuses_text("trial", "[]", "trial");
}

Test(read, refuses_other_programs_and_formats, .timeout = 20)
{
    static const char *const texts[] = {"{}",
                                        "[]",
                                        "{\"program\": \"poolbench\", \"format\": 1}",
                                        "{\"program\": \"other\", \"format\": 1, \"configurations\": []}",
                                        "{\"program\": \"poolbench\", \"format\": 4294967297, \"configurations\": []}",
                                        "{\"program\": \"poolbench\", \"format\": 1.0, \"configurations\": []}",
                                        "{\"program\": \"poolbench\", \"format\": \"1\", \"configurations\": []}"};
    char why[256];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        json_t *result = json_loads(texts[i], 0, NULL);
        cr_assert(read_check(result, why, sizeof why) == -EINVAL, "%s", texts[i]);
        json_decref(result);
    }
}

Test(read, files_that_are_none_are_named, .timeout = 20)
{
    json_t *result = (json_t *)1;
    char why[256];
    cr_assert(read_result("/nonexistent/x.json", &result, why, sizeof why) == -EINVAL && !result);
    cr_assert(strstr(why, "/nonexistent/x.json: "), "%s", why);
    cr_assert(read_result("/", &result, why, sizeof why) == -EINVAL && strstr(why, "not a file"), "%s", why);
    cr_assert(read_result("/dev/null", &result, why, sizeof why) == -EINVAL, "%s", why);
}
