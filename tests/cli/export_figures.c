/* export_figures.c - `poolbench export`: of runs, searches and duets the figures that are in the
 * document, in the right direction, and no other. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/program.h"
#include "tests/core/made_result.h"

static void save(json_t *document, const char *path)
{
    cr_assert(document && !json_dump_file(document, path, 0));
    json_decref(document);
}

static json_t *exported(const char *words)
{
    json_t *document;
    cr_assert(run(words) == 0, "%s%s", words, err);
    document = json_loads(out, 0, NULL);
    cr_assert(document, "%s", out);
    return document;
}

static double value_of(const json_t *document, const char *benchmark, const char *measure, const char *key)
{
    return json_number_value(json_object_get(json_object_get(json_object_get(document, benchmark), measure), key));
}

static json_t *made_run(int rounds)
{
    struct made_result made = {.kind = MADE_ROUNDS_NORMAL, .benchmarks = 2, .rounds = rounds};
    uint64_t state = 5;
    return made_result(&state, &made);
}

/* Of one round a value and no interval; a latency where the document has it. */
CLI_TEST(export_figures, of_a_run_times_costs_and_latencies)
{
    json_t *document = made_run(12), *one = json_array_get(json_object_get(document, "configurations"), 1), *read;
    json_object_set_new(one, "summary",
                        json_pack("{s:{s:{s:i, s:f, s:f, s:n}}}", "latency", "submit_to_end", "count", 500, "p50_ns",
                                  120.0, "p99_ns", 4500.0, "p99.9_ns"));
    save(document, "x.json");
    read = exported("export x.json --format bencher");
    cr_assert(value_of(read, "p1/cpu:size=1us/t2", "latency-p99", "value") == 4500 &&
              value_of(read, "p0/cpu:size=1us/t2", "latency", "lower_value") > 900 &&
              value_of(read, "p0/cpu:size=1us/t2", "cpu-time", "upper_value") > 1900);
    cr_assert(!json_object_get(json_object_get(read, "p1/cpu:size=1us/t2"), "latency-p999") &&
                  !json_object_get(json_object_get(read, "p0/cpu:size=1us/t2"), "latency-p50"),
              "%s", out);
    json_decref(read);
    cr_assert(run("export x.json --format openmetrics") == 0 &&
                  strstr(out, "# UNIT poolbench_latency_seconds seconds\n") &&
                  strstr(out, "poolbench_latency_seconds{benchmark=\"p1/cpu:size=1us/t2\",pool=\"p1\",workers=\"2\","
                              "quantile=\"0.99\",bound=\"median\"} 4.5e-06\n") &&
                  !strstr(out, "poolbench_figure") && !strstr(out, "0.999"),
              "%s", out);
    read = exported("export x.json --format github-action");
    cr_assert(json_array_size(read) == 6, "%s", out);
    json_decref(read);
    save(made_run(1), "x.json");
    read = exported("export x.json --format github-action");
    cr_assert(json_array_size(read) == 4 && !strstr(out, "\"range\""), "%s", out);
    json_decref(read);
    cr_assert(run("export x.json --format github-action-bigger") == 2 && lines(err) == 1 && !*out &&
                  strstr(err, "less is better"),
              "%s", err);
}

/* Where there is no CPU time the wall time is not called one. */
CLI_TEST(export_figures, a_cpu_time_that_is_not_there_is_none)
{
    json_t *document = made_run(6), *read, *row, *trial;
    size_t i;
    json_array_foreach (json_object_get(json_array_get(json_object_get(document, "configurations"), 0), "trials"), i,
                        trial)
        json_object_set_new(trial, "cpu_ns_per_job", json_null());
    save(document, "x.json");
    read = exported("export x.json --format gbench");
    json_array_foreach (json_object_get(read, "benchmarks"), i, row) {
        double cpu = json_number_value(json_object_get(row, "cpu_time"));
        cr_assert(json_is_real(json_object_get(row, "cpu_time")) && (cpu > 0) == (i >= 6), "row %zu: %g", i, cpu);
    }
    cr_assert(i == 12, "%zu rows", i);
    json_decref(read);
}

/* More is better, and what lies between the rate that is kept and the one that is broken is no
 * interval. */
