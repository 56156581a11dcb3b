/* report.c - `poolbench report`: the file that it writes, and what it refuses. What a browser makes of pages is
 * another test's matter. */
#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/cli/program.h"

static char page[PROGRAM_OUTPUT];

static void make_result(const char *name)
{
    char words[256];
    snprintf(
        words, sizeof words,
        "run -p mutex,ring -w cpu:size=1us -w empty -t 1,2 --rounds 6 --budget 60ms --no-figures --no-history -o %s",
        name);
    cr_assert(run(words) == 0, "%s", err);
}

/* The page of these arguments. */
static const char *page_of(const char *arguments)
{
    char words[512];
    snprintf(words, sizeof words, "report %s -o page.html", arguments);
    cr_assert(run(words) == 0, "%s", err);
    cr_assert_str_eq(out, "page     page.html\n");
    slurp("page.html", page, sizeof page);
    return page;
}

static int count(const char *text, const char *what)
{
    int found = 0;
    for (; (text = strstr(text, what)); text += strlen(what))
        found++;
    return found;
}

/* Whether all that its links within the page name is there. */
static bool links_lead_somewhere(const char *text)
{
    for (const char *at = text; (at = strstr(at, "href=\"#")); at++) {
        char id[512];
        snprintf(id, sizeof id, "id=\"%.*s\"", (int)strcspn(at + 7, "\""), at + 7);
        if (!strstr(text, id))
            return fprintf(stderr, "no %s\n", id), false;
    }
    return true;
}

static bool is_alone(const char *text)
{
    return !strstr(text, "src=\"") && !strstr(text, "href=\"http") && !strstr(text, "@import") &&
           !strstr(text, "url(http");
}

CLI_TEST(report, a_run_becomes_a_page_that_needs_nothing_else)
{
    const char *text;
    make_result("x.json");
    text = page_of("x.json");
    cr_assert(strstr(text, "<!DOCTYPE html>") == text && strstr(text, "<html lang=\"en\">") && strstr(text, "</html>"));
    cr_assert(is_alone(text) && links_lead_somewhere(text));
    cr_assert(count(text, "<svg") >= 4 && count(text, "role=\"img\"") == count(text, "<svg"), "%d figures",
              count(text, "<svg"));
    cr_assert(count(text, "<figure id=") == count(text, "<svg"));
    cr_assert(strstr(text, "poolbench run -p mutex,ring -w cpu:size=1us -t 1,2"), "how to measure it again");
    cr_assert(strstr(text, "download=\"x.csv.gz\"") && strstr(text, "href=\"data:application/gzip;base64,"));
    cr_assert(strstr(text, "id=\"w-empty\"") && strstr(text, "id=\"p-ring\"") && strstr(text, "id=\"measured\""));
    cr_assert(count(text, "<li class=\"") >= 3, "answers");
    cr_assert(!strstr(text, "Gnuplot") && !strstr(text, "gnuplot_"));
    /* Beside the result, where nothing else is said. */
    cr_assert(run("report x.json") == 0 && !access("x.html", F_OK), "%s", err);
    cr_assert(!system("cmp -s x.html page.html"), "the same page of the same result");
}

/* As much as a mail takes. */
/* As the figure says: "bar: range of 2 rounds". */
CLI_TEST(report, of_few_rounds_no_interval_is_made_up)
{
    const char *text;
    cr_assert(run("run -p ring -w empty -t 1 --rounds 2 --no-floor --no-figures --no-history -o few.json") == 0, "%s",
              err);
    text = page_of("few.json");
    cr_assert(strstr(text, "bar: range of ") && strstr(text, ">least<") && strstr(text, ">most<"));
    cr_assert(count(text, ">95% from<") == 1, "but that of the pool, where none stands below it");
    make_result("x.json");
    text = page_of("x.json");
    cr_assert(strstr(text, "bar: range of ") || !strstr(text, ">least<"));
}

