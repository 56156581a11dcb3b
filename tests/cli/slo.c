/* slo.c - promises about latency, from outside: limits that nothing can keep, and
 * limits that nothing can break. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/cli/program.h"
#include "workloads/core/units.h"

#define QUICK " -t 1 --pin none --no-figures -o x.json"

CLI_TEST(slo, bad_input)
{
    EXPECT_BAD({"p99=5ms", "run --slo p99"}, {"p99=0", "run --slo p99=0"}, {"q7", "run --slo q7=1ms"},
               {"\"5\" is not a time", "run --slo p99=5"}, {"p99.9", "run --slo p98=5ms"}, {"\"\"", "run --slo ''"},
               {"\"\"", "run --slo p99=5ms,"}, {"twice", "run --slo p99=5ms,p99=6ms"},
               {"out of range", "run --slo p99=2000min"}, {"twice", "run --slo p99=5ms --slo p50=1ms"},
               {"--slo", "limits --slo p99=5ms"});
}

/* What a pool's summary says of the promise `which`. */
static const json_t *judged(const json_t *document, const char *pool, size_t which)
{
    json_t *configuration;
    size_t i;
    json_array_foreach (json_object_get(document, "configurations"), i, configuration)
        if (!strcmp(json_string_value(json_object_get(configuration, "pool")), pool))
            return json_array_get(json_object_get(json_object_get(configuration, "summary"), "slo"), which);
    return NULL;
}

static const char *verdict(const json_t *document, const char *pool, size_t which)
{
    const char *text = json_string_value(json_object_get(judged(document, pool, which), "verdict"));
    return text ? text : "";
}

CLI_TEST(slo, ten_seconds_are_kept)
{
    json_t *document;
    cr_assert(run("run -w burst:rate=1k,for=200ms,of=empty -p ring,mutex --rounds 2 --budget 800ms --slo "
                  "p99=10s,max=60min" QUICK) == 0,
              "%s%s", out, err);
    cr_assert(strstr(out, "promise p99 <= 10 s, from the planned submit to the end (of all jobs") &&
                  strstr(out, "promise max <= 3600 s") && strstr(out, "  ring       kept  ") &&
                  strstr(out, "  mutex      kept  "),
              "%s", out);
    document = json_load_file("x.json", 0, NULL);
    cr_assert(document && json_array_size(json_object_get(document, "slo")) == 2);
    cr_assert_str_eq(verdict(document, "ring", 0), "kept");
    cr_assert_str_eq(verdict(document, "mutex", 1), "kept");
    cr_assert(!judged(document, "inline", 0), "the floor was not asked for");
    json_decref(document);
}

/* One definition, wherever a percentile is told: all rounds' samples together. */
CLI_TEST(slo, table_promise_and_figure_say_the_same)
{
    json_t *document, *configuration;
    size_t i;
    cr_assert(
        run("run -w burst:rate=5k,for=100ms,of=cpu:size=20us,dist=exp -p ring,mutex --no-floor --rounds 5 --budget "
            "800ms --slo p99=10s" QUICK) <= 1,
        "%s%s", out, err);
    document = json_load_file("x.json", 0, NULL);
    cr_assert(document && json_array_size(json_object_get(document, "configurations")) == 2);
    json_array_foreach (json_object_get(document, "configurations"), i, configuration) {
        const json_t *summary = json_object_get(configuration, "summary"),
                     *judged = json_array_get(json_object_get(summary, "slo"), 0),
                     *figure = json_object_get(json_object_get(summary, "figures"), "latency_p99_ns"),
                     *latency = json_object_get(json_object_get(summary, "latency"), "submit_to_end");
        double promise = json_number_value(json_object_get(judged, "value_ns"));
        char text[32], line[256], *table;
        cr_assert(promise > 0 && promise == json_number_value(json_object_get(figure, "pooled")) &&
                      promise == json_number_value(json_object_get(latency, "p99_ns")),
                  "promise %g, figure %g, histogram %g", promise, json_number_value(json_object_get(figure, "pooled")),
                  json_number_value(json_object_get(latency, "p99_ns")));
        cr_assert(json_number_value(json_object_get(figure, "pooled_low")) <= promise);
        units_time_text(promise, text, sizeof text);
        table = strstr(out, json_string_value(json_object_get(configuration, "pool")));
        cr_assert(table);
        snprintf(line, sizeof line, "%.*s", (int)strcspn(table, "\n"), table);
        cr_assert(strstr(line, text), "the table has not %s: %s", text, line);
        cr_assert(strstr(strstr(out, "promise p99"), text), "the promise has not %s: %s", text, out);
    }
    json_decref(document);
}

