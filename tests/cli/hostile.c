/* hostile.c - names and files that want to run code, or to write elsewhere. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/cli/program.h"

static const char one[] = "run -p mutex -w cpu:size=1us -t 1,2 --rounds 1 --budget 20ms ";

/* Whether nothing called pwned is here or one up. */
static bool safe(void)
{
    return access("pwned", F_OK) && access("../pwned", F_OK);
}

CLI_TEST(hostile, names_of_result_files_run_nothing)
{
    static const char *const names[] = {"'x`touch pwned`.json'",
                                        "'< touch pwned; .json'",
                                        "'| touch pwned; .json'",
                                        "\"x'.system('touch pwned').'.json\"",
                                        "'x\".system(\"touch pwned\").\".json'",
                                        "'@names $(touch pwned).json'",
                                        "'~.json'",
                                        "'x\ny.json'"};
    char command[256];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(command, sizeof command, "%s -o %s", one, names[i]);
        cr_assert(run(command) == 0, "[%s] %s", names[i], err);
        cr_assert(safe(), "[%s] ran", names[i]);
        cr_assert(strstr(out, "figures "), "[%s] was not drawn: %s", names[i], err);
    }
}

/* A name is one line of a refusal, and no order to a terminal. */
CLI_TEST(hostile, names_in_refusals_stay_one_line)
{
    static const char *const commands[] = {"duet --base \"$ODD\" --new \"$ODD\"",
                                           "export \"$ODD\" --format csv",
                                           "compare \"$ODD\" x.json",
                                           "compare \"@$ODD\" x.json",
                                           "history import \"$ODD\"",
                                           "history show \"$ODD\"",
                                           "history baseline \"$ODD\"",
                                           "plot \"$ODD\"",
                                           "history"};
    enum { COMMANDS = sizeof commands / sizeof *commands };
    setenv("ODD", "x\ny\033[31m", 1);
    setenv("POOLBENCH_HISTORY", "h.db", 1);
    cr_assert(run("run -p mutex -w empty -t 1 --rounds 1 --budget 5ms --no-floor --no-figures -o x.json") == 0, "%s",
              err);
    for (int i = 0; i < COMMANDS; i++) {
        if (i == COMMANDS - 1)
            setenv("POOLBENCH_HISTORY", getenv("ODD"), 1);
        cr_assert(run(commands[i]) == 2, "[%s] %s", commands[i], err);
        cr_assert(lines(err) == 1 && strstr(err, "x?y?[31m"), "[%s] %s", commands[i], err);
    }
    unsetenv("POOLBENCH_HISTORY");
    unsetenv("ODD");
}

/* The result with a text in place of another, to be drawn again. */
static int drawn_with(const char *from, const char *to)
{
    char command[512];
    snprintf(command, sizeof command, "sed 's|%s|%s|' good.json >bad.json", from, to);
    cr_assert(system(command) == 0);
    return run("plot bad.json");
}

CLI_TEST(hostile, texts_in_a_result_run_nothing)
{
    char command[256];
    snprintf(command, sizeof command, "%s --no-figures -o good.json", one);
    cr_assert(run(command) == 0);
    cr_assert(drawn_with("\"mutex\"", "\"`touch pwned`\"") == 2 && lines(err) == 1 && strstr(err, "pool"), "%s", err);
    cr_assert(drawn_with("\"mutex\"", "\"../pwned\"") == 2);
    cr_assert(drawn_with("cpu:size=1us", "cpu:size=`touch pwned`") == 2 && strstr(err, "spec"), "%s", err);
    cr_assert(drawn_with("\"workers\": 2", "\"workers\": 2147483647") == 2 && strstr(err, "workers"), "%s", err);
    cr_assert(drawn_with("\"format\": 1", "\"format\": 4294967297") == 2 && strstr(err, "format"), "%s", err);
    /* Free texts are shown, and do nothing. */
    cr_assert(drawn_with("\"cpu_model\": \"[^\"]*\"", "\"cpu_model\": \"`touch pwned`'\"'\"'.system(1)\"") == 0, "%s",
              err);
    cr_assert(drawn_with("\"compiler\": \"", "\"compiler\": \"\\\\\".system(\\\\\"touch pwned\\\\\").\\\\\"") == 0,
              "%s", err);
    cr_assert(safe());
}