CLI_TEST(report, the_page_of_the_default_suite_is_two_megabytes_at_most)
{
    enum { MOST = 2000000 };
    char words[4400], suite[4200];
    struct stat info;
    snprintf(suite, sizeof suite, "%s/results/reference/suite.json", root);
    if (access(suite, R_OK))
        cr_skip_test("no reference run beside %s", program);
    snprintf(words, sizeof words, "report %s -o page.html", suite);
    cr_assert(run(words) == 0, "%s", err);
    cr_assert(!stat("page.html", &info) && info.st_size <= MOST, "%lld bytes", (long long)info.st_size);
}

CLI_TEST(report, without_a_name_the_newest_result_is_taken)
{
    make_result("x.json");
    cr_assert(
        system("mkdir results; cp x.json results/b.json; cp x.json results/a.json; touch -d 2020-01-01 results/b.json; "
               "echo no >results/z.txt") == 0);
    cr_assert(run("report") == 0, "%s", err);
    cr_assert_str_eq(out, "page     results/a.html\n");
}

CLI_TEST(report, the_numbers_can_be_taken_out_of_it)
{
    make_result("x.json");
    page_of("x.json");
    cr_assert(program_shell(".", "grep -o 'data:application/gzip;base64,[^\"]*' page.html | head -n 1 | cut -d, -f2 | "
                                 "base64 -d | gunzip >from-page.csv") == 0);
    cr_assert(run("export x.json --format csv") == 0);
    slurp("from-page.csv", page, sizeof page);
    cr_assert_str_eq(page, out);
}

CLI_TEST(report, without_gnuplot_the_numbers_are_there)
{
    const char *text, *path = getenv("PATH");
    char *kept = strdup(path ? path : "");
    make_result("x.json");
    setenv("PATH", "/nonexistent", 1);
    cr_assert(run("report x.json -o page.html") == 0, "%s", err);
    setenv("PATH", kept, 1);
    free(kept);
    slurp("page.html", page, sizeof page);
    text = page;
    cr_assert(!strstr(text, "<svg") && count(text, "There is no picture: gnuplot is not installed") >= 4);
    cr_assert(count(text, "<table") >= 8 && links_lead_somewhere(text));
}

CLI_TEST(report, two_runs_are_compared_and_drawn_together)
{
    const char *text;
    make_result("a.json");
    make_result("b.json");
    text = page_of("a.json b.json");
    cr_assert(strstr(text, "What changed between two runs?") && strstr(text, "Each benchmark before and after"));
    cr_assert(strstr(text, ">ring@before<") && strstr(text, ">ring@after<"), "both in each figure");
    cr_assert(strstr(text, "What is different between them"));
    cr_assert(is_alone(text) && links_lead_somewhere(text));
}

/* A run of that pool that was noisy, and says why and what helps. */
static void make_noisy(const char *name, const char *pool)
{
    char words[256];
    json_t *json, *noise;
    snprintf(words, sizeof words, "run -p %s -w empty -t 1 --rounds 1 --budget 10ms --no-figures --no-history -o %s",
             pool, name);
    cr_assert(run(words) == 0, "%s", err);
    json = json_load_file(name, 0, NULL);
    noise = json_object_get(json, "noise");
    json_object_set_new(noise, "verdict", json_string("noisy"));
    json_object_set_new(noise, "before", json_string("noisy"));
    json_object_set_new(json_object_get(json, "before"), "remarks",
                        json_pack("[{s:s, s:s}, {s:s, s:s}]", "what", "a build runs", "help", "stop it", "what",
                                  "the host took time", "help", ""));
    cr_assert(!json_dump_file(json, name, 0));
    json_decref(json);
}

/* Before the first figure, but for the list of links. */
static const char *beginning(const char *text)
{
    static char begins[1 << 16];
    snprintf(begins, sizeof begins, "%.*s", (int)(strstr(text, "id=\"finder\"") - strstr(text, "<main")),
             strstr(text, "<main"));
    return begins;
}

