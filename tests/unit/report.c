/* report.c - the table of a document that was made up. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bench/show/report.h"

static json_t *metric(double median, double low, double high)
{
    return json_pack("{s:f, s:f, s:f, s:f, s:i}", "median", median, "low", low, "high", high, "coverage", 0.98, "count",
                     12);
}

static json_t *configuration(const char *pool, const char *spec, json_t *summary)
{
    return json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:s, s:s, s:s, s:i, s:s, s:o, s:[]}", "pool", pool, "workload",
                     "cpu", "spec", spec, "workers", 2, "producers", 1, "capacity", 1024, "full", "block", "pin",
                     "core", "results", "none", "results_capacity", 0, "role", "asked", "summary", summary, "trials");
}

static char *table_of(json_t *configurations)
{
    json_t *result = json_pack("{s:[], s:o}", "rounds", "configurations", configurations);
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    setenv("COLUMNS", "200", 1);
    report_table(result, out, false);
    fclose(out);
    json_decref(result);
    return text;
}

Test(report, has_as_many_rows_as_there_are, .timeout = 10)
{
    enum { MANY = 700 };
    json_t *configurations = json_array();
    int rows = 0;
    char *text;
    for (int i = 0; i < MANY; i++) {
        char name[32];
        snprintf(name, sizeof name, "pool-%d", i);
        json_array_append_new(configurations, configuration(name, "cpu", json_object()));
    }
    text = table_of(configurations);
    for (const char *at = text; (at = strstr(at, "\npool-")); at++)
        rows++;
    cr_assert(rows == MANY, "%d", rows);
    free(text);
}

/* What is not told from nothing is no figure, and the legend says what it is. */
Test(report, explains_an_overhead_that_is_none, .timeout = 10)
{
    json_t *configurations = json_array();
    char *text;
    json_array_append_new(
        configurations, configuration("some", "cpu", json_pack("{s:o}", "overhead_ns_per_job", metric(100, 95, 104))));
    text = table_of(json_incref(configurations));
    cr_assert(strstr(text, "  100 ns   5.0%  ") && !strstr(text, "~0"), "%s", text);
    free(text);
    json_array_append_new(
        configurations,
        configuration("little", "cpu", json_pack("{s:o}", "overhead_ns_per_job", metric(-0.25, -3, 12))));
    json_array_append_new(configurations,
                          configuration("less", "cpu", json_pack("{s:o}", "overhead_ns_per_job", metric(-3, -5, -1))));
    text = table_of(configurations);
    cr_assert(strstr(text, "  <12.0 ns  ") && strstr(text, "  ~0  ") && !strstr(text, "-0.25"), "%s", text);
    cr_assert(strstr(text, "overhead \"<12 ns\": the interval ends there"), "%s", text);
    free(text);
}

Test(report, explains_what_costs_less_than_its_limit, .timeout = 10)
{
    json_t *share = metric(0.31, 0.3, 0.33), *configurations = json_array();
    char *text;
    json_object_set_new(share, "limit", json_string("line"));
    json_array_append_new(configurations, configuration("ring", "cpu",
                                                        json_pack("{s:o, s:o}", "overhead_ns_per_job",
                                                                  metric(20, 19, 21), "of_limit", share)));
    text = table_of(configurations);
    cr_assert(strstr(text, "0.3x line") && strstr(text, "6.5%") && strstr(text, "of limit below 1x: "), "%s", text);
    free(text);
}

/* 28x and 93x may be equal: each figure has how far it is sure, from six rounds on. */
Test(report, overheads_and_their_share_of_a_limit_have_intervals, .timeout = 10)
{
    json_t *share = metric(28, 14, 42), *configurations = json_array();
    char *text;
    json_object_set_new(share, "limit", json_string("line"));
    json_array_append_new(configurations, configuration("some", "cpu",
                                                        json_pack("{s:o, s:o}", "overhead_ns_per_job",
                                                                  metric(200, 190, 220), "of_limit", share)));
    text = table_of(configurations);
    cr_assert(strstr(text, "overhead  +-95%") && strstr(text, "of limit  +-95%"), "%s", text);
    cr_assert(strstr(text, "  200 ns  10.0%") && strstr(text, "28x line  50.0%"), "%s", text);
    free(text);
}
