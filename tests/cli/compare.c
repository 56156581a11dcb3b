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
    json_t *document = make_base();
    save(document);
    cr_assert(
        run("compare base.json new.json") == 0 && !strncmp(out, first, strlen(first)) &&
            strstr(out, "\nno regression: 0 slower") &&
            strstr(out, "of 100 comparisons in which nothing has changed, the machine included, at most 5 accuse"),
        "%s", out);
    cr_assert(run("compare base.json new.json --format markdown") == 0 &&
                  !strncmp(out, "**poolbench compare: no regression**: 0 slower", 46) &&
                  strstr(out, "unpaired: ") < strchr(out, '\n'),
              "%s", out);
    speed_up(document, 0, 0.9);
    save(document);
    cr_assert(run("compare base.json new.json") == 1 && strstr(out, "\nworse: 1 slower"), "%s", out);
    cr_assert(run("compare base.json new.json --format json") == 1 && strstr(out, "\"speeds\": 3") &&
                  strstr(out, "\"level\": 0.05"),
              "%s", out);
    json_decref(document);
}

CLI_TEST(compare, undecided_may_fail)
{
    json_t *document = make_base();
    size_t c;
    json_t *configuration;
    json_array_foreach (json_object_get(document, "configurations"), c, configuration)
        while (json_array_size(json_object_get(configuration, "trials")) > (c ? 2 : 12))
            json_array_remove(json_object_get(configuration, "trials"), 2);
    save(document);
    cr_assert(run("compare base.json new.json") == 0 &&
                  strstr(out, "no regression in what is decided; 2 of 3 undecided: "),
              "%s", out);
    cr_assert(run("compare base.json new.json --undecided fail") == 4 && run("compare base.json base.json "
                                                                             "--undecided fail") == 0,
              "%s", out);
    speed_up(document, 0, 0.9);
    save(document);
    cr_assert(run("compare base.json new.json --undecided fail") == 1, "a regression is more than that: %s", out);
    cr_assert(run("compare base.json new.json --undecided perhaps") == 2 && strstr(err, "pass, fail"), "%s", err);
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

static json_t *trials_of(json_t *document, size_t configuration)
{
    return json_object_get(json_array_get(json_object_get(document, "configurations"), configuration), "trials");
}

/* Sets a number of each trial of the first configuration. */
static void set_all(json_t *document, const char *object, const char *key, double value)
{
    json_t *trial;
    size_t t;
    json_array_foreach (trials_of(document, 0), t, trial)
        json_object_set_new(object ? json_object_get(trial, object) : trial, key, json_real(value));
}

static void fail_some(json_t *document, size_t count)
{
    for (size_t t = 0; t < 12; t++)
        json_object_set_new(json_array_get(trials_of(document, 0), t), "verdict",
                            json_string(t < count ? "failed" : "ok"));
}

/* Twelve rounds are there: six, or none of those that have no figure, are no way out. */
CLI_TEST(compare, asks_for_more_rounds_than_there_are)
{
    json_t *document = make_base();
    save(document);
    set_all(document, NULL, "jobs_per_s", 0);
    cr_assert(json_dump_file(document, "base.json", 0) == 0);
    cr_assert(run("compare base.json new.json") == 0 && strstr(out, "cannot tell; the base has no figure"), "%s", out);
    json_decref(document);
    document = make_base();
    fail_some(document, 10);
    cr_assert(json_dump_file(document, "base.json", 0) == 0);
    save(document);
    cr_assert(run("compare base.json new.json") == 0 &&
                  strstr(out, "cannot tell (needs about 36 rounds); fails: 10 of 12"),
              "%s", out);
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
    } cases[] = {{1, 12, 1}, {0, 1, 1}, {1, 2, 0}, {6, 7, 0}, {1, 7, 1}, {3, 1, 0}, {12, 12, 1}};
    json_t *document = make_base();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fail_some(document, cases[i].base);
        cr_assert(json_dump_file(document, "base.json", 0) == 0);
        fail_some(document, cases[i].now);
        save(document);
        cr_assert(run("compare base.json new.json") == cases[i].status, "%zu, then %zu: %s", cases[i].base,
                  cases[i].now, out);
        cr_assert(strstr(out, "fails: ") || cases[i].now == 12, "%s", out);
    }
    json_decref(document);
}