/* Each result's notes stand with it; and of what they do not share there is no table. */
CLI_TEST(report, several_begin_with_one_note)
{
    const char *text;
    make_noisy("a.json", "mutex");
    make_noisy("b.json", "ring");
    make_noisy("c.json", "steal");
    text = page_of("a.json b.json c.json");
    cr_assert(count(beginning(text), "The machine was") == 1 && !strstr(beginning(text), "What helps"), "%s",
              beginning(text));
    cr_assert(strstr(beginning(text), "The machine was not quiet (A: noisy, B: noisy, C: noisy)"), "%s",
              beginning(text));
    cr_assert(count(text, "When it began: a build runs. What helps: stop it.") == 3);
    cr_assert(count(text, "When it began:") == 3, "where nothing helps nothing is said to");
    cr_assert(strstr(text, "They have no benchmark in common.") && strstr(text, "nothing can stand side by side"));
    cr_assert(!strstr(text, "those first that are farthest apart") && links_lead_somewhere(text));
    text = page_of("a.json");
    cr_assert(strstr(beginning(text), "What helps: stop it."), "of one all stands there");
}

CLI_TEST(report, of_other_machines_nothing_is_judged)
{
    const char *text;
    make_result("a.json");
    cr_assert(system("sed 's/\"cpu_model\": \"[^\"]*\"/\"cpu_model\": \"another one\"/' a.json >b.json") == 0);
    text = page_of("a.json b.json");
    cr_assert(strstr(text, "They are of different machines") && strstr(text, "another one"));
    cr_assert(!strstr(text, "id=\"verdicts\"") && strstr(text, "id=\"side-by-side\""));
    cr_assert(links_lead_somewhere(text));
}

CLI_TEST(report, checks_and_the_history_have_pages_too)
{
    const char *text;
    cr_assert(run("check -p mutex -f late-add -o check.json") == 0, "%s", err);
    text = page_of("check.json");
    cr_assert(strstr(text, "Which known bugs does each pool have?") && count(text, "<svg") == 1 &&
              links_lead_somewhere(text));
    setenv("POOLBENCH_HISTORY", "h.db", 1);
    cr_assert(run("run -p mutex -w empty -t 1 --rounds 1 --budget 10ms --no-figures -o x.json") == 0, "%s", err);
    text = page_of("h.db");
    cr_assert(strstr(text, "What became faster or slower, and when?") && strstr(text, "mutex/empty/t1"));
    cr_assert(links_lead_somewhere(text));
}

/* Promises are no bugs, and the command asks of the same pool the same. */
CLI_TEST(report, a_contract_has_words_of_its_own)
{
    const char *text;
    char words[8400], plugin[4200], real[PATH_MAX];
    snprintf(plugin, sizeof plugin, "%s/build/plugins/mine.so", root);
    snprintf(words, sizeof words, "check --contract --plugin '%s' -f cancel_meets,stats --repeat 2 -o k.json", plugin);
    cr_assert(run(words) == 0, "%s", err);
    text = page_of("k.json");
    snprintf(words, sizeof words, "poolbench check --contract --plugin %s --repeat 2 -p mine -f cancel_meets,stats",
             realpath(plugin, real));
    cr_assert(strstr(text, words), "%s", words);
    cr_assert(strstr(text, "Does each pool keep the contract?") && !strstr(text, "Which known bugs"));
    cr_assert(strstr(text, "promises of the contract were seen to be kept") && !strstr(text, "no bug was switched on"));
    cr_assert(count(text, ">cancel_meets<") >= 2, "an underscore is no subscript");
}

