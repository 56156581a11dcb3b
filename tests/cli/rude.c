/* rude.c - plug-ins that print, that leave, that change signals or their own file (tests/plugins/rude.c): what is
 * measured, and what is printed, is not theirs to decide. No time decides here. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/program.h"

/* A command in which each @ is the folder of the plug-ins. Returns the exit status. */
static int with(const char *arguments)
{
    return run(program_filled("build/plugins", arguments));
}

#define SHORT " -w empty -t 1 --budget 300ms --no-figures -o x.json"

/* The only benchmark's finding. Borrowed from *document, whose owner is the caller. */
static const json_t *finding_of(json_t **document)
{
    *document = json_load_file("x.json", 0, NULL);
    cr_assert(*document, "%s%s", out, err);
    return json_object_get(json_array_get(json_object_get(*document, "benchmarks"), 0), "finding");
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* What a plug-in prints, when it is loaded, opened or unloaded, is no part of a result. */
CLI_TEST(rude, what_it_prints_is_no_result)
{
    static const char *const commands[] = {"duet --base @/rude-PRINTS.so --new @/rude-POLITE.so --format json" SHORT,
                                           "run --plugin @/rude-PRINTS.so -p rude --rounds 1 --format json" SHORT};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        json_t *document;
        int status = with(commands[i]);
        cr_assert(status == 0 || status == 1, "exit %d: %s", status, err);
        document = json_loads(out, 0, NULL);
        cr_assert(document, "[%s] no JSON: %s", commands[i], out);
        cr_assert(strstr(err, "rude: loaded\n") && strstr(err, "rude: opened\n") && strstr(err, "rude: unloaded\n"),
                  "%s", err);
        json_decref(document);
    }
    cr_assert(with("list pools --plugin @/rude-PRINTS.so") == 0 && !strstr(out, "rude: "), "%s", out);
}

/* How many processes there are depends on how busy the machine is: of a few nobody knows whether the base would not
 * have failed, too. Either is no pass (tests/unit/duet_judge.c has the rule). */
static void has_failed(const char *sides, const char *how)
{
    json_t *document;
    const json_t *finding;
    int status = with(sides);
    bool proved;
    finding = finding_of(&document);
    proved = !strcmp(text_of(finding, "verdict"), "FAILED");
    cr_assert(proved || !strcmp(text_of(finding, "verdict"), "fails"), "%s", out);
    cr_assert(status == (proved ? 1 : 5), "exit %d: %s%s", status, out, err);
    cr_assert(strstr(text_of(finding, "note"), how), "%s", text_of(finding, "note"));
    json_decref(document);
    cr_assert(run("export x.json --format junit") == 0 && strstr(out, " failures=\"1\"") && strstr(out, "<failure"),
              "%s", out);
    cr_assert(
        run("export x.json --format markdown") == 0 &&
            strstr(out, proved ? "**poolbench duet: 1 regression**" : "**poolbench duet: 1 fails, maybe by chance**"),
        "%s", out);
}

/* A process that ends well, in the middle of its round, has not ended well. A base that fails leaves nothing to compare
 * with, which is no pass. */
CLI_TEST(rude, a_side_that_leaves_has_failed)
{
    has_failed("duet --base @/rude-POLITE.so --new @/rude-QUITS.so" SHORT,
               "new: crash: the round's process ended with status 0");
    cr_assert(with("duet --base @/rude-QUITS.so --new @/rude-QUITS.so" SHORT) == 3, "%s%s", out, err);
    cr_assert(strstr(out, "cannot tell: base: crash"), "%s", out);
    cr_assert(with("run --plugin @/rude-QUITS.so -p rude --rounds 1" SHORT) == 1 && strstr(err, "status 0"), "%s", err);
}

/* Whoever ignores the end of children when it is loaded hides no crash. */
CLI_TEST(rude, signals_of_the_program_are_its_own)
{
    has_failed("duet --base @/rude-MASKS.so --new @/rude-CRASHES.so" SHORT, "signal 6");
}