CLI_TEST(compare, what_is_missing_does_not_pass)
{
    json_t *document = make_base(), *copy = json_deep_copy(document);
    json_array_remove(json_object_get(copy, "configurations"), 0);
    save(copy);
    cr_assert(run("compare base.json new.json") == 1 && strstr(out, "MISSING"), "%s%s", out, err);
    cr_assert(run("compare new.json base.json") == 0 && strstr(err, "1 benchmark is only in base.json"), "%s%s", out,
              err);
    json_decref(copy);
    copy = json_deep_copy(document);
    json_array_clear(trials_of(copy, 0));
    save(copy);
    cr_assert(run("compare base.json new.json") == 1 && strstr(out, "NO FIGURE"), "%s", out);
    json_decref(copy);
    json_decref(document);
}

CLI_TEST(compare, impossible_figures_do_not_pass)
{
    json_t *document = make_base(), *trial = json_array_get(trials_of(document, 0), 3);
    const struct {
        json_t *value;
        const char *word;
        int status;
    } cases[] = {{json_null(), "NO FIGURE", 1},          {json_real(0), "NO FIGURE", 1},
                 {json_real(-1e6), "-1000000.0", 2},     {json_string("NaN"), "\"NaN\"", 2},
                 {json_real(1e300), "jobs_per_s is", 2}, {json_array(), "jobs_per_s is []", 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_object_set_new(trial, "jobs_per_s", cases[i].value);
        save(document);
        cr_assert(run("compare base.json new.json") == cases[i].status, "case %zu: %s%s", i, out, err);
        cr_assert(strstr(cases[i].status == 1 ? out : err, cases[i].word), "case %zu: %s%s", i, out, err);
        cr_assert(cases[i].status == 1 || (lines(err) == 1 && !*out), "%s", err);
    }
    json_decref(document);
}

/* Costs have rows of their own kinds, and are told apart. */
CLI_TEST(compare, says_what_costs_more)
{
    static const struct {
        const char *object, *key, *kind;
        double was;
    } costs[] = {{NULL, "cpu_ns_per_job", "CPU time", 100},
                 {"memory", "pool_bytes", "memory", 50000},
                 {NULL, "wakes_per_job", "wakes", 0.5}};
    json_t *document = make_base();
    for (size_t i = 0; i < sizeof costs / sizeof *costs; i++) {
        char row[64], total[64];
        set_all(document, costs[i].object, costs[i].key, costs[i].was);
        cr_assert(json_dump_file(document, "base.json", 0) == 0);
        set_all(document, costs[i].object, costs[i].key, 2 * costs[i].was);
        save(document);
        snprintf(row, sizeof row, "mutex/empty/t1, %s ", costs[i].kind);
        snprintf(total, sizeof total, "%s 1 of ", costs[i].kind);
        cr_assert(run("compare base.json new.json") == 1, "%s: %s", costs[i].kind, out);
        cr_assert(strstr(out, row) && strstr(out, "MORE") && strstr(out, total) && strstr(out, "0 slower"), "%s", out);
        cr_assert(run("compare new.json base.json") == 0 && strstr(out, row) && strstr(out, "less"), "%s", out);
        set_all(document, costs[i].object, costs[i].key, 1.1 * costs[i].was);
        save(document);
        cr_assert(run("compare base.json new.json") == 0 && !strstr(out, row), "%s", out);
    }
    json_decref(document);
}

/* Where jobs can be lost, how many are is a row, and speed is what came through. */
CLI_TEST(compare, says_when_more_jobs_are_lost)
{
    json_t *document = make_base(), *first = json_array_get(json_object_get(document, "configurations"), 0);
    json_object_set_new(first, "full", json_string("reject"));
    set_all(document, NULL, "delivered_per_s", 1e6);
    set_all(document, NULL, "lost_share", 0.10);
    cr_assert(json_dump_file(document, "base.json", 0) == 0);
    set_all(document, NULL, "lost_share", 0.33);
    save(document);
    cr_assert(run("compare base.json new.json") == 1 && strstr(out, "mutex/empty/t1, lost jobs ") &&
                  strstr(out, " 10% ") && strstr(out, " 33% ") && strstr(out, "MORE") && strstr(out, "0 slower") &&
                  strstr(out, "lost jobs 1 of 1"),
              "%s", out);
    cr_assert(run("compare new.json base.json") == 0 && strstr(out, "fewer"), "%s", out);
    set_all(document, NULL, "lost_share", 0.11);
    save(document);
    cr_assert(run("compare base.json new.json") == 0 && !strstr(out, "t1, lost jobs"), "%s", out);
    set_all(document, NULL, "delivered_per_s", 0.7e6); /* as many jobs come, fewer get through */
    save(document);
    cr_assert(run("compare base.json new.json") == 1 && strstr(out, "SLOWER") && strstr(out, "-30.0%"), "%s", out);
    set_all(document, NULL, "lost_share", 1.5);
    save(document);
    cr_assert(run("compare base.json new.json") == 2 && lines(err) == 1 && strstr(err, "lost_share is 1.5"), "%s", err);
    json_decref(document);
}

CLI_TEST(compare, says_when_more_results_are_dropped)
{
    json_t *document = make_base(), *first = json_array_get(json_object_get(document, "configurations"), 0);
    json_object_set_new(first, "results", json_string("drop"));
    set_all(document, "figures", "results_lost", 0.02);
    cr_assert(json_dump_file(document, "base.json", 0) == 0);
    set_all(document, "figures", "results_lost", 0.45);
    save(document);
    cr_assert(run("compare base.json new.json") == 1 && strstr(out, ", lost jobs ") && strstr(out, "MORE"), "%s", out);
    json_decref(document);
}

CLI_TEST(compare, says_when_jobs_wait_longer)
{
    json_t *document = make_base(), *trial;
    for (int side = 0; side < 2; side++) {
        size_t t;
        json_array_foreach (trials_of(document, 0), t, trial)
            json_object_set_new(json_object_get(trial, "latency"), "submit_to_end",
                                json_pack("{s:i, s:f, s:f}", "count", 5000, "p50_ns", 1e3, "p99_ns",
                                          1e5 * (1 + side) * (1 + 0.01 * (double)t)));
        cr_assert(json_dump_file(document, side ? "new.json" : "base.json", 0) == 0);
    }
    cr_assert(run("compare base.json new.json") == 1 && strstr(out, "mutex/empty/t1, latency") && strstr(out, "MORE"),
              "%s", out);
    json_decref(document);
}

/* Some rounds are bad: the median of their percentiles knows nothing of them, the table of
 * `run` does. */
CLI_TEST(compare, says_both_where_percentiles_differ)
{
    json_t *document = make_base(), *trial, *summary;
    for (int side = 0; side < 2; side++) {
        size_t t;
        json_array_foreach (trials_of(document, 0), t, trial)
            json_object_set_new(json_object_get(trial, "latency"), "submit_to_end",
                                json_pack("{s:i, s:f, s:f}", "count", 5000, "p50_ns", 1e3, "p99_ns",
                                          1e5 * (1 + side) * (1 + 0.01 * (double)t)));
        summary = json_object_get(json_array_get(json_object_get(document, "configurations"), 0), "summary");
        json_object_set_new(json_object_get(json_object_get(summary, "latency"), "submit_to_end"), "p99_ns",
                            json_real(side ? 5e6 : 1e5));
        cr_assert(json_dump_file(document, side ? "new.json" : "base.json", 0) == 0);
    }
    cr_assert(run("compare base.json new.json") == 1 &&
                  strstr(out, "median rounds; of all samples together 100 us, now 5.00 ms"),
              "%s", out);
    json_decref(document);
}

CLI_TEST(compare, a_name_is_no_machine)
{
    json_t *document = make_base(), *machine = json_object_get(document, "machine");
    json_object_set_new(machine, "host", json_string("runner-17"));
    json_object_set_new(machine, "affinity", json_string("6-7"));
    save(document);
    cr_assert(run("compare base.json new.json") == 0 && strstr(err, "another host") && strstr(err, "runner-17") &&
                  strstr(err, "another affinity"),
              "%s", err);
    json_object_set_new(machine, "cgroup_quota_cpus", json_real(1.5));
    save(document);
    cr_assert(run("compare base.json new.json") == 2 && lines(err) == 1 && strstr(err, "cgroup_quota_cpus") &&
                  strstr(err, "--force"),
              "%s", err);
    cr_assert(run("compare base.json new.json --force") == 0 && strstr(err, "another machine: cgroup_quota_cpus"), "%s",
              err);
    json_decref(document);
}

CLI_TEST(compare, says_what_was_interrupted_or_disturbed)
{
    json_t *document = make_base();
    json_object_set_new(document, "interrupted", json_true());
    json_object_set_new(document, "rounds", json_pack("[{s:b}, {s:b}]", "disturbed", 1, "disturbed", 0));
    json_object_del(document, "noise"); /* as older files */
    save(document);
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
    json_t *document = make_base();
    set_noise(document, "base.json", "quiet");
    set_noise(document, "new.json", "quiet");
    cr_assert(run("compare base.json new.json --require quiet") == 0 && !strstr(err, "quiet"), "%s", err);
    set_noise(document, "new.json", "noisy");
    cr_assert(run("compare base.json new.json") == 0 && strstr(err, "new.json: noisy (before: noisy, CPUs 100% busy)"),
              "%s", err);
    cr_assert(run("compare base.json new.json --require quiet") == 3 && strstr(err, "new.json: the machine was not"),
              "%s", err);
    cr_assert(run("compare base.json new.json --require silence") == 2 && strstr(err, "quiet"), "%s", err);
    speed_up(document, 0, 0.9);
    set_noise(document, "new.json", "noisy");
    cr_assert(run("compare base.json new.json --require quiet") == 3, "what a noisy machine shows is no regression");
    json_decref(document);
}

/* A search's answer is its rate. */
static void make_search_by(const char *path, const json_t *like, double kept, double broken, const char *slo,
                           const char *limit)
{
    json_t *document = json_deep_copy(like);
    json_array_clear(json_object_get(document, "configurations"));
    json_object_set_new(document, "slo",
                        json_pack("[{s:s, s:f, s:i}]", "name", slo, "quantile", 0.99, "limit_ns", 5000000));
    json_object_set_new(document, "searches",
                        json_pack("[{s:s, s:i, s:i, s:i, s:s, s:s, s:s, s:o, s:o, s:s, s:[]}]", "pool", "mutex",
                                  "workers", 2, "producers", 1, "capacity", 1024, "full", "block", "pin", "core",
                                  "spec", "burst:of=cpu:size=20us", "rate_kept",
                                  kept > 0 ? json_real(kept) : json_null(), "rate_broken",
                                  broken > 0 ? json_real(broken) : json_null(), "limited_by", limit, "configurations"));
    cr_assert(json_dump_file(document, path, 0) == 0);
    json_decref(document);
}

static void make_search(const char *path, const json_t *like, double kept, double broken, const char *slo)
{
    make_search_by(path, like, kept, broken, slo, "promise");
}

CLI_TEST(compare, a_halved_rate_is_a_regression)
{
    json_t *document = make_base();
    make_search("base.json", document, 60000, 61500, "p99");
    make_search("new.json", document, 30000, 30700, "p99");
    cr_assert(run("compare base.json new.json") == 1 && strstr(out, "t2, rate") && strstr(out, "-50.0%") &&
                  strstr(out, "LOWER"),
              "%s%s", out, err);
    cr_assert(run("compare new.json base.json") == 0 && strstr(out, "higher"), "%s", out);
    make_search("new.json", document, 30000, 61500, "p99");
    cr_assert(run("compare base.json new.json") == 1, "%s", out);
    make_search("new.json", document, 58900, 60000, "p99");
    cr_assert(run("compare base.json new.json") == 0 && strstr(out, "1 same"), "%s", out);
    make_search("new.json", document, 0, 100, "p99");
    cr_assert(run("compare base.json new.json") == 1 && strstr(out, "LOWER"), "%s", out);
    make_search("new.json", document, 60000, 61500, "p50");
    cr_assert(run("compare base.json new.json") == 2 && strstr(err, "promises"), "%s", err);
    save(document);
    cr_assert(run("compare base.json new.json") == 2 && strstr(err, "search"), "%s", err);
    json_decref(document);
}

/* What a search that something else ended would have found, nobody knows. */
CLI_TEST(compare, of_an_unfinished_search_says_no_more_than_it_shows)
{
    json_t *document = make_base();
    make_search_by("base.json", document, 0, 0, "p99", "unknown");
    make_search_by("new.json", document, 0, 0, "p99", "unknown");
    cr_assert(run("compare base.json new.json") == 0 && strstr(out, "cannot tell") && strstr(out, "0 same"), "%s", out);
    cr_assert(strstr(out, "the base could not tell, the new one could not tell"), "%s", out);
    make_search("base.json", document, 60000, 61500, "p99");
    cr_assert(run("compare base.json new.json") == 1 && strstr(out, "NO FIGURE"), "%s", out);
    make_search_by("new.json", document, 30000, 0, "p99", "budget");
    cr_assert(run("compare base.json new.json") == 0 && strstr(out, "cannot tell") && strstr(out, "ran out of budget"),
              "%s", out);
    make_search_by("new.json", document, 90000, 0, "p99", "generator");
    cr_assert(run("compare base.json new.json") == 0 && strstr(out, "higher"), "%s", out);
    make_search_by("base.json", document, 60000, 61500, "p99", "budget"); /* 61,500: not shown to break a promise */
    cr_assert(run("compare base.json new.json") == 0 && strstr(out, "cannot tell"), "%s", out);
    make_search("new.json", document, 30000, 30700, "p99");
    cr_assert(run("compare base.json new.json") == 1 && strstr(out, "LOWER"), "%s", out);
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
