/* plugin.c - pools and workloads from shared objects, seen from outside: the
 * example of docs/plugins.md, three deliberately broken pools, and plug-ins that
 * cannot be loaded. `make` builds them into build/plugins. */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/program.h"

/* A command in which each @ is the folder of the plug-ins. Returns the exit status. */
static int with(const char *arguments)
{
    return run(program_filled("build/plugins", arguments));
}

/* The verdict on a fault: FAILS beats all others, then what was asked. */
static const char *verdict_of(const json_t *document, const char *fault)
{
    const char *verdict = "nothing";
    json_t *cell;
    size_t i;
    json_array_foreach (json_object_get(document, "cells"), i, cell) {
        const char *one = json_string_value(json_object_get(cell, "verdict"));
        if (strcmp(json_string_value(json_object_get(cell, "fault")), fault))
            continue;
        if (!strcmp(verdict, "nothing") || !strcmp(verdict, "not supported") || !strcmp(one, "FAILS"))
            verdict = one;
    }
    return verdict;
}

static json_t *check(const char *arguments, int status)
{
    json_t *document;
    int got = with(arguments);
    cr_assert(got == status, "%s: exit %d: %s%s", arguments, got, out, err);
    document = json_loads(out, 0, NULL);
    cr_assert(document, "no JSON: %s", out);
    return document;
}

CLI_TEST(plugin, of_the_manual_holds_and_measures)
{
    json_t *document = check("check --plugin @/mine.so --format json", 0);
    cr_assert(!strcmp(verdict_of(document, "late-add"), "holds"));
    cr_assert(!strcmp(verdict_of(document, "worker-close"), "holds"));
    cr_assert(!strcmp(verdict_of(document, "ignored-cancel"), "not supported"));
    json_decref(document);
    cr_assert(with("run --plugin @/mine.so -p mine,ring -w empty --rounds 2 --budget 60ms --no-figures -o x.json") == 0,
              "%s", err);
    cr_assert(strstr(out, "\nmine ") && strstr(out, "\nring "), "%s", out);
}

CLI_TEST(plugin, brings_a_workload)
{
    json_t *document;
    const json_t *trial;
    cr_assert(with("run -w hash:bytes=1k --plugin @/hash.so -p ring --rounds 1 --budget 60ms --no-figures -o x.json") ==
                  0,
              "%s", err);
    cr_assert(strstr(out, "hash:bytes=1k"));
    document = json_load_file("x.json", 0, NULL);
    trial =
        json_array_get(json_object_get(json_array_get(json_object_get(document, "configurations"), 0), "trials"), 0);
    cr_assert(json_number_value(json_object_get(trial, "ns_per_job")) > 0);
    cr_assert(json_is_null(json_object_get(trial, "overhead_ns_per_job")), "of jobs of which nobody said how long");
    json_decref(document);
    cr_assert(with("list workloads --plugin @/hash.so") == 0 && strstr(out, "\nhash "));
    cr_assert(with("run -w hash:bytes=1 --plugin @/hash.so") == 2 && lines(err) == 1 && strstr(err, "bytes"), "%s",
              err);
}

/* All that can be asked of a small pool with a cancel, and nothing else. */
CLI_TEST(plugin, that_is_sound_holds)
{
    json_t *document = check("check --plugin @/sound.so --format json", 0);
    static const char *const asked[] = {"late-add",       "worker-close", "racy-counter", "no-recover",
                                        "ignored-cancel", "double-close", "zero-workers", "count-mismatch"};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        cr_assert(!strcmp(verdict_of(document, asked[i]), "holds"), "%s: %s", asked[i], verdict_of(document, asked[i]));
    json_decref(document);
}

/* Each bug is found by its name, and no other pool's is. */
/* A running job is told by the harness: how a pool tells it is in no plug-in's contract. */
CLI_TEST(plugin, that_cancels_is_measured)
{
    cr_assert(
        with("run --plugin @/sound.so -p sound -w cancel -w cancel:jobs=sleep -w cancel:jobs=poll -t 2 --rounds 1 "
             "--budget 40ms --no-figures -o x.json") == 0,
        "%s%s", out, err);
    cr_assert(!strstr(err, "not told") && strstr(out, "sound"), "%s%s", out, err);
}

