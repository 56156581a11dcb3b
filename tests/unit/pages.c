/* pages.c - verdicts as Markdown and as JUnit, read back by others' parsers: xmllint with a schema, and
 * GitHub's own cmark-gfm. Names and notes hold what could break each. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/results/result.h"
#include "bench/show/duet_show.h"
#include "bench/show/junit.h"
#include "bench/show/markdown.h"
#include "bench/show/run_verdicts.h"
#include "bench/show/verdicts.h"

static const char hostile[] =
    "a|b`c``d<e>&\"'f\n|g\\|h]]>*i*_j_[k](l)@me #1 http://x.y www.z.w :smile: --> <!-- \x01 \xff u@v.w";

/* The same as a reader gets it: what neither format can hold is "?", a newline is one to XML, and "?" to a table. */
static const char hostile_read[] =
    "a|b`c``d<e>&\"'f\n|g\\|h]]>*i*_j_[k](l)@me #1 http://x.y www.z.w :smile: --> <!-- ? ? u@v.w";

static char text[1 << 20], answer[1 << 20];

static json_t *made(void)
{
    json_t *verdicts = verdicts_new("duet", NULL), *row;
    verdicts_set(verdicts, "line", hostile);
    verdicts_set(json_object_get(verdicts, "facts"), "base", hostile);
    verdicts_row(verdicts, "good/empty/t1", "good", VERDICTS_SAME, "same");
    row = verdicts_row(verdicts, hostile, hostile, VERDICTS_REGRESSION, "slower");
    verdicts_set(row, "base", "20.0 ns");
    verdicts_set(row, "new", "22.0 ns");
    verdicts_set(row, "change", "+10.0%");
    row = verdicts_row(verdicts, "open/empty/t1", "open", VERDICTS_UNDECIDED, "cannot tell");
    verdicts_set(row, "note", hostile);
    return verdicts;
}

static void write_page(void (*write)(const json_t *verdicts, FILE *out), json_t *verdicts)
{
    FILE *memory = fmemopen(text, sizeof text, "w");
    write(verdicts, memory);
    fclose(memory);
    json_decref(verdicts);
}

/* What a command says to `text`. */
static int ask(const char *command)
{
    char line[1024], path[] = "/tmp/poolbench-page-XXXXXX";
    int file = mkstemp(path);
    FILE *pipe;
    size_t length;
    cr_assert(file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text));
    close(file);
    snprintf(line, sizeof line, "%s %s 2>&1", command, path);
    pipe = popen(line, "r");
    length = fread(answer, 1, sizeof answer - 1, pipe);
    answer[length] = '\0';
    unlink(path);
    return pclose(pipe);
}

static void xpath_is(const char *expression, const char *wanted)
{
    char command[256];
    cr_assert(snprintf(command, sizeof command, "xmllint --xpath \"%s\"", expression) < (int)sizeof command);
    cr_assert(ask(command) == 0, "%s", answer);
    if (*answer && answer[strlen(answer) - 1] == '\n')
        answer[strlen(answer) - 1] = '\0';
    cr_assert_str_eq(answer, wanted);
}

Test(pages, junit_is_by_its_schema, .timeout = 60)
{
    write_page(junit_write, made());
    cr_assert(ask("xmllint --noout --schema tests/unit/junit.xsd") == 0, "%s%s", text, answer);
    xpath_is("string(/testsuites/testsuite/@tests)", "3");
    xpath_is("count(//testcase)", "3");
    xpath_is("string(/testsuites/testsuite/@failures)", "1");
    xpath_is("string(/testsuites/testsuite/@skipped)", "1");
    xpath_is("string(//testcase[failure]/failure/@type)", "slower");
    xpath_is("string(//testcase[failure]/failure/@message)", "slower: 20.0 ns -> 22.0 ns, +10.0%");
    xpath_is("string(//testcase[skipped]/@name)", "open/empty/t1");
}

Test(pages, junit_says_any_text_as_it_is, .timeout = 60)
{
    write_page(junit_write, made());
    xpath_is("string(//testcase[failure]/@name)", hostile_read);
    xpath_is("string(//testcase[skipped]//property[@name='note']/@value)", hostile_read);
}

static int count_text(const char *in, const char *what)
{
    int count = 0;
    for (const char *at = in; (at = strstr(at, what)); at++)
        count++;
    return count;
}

