/* report.c - the table of a document that was made up. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bench/show/placement_show.h"
#include "bench/show/report.h"
#include "bench/show/search_show.h"

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

/* An open loop of so many rounds, each of 1,000 jobs of which some were lost. */
static json_t *open_loop(const char *pool, const char *verdict, int rounds, int bad, int lost)
{
    json_t *one = configuration(pool, "burst:of=empty", json_object()), *summary = json_object_get(one, "summary");
    json_object_set_new(one, "workload", json_string("burst"));
    json_object_set_new(one, "full", json_string("reject"));
    json_object_set_new(summary, "open_loop",
                        json_pack("{s:s, s:s, s:i}", "state", "steady", "why", "", "lost", bad * lost));
    json_object_set_new(summary, "lost_share", metric(0, 0, 0));
    for (int r = 0; r < rounds; r++)
        json_array_append_new(json_object_get(one, "trials"),
                              json_pack("{s:s, s:i, s:[{s:{s:i, s:i}}]}", "verdict", verdict, "round", r, "slices",
                                        "window", "offered", 1000, "lost", r < bad ? lost : 0));
    return one;
}

/* In a third of the rounds 30% were lost: the median round knows nothing of it. */
Test(report, what_was_lost_is_of_all_rounds_together, .timeout = 10)
{
    char *text = table_of(json_pack("[o]", open_loop("ring", "ok", 9, 3, 300)));
    cr_assert(strstr(text, "  10%") && !strstr(text, "kept by all"), "%s", text);
    free(text);
    text = table_of(json_pack("[o]", open_loop("ring", "ok", 9, 9, 997)));
    cr_assert(strstr(text, "  99.7%") && !strstr(text, "  100%"), "three of a thousand came through: %s", text);
    free(text);
}

Test(report, a_rate_is_kept_by_all_if_none_failed, .timeout = 10)
{
    char *text = table_of(json_pack("[o, o]", open_loop("ring", "ok", 6, 0, 0), open_loop("mutex", "ok", 6, 0, 0)));
    cr_assert(strstr(text, "the rate is kept by all."), "%s", text);
    free(text);
    text = table_of(json_pack("[o, o]", open_loop("ring", "ok", 6, 0, 0), open_loop("mutex", "hang", 2, 0, 0)));
    cr_assert(!strstr(text, "kept by all"), "%s", text);
    free(text);
}

Test(report, of_searches_has_as_many_rows_as_there_are, .timeout = 10)
{
    enum { MANY = 700 };
    json_t *searches = json_array(),
           *result = json_pack("{s:o, s:[], s:[]}", "searches", searches, "slo", "configurations");
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    int rows = 0;
    for (int i = 0; i < MANY; i++) {
        char name[32];
        snprintf(name, sizeof name, "pool-%d", i);
        json_array_append_new(searches, json_pack("{s:s, s:s, s:i, s:i, s:i, s:s, s:s, s:i}", "pool", name, "spec",
                                                  "burst:of=empty", "workers", 2, "producers", 1, "capacity", 1024,
                                                  "full", "block", "pin", "core", "rate_kept", 1000 + i));
    }
    search_show(result, out, false);
    fclose(out);
    for (const char *at = text; (at = strstr(at, "\npool-")); at++)
        rows++;
    cr_assert(rows == MANY, "%d", rows);
    free(text);
    json_decref(result);
}

/* Where jobs can be lost, how many were, at the rate that is said to be kept. */
static char *search_of(const char *full, bool broken_short, const char *limited_by, int proved)
{
    json_t *result = json_pack(
        "{s:[], s:[{s:s, s:s, s:i, s:i, s:i, s:s, s:s, s:i, s:i, s:i, s:s, s:i, s:b}], s:[{s:s, s:{s:[]}, "
        "s:[{s:s, s:[{s:{s:i, s:i}}, {s:{s:i, s:i}}]}]}]}",
        "slo", "searches", "pool", "mutex", "spec", "burst:of=empty", "workers", 2, "producers", 1, "capacity", 4,
        "full", full, "pin", "core", "rate_kept", 1000, "rate_proved", proved, "proved_at", 0, "limited_by", limited_by,
        "rate_broken", 1100, "broken_short", (int)broken_short, "configurations", "full", full, "summary", "slo",
        "trials", "verdict", "ok", "slices", "window", "offered", 600, "lost", 9, "window", "offered", 400, "lost", 3);
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    setenv("COLUMNS", "100", 1);
    cr_assert(result);
    search_show(result, out, false);
    fclose(out);
    json_decref(result);
    return text;
}