/* Text from elsewhere is text, in each place where a check has any. */
CLI_TEST(report, hostile_texts_are_text)
{
    static const char evil[] = "<script>alert(1)</script>&amp;\"'\n\xe2\x80\xae<img src=x>";
    static const char *const keys[] = {"pool", "fault", "cell", "finding", "report", "verdict"};
    const char *text;
    json_t *check, *machine, *cell;
    cr_assert(run("check -p mutex -f late-add -o good.json") == 0, "%s", err);
    check = json_load_file("good.json", 0, NULL);
    machine = json_object_get(check, "machine");
    json_object_set_new(machine, "host", json_string(evil));
    json_object_set_new(machine, "cpu_model", json_string(evil));
    cell = json_array_get(json_object_get(check, "cells"), 0);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        json_object_set_new(cell, keys[i], json_string(i ? evil : "<b>mutex</b>"));
    cell = json_array_get(json_object_get(check, "cells"), 1);
    json_object_set_new(cell, "verdict", json_string("FAILS"));
    json_object_set_new(cell, "report", json_string(evil));
    cr_assert(json_dump_file(check, "evil & \"bad\" <i>.json", 0) == 0);
    json_decref(check);
    text = page_of("'evil & \"bad\" <i>.json'");
    cr_assert(count(text, "<script") == 1 && !strstr(text, "<img") && !strstr(text, "<i>") && !strstr(text, "<b>"),
              "%d scripts", count(text, "<script"));
    cr_assert(count(text, "&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;") >= 6);
    cr_assert(links_lead_somewhere(text));
}

CLI_TEST(report, bad_input)
{
    char text[64] = "";
    make_result("x.json");
    cr_assert(
        system("echo 'my thesis' >thesis.html; mkdir folder; echo '{' >torn.json; echo '{\"program\": \"other\"}' "
               ">other.json; printf 'SQLite format 3\\0and no more' >torn.db") == 0);
    cr_assert(run("report x.json -o thesis.html") == 2 && lines(err) == 1, "%s", err);
    cr_assert(strstr(err, "thesis.html") && strstr(err, "no page of poolbench"), "%s", err);
    slurp("thesis.html", text, sizeof text);
    cr_assert_str_eq(text, "my thesis\n");
    cr_assert(run("report x.json -o folder") == 2 && lines(err) == 1 && strstr(err, "folder"), "%s", err);
    cr_assert(run("report x.json -o /nonexistent/x.html") == 2 && lines(err) == 1, "%s", err);
    cr_assert(run("report missing.json") == 2 && lines(err) == 1 && strstr(err, "missing.json"), "%s", err);
    cr_assert(run("report torn.json") == 2 && lines(err) == 1 && strstr(err, "torn.json"), "%s", err);
    cr_assert(run("report other.json") == 2 && lines(err) == 1 && strstr(err, "other.json"), "%s", err);
    cr_assert(run("report torn.db") == 2 && lines(err) == 1 && strstr(err, "torn.db"), "%s", err);
    cr_assert(run("report x.json missing.json") == 2 && lines(err) == 1 && strstr(err, "missing.json"), "%s", err);
    cr_assert(run("report") == 2 && lines(err) == 1 && strstr(err, "no result in results/"), "%s", err);
    cr_assert(run("explore --lines -p textbook -t 1 -o lines.json") == 0 && run("report lines.json") == 2 &&
                  lines(err) == 1 && strstr(err, "poolbench explore --lines"),
              "%s", err);
    cr_assert(mkfifo("pipe.json", 0600) == 0 && run("report pipe.json") == 2 && strstr(err, "pipe.json: not a file"),
              "%s", err);
    cr_assert(run("report 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17") == 2 && lines(err) == 1 &&
                  strstr(err, "\"17\" is one too many: at most 16"),
              "%s", err);
    cr_assert(access("missing.html", F_OK) && access("torn.html", F_OK) && access("x.html", F_OK) &&
              access("other.html", F_OK));
    /* Its own may be replaced. */
    cr_assert(run("report x.json") == 0 && run("report x.json") == 0, "%s", err);
}