/* A table of its own for what is worse, one for all: no cell more, nothing that became a link or markup. */
Test(pages, markdown_says_any_text_as_it_is, .timeout = 60)
{
    write_page(markdown_write, made());
    cr_assert(!strncmp(text, "**poolbench duet: 1 regression**: ", 34), "%s", text);
    cr_assert(ask("cmark-gfm -e table -e autolink -e strikethrough --unsafe -t html") == 0, "%s", answer);
    cr_assert(count_text(answer, "<table>") == 2 && count_text(answer, "<tr>") == 2 + 1 + 3, "%s", answer);
    cr_assert(count_text(answer, "<details>") == 1 && strstr(answer, "</details>"), "%s", answer);
    cr_assert(!strstr(answer, "<a ") && !strstr(answer, "<em>") && !strstr(answer, "<img"), "%s", answer);
    cr_assert(strstr(answer, "<code>a|b`c``d&lt;e&gt;&amp;&quot;'f?|g\\|h]]&gt;*i*_j_[k](l)@<!-- -->me #1 "
                             "http://x.y www.z.w :smile: --&gt; &lt;!-- ? ? u@<!-- -->v.w</code>"),
              "%s", answer);
    cr_assert(count_text(answer, "<td") == 5 + 3 * 5, "%s", answer);
    cr_assert(strstr(answer, "<td><strong>slower</strong></td>"), "%s", answer);
}

Test(pages, what_is_worse_stands_first, .timeout = 60)
{
    const char *worse, *good;
    write_page(markdown_write, made());
    worse = strstr(text, "<code>a&#124;b");
    good = strstr(text, "<code>good/empty/t1</code>");
    cr_assert(worse && good && worse < good && strstr(text, "<details>") < good);
}

/* Beyond what a comment holds rows are counted. */
Test(pages, a_long_table_is_cut_aloud, .timeout = 60)
{
    json_t *verdicts = verdicts_new("compare", NULL);
    for (int i = 0; i < 5000; i++)
        verdicts_row(verdicts, "ring/empty/t2", "ring", VERDICTS_SAME, "same");
    write_page(markdown_write, verdicts);
    cr_assert(strlen(text) < 65536 && strlen(text) > MARKDOWN_MOST);
    cr_assert(strstr(text, " more rows are in the result file"));
    cr_assert(!strncmp(text, "**poolbench compare: no regression**", 36));
}

Test(pages, undecided_is_no_clean_pass, .timeout = 60)
{
    static const char all[] = "**poolbench duet: cannot tell**",
                      some[] = "**poolbench duet: no regression in what is decided, 1 of 2 undecided**";
    json_t *verdicts = verdicts_new("duet", NULL);
    verdicts_row(verdicts, "ring/empty/t2", "ring", VERDICTS_UNDECIDED, "cannot tell");
    write_page(markdown_write, json_incref(verdicts));
    cr_assert(!strncmp(text, all, strlen(all)), "%s", text);
    verdicts_row(verdicts, "ring/empty/t1", "ring", VERDICTS_SAME, "same");
    write_page(markdown_write, verdicts);
    cr_assert(!strncmp(text, some, strlen(some)), "%s", text);
}

/* A duet's document: which row is what, and a regression is what the exit status says. */
Test(pages, a_duet_in_words, .timeout = 60)
{
    json_t *document = json_pack(
        "{s:{s:s, s:s, s:f}, s:[{s:s, s:s, s:{s:s, s:b, s:f, s:f, s:f, s:i}}, {s:s, s:s, s:{s:s, s:b, s:f}}, "
        "{s:s, s:s, s:{s:s, s:b, s:s}}]}",
        "duet", "base", "old.so", "new", "new.so", "threshold", 0.03, "benchmarks", "name", "a/empty/t1", "pool", "a",
        "finding", "verdict", "slower", "regression", 1, "change", 0.05, "low", 0.04, "high", 0.06, "processes", 24,
        "name", "b/empty/t1", "pool", "b", "finding", "verdict", "slower", "regression", 0, "change", 0.02, "name",
        "c/empty/t1", "pool", "c", "finding", "verdict", "FAILED", "regression", 1, "note", "new: pool_open: no");
    json_t *verdicts = duet_show_verdicts(document), *rows = json_object_get(verdicts, "rows");
    static const enum verdicts_state states[] = {VERDICTS_REGRESSION, VERDICTS_WORSE, VERDICTS_REGRESSION};
    for (size_t i = 0; i < 3; i++)
        cr_assert(verdicts_state(json_array_get(rows, i)) == states[i], "row %zu", i);
    cr_assert_str_eq(result_string(json_array_get(rows, 0), "interval"), "+4.0 .. +6.0%");
    cr_assert_str_eq(result_string(json_array_get(rows, 2), "note"), "new: pool_open: no");
    cr_assert_str_eq(result_string(json_array_get(rows, 2), "change"), "");
    cr_assert_str_eq(result_string(verdicts, "line"), "2 slower, 1 FAILED");
    json_decref(verdicts);
    json_decref(document);
}