Test(report, of_a_search_tells_what_is_lost_where_jobs_can_be, .timeout = 10)
{
    static const char *const losing[] = {"reject", "timeout", "drop-oldest"};
    char *text = search_of("block", false, "promise", 900);
    cr_assert(!strstr(text, "lost"), "%s", text);
    free(text);
    for (int i = 0; i < 3; i++) {
        text = search_of(losing[i], false, "promise", 900);
        cr_assert(strstr(text, "  lost  ") && strstr(text, "1.2%"), "%s", text);
        free(text);
    }
}

/* No rate is called broken of which nobody can tell. */
Test(report, of_a_search_calls_no_rate_broken_that_was_watched_too_short, .timeout = 10)
{
    char *text = search_of("block", true, "promise", 900);
    cr_assert(strstr(text, "1.10 k/s ?  "), "%s", text);
    free(text);
    text = search_of("block", false, "promise", 900);
    cr_assert(strstr(text, "1.10 k/s  ") && !strstr(text, "k/s ?"), "%s", text);
    free(text);
}

/* What nothing proves is no rate that is kept at least. */
Test(report, of_a_search_that_did_not_end_says_how_its_rate_is_known, .timeout = 10)
{
    char *text = search_of("block", false, "budget", 900);
    cr_assert(strstr(text, " ~1.00 k/s ") && !strstr(text, ">= 1.00"), "%s", text);
    free(text);
    text = search_of("block", false, "range", 1000);
    cr_assert(strstr(text, " >= 1.00 k/s ") && !strstr(text, "~1.00"), "%s", text);
    free(text);
}

/* Of a rate at which more comes than is done few samples are enough: the reason is told, and no percentile. */
Test(report, of_a_search_says_why_a_rate_of_few_samples_is_broken, .timeout = 10)
{
    char note[256];
    json_t *search = json_pack("{s:s, s:i}", "limited_by", "promise", "broken_at", 0);
    json_t *result = json_pack("{s:[{s:{s:[{s:s, s:i, s:n, s:i, s:i, s:s, s:s}]}}]}", "configurations", "summary",
                               "slo", "name", "p99.9", "limit_ns", 1000000, "value_ns", "rounds", 3, "samples", 300,
                               "verdict", "broken", "why", "10 k/s of 20 k/s offered: more comes than is done");
    search_show_note(result, search, note, sizeof note);
    cr_assert_str_eq(note, "more comes than is done");
    json_object_set_new(search, "rate_kept", json_integer(5000)); /* one was kept before that */
    search_show_note(result, search, note, sizeof note);
    cr_assert_str_eq(note, "then more comes than is done");
    json_decref(search);
    json_decref(result);
}

/* Of the jobs that found the queue full each was refused: that is why there is no latency. */
Test(report, a_queue_that_refuses_is_no_queue_that_is_not_full, .timeout = 10)
{
    for (int lost = 0; lost < 2; lost++) {
        json_t *one = configuration("ring", "cpu", json_object());
        char *text;
        json_array_append_new(json_object_get(one, "trials"),
                              json_pack("{s:s, s:[{s:i}], s:{s:{s:i}, s:{s:i, s:i}}}", "verdict", "ok", "slices",
                                        "jobs", 50, "latency", "start_to_end", "count", 50, "submit_to_end", "count", 0,
                                        "lost", 70 * lost));
        text = table_of(json_pack("[o]", one));
        cr_assert((strstr(text, "do not keep 1024 places full") == NULL) == lost, "%s", text);
        free(text);
    }
}