CLI_TEST(slo, a_nanosecond_is_broken)
{
    json_t *document;
    const json_t *found;
    cr_assert(run("run -w cpu:size=10us -p ring --capacity 16 --rounds 2 --budget 60ms --slo p99=1ns,p50=10s" QUICK) ==
                  1,
              "%s", err);
    cr_assert(
        strstr(out,
               "promise p99 <= 1 ns, from the submit to the end (of all jobs submitted, all rounds together):\n") &&
            strstr(out, "\n  ring       BROKEN  ") && strstr(out, "\n  ring       kept  "),
        "%s", out);
    document = json_load_file("x.json", 0, NULL);
    found = judged(document, "ring", 0);
    cr_assert_str_eq(verdict(document, "ring", 0), "broken");
    cr_assert(json_integer_value(json_object_get(found, "limit_ns")) == 1);
    cr_assert(json_number_value(json_object_get(found, "low_ns")) >= 5000 &&
              json_number_value(json_object_get(found, "value_ns")) >=
                  json_number_value(json_object_get(found, "low_ns")) &&
              (json_is_null(json_object_get(found, "high_ns")) || /* too few samples for that end */
               json_number_value(json_object_get(found, "high_ns")) >=
                   json_number_value(json_object_get(found, "value_ns"))));
    json_decref(document);
}

CLI_TEST(slo, few_samples_cannot_tell)
{
    cr_assert(run("run -w burst:rate=1k,arrivals=constant,for=300ms,of=empty -p ring --rounds 1 --budget 10ms --slo "
                  "p99.99=10s" QUICK) == 0,
              "%s", err);
    cr_assert(strstr(out, "  ring       cannot tell  ") && strstr(out, "p99.99 needs 36887"), "%s", out);
}

/* Four times as much as one worker can do. */
CLI_TEST(slo, more_than_can_be_done_is_broken)
{
    cr_assert(run("run -w burst:rate=4k,arrivals=constant,for=100ms,of=cpu:size=1ms -p mutex --rounds 1 --budget 10ms "
                  "--slo p99=60min" QUICK) == 1,
              "%s%s", out, err);
    cr_assert(strstr(out, "  mutex      BROKEN  ") && strstr(out, "more comes than is done"), "%s", out);
}

CLI_TEST(slo, what_is_not_promised_is_not_judged)
{
    json_t *document;
    cr_assert(run("run -w empty -p ring --rounds 1 --budget 20ms" QUICK) == 0 && !strstr(out, "promise"), "%s", out);
    document = json_load_file("x.json", 0, NULL);
    cr_assert(json_is_array(json_object_get(document, "slo")) &&
              json_array_size(json_object_get(document, "slo")) == 0 && !judged(document, "ring", 0));
    json_decref(document);
}

CLI_TEST(slo, bad_searches)
{
    EXPECT_BAD({"whose rate", "sweep --slo p99=5ms"}, {"cpu:size=1us", "sweep --slo p99=5ms -w cpu:size=1us"},
               {"burst:of=empty", "sweep --slo p99=5ms -w empty -t 1..4"},
               {"rate=", "sweep --slo p99=5ms -w burst:rate=1k..4k,of=empty -w burst:of=cpu"},
               {"nothing to sweep", "sweep --slo p99=5ms -w burst:rate=1k,of=empty -t 1"},
               {"q7", "sweep --slo q7=1ms -w burst:of=empty"});
}

CLI_TEST(slo, a_range_of_rates_is_a_sweep)
{
    cr_assert(run("sweep --dry-run --slo p99=5ms -w burst:rate=1k..4k,of=empty -p ring -t 1") == 0 &&
                  strstr(out, "burst:rate=2000,of=empty") && strstr(out, "configurations"),
              "%s", out);
    cr_assert(run("sweep --dry-run --slo p99=5ms -w burst:of=empty -p ring,mutex -t 1,2") == 0 &&
                  strstr(out, "ring/burst:of=empty/t2\n") && strstr(out, "4 searches, 3 rounds a probe") &&
                  !strstr(out, "inline"),
              "%s", out);
}