/* Processes of two builds are not mixed: a file that changes meanwhile ends it, and nothing is written. */
CLI_TEST(rude, a_file_that_changes_is_not_judged)
{
    program_tools(); /* OWN */
    cr_assert(system("cp \"$OWN/build/plugins/rude-GROWS.so\" copy.so") == 0);
    cr_assert(with("duet --base @/rude-POLITE.so --new copy.so" SHORT) == 3, "%s%s", out, err);
    cr_assert(strstr(err, "copy.so was changed while it was measured") && !*out, "%s%s", out, err);
    cr_assert(files_here() == 1, "something was written");
}

/* Nor are rounds of a run, or of a search. */
CLI_TEST(rude, rounds_of_two_builds_are_not_mixed)
{
    static const char *const commands[] = {
        "run --plugin ./copy.so -p rude -w empty -t 1 --rounds 3 --budget 1s --no-figures -o x.json",
        "sweep --plugin ./copy.so -p rude -w burst:of=empty -t 1 --slo p99=1s --budget 1s --no-figures -o x.json"};
    program_tools(); /* OWN */
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        cr_assert(system("cp \"$OWN/build/plugins/rude-GROWS.so\" copy.so") == 0);
        cr_assert(run(commands[i]) == 3, "[%s] %s%s", commands[i], out, err);
        cr_assert(strstr(err, "copy.so was changed while it was measured") && !*out, "%s%s", out, err);
        cr_assert(files_here() == 1, "something was written");
    }
}

/* Nor those of a plan: it is changed as soon as it says that it measures. */
CLI_TEST(rude, a_plan_of_two_builds_is_none)
{
    char command[8192], said[8192];
    program_tools();
    snprintf(command, sizeof command,
             "cp \"$OWN/build/plugins/mine.so\" copy.so; '%s' plan --plugin ./copy.so -p mine -w cpu:size=100us "
             "--rate 100 --slo p99=1s --budget 5s --no-figures -o x.json >out.txt 2>err.txt & "
             "until grep -q '^plan ' err.txt; do kill -0 $! || break; sleep 0.05; done; "
             "printf + >>copy.so; wait $!",
             program);
    cr_assert(program_shell(".", command) == 3, "%s", out);
    slurp("err.txt", said, sizeof said);
    cr_assert(strstr(said, "copy.so was changed while it was measured"), "%s", said);
    cr_assert(files_here() == 3, "something was written");
}

CLI_TEST(rude, twins_are_refused)
{
    cr_assert(with("duet --base @/rude-TWINS.so --new @/rude-POLITE.so -w empty") == 2, "%s", err);
    cr_assert(lines(err) == 1 && strstr(err, "two of its pools are called \"rude\""), "%s", err);
}

/* The same bytes twice are measured, and it is said that they are. */
CLI_TEST(rude, the_same_bytes_are_said_to_be)
{
    json_t *document, *duet;
    int status = with("duet --base @/rude-POLITE.so --new @/rude-POLITE.so" SHORT);
    cr_assert((status == 0 || status == 1) && strstr(err, "both files are the same bytes"), "exit %d: %s", status, err);
    finding_of(&document);
    duet = json_object_get(document, "duet");
    cr_assert(strlen(text_of(duet, "base_sha256")) == 64 &&
              !strcmp(text_of(duet, "base_sha256"), text_of(duet, "new_sha256")));
    json_decref(document);
    cr_assert(run("export x.json --format markdown") == 0 && strstr(out, "- both: the same bytes"), "%s", out);
}

/* A side that is hundreds of times slower gets slices of as few jobs as it may be, so that there are processes enough
 * to say so. */
CLI_TEST(rude, a_side_that_is_much_slower_gets_short_slices)
{
    json_t *document, *trial, *trials;
    size_t i;
    int status = with("duet --base @/rude-POLITE.so --new @/rude-SLOW.so" SHORT);
    cr_assert((status == 0 || status == 1) && !strstr(err, "same bytes"), "exit %d: %s", status, err);
    cr_assert(strcmp(text_of(finding_of(&document), "verdict"), "FAILED"), "%s", out);
    trials = json_object_get(json_array_get(json_object_get(document, "benchmarks"), 0), "first");
    cr_assert(json_array_size(trials) > 0);
    json_array_foreach (trials, i, trial)
        cr_assert(json_integer_value(json_object_get(trial, "jobs")) <= 5 * 1024, "%s",
                  json_dumps(trial, JSON_COMPACT));
    json_decref(document);
}
