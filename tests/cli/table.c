/* table.c - what is printed of a run: it fits the width, and what
 * had no room is named. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/program.h"

static int longest_line(void)
{
    int longest = 0;
    for (const char *line = out; *line;) {
        const char *end = strchr(line, '\n');
        int length = (int)(end ? end - line : (long)strlen(line));
        longest = length > longest ? length : longest;
        line = end ? end + 1 : line + length;
    }
    return longest;
}

CLI_TEST(table, fits_its_columns)
{
    static const char command[] = "run -p mutex,ring -w empty -w cpu:size=100ns -w depth:jobs=10 "
                                  "-t 1,2 --pin core,none --rounds 1 --budget 5ms --no-figures -o %s";
    char words[512];
    setenv("COLUMNS", "80", 1);
    snprintf(words, sizeof words, command, "x.json");
    cr_assert(run(words) == 0, "%s", err);
    cr_assert(longest_line() <= 80, "%d: %s", longest_line(), out);
    cr_assert(strstr(out, "(no room for: ") && strstr(out, "columns would do"), "%s", out);
    setenv("COLUMNS", "200", 1);
    snprintf(words, sizeof words, command, "y.json");
    cr_assert(run(words) == 0, "%s", err);
    cr_assert(longest_line() <= 200 && !strstr(out, "(no room for: "), "%s", out);
    unsetenv("COLUMNS");
}

/* So do all others: a search's, promises', a comparison's, a check's, the limits. */
CLI_TEST(table, of_each_command_fits_its_columns)
{
    static const char *const commands[] = {
        "sweep -p mutex,ring -t 1,2 -w burst:of=cpu:size=20us,dist=exp --slo p99=5ms,loss=0.1% --rounds 1 --budget "
        "500ms --no-figures -o x.json",
        "run -p mutex,ring -t 2 -w burst:rate=60k,of=cpu:size=20us,dist=exp --capacity 4 --full reject --slo "
        "p99=5ms,loss=0.1% --rounds 1 --budget 200ms --no-figures -o y.json",
        "compare x.json x.json",
        "compare y.json y.json",
        "check",
        "check -p mutex",
        "limits",
    };
    setenv("COLUMNS", "80", 1);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        int status = run(commands[i]);
        cr_assert(status == 0 || status == 1 || status == 4, "%s: exit %d: %s", commands[i], status, err);
        cr_assert(*out && longest_line() <= 80, "%s: %d: %s", commands[i], longest_line(), out);
        cr_assert(!strstr(commands[i], "compare y") || strstr(out, "(no room for: "), "%s", out);
    }
    unsetenv("COLUMNS");
}

static const json_t *latency_of(const json_t *document)
{
    const json_t *configuration = json_array_get(json_object_get(document, "configurations"), 0);
    return json_object_get(json_object_get(json_object_get(configuration, "summary"), "latency"), "submit_to_end");
}

/* Of a closed loop that never fills its queue the latency would be the length of a slice. */
CLI_TEST(table, has_no_latency_of_a_queue_that_is_not_full)
{
    json_t *document;
    cr_assert(run("run -p mutex -w cpu:size=100us -t 1 --capacity 4096 --rounds 1 --budget 20ms --no-figures -o "
                  "x.json") == 0,
              "%s", err);
    cr_assert(strstr(out, "mutex: no latency: slices of "), "%s", out);
    document = json_load_file("x.json", 0, NULL);
    cr_assert(json_integer_value(json_object_get(latency_of(document), "count")) == 0);
    json_decref(document);
    cr_assert(run("run -p mutex -w cpu:size=100us -t 1 --capacity 4 --rounds 1 --budget 2s --no-figures -o "
                  "y.json") == 0,
              "%s", err);
    cr_assert(!strstr(out, "no latency"), "%s", out);
    document = json_load_file("y.json", 0, NULL);
    cr_assert(json_integer_value(json_object_get(latency_of(document), "count")) > 0);
    json_decref(document);
}

/* A round of two thirds of a second, however small the budget: four take longer than four times that. */
CLI_TEST(table, a_budget_that_would_do_knows_how_long_rounds_take)
{
    const char *told;
    cr_assert(run("run -p mutex -t 1 -w burst:rate=100,for=500ms,warm=167ms --rounds 4 --budget 100ms --no-floor "
                  "--no-figures -o x.json") == 0,
              "%s", err);
    told = strstr(err, "--budget ");
    cr_assert(told && strstr(err, "stopped  after 1 of 4 rounds"), "%s", err);
    cr_assert(strtod(told + strlen("--budget "), NULL) >= 2.6, "%s", told);
}

/* What is to be said of a verdict has a line of its own then. */
CLI_TEST(table, of_a_duet_fits_its_columns)
{
    int status;
    setenv("COLUMNS", "80", 1);
    status = run(program_filled("build/plugins", "duet --base @/mine.so --new @/mine.so -w empty -w cpu:size=1us -t 1 "
                                                 "--budget 300ms --no-figures -o d.json"));
    cr_assert((status == 0 || status == 1) && strstr(out, "benchmark") && strstr(out, "verdict"), "exit %d: %s", status,
              err);
    cr_assert(longest_line() <= 80 && strstr(out, "(no room for: "), "%d: %s", longest_line(), out);
    unsetenv("COLUMNS");
}
