/* changes.c - the forest plot of a comparison and of a duet: what is drawn, and in which
 * order; results are made up. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/cli/program.h"
#include "tests/core/made_result.h"

static void save(json_t *document, const char *path)
{
    cr_assert(document && !json_dump_file(document, path, 0));
    json_decref(document);
}

/* Of so many benchmarks the first ones are slower by a fifth. */
static void make_pair(int benchmarks, int slow)
{
    struct made_result made = {.kind = MADE_ROUNDS_NORMAL, .benchmarks = benchmarks, .rounds = 12};
    uint64_t state = 3;
    save(made_result(&state, &made), "base.json");
    made.slow = slow;
    made.by = 0.2;
    save(made_result(&state, &made), "new.json");
}

static bool has(const char *path)
{
    struct stat info;
    return !stat(path, &info) && info.st_size > 0;
}

/* The text of a file, until the next call. */
static const char *text_of(const char *path)
{
    static char text[1 << 16];
    FILE *file = fopen(path, "r");
    size_t length = file ? fread(text, 1, sizeof text - 1, file) : 0;
    cr_assert(file, "%s", path);
    fclose(file);
    text[length] = '\0';
    return text;
}

static void remove_last(const char *name, int count)
{
    json_t *document = json_load_file(name, 0, NULL), *list = json_object_get(document, "configurations");
    while (count--)
        json_array_remove(list, json_array_size(list) - 1);
    save(document, name);
}

CLI_TEST(changes, a_comparison_is_drawn_with_what_is_worse_first)
{
    const char *data, *third, *first;
    make_pair(5, 0);
    cr_assert(run("compare base.json new.json --plot drawn") == 0 && strstr(out, "figure   drawn/changes.svg, .png"),
              "%s%s", out, err);
    cr_assert(has("drawn/changes.svg") && has("drawn/changes.png") && has("drawn/changes.tsv"));
    cr_assert(strstr(text_of("drawn/changes.svg"), "Nobody can tell whether any of 5 benchmarks changed"));
    make_pair(5, 3);
    cr_assert(run("compare new.json base.json --plot drawn") == 0, "what is faster is no regression: %s", out);
    cr_assert(run("compare base.json new.json --plot drawn") == 1, "%s", out);
    cr_assert(strstr(text_of("drawn/changes.svg"), "3 of 5 benchmarks are worse than before"));
    data = text_of("drawn/changes.tsv");
    third = strstr(data, "\n2\t");
    first = strstr(data, "\np3/cpu");
    cr_assert(third && strstr(third, "SLOWER") && !strstr(strstr(data, "\n3\t"), "SLOWER") && !first, "%s", data);
    cr_assert(strstr(data, "/s, now ") && strstr(text_of("drawn/changes.svg"), "/s, now "), "before and after: %s",
              data);
}

/* A figure of speeds does not say that all is well where a cost is a regression. */
CLI_TEST(changes, what_costs_more_is_in_the_title)
{
    json_t *document, *trial;
    size_t t;
    make_pair(5, 0);
    document = json_load_file("new.json", 0, NULL);
    json_array_foreach (json_object_get(json_array_get(json_object_get(document, "configurations"), 2), "trials"), t,
                        trial)
        json_object_set_new(json_object_get(trial, "memory"), "pool_bytes", json_real(2e5));
    save(document, "new.json");
    cr_assert(run("compare base.json new.json --plot drawn") == 1, "%s", out);
    cr_assert(strstr(text_of("drawn/changes.svg"), "; costs grew in 1"));
}

/* The title says so of many and of few, in one line or two, and calls nothing worse. */
static void expect_missing(int all, int missing)
{
    char words[64];
    make_pair(all, 0);
    remove_last("new.json", missing);
    cr_assert(run("compare base.json new.json --plot drawn") == 1 && strstr(out, "no pass: 0 slower"), "%s", out);
    snprintf(words, sizeof words, "%d failed or missing", missing);
    cr_assert(strstr(text_of("drawn/changes.svg"), words), "%s", words);
    cr_assert(!strstr(text_of("drawn/changes.svg"), "worse than before"));
}

CLI_TEST(changes, what_is_missing_is_not_worse)
{
    expect_missing(3, 1);
    cr_assert(strstr(text_of("drawn/changes.tsv"), "MISSING"));
    expect_missing(20, 18);
    cr_assert(!strstr(text_of("drawn/changes.tsv"), "MISSING"), "no figure of lines with nothing in them");
}

/* Many go on in further figures; fewer take the place of those that were there. */
CLI_TEST(changes, many_benchmarks_take_several_pages)
{
    make_pair(50, 1);
    cr_assert(run("compare base.json new.json --plot drawn --format json") == 1 && strstr(err, "figure   drawn/"), "%s",
              err);
    cr_assert(has("drawn/changes-2.svg") && has("drawn/changes-2.png") && !has("drawn/changes-3.svg"));
    cr_assert(strstr(text_of("drawn/changes-2.svg"), "1 of 50 benchmarks is worse than before (2 of 2)"));
    make_pair(3, 0);
    cr_assert(run("compare base.json new.json --plot drawn") == 0 && has("drawn/changes.svg") &&
                  !has("drawn/changes-2.svg") && !has("drawn/changes-2.tsv"),
              "%s", err);
}

CLI_TEST(changes, a_folder_that_is_none_is_refused)
{
    make_pair(2, 0);
    cr_assert(run("compare base.json new.json --plot base.json") == 2 && lines(err) == 1 && strstr(err, "not a folder"),
              "%s", err);
    cr_assert(run("compare base.json new.json --plot nosuch/deep") == 2 && strstr(err, "nosuch/deep"), "%s", err);
}

/* Names from anybody, and a duet that has no intervals. */
CLI_TEST(changes, a_duet_is_drawn)
{
    json_t *document = json_pack(
        "{s:s, s:i, s:s, s:{s:s, s:s, s:f}, s:[{s:s, s:s, s:s, s:{s:s, s:b, s:f, s:f, s:f}}, {s:s, s:s, s:s, s:{s:s, "
        "s:b, s:n}}, {s:s, s:s, s:s, s:{s:s, s:b, s:f, s:f, s:f}}]}",
        "program", "poolbench", "duet_format", 1, "date", "2026-11-29T12:00:00Z", "duet", "base", "a.so", "new", "b.so",
        "threshold", 0.03, "benchmarks", "name", "ring/empty/t2", "pool", "ring", "spec", "empty", "finding", "verdict",
        "same", "regression", 0, "change", 0.001, "low", -0.01, "high", 0.01, "name", "it's \"odd\"\tname_{x}", "pool",
        "mutex", "spec", "empty", "finding", "verdict", "cannot tell", "regression", 0, "change", "name",
        "steal/cpu:size=1us,dist=pareto,batch=32,sample=64/t2", "pool", "steal", "spec", "cpu", "finding", "verdict",
        "slower", "regression", 1, "change", 0.2, "low", 0.1, "high", 4.0);
    save(document, "duet.json");
    cr_assert(run("plot duet.json") == 0 && !strstr(out, "hgrm"), "%s%s", out, err);
    cr_assert(strstr(text_of("duet/changes.svg"), "1 of 3 benchmarks is worse than before"));
    cr_assert(!strncmp(strstr(text_of("duet/changes.tsv"), "\n0\t"), "\n0\tsteal/", 9), "%s",
              text_of("duet/changes.tsv"));
    cr_assert(strstr(text_of("duet/changes.tsv"), "\tit's 'odd'?name_{x}\t"), "%s", text_of("duet/changes.tsv"));
}