CLI_TEST(plugin, that_is_broken_is_caught_by_name)
{
    static const struct {
        const char *command, *fault, *sound;
    } cases[] = {{"check --plugin @/loses.so --format json", "worker-close", "ignored-cancel"},
                 {"check --plugin @/deaf.so --format json", "ignored-cancel", "worker-close"},
                 {"check --plugin @/dies.so --format json", "no-recover", "worker-close"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *document = check(cases[i].command, 1);
        cr_assert(!strcmp(verdict_of(document, cases[i].fault), "FAILS"), "%s: %s", cases[i].command,
                  verdict_of(document, cases[i].fault));
        cr_assert(!strcmp(verdict_of(document, cases[i].sound), "holds"), "%s: %s", cases[i].command,
                  verdict_of(document, cases[i].sound));
        json_decref(document);
    }
    cr_assert(with("check --plugin @/deaf.so -f ignored-cancel") == 1);
    cr_assert(strstr(out, "--plugin") && strstr(out, "-f ignored-cancel -p deaf -v"), "no command to replay: %s", out);
}

CLI_TEST(plugin, that_cannot_be_loaded_is_refused_in_one_line)
{
    static const struct {
        const char *arguments, *words;
    } cases[] = {{"--plugin @/version.so", "version 999"},
                 {"--plugin @/lacks.so", "\"submit\""},
                 {"--plugin @/crashes.so", "signal 6"},
                 {"--plugin @/exits.so", "ends the program"},
                 {"--plugin @/nameless.so", "proper name"},
                 {"--plugin @/taken.so", "\"ring\" already"},
                 {"--plugin @/empty.so", "POOL_PLUGIN"},
                 {"--plugin @/leaves.so", "leaves 1 process behind"},
                 {"--plugin @/forges.so", "ends the program"},
                 {"--plugin @/bound.so", "its pool_submit_batch would be this program's, not its own copy"},
                 {"--plugin nosuch.so", "No such file"},
                 {"--plugin @", "not a file"},
                 {"--plugin /etc/passwd", "cannot be loaded"},
                 {"--plugin ''", "No such file"},
                 {"--plugin @/mine.so --plugin @/mine.so", "named twice"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int command = 0; command < 2; command++) {
            char line[512];
            int status;
            snprintf(line, sizeof line, "%s %s", command ? "check" : "run", cases[i].arguments);
            status = with(line);
            cr_assert(status == 2 && lines(err) == 1 && !*out && strstr(err, cases[i].words), "[%s] exit %d: %s", line,
                      status, err);
        }
    }
    cr_assert(with("run --plugin @/sound.so --full reject -p sound -w empty --dry-run") == 3 && strstr(err, "no bound"),
              "%s", err);
    cr_assert(files_here() == 0);
}

/* Functions of poolbench.h it can call, each of them; no other names of the programs come before its own. */
CLI_TEST(plugin, may_have_functions_of_the_programs_names)
{
    static const char *const commands[] = {
        "run --plugin @/names.so -p mine -w empty --rounds 1 --budget 60ms --no-figures -o x.json",
        "check --plugin @/names.so -f late-add,worker-close", "check --contract --plugin @/names.so -f close,stats",
        "explore --plugin @/names-followed.so -p mine --schedules 50",
        "duet --base @/names.so --new ./other.so -w empty --budget 2s --threshold 50% --no-figures -o y.json"};
    cr_assert(system(program_filled("build/plugins", "cp @/names.so other.so")) == 0);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        int status = with(commands[i]);
        cr_assert(status == 0, "[%s] exit %d: %s%s", commands[i], status, out, err);
    }
}

