/* read_duet.c - what a duet from anybody may hold, and that nothing else gets past. */
#include "bench/results/read_duet.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/read.h"

static json_t *good(void)
{
    json_t *document =
        json_pack("{s:s, s:i, s:[{s:s, s:s, s:s, s:i, s:{s:s, s:f, s:n, s:f, s:f, s:i}}]}", "program", "poolbench",
                  "duet_format", 1, "benchmarks", "name", "ring/empty/t2", "pool", "ring", "spec", "empty", "workers",
                  2, "finding", "verdict", "slower", "change", 0.1, "low", "high", 0.2, "base", 80.0, "processes", 12);
    cr_assert(document);
    return document;
}

Test(read_duet, takes_what_a_duet_writes_and_nothing_else, .timeout = 20)
{
    static const struct {
        const char *in, *key, *value; /* in: "" the document, "b" the benchmark, "f" its finding */
    } bad[] = {{"", "duet_format", "2"}, {"", "benchmarks", "{}"},
               {"b", "pool", "7"},       {"b", "pool", "\"a name that is longer than any of a pool\""},
               {"b", "spec", "\"\""},    {"b", "name", "[]"},
               {"b", "workers", "1e9"},  {"b", "finding", "[1]"},
               {"f", "change", "-1.5"},  {"f", "high", "\"wide\""},
               {"f", "base", "-3"},      {"f", "verdict", "7"},
               {"f", "note", "null"}};
    char why[256];
    json_t *document = good();
    cr_assert(read_duet_is(document) && !read_duet_check(document, why, sizeof why), "%s", why);
    cr_assert(read_check(document, why, sizeof why), "it is no run");
    json_decref(document);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        json_t *benchmark, *at;
        document = good();
        benchmark = json_array_get(json_object_get(document, "benchmarks"), 0);
        at = !*bad[i].in ? document : *bad[i].in == 'b' ? benchmark : json_object_get(benchmark, "finding");
        json_object_set_new(at, bad[i].key, json_loads(bad[i].value, JSON_DECODE_ANY, NULL));
        cr_assert(read_duet_check(document, why, sizeof why) && *why && !strchr(why, '\n'), "%s: %s", bad[i].key,
                  bad[i].value);
        json_decref(document);
    }
}

/* A file of either kind. */
Test(read_duet, read_any_takes_runs_and_duets, .timeout = 20)
{
    char path[] = "/tmp/read_duet.XXXXXX", why[512];
    json_t *document = good(), *read;
    int file = mkstemp(path);
    cr_assert(file >= 0 && !json_dumpfd(document, file, 0));
    json_decref(document);
    cr_assert(!read_any(path, &read, why, sizeof why) && read_duet_is(read), "%s", why);
    json_decref(read);
    cr_assert(read_result(path, &read, why, sizeof why) && strstr(why, path), "%s", why);
    remove(path);
}