CLI_TEST(hostile, links_in_the_figures_folder_are_not_followed)
{
    char command[256], text[32] = "";
    struct stat info;
    snprintf(command, sizeof command, "%s --no-figures -o good.json", one);
    cr_assert(run(command) == 0);
    cr_assert(system("echo precious >victim && mkdir good && ln -s ../victim good/throughput.tsv && "
                     "ln -s ../victim good/throughput.svg && ln -s ../victim good/throughput.png.part") == 0);
    cr_assert(run("plot good.json") == 0, "%s", err);
    slurp("victim", text, sizeof text);
    cr_assert_str_eq(text, "precious\n");
    cr_assert(lstat("good/throughput.svg", &info) == 0 && S_ISREG(info.st_mode));
    /* A folder that is a link is refused as a whole. */
    cr_assert(system("rm -r good && mkdir elsewhere && ln -s elsewhere good") == 0);
    cr_assert(run("plot good.json") == 2 && strstr(err, "good"), "%s", err);
    cr_assert(system("[ -z \"$(ls elsewhere)\" ]") == 0);
}

/* Texts of a result are shown as they are, but for what a terminal obeys. */
CLI_TEST(hostile, texts_in_a_result_steer_no_terminal)
{
    char command[256];
    snprintf(command, sizeof command, "%s --no-figures -o good.json", one);
    cr_assert(run(command) == 0);
    cr_assert(system("sed 's|\"host\": \"[^\"]*\"|\"host\": \"a\\\\u001b[2J\\\\u009b\\\\nmutex better\"|' good.json "
                     ">bad.json") == 0);
    run("compare --force good.json bad.json");
    cr_assert(strstr(err, "a?[2J???mutex better") && !strchr(err, '\033') && !strstr(err, "\302\233"), "%s", err);
    cr_assert(system("sed 's|\"pool\": \"mutex\"|\"pool\": \"\\\\u009b\"|' good.json >bad.json") == 0);
    cr_assert(run("compare good.json bad.json") == 2 && lines(err) == 1 && !strstr(err, "\302\233"), "%s", err);
}

static void refused_both(const char *says)
{
    cr_assert(run("compare good.json bad.json") == 2 && lines(err) == 1 && !*out, "[%s] %s", says, err);
    cr_assert(strstr(err, says), "[%s] %s", says, err);
    cr_assert(run("history import bad.json") == 2 && lines(err) == 1 && !*out, "[%s] %s", says, err);
    cr_assert(strstr(err, says) && access("h.db", F_OK), "[%s] %s", says, err);
}

/* Numbers that no run has counted are named, and nothing is compared, kept or written. */
CLI_TEST(hostile, numbers_that_cannot_be_are_refused_in_one_line)
{
    static const struct {
        const char *says, *change;
    } cases[] = {{"refused is 1000000000000000000", "s|\"refused\": [0-9]*|\"refused\": 1000000000000000000|"},
                 {"refused is 1, of a pool that waits", "s|\"refused\": 0|\"refused\": 1|"},
                 {"machine: cpus is -3", "s|\"cpus\": [0-9]*,|\"cpus\": -3,|"},
                 {"lost_share is 1.5", "s|\"lost_share\": 0.0|\"lost_share\": 1.5|"},
                 {"steals is \"NaN\"", "s|\"steals\": [0-9]*|\"steals\": \"NaN\"|"},
                 {"a text of 1000000 letters", "s|\"host\": \"[^\"]*\"|\"host\": \"'$(head -c 1000000 /dev/zero | tr "
                                               "'\\0' x)'\"|"}};
    char command[512];
    json_t *document, *trials;
    setenv("POOLBENCH_HISTORY", "h.db", 1);
    cr_assert(run("run -p mutex -w empty -t 1 --rounds 1 --budget 50ms --no-floor --no-figures --no-history "
                  "-o good.json") == 0,
              "%s", err);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(command, sizeof command, "printf '%%s\\n' '%s' >change; sed -f change good.json >bad.json",
                 cases[i].change);
        cr_assert(system(command) == 0);
        refused_both(cases[i].says);
    }
    document = json_load_file("good.json", 0, NULL);
    trials = json_object_get(json_array_get(json_object_get(document, "configurations"), 0), "trials");
    json_array_append_new(trials, json_deep_copy(json_array_get(trials, 0)));
    cr_assert(json_dump_file(document, "bad.json", 0) == 0);
    json_decref(document);
    refused_both("round 0 is there twice");
    unsetenv("POOLBENCH_HISTORY");
}