static const json_t *search_of(const json_t *document, const char *pool)
{
    json_t *search;
    size_t i;
    json_array_foreach (json_object_get(document, "searches"), i, search)
        if (!strcmp(json_string_value(json_object_get(search, "pool")), pool))
            return search;
    return NULL;
}

CLI_TEST(slo, no_rate_keeps_a_nanosecond)
{
    json_t *document, *index;
    const json_t *search;
    size_t i;
    cr_assert(run("sweep --slo p99=1ns -w burst:for=30ms,of=cpu:size=100us -p ring --budget 15s" QUICK) == 1, "%s%s",
              out, err);
    cr_assert(strstr(out, "the highest rate that keeps p99 <= 1 ns") && strstr(out, "ring        1       none    none"),
              "%s", out);
    cr_assert(strstr(err, "BROKEN"), "%s", err);
    document = json_load_file("x.json", 0, NULL);
    search = search_of(document, "ring");
    cr_assert(search && json_is_null(json_object_get(search, "rate_kept")) &&
              json_integer_value(json_object_get(search, "rate_broken")) > 0);
    cr_assert(json_equal(json_object_get(search, "slo"), json_object_get(document, "slo")) &&
              json_array_size(json_object_get(search, "slo")) == 1);
    cr_assert_str_eq(json_string_value(json_object_get(search, "spec")), "burst:for=30ms,of=cpu:size=100us");
    cr_assert(json_array_size(json_object_get(search, "configurations")) > 0);
    json_array_foreach (json_object_get(search, "configurations"), i, index) {
        const json_t *probe =
            json_array_get(json_object_get(document, "configurations"), (size_t)json_integer_value(index));
        cr_assert(strstr(json_string_value(json_object_get(probe, "spec")), "burst:rate=") &&
                  json_array_size(json_object_get(probe, "trials")) >= 3);
    }
    json_decref(document);
}

/* Whoever promises an hour still cannot do more than the workers can: from twice of
 * it on, more comes than is done, whatever else runs on the machine. */
CLI_TEST(slo, what_the_workers_can_do_bounds_the_rate)
{
    json_t *document;
    const json_t *search;
    json_int_t kept, broken;
    int status = run("sweep --slo p99=60min -w burst:of=cpu:size=1ms -p mutex --budget 12s" QUICK);
    document = json_load_file("x.json", 0, NULL);
    search = search_of(document, "mutex");
    cr_assert(search, "%s", err);
    kept = json_integer_value(json_object_get(search, "rate_kept"));
    broken = json_integer_value(json_object_get(search, "rate_broken"));
    cr_assert(kept <= 2000, "%lld/s", (long long)kept);
    cr_assert(broken == 0 || broken >= kept, "%lld/s broken, %lld/s kept", (long long)broken, (long long)kept);
    cr_assert(kept ? status == 0 : status == 1 || status == 3 || status == 4, "%d: %s", status, out);
    cr_assert(json_integer_value(json_object_get(search, "probes")) >= 1 &&
              json_is_string(json_object_get(search, "limited_by")));
    json_decref(document);
}

/* The promise is in the data of the figures, and they are drawn. */
CLI_TEST(slo, is_drawn)
{
    struct stat info;
    if (system("command -v gnuplot >/dev/null") != 0)
        cr_skip_test("no gnuplot here");
    run("run -w burst:rate=10k,of=empty -w burst:rate=20k,of=empty -p ring -t 1 --pin none --rounds 1 --budget 100ms "
        "--slo p99=20us,mean=60min -o x.json");
    slurp("x/spectrum-burst-rate-10k-of-empty-promises.tsv", out, sizeof out);
    cr_assert(strstr(out, "promise p99 <= 20 us\n") && !strstr(out, "mean"), "%s%s", out, err);
    cr_assert(stat("x/spectrum-burst-rate-10k-of-empty.png", &info) == 0 && info.st_size > 2000);
    cr_assert(stat("x/load.svg", &info) == 0 && info.st_size > 2000);
    slurp("x/load.svg", out, sizeof out);
    cr_assert(strstr(out, "How much load before the promise breaks?") && strstr(out, "promise p99"), "%s", err);
    run("sweep --slo p99=1ns -w burst:for=30ms,of=cpu:size=100us -p ring -t 1 --pin none --budget 1s -o y.json");
    cr_assert(stat("y/load.png", &info) == 0 && info.st_size > 2000 && stat("y/throughput.png", &info) != 0, "%s", err);
}