CLI_TEST(export_figures, of_a_search_the_rate)
{
    json_t *document = made_run(1), *read;
    json_array_clear(json_object_get(document, "configurations"));
    json_object_set_new(document, "searches",
                        json_pack("[{s:s, s:s, s:i, s:f, s:f, s:f, s:i, s:s}, {s:s, s:s, s:i, s:n, s:f, s:i}]", "pool",
                                  "ring", "spec", "burst:of=empty", "workers", 2, "rate_kept", 72500.0, "rate_proved",
                                  72500.0, "rate_broken", 74100.0, "probes", 4, "limited_by", "time", "pool", "mutex",
                                  "spec", "burst:of=empty", "workers", 2, "rate_kept", "rate_broken", 1000.0, "probes",
                                  3));
    save(document, "s.json");
    read = exported("export s.json --format github-action-bigger");
    cr_assert(json_array_size(read) == 1 && strstr(out, "72500") && strstr(out, "more is better") &&
                  strstr(out, "jobs/s") && strstr(out, "at least") && !strstr(out, "74100"),
              "%s", out);
    json_decref(read);
    read = exported("export s.json --format bencher");
    cr_assert(value_of(read, "ring/burst:of=empty/t2", "rate-kept", "value") == 72500 && json_object_size(read) == 1);
    json_decref(read);
    cr_assert(run("export s.json --format csv") == 0 && lines(out) == 2 && strstr(out, "\"more\",72500,,,4\n"), "%s",
              out);
    cr_assert(run("export s.json --format benchstat") == 0 && strstr(out, "t2 1 72500 jobs/s\n"), "%s", out);
    cr_assert(run("export s.json --format openmetrics") == 0 &&
                  strstr(out, "poolbench_kept_jobs_per_second{benchmark=\"ring/burst:of=empty/t2\",bound=\"median\"} "
                              "72500\n# EOF\n"),
              "%s", out);
    cr_assert(run("export s.json --format github-action") == 2 && strstr(err, "github-action-bigger") && !*out, "%s",
              err);
    cr_assert(run("export s.json --format hyperfine") == 2 && lines(err) == 1 && !*out, "%s", err);
}

static json_t *made_duet(void)
{
    return json_pack(
        "{s:s, s:i, s:s, s:{s:s}, s:[{s:s, s:s, s:s, s:i, s:s, s:s, s:[{s:s, s:{s:[f,f,f]}, s:{s:[f]}}, "
        "{s:s, s:{s:[f]}, s:{s:[f]}}], s:{s:s, s:s, s:f, s:f, s:f, s:i}}, {s:s, s:s, s:s, s:i, s:{s:s, s:n}}]}",
        "program", "poolbench", "duet_format", 1, "date", "2026-11-29T12:00:00Z", "machine", "host", "here",
        "benchmarks", "name", "ring/empty/t2", "pool", "ring", "spec", "empty", "workers", 2, "figure", "ns_per_job",
        "figure_unit", "ns", "first", "verdict", "ok", "base", "values", 80.0, 82.0, 90.0, "new", "values", 95.0,
        "verdict", "failed", "base", "values", 1.0, "new", "values", 2.0, "finding", "verdict", "slower", "session",
        "first", "change", 0.15, "low", 0.1, "high", 0.2, "processes", 12, "name", "mutex/empty/t2", "pool", "mutex",
        "spec", "empty", "workers", 2, "finding", "verdict", "cannot tell", "change");
}

/* The ratio of the times with its interval; and the times of the sides, by process. */
CLI_TEST(export_figures, of_a_duet_the_ratio_and_both_sides)
{
    json_t *read;
    save(made_duet(), "d.json");
    read = exported("export d.json --format bencher");
    cr_assert(json_object_size(read) == 1 && value_of(read, "duet/ring/empty/t2", "ratio", "value") == 1.15 &&
              value_of(read, "duet/ring/empty/t2", "ratio", "lower_value") == 1.1);
    json_decref(read);
    cr_assert(run("export d.json --format benchstat") == 0 &&
                  strstr(out, "BenchmarkPool/ring/empty/t2/side=base-2 1 82 ns/op\nBenchmarkPool/ring/empty/t2/"
                              "side=new-2 1 95 ns/op\n") &&
                  !strstr(out, " 1 1 ") && !strstr(out, "mutex"),
              "%s", out);
    cr_assert(run("export d.json --format csv") == 0 && strstr(out, "\"ratio\",\"\",\"less\",1.15,1.1,1.2,12\n"), "%s",
              out);
    cr_assert(run("export d.json --format hyperfine") == 2 && lines(err) == 1 && strstr(err, "two sides"), "%s", err);
}

/* What a name holds is checked before it gets into a line of text. */
CLI_TEST(export_figures, odd_names_are_refused)
{
    json_t *document = made_duet();
    json_object_set_new(json_array_get(json_object_get(document, "benchmarks"), 0), "spec", json_string("a b\"c"));
    save(document, "d.json");
    cr_assert(run("export d.json --format benchstat") == 2 && lines(err) == 1 && strstr(err, "benchmark 0"), "%s", err);
    document = made_run(1);
    json_object_set_new(document, "searches",
                        json_pack("[{s:s, s:s, s:i}]", "pool", "ring", "spec", "x\ny", "workers", 2));
    save(document, "s.json");
    cr_assert(run("export s.json --format csv") == 2 && lines(err) == 1 && strstr(err, "search 0"), "%s", err);
}