/* Whatever is missing or wrong in a workload's tables is said before somebody reads them. */
CLI_TEST(plugin, whose_workload_is_unfit_is_refused_in_one_line)
{
    static const struct {
        const char *what, *words;
    } cases[] = {{"params", "\"params\" is NULL"},
                 {"figures", "\"figures\" is NULL"},
                 {"unit", "lacks one of: summary, unit"},
                 {"nameless", "proper name for its parameter 1"},
                 {"comma", "proper name for its parameter 2"},
                 {"twins", "two parameters \"bytes\""},
                 {"kind", "\"bytes\" of a kind that is not there (17)"},
                 {"fallback", "\"bytes\" whose fallback or help"},
                 {"control", "\"bytes\" whose fallback or help"},
                 {"beyond", "its own parameter does not allow: bytes=2M is out of range"},
                 {"turned", "its own parameter does not allow: bytes=4k is out of range"},
                 {"time", "its own parameter does not allow: rest=5 is not a time"},
                 {"choices", "no choices for its parameter \"how\""},
                 {"choice", "how cannot be \"well\""},
                 {"figure", "proper name for its figure 1"},
                 {"figures-twins", "two figures \"late_ns\""},
                 {"measure", "\"late_ns\" in a unit that is not there (9)"},
                 {"quantile", "\"late_ns\" of a quantile that cannot be (1.5"},
                 {"sample", "\"late_ns\" of histogram 1, which is not there (it has 1)"},
                 {"quotient", "\"late_share\" that is a quotient of figures which are not there (1 / 3 of 2)"},
                 {"histogram", "proper name for its histogram 1"},
                 {"judge", "is judged by \"lateness\", which is none"},
                 {"consume", "lacks the call \"consume\""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int status;
        setenv("KIT_UNFIT", cases[i].what, 1);
        status = with("run --plugin @/unfit.so -w unfit --dry-run");
        cr_assert(status == 2 && lines(err) == 1 && !*out && strstr(err, cases[i].words), "%s: exit %d: %s%s",
                  cases[i].what, status, err, out);
    }
    unsetenv("KIT_UNFIT");
    cr_assert(files_here() == 0);
}

/* And what may be left out, may be. */
CLI_TEST(plugin, whose_workload_is_fit_is_measured)
{
    cr_assert(with("run --plugin @/unfit.so -w unfit -p mutex --rounds 1 --budget 20ms --no-figures -o x.json") == 0,
              "%s%s", out, err);
    cr_assert(strstr(out, "unfit") && !strstr(out, "(null)"), "%s", out);
    cr_assert(with("list workloads --plugin @/unfit.so") == 0 &&
                  strstr(out, "\nunfit          a table?[31m (bytes=4k, how=fast, rest=0)\n"),
              "%s", out);
    cr_assert(with("run --plugin @/unfit.so --help") == 0 && strstr(out, "bytes=4k") && !strstr(out, "(null)"), "%s",
              out);
}

/* A result of one round, from then on of twelve like it. */
static void measure_late(const char *ns, const char *path)
{
    json_t *document, *trials;
    char words[256];
    setenv("KIT_LATE_NS", ns, 1);
    snprintf(words, sizeof words,
             "run --plugin @/unfit.so -w unfit -p mutex -t 1 --no-floor --rounds 1 --budget 5ms --no-figures -o %s",
             path);
    cr_assert(with(words) == 0, "%s%s", out, err);
    unsetenv("KIT_LATE_NS");
    document = json_load_file(path, 0, NULL);
    trials = json_object_get(json_array_get(json_object_get(document, "configurations"), 0), "trials");
    for (int round = 1; round < 12; round++) {
        json_t *trial = json_deep_copy(json_array_get(trials, 0));
        json_object_set_new(trial, "round", json_integer(round));
        json_array_append_new(trials, trial);
    }
    cr_assert(json_dump_file(document, path, 0) == 0);
    json_decref(document);
}

/* Who compares has not loaded it, and jobs per second say nothing of what it is judged by. */
CLI_TEST(plugin, whose_workload_is_judged_by_a_figure_is_compared_by_it)
{
    measure_late("1000", "early.json");
    measure_late("1000", "again.json");
    measure_late("90000", "late.json");
    cr_assert(run("compare early.json late.json") == 1 && strstr(out, " 90.0 us ") && strstr(out, "1 slower (1 by "),
              "%s%s", out, err);
    cr_assert(run("compare late.json early.json") <= 1 && strstr(out, " 1 faster"), "%s%s", out, err);
    cr_assert(run("compare early.json again.json") <= 1 && strstr(out, " 1 same"), "%s%s", out, err);
}

/* Nor has who makes a page of it. */
CLI_TEST(plugin, whose_workload_is_reported)
{
    cr_assert(with("run --plugin @/unfit.so -w unfit -p mutex,ring -t 1 --rounds 2 --budget 10ms --no-figures -o "
                   "x.json") == 0,
              "%s%s", out, err);
    cr_assert(run("report x.json -o x.html") == 0, "%s%s", out, err);
    slurp("x.html", out, sizeof out);
    cr_assert(strstr(out, "late_ns: ") && !strstr(out, "(null)"), "%s", out);
}

/* Whether a process of this name runs. */
static bool runs(const char *what)
{
    char command[256];
    snprintf(
        command, sizeof command,
        "for p in /proc/[0-9]*; do { tr '\\0' ' ' <$p/cmdline; } 2>/dev/null | grep -q -- '%s' && exit 0; done; exit 1",
        what);
    return system(command) == 0;
}

CLI_TEST(plugin, that_leaves_a_process_leaves_none)
{
    cr_assert(with("run --plugin @/leaves.so -o only-for-this-test.json") == 2);
    cr_assert(!runs("only-for-this[-]test"), "it still runs");
}

/* One that writes over all that it shares with its judge is judged all the same. */
CLI_TEST(plugin, that_scribbles_harms_no_judge)
{
    json_t *document = check("check --plugin @/scribbles.so --limit 2s --format json", 1);
    cr_assert(json_array_size(json_object_get(document, "cells")) > 0);
    cr_assert(json_integer_value(json_object_get(json_object_get(document, "summary"), "cannot")) == 0);
    json_decref(document);
}

CLI_TEST(plugin, whose_statistics_lie_is_named)
{
    cr_assert(with("run --plugin @/lies.so -p lies -w empty -t 2 --rounds 1 --budget 20ms --no-figures -o x.json") ==
              1);
    cr_assert(strstr(err, "lies/empty") && strstr(err, "it says that it has"), "%s", err);
    cr_assert(
        with("plan --rate 100 --slo p99=1s --plugin @/lies.so -p lies -w io:op=sleep,wait=1ms --budget 5s --no-figures "
             "-o x.json") == 1);
    cr_assert(strstr(out, "none: the service could not be measured: its statistics cannot be") && !strstr(out, "nan"),
              "%s%s", out, err);
    cr_assert(with("check --plugin @/lies.so --limit 2s") != 0);
}

/* It counts no workers, or has let them go; has a timer that the C library's own thread serves; counts nothing at all,
 * as it declares. */
CLI_TEST(plugin, that_is_odd_is_measured)
{
    static const char *const odd[] = {"SILENT", "HELPED", "COUNTLESS"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        char words[256];
        snprintf(words, sizeof words,
                 "run --plugin @/odd-%s.so -p %s -w empty -t 2 --rounds 2 --budget 20ms --no-figures -o %s.json",
                 odd[i], odd[i], odd[i]);
        cr_assert(with(words) == 0, "%s%s", out, err);
        cr_assert(!strstr(out, "FAILED") && !strstr(out, "nan"), "%s%s", out, err);
    }
}

/* Twenty jobs a second. */
CLI_TEST(plugin, that_is_slow_is_measured)
{
    cr_assert(
        with("run --plugin @/odd-RESTS.so -p RESTS -w empty -t 2 --rounds 1 --budget 20ms --no-floor --no-figures "
             "-o x.json") == 0,
        "%s%s", out, err);
    cr_assert(strstr(out, "\nRESTS ") && !strstr(out, "FAILED"), "%s%s", out, err);
}

/* No submit of an open pool may say so. */
CLI_TEST(plugin, that_is_busy_is_told_what_a_submit_answers)
{
    static const char *const odd[] = {"BUSY", "BUSIER"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        char words[256];
        snprintf(words, sizeof words,
                 "run --plugin @/odd-%s.so -p %s -w empty -t 2 --rounds 1 --budget 20ms --no-figures -o x.json", odd[i],
                 odd[i]);
        cr_assert(with(words) == 1, "%s%s", out, err);
        cr_assert(strstr(err, "submit: Device or resource busy; what an open pool answers is 0, "), "%s", err);
    }
}

/* What it refuses it has not failed. */
CLI_TEST(plugin, that_does_not_open_so_cannot_be_measured_so)
{
    cr_assert(with("run --plugin @/odd-REJECTS.so -p REJECTS -w empty -t 2 --rounds 1 --budget 20ms --no-figures "
                   "--no-floor -o x.json") == 3,
              "%s%s", out, err);
    cr_assert(strstr(out, "CANNOT  REJECTS/empty/t2") && strstr(out, "not to be had so: another --full"), "%s", out);
    cr_assert(with("run --plugin @/odd-REJECTS.so -p REJECTS -w empty -t 2 --full reject --rounds 1 --budget 20ms "
                   "--no-figures --no-floor -o y.json") == 0,
              "%s%s", out, err);
}

/* Little's law, of an open loop: what a pool says that it holds while jobs pile up, against
 * what their times say. */
CLI_TEST(plugin, whose_count_does_not_go_with_the_times_is_named)
{
    static const struct {
        const char *name;
        bool holds;
    } pools[] = {{"doubles", false}, {"sound", true}};
    for (int i = 0; i < 2; i++) {
        char words[256];
        json_t *document, *trial;
        snprintf(words, sizeof words,
                 "run --plugin @/%s.so -p %s -w burst:rate=4k,for=600ms,of=io:op=sleep,wait=1ms -t 2 --no-floor "
                 "--rounds 1 --no-figures -o %s.json",
                 pools[i].name, pools[i].name, pools[i].name);
        cr_assert(with(words) == 0, "%s%s", out, err);
        cr_assert((strstr(out, "Little's law is broken in 1 round") != NULL) == !pools[i].holds, "%s: %s",
                  pools[i].name, out);
        snprintf(words, sizeof words, "%s.json", pools[i].name);
        document = json_load_file(words, 0, NULL);
        trial = json_array_get(
            json_object_get(json_array_get(json_object_get(document, "configurations"), 0), "trials"), 0);
        cr_assert(json_is_boolean(json_object_get(trial, "little_holds")));
        cr_assert(json_is_true(json_object_get(trial, "little_holds")) == pools[i].holds);
        json_decref(document);
    }
}

CLI_TEST(plugin, that_refuses_although_it_would_block_is_named)
{
    cr_assert(with("run --plugin @/refuses.so -p refuses -w empty -w cpu:size=1us -t 2 --rounds 1 --budget 20ms "
                   "--no-figures -o x.json") == 1);
    cr_assert(strstr(err, "refuses/empty") && strstr(err, "submit"), "%s", err);
}

/* What is opened once stays, and is said; what each pool leaves one more of is a leak. */
CLI_TEST(plugin, that_keeps_a_log_open_is_not_accused)
{
    static const char command[] = "run --plugin @/%s.so -p %s,mutex -w empty -w cpu:size=1us -t 1,2 --rounds 2 "
                                  "--budget 40ms --no-figures -o x.json";
    char words[256];
    json_t *document, *configuration, *trial;
    json_int_t left = 0;
    size_t c, t;
    snprintf(words, sizeof words, command, "logs", "logs");
    cr_assert(with(words) == 0, "%s", err);
    cr_assert(strstr(out, "logs: 1 descriptor stayed open after pool_free; the next pool left no more."), "%s", out);
    document = json_load_file("x.json", 0, NULL);
    json_array_foreach (json_object_get(document, "configurations"), c, configuration)
        json_array_foreach (json_object_get(configuration, "trials"), t, trial)
            if (json_integer_value(json_object_get(trial, "round")) == 0)
                left += json_integer_value(json_object_get(trial, "descriptors_left"));
    cr_assert(left == 1, "%d", (int)left);
    json_decref(document);
    snprintf(words, sizeof words, command, "spills", "spills");
    cr_assert(with(words) == 1, "%s", err);
    cr_assert(strstr(err, "spills/empty/t1") && strstr(err, "left behind: 1 descriptor, and 1 more by the next pool"),
              "%s", err);
}

/* Who starts fewer workers than were asked for has refused no job. */
CLI_TEST(plugin, that_has_fewer_workers_refuses_nothing)
{
    json_t *document, *trial;
    cr_assert(with("run --plugin @/alone.so -p alone -w cancel -t 2 --rounds 1 --budget 40ms --no-figures -o x.json") ==
                  0,
              "%s", err);
    document = json_load_file("x.json", 0, NULL);
    trial =
        json_array_get(json_object_get(json_array_get(json_object_get(document, "configurations"), 0), "trials"), 0);
    cr_assert(trial && json_integer_value(json_object_get(trial, "refused")) == 0 &&
              json_number_value(json_object_get(trial, "lost_share")) == 0);
    json_decref(document);
}

/* Nothing was asked of it, so nothing holds; and that memory is short is looked at. */
CLI_TEST(plugin, that_never_opens_holds_nothing)
{
    json_t *document = check("check --plugin @/never.so -f late-add,double-close,ignored-cancel --format json", 1),
           *cell;
    size_t i;
    json_array_foreach (json_object_get(document, "cells"), i, cell)
        cr_assert_str_eq(json_string_value(json_object_get(cell, "verdict")), i ? "not supported" : "FAILS");
    cr_assert(i > 2 && strstr(out, "could not be opened: Cannot allocate memory"), "%s", out);
    json_decref(document);
}

/* What it says of itself is one line, and steers no terminal. */
CLI_TEST(plugin, whose_words_hold_controls_is_listed_in_a_line)
{
    cr_assert(with("list pools --plugin @/colours.so") == 0);
    cr_assert(strstr(out, "(1??[31m??2J?)\n"), "%s", out);
}

/* The median of a figure of the pool's only configuration, in its first trial. */
static double figure(const json_t *document, const char *pool, const char *name)
{
    json_t *configuration;
    size_t i;
    json_array_foreach (json_object_get(document, "configurations"), i, configuration)
        if (!strcmp(json_string_value(json_object_get(configuration, "pool")), pool))
            return json_number_value(json_object_get(
                json_object_get(json_array_get(json_object_get(configuration, "trials"), 0), "figures"), name));
    return -1;
}

/* A library that takes the user's locale, where one and a half is 1,5: files are as ever. */
CLI_TEST(plugin, that_takes_a_locale_changes_no_number)
{
    char row[4096], *rest = row, *line;
    int commas[2] = {0};
    if (system("localedef -i de_DE -f UTF-8 ./de_DE.UTF-8 >/dev/null 2>&1") != 0)
        cr_skip_test("no localedef here, or no de_DE to make");
    setenv("LOCPATH", folder, 1);
    setenv("LC_ALL", "de_DE.UTF-8", 1);
    cr_assert(with("run --plugin @/commas.so -p commas -w cpu:size=1us,dist=exp -t 1 --rounds 1 --budget 10.5ms "
                   "--no-figures --format csv -o x.json") == 0,
              "%s", err);
    cr_assert(strstr(err, "harness") && !strstr(err, "harness  1,"), "%s", err);
    snprintf(row, sizeof row, "%s", out);
    for (int i = 0; i < 2 && (line = strsep(&rest, "\n")); i++) {
        bool quoted = false;
        for (; *line; line++) {
            quoted = quoted != (*line == '"');
            commas[i] += !quoted && *line == ',';
        }
    }
    cr_assert(commas[0] > 10 && commas[0] == commas[1], "%d fields, then %d: %s", commas[0] + 1, commas[1] + 1, out);
}

/* A pool that starts each job 3 ms late: so says the harness, of each kind of
 * latency. A machine can make it more, and never less. */
CLI_TEST(plugin, with_a_known_delay_is_measured_so)
{
    static const double delay_ns = 3000000;
    json_t *document;
    cr_assert(with("run --plugin @/late.so -p late,mutex -w wakeup -w burst:rate=50,arrivals=constant -t 2 --rounds 1 "
                   "--budget 10ms --no-figures -o x.json") == 0,
              "%s", err);
    document = json_load_file("x.json", 0, NULL);
    cr_assert(document);
    cr_assert(figure(document, "late", "start_p50_ns") >= delay_ns, "%s", out);
    json_decref(document);
    cr_assert(with("run --plugin @/late.so -p late -w burst:rate=200,arrivals=constant,for=600ms -t 2 --rounds 1 "
                   "--budget 10ms --no-figures -o y.json") == 0,
              "%s", err);
    document = json_load_file("y.json", 0, NULL);
    cr_assert(figure(document, "late", "latency_p50_ns") >= delay_ns &&
                  figure(document, "late", "uncorrected_p99_ns") >= delay_ns,
              "%s", out);
    json_decref(document);
}