/* A row that has a latency is not said to have none, though its first round has none. */
Test(report, says_how_many_rounds_have_a_latency, .timeout = 10)
{
    for (int filled = 0; filled < 3; filled++) {
        json_t *one = configuration("spawn", "cpu", json_object());
        char *text;
        for (int i = 0; i < 3; i++)
            json_array_append_new(json_object_get(one, "trials"),
                                  json_pack("{s:s, s:[{s:i}], s:{s:{s:i}, s:{s:i, s:i}}}", "verdict", "ok", "slices",
                                            "jobs", 50 + 20 * i, "latency", "start_to_end", "count", 60,
                                            "submit_to_end", "count", i < 3 - filled ? 0 : 9, "lost", 0));
        text = table_of(json_pack("[o]", one));
        cr_assert((strstr(text, "spawn: no latency: slices of 90 jobs do not keep 1024 places full") != NULL) ==
                      !filled,
                  "%s", text);
        cr_assert((strstr(text, "spawn: latency of 1 of 3 rounds: in the others slices of 70 jobs do not") != NULL) ==
                      (filled == 1),
                  "%s", text);
        cr_assert((strstr(text, "spawn: latency of 2 of 3 rounds: in the others slices of 50 jobs do not") != NULL) ==
                      (filled == 2),
                  "%s", text);
        free(text);
    }
}

/* Two rows that differ in a parameter have two names, and a placement is no part of them. */
Test(report, placements_name_their_parameters, .timeout = 10)
{
    static const char row[] = "{s:s, s:s, s:i, s:i, s:i, s:s, s:s, s:i, s:s, s:s, s:f, s:n, s:n, s:i}";
    json_t *result = json_object(), *rows = json_array();
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    for (int i = 1; i <= 2; i++)
        json_array_append_new(rows,
                              json_pack(row, "pool", "ring", "spec", "cpu:size=3us", "workers", 2, "producers", 1,
                                        "capacity", 16 * i, "full", "block", "results", "none", "results_capacity", 0,
                                        "pin", "spread", "over", "core", "ratio", 1.5, "low", "high", "rounds", 3));
    json_object_set_new(result, "placements", rows);
    placement_show(result, out, false);
    fclose(out);
    cr_assert(strstr(text, "ring/cpu:size=3us/t2/capacity=16  spread is 1.50x core"), "%s", text);
    cr_assert(strstr(text, "ring/cpu:size=3us/t2/capacity=32  spread is 1.50x core"), "%s", text);
    free(text);
    json_decref(result);
}

/* So does what is said below: why a rate was not kept, and what failed. */
Test(report, sentences_below_a_table_fit_its_columns, .timeout = 10)
{
    json_t *one = open_loop("a-pool-whose-name-is-not-short", "ok", 1, 0, 0), *result;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    json_object_set_new(
        json_object_get(json_object_get(one, "summary"), "open_loop"), "why",
        json_string("15.0 k/s of 21.1 k/s done in the only round: a standstill of the machine looks so"));
    result = json_pack("{s:[], s:[o], s:[{s:s, s:s, s:s, s:i, s:s, s:i, s:i, s:s}]}", "rounds", "configurations", one,
                       "failures", "verdict", "failed", "pool", "a-pool-whose-name-is-not-short", "spec",
                       "burst:of=empty", "workers", 2, "results", "none", "results_capacity", 0, "round", 0, "failure",
                       "of 1000 jobs 3 never ran, and nobody was told of them before the pool was freed");
    setenv("COLUMNS", "80", 1);
    report_table(result, out, false);
    fclose(out);
    cr_assert(strstr(text, "standstill") && strstr(text, "FAILED  a-pool"), "%s", text);
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        cr_assert(strcspn(line, "\n") <= 80, "%.*s", (int)strcspn(line, "\n"), line);
    json_decref(result);
    free(text);
}