/* A new side that failed once is no regression, and no pass: not among what is undecided, nor skipped. */
Test(pages, what_fails_now_and_then_in_words, .timeout = 60)
{
    json_t *document =
        json_pack("{s:{s:f}, s:[{s:s, s:s, s:{s:s, s:b, s:b, s:s}}, {s:s, s:s, s:{s:s, s:b, s:f}}]}", "duet",
                  "threshold", 0.03, "benchmarks", "name", "c/empty/t1", "pool", "c", "finding", "verdict", "fails",
                  "regression", 0, "fails", 1, "note", "new: crash, in 1 of 36 processes", "name", "d/empty/t1", "pool",
                  "d", "finding", "verdict", "same", "regression", 0, "change", 0.0);
    json_t *verdicts = duet_show_verdicts(document);
    cr_assert_str_eq(result_string(verdicts, "line"), "1 fails, 1 same");
    cr_assert(verdicts_count(verdicts, VERDICTS_FAILS) == 1 && verdicts_count(verdicts, VERDICTS_REGRESSION) == 0);
    write_page(markdown_write, json_incref(verdicts));
    cr_assert(!strncmp(text, "**poolbench duet: 1 fails, maybe by chance**", 44), "%s", text);
    cr_assert(strstr(text, "**fails**: new: crash, in 1 of 36 processes"), "%s", text);
    write_page(junit_write, verdicts);
    cr_assert(strstr(text, " failures=\"1\"") && strstr(text, "<failure type=\"fails\"") && !strstr(text, "<skipped"),
              "%s", text);
    json_decref(document);
}

/* What did not end at its promise, and is not proved, is about a rate; probes that broke it are no failures. */
Test(pages, a_search_in_words, .timeout = 60)
{
    json_t *document = json_pack(
        "{s:[{s:s, s:s, s:i, s:{s:[{s:s}]}}], s:[{s:s, s:s, s:i, s:i, s:i, s:i, s:s}, {s:s, s:s, s:i, s:i, s:i, s:i, "
        "s:s, s:s}, {s:s, s:s, s:i, s:n, s:s}]}",
        "configurations", "pool", "a", "spec", "burst", "workers", 1, "summary", "slo", "verdict", "broken", "searches",
        "pool", "a", "spec", "burst", "workers", 1, "rate_kept", 1000, "rate_proved", 990, "rate_broken", 1040,
        "limited_by", "promise", "pool", "b", "spec", "burst", "workers", 1, "rate_kept", 1000, "rate_proved", 500,
        "rate_broken", 2000, "limited_by", "time", "why", "too few samples", "pool", "c", "spec", "burst", "workers", 1,
        "rate_kept", "limited_by", "promise");
    json_t *verdicts, *rows;
    cr_assert(document);
    verdicts = run_verdicts(document);
    rows = json_object_get(verdicts, "rows");
    cr_assert(json_array_size(rows) == 3 && verdicts_count(verdicts, VERDICTS_REGRESSION) == 1);
    cr_assert_str_eq(result_string(json_array_get(rows, 0), "new"), "1.00 k/s");
    cr_assert_str_eq(result_string(json_array_get(rows, 1), "new"), "about 1.00 k/s");
    cr_assert_str_eq(result_string(json_array_get(rows, 1), "note"), "then nobody can tell: too few samples");
    cr_assert_str_eq(result_string(json_array_get(rows, 1), "noise"), "proved at 500/s, broken at 2.00 k/s");
    cr_assert_str_eq(result_string(json_array_get(rows, 2), "verdict"), "NO RATE");
    json_decref(verdicts);
    json_decref(document);
}