/* A search that was not ended by the promise knows a lower bound only; the figure says so, too. */
CLI_TEST(slo, a_bound_is_drawn_as_one)
{
    static const char *const ends[] = {"promise", "range", "unknown"}, *const texts[] = {"ring 7k/s", "ring >= 7k/s",
                                                                                         "ring ~7k/s"};
    static const int proved[] = {6000, 7000, 6000};
    if (system("command -v gnuplot >/dev/null") != 0)
        cr_skip_test("no gnuplot here");
    run("sweep --slo p99=1ns -w burst:for=30ms,of=cpu:size=100us -p ring --budget 1s" QUICK);
    for (int i = 0; i < 3; i++) {
        json_t *document = json_load_file("x.json", 0, NULL), *search;
        cr_assert(document, "%s", err);
        search = json_array_get(json_object_get(document, "searches"), 0);
        json_object_set_new(search, "rate_kept", json_integer(7000));
        json_object_set_new(search, "rate_proved", json_integer(proved[i]));
        json_object_set_new(search, "rate_broken", json_integer(7100));
        json_object_set_new(search, "limited_by", json_string(ends[i]));
        cr_assert(json_dump_file(document, "y.json", 0) == 0);
        json_decref(document);
        cr_assert(run("plot y.json") == 0, "%s", err);
        slurp("y/load.svg", out, sizeof out);
        cr_assert(strstr(out, texts[i]) || (i == 1 && strstr(out, "ring &gt;= 7k/s")), "%s", texts[i]);
    }
}

CLI_TEST(slo, a_search_without_samples_says_so)
{
    json_t *document;
    cr_assert(run("sweep --slo p99.99=60min -w burst:for=20ms,of=empty -p ring --budget 2s" QUICK) == 4, "%s", err);
    cr_assert(strstr(out, "nobody can tell: ") && strstr(out, "p99.99 needs 36887"), "%s", out);
    document = json_load_file("x.json", 0, NULL);
    cr_assert_str_eq(json_string_value(json_object_get(search_of(document, "ring"), "limited_by")), "unknown");
    json_decref(document);
}

/* A third gets no service: broken, whatever the others' latency; and the table says it. */
CLI_TEST(slo, jobs_that_are_refused_break_it)
{
    cr_assert(run("run -w burst:rate=4k,arrivals=constant,for=50ms,of=cpu:size=1ms -p mutex --capacity 1 --full reject "
                  "--rounds 1 --budget 10ms --slo p50=60min" QUICK) == 1,
              "%s%s", out, err);
    cr_assert(strstr(out, "  mutex      BROKEN  ") && strstr(out, "of the jobs got no service"), "%s", out);
    cr_assert(strstr(out, "delivered/s") && strstr(out, "lost"), "%s", out);
    /* There are samples enough: it is the lost jobs that leave no percentile. */
    cr_assert(strstr(out, "mutex: p50, p99, naive p99 -: ") &&
                  strstr(out, "% of the jobs got no service, and are infinitely late.") && !strstr(out, "it needs 2."),
              "%s", out);
}

CLI_TEST(slo, bad_shares)
{
    EXPECT_BAD({"not a share", "run --slo loss=5ms"}, {"loss=0.1%", "run --slo loss"},
               {"out of range", "run --slo loss=100%"}, {"twice", "run --slo loss=1%,loss=2%"});
}

/* Nobody asked for a floor that cannot keep the rate. */
CLI_TEST(slo, a_floor_that_cannot_keep_the_rate_is_left_out)
{
    cr_assert(run("run --dry-run -p mutex -t 16 -w burst:rate=20k,for=2s,of=io:op=sleep,wait=500us,dist=exp") == 0);
    cr_assert(strstr(err, "inline/burst: left out") && !strstr(out, "inline"), "%s%s", out, err);
    cr_assert(run("run --dry-run -p mutex -t 1 -w burst:rate=1k,of=empty") == 0 && strstr(out, "inline"), "%s", out);
    cr_assert(run("run --dry-run --no-floor -p mutex -t 1 -w burst:rate=1k,of=empty") == 0 && !strstr(out, "inline"),
              "%s", out);
}
