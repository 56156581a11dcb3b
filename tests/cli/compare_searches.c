/* compare_searches.c - `poolbench compare`: rates that keep a promise. */
#include <jansson.h>
#include <string.h>

#include "tests/cli/compare_kit.h"
#include "tests/cli/program.h"

/* A search's answer is its rate: reckoned, and proved. */
static void make_search_of(const char *path, const json_t *like, double kept, double proved, double broken,
                           const char *slo, const char *limit)
{
    json_t *document = json_deep_copy(like);
    json_array_clear(json_object_get(document, "configurations"));
    json_object_set_new(document, "slo",
                        json_pack("[{s:s, s:f, s:i}]", "name", slo, "quantile", 0.99, "limit_ns", 5000000));
    json_object_set_new(document, "searches",
                        json_pack("[{s:s, s:i, s:i, s:i, s:s, s:s, s:s, s:o, s:o, s:o, s:s, s:[]}]", "pool", "mutex",
                                  "workers", 2, "producers", 1, "capacity", 1024, "full", "block", "pin", "core",
                                  "spec", "burst:of=cpu:size=20us", "rate_kept",
                                  kept > 0 ? json_real(kept) : json_null(), "rate_proved",
                                  proved > 0 ? json_real(proved) : json_null(), "rate_broken",
                                  broken > 0 ? json_real(broken) : json_null(), "limited_by", limit, "configurations"));
    cr_assert(json_dump_file(document, path, 0) == 0);
    json_decref(document);
}

static void make_search_by(const char *path, const json_t *like, double kept, double broken, const char *slo,
                           const char *limit)
{
    make_search_of(path, like, kept, kept, broken, slo, limit);
}

static void make_search(const char *path, const json_t *like, double kept, double broken, const char *slo)
{
    make_search_by(path, like, kept, broken, slo, "promise");
}

CLI_TEST(compare, a_halved_rate_is_a_regression)
{
    json_t *document = compare_kit_base();
    make_search("base.json", document, 60000, 61500, "p99");
    make_search("new.json", document, 30000, 30700, "p99");
    cr_assert(run("compare base.json new.json") == 1 && strstr(out, "t2, rate") && strstr(out, "-50.0%") &&
                  strstr(out, "LOWER"),
              "%s%s", out, err);
    cr_assert(run("compare new.json base.json") == 0 && strstr(out, "higher"), "%s", out);
    make_search("new.json", document, 30000, 61500, "p99");
    cr_assert(run("compare base.json new.json") == 1, "%s", out);
    make_search("new.json", document, 58900, 60000, "p99");
    cr_assert(run("compare base.json new.json") == 0 && strstr(out, " 1 same,"), "%s", out);
    make_search("new.json", document, 0, 100, "p99");
    cr_assert(run("compare base.json new.json") == 1 && strstr(out, "LOWER"), "%s", out);
    make_search("new.json", document, 60000, 61500, "p50");
    cr_assert(run("compare base.json new.json") == 2 && strstr(err, "promises"), "%s", err);
    compare_kit_save(document);
    cr_assert(run("compare base.json new.json") == 2 && strstr(err, "search"), "%s", err);
    json_decref(document);
}

/* What a search that something else ended would have found, nobody knows. */
CLI_TEST(compare, of_an_unfinished_search_says_no_more_than_it_shows)
{
    json_t *document = compare_kit_base();
    make_search_by("base.json", document, 0, 0, "p99", "unknown");
    make_search_by("new.json", document, 0, 0, "p99", "unknown");
    cr_assert(run("compare base.json new.json") == 0 && strstr(out, "cannot tell") && strstr(out, " 0 same,"), "%s",
              out);
    cr_assert(strstr(out, "the base could not tell, the new one could not tell"), "%s", out);
    make_search("base.json", document, 60000, 61500, "p99");
    cr_assert(run("compare base.json new.json") == 1 && strstr(out, "NO FIGURE"), "%s", out);
    make_search_by("new.json", document, 30000, 0, "p99", "budget");
    cr_assert(run("compare base.json new.json") == 0 && strstr(out, "cannot tell") && strstr(out, "ran out of budget"),
              "%s", out);
    make_search_by("new.json", document, 90000, 0, "p99", "generator");
    cr_assert(run("compare base.json new.json") == 0 && strstr(out, "higher"), "%s", out);
    make_search_of("new.json", document, 90000, 50000, 0, "p99", "generator"); /* 90,000: nothing proves it */
    cr_assert(run("compare base.json new.json") == 0 && strstr(out, "cannot tell"), "%s", out);
    make_search_by("new.json", document, 90000, 0, "p99", "generator");
    make_search_by("base.json", document, 60000, 61500, "p99", "budget"); /* 61,500: not shown to break a promise */
    cr_assert(run("compare base.json new.json") == 0 && strstr(out, "cannot tell"), "%s", out);
    make_search("new.json", document, 30000, 30700, "p99");
    cr_assert(run("compare base.json new.json") == 1 && strstr(out, "LOWER"), "%s", out);
    json_decref(document);
}
