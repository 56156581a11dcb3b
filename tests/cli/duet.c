/* duet.c - two builds side by side, from outside: what is refused, what is written, and
 * that the exit status is what the document says. No time decides here. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/cli/program.h"

/* A command in which each @ is the folder that things were built into. */
static const char *full(const char *arguments)
{
    return program_filled("build", arguments);
}

/* One line, status 2, nothing written. */
static void refused(const char *word, const char *arguments)
{
    int status = run(full(arguments));
    cr_assert(status == 2 && lines(err) == 1 && !*out, "[%s] exit %d: %s%s", arguments, status, out, err);
    cr_assert(strstr(err, word), "[%s] does not name %s: %s", arguments, word, err);
    cr_assert(files_here() == 0, "[%s] wrote a file", arguments);
}

CLI_TEST(duet, wants_two_plug_ins)
{
    refused("--base OLD.so", "duet");
    refused("--new NEW.so", "duet --base @/pools.so");
    refused("nosuch.so", "duet --base nosuch.so --new @/pools.so");
    refused("nosuch.so", "duet --base @/pools.so --new nosuch.so");
    refused("not a file", "duet --base @/pools.so --new /tmp");
    refused("/dev/null", "duet --base /dev/null --new @/pools.so");
}

/* A name is a file's, here; what the loader finds elsewhere is none of it. */
CLI_TEST(duet, a_name_without_a_slash_is_a_file_here)
{
    cr_assert(system("echo no object >libm.so.6") == 0);
    cr_assert(run(full("duet --base @/pools.so --new libm.so.6")) == 2 && lines(err) == 1, "%s", err);
    cr_assert(strstr(err, "plug-in libm.so.6: cannot be loaded: ") && strstr(err, "libm.so.6: file too short"), "%s",
              err);
}

CLI_TEST(duet, a_plug_in_that_only_one_side_can_load_is_named)
{
    refused("empty.so", "duet --base @/pools.so --new @/plugins/empty.so");
    refused("crashes.so", "duet --base @/pools.so --new @/plugins/crashes.so");
    refused("leaves.so", "duet --base @/plugins/leaves.so --new @/pools.so");
    refused("lacks the call", "duet --base @/pools.so --new @/plugins/lacks.so");
    refused("not its own copy", "duet --base @/pools.so --new @/plugins/bound.so");
    refused("for version 999 of the contract, this is version", "duet --base @/plugins/version.so --new @/pools.so");
}

CLI_TEST(duet, pools_have_to_be_on_both_sides)
{
    refused("no benchmark is left", "duet --base @/pools.so --new @/plugins/mine.so");
    refused("\"ring\"", "duet --base @/pools.so --new @/pools.so -p rign");
    refused("--new has no pool \"ring\"", "duet --base @/pools.so --new @/plugins/mine.so -p ring");
}

/* A pool that one side has lost is not passed over in silence. */
CLI_TEST(duet, pools_of_one_side_are_named)
{
    json_t *document;
    int status = run(full("duet --base @/pools.so --new @/plugins/taken.so -w empty -t 1 --budget 300ms -o x.json"));
    cr_assert((status == 1 || status == 5) && strstr(out, "not measured: pools only on the base: ") &&
                  strstr(out, "steal"),
              "%s%s", out, err);
    document = json_load_file("x.json", 0, NULL);
    cr_assert(json_array_size(json_object_get(json_object_get(document, "duet"), "only_base")) == 5);
    json_decref(document);
    cr_assert(run("export x.json --format markdown") == 0 && strstr(out, "- pools not measured: only on the base: "),
              "%s", out);
}

CLI_TEST(duet, options)
{
    refused("maybe", "duet --base @/pools.so --new @/pools.so --undecided maybe");
    refused("0%", "duet --base @/pools.so --new @/pools.so --threshold 0%");
    refused("without -w", "duet --self-test -w empty");
    refused("csv", "duet --base @/pools.so --new @/pools.so --format csv");
    refused("--capacity", "duet --base @/pools.so --new @/pools.so --capacity 1,2");
    refused("/nonexistent/", "duet --base @/pools.so --new @/pools.so -o /nonexistent/x.json");
    refused("--rounds", "duet --base @/pools.so --new @/pools.so --rounds 3");
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static int verdicts(const json_t *document, const char *verdict)
{
    json_t *benchmark;
    size_t i;
    int count = 0;
    json_array_foreach (json_object_get(document, "benchmarks"), i, benchmark)
        count += !strcmp(text_of(json_object_get(benchmark, "finding"), "verdict"), verdict);
    return count;
}

/* Whether a side was loaded before another, in that process. */
static bool is_before(const json_t *trial, const char *side, const char *other)
{
    const json_t *loaded = json_object_get(trial, "loaded");
    for (size_t i = 0; i < json_array_size(loaded); i++) {
        const char *name = json_string_value(json_array_get(loaded, i));
        if (!strcmp(name, side) || !strcmp(name, other))
            return !strcmp(name, side);
    }
    return false;
}

/* Every process has both sides, as many values of each, and the orders of loading take
 * turns. How many processes there are depends on how busy the machine is. */
static void check_trials(const json_t *benchmark)
{
    json_t *trials = json_object_get(benchmark, "first"), *trial;
    int base_first = 0;
    size_t i;
    cr_assert(json_array_size(trials) > 0);
    json_array_foreach (trials, i, trial) {
        size_t pairs = (size_t)json_integer_value(json_object_get(trial, "pairs"));
        cr_assert(!strcmp(text_of(trial, "verdict"), "ok"), "%s", text_of(trial, "failure"));
        cr_assert(pairs >= 2 && pairs % 2 == 0);
        cr_assert(json_array_size(json_object_get(json_object_get(trial, "base"), "values")) == pairs);
        cr_assert(json_array_size(json_object_get(json_object_get(trial, "new"), "values")) == pairs);
        cr_assert(json_is_number(json_object_get(trial, "log_ratio")) &&
                  json_is_number(json_object_get(trial, "log_ratio_again")));
        cr_assert(json_array_size(json_object_get(trial, "loaded")) == 3);
        base_first += is_before(trial, "base", "new");
    }
    cr_assert(base_first == (int)(json_array_size(trials) + 1) / 2);
}

/* What a pool takes is known of all pools, also of those that take little, and is the same of
 * the same bytes; so is how often it wakes a worker. */
static void check_costs(const json_t *benchmark)
{
    const json_t *costs = json_object_get(benchmark, "costs"), *bytes = json_object_get(costs, "pool_bytes");
    cr_assert(json_number_value(json_object_get(bytes, "base")) > 0);
    cr_assert(json_equal(json_object_get(bytes, "base"), json_object_get(bytes, "new")));
    cr_assert(json_number_value(json_object_get(bytes, "change")) == 0);
    cr_assert(json_is_number(json_object_get(json_object_get(costs, "wakes_per_job"), "base")));
}

/* The same file is loaded as two objects, and once more. */
CLI_TEST(duet, a_build_against_itself)
{
    int status = run(full("duet --base @/pools.so --new @/pools.so -p mutex,inline -w empty -t 1 --budget 500ms "
                          "--undecided fail --seed 7 -o x.json"));
    json_t *document = json_load_file("x.json", 0, NULL), *benchmark;
    size_t i;
    bool regressions;
    cr_assert(document, "exit %d: %s", status, err);
    cr_assert(json_integer_value(json_object_get(document, "duet_format")) == 1);
    cr_assert(json_array_size(json_object_get(document, "benchmarks")) == 2);
    json_array_foreach (json_object_get(document, "benchmarks"), i, benchmark)
        check_trials(benchmark), check_costs(benchmark);
    regressions = json_integer_value(json_object_get(json_object_get(document, "duet"), "regressions")) > 0;
    cr_assert(status == (regressions                         ? 1
                         : verdicts(document, "cannot tell") ? 4
                                                             : 0),
              "exit %d: %s%s", status, out, err);
    cr_assert(strstr(out, "\nbenchmark ") && strstr(out, "\nmutex/empty/t1") && strstr(out, "saved    x.json"), "%s",
              out);
    cr_assert(!strstr(out, "-100.0 .. "), "%s", out); /* no interval is not that one */
    json_decref(document);
}

CLI_TEST(duet, searches_for_what_comes_at_a_rate)
{
    static const char both[] = "duet --base @/pools.so --new @/pools.so";
    char line[256];
    snprintf(line, sizeof line, "%s --slo p99=1ms", both);
    refused("whose rate", line);
    snprintf(line, sizeof line, "%s --slo p99=1ms -w empty", both);
    refused("burst:of=empty", line);
    snprintf(line, sizeof line, "%s --slo p99=1ms -w burst:rate=1k,of=empty", both);
    refused("without rate", line);
    snprintf(line, sizeof line, "%s --slo p99=1ms -w burst:for=1s,of=empty", both);
    refused("without rate", line);
    snprintf(line, sizeof line, "%s --slo loss=1%%,p99=1ms -w burst:of=empty", both);
    refused("lose nothing", line);
    snprintf(line, sizeof line, "%s --slo max=1ms -w burst:of=empty", both);
    refused("one job", line);
    refused("without --slo", "duet --self-test --slo p99=1ms");
    snprintf(line, sizeof line,
             "%s --slo p99=100ms -w burst:of=io:op=sleep,wait=20ms -t 1 -p mutex --budget 2s -o x.json", both);
    cr_assert(run(full(line)) == 2 && strstr(err, "and --budget is 2.00 s") && files_here() == 0, "%s", err);
}

/* Whether a trial's search says what it is to: rates that were asked, and one found or none. */
static void check_search(const json_t *trial, const char *side)
{
    const json_t *search = json_object_get(json_object_get(trial, side), "search"), *asked, *rate;
    asked = json_object_get(search, "asked");
    rate = json_object_get(search, "rate");
    cr_assert(json_array_size(asked) >= 1 && json_array_size(asked) <= 6, "%zu", json_array_size(asked));
    cr_assert(json_is_null(rate) || json_number_value(rate) >= 1);
}

/* Its rates are found, or it says why not: on a machine that is this busy no rate may be kept. */
CLI_TEST(duet, a_search_of_a_build_against_itself)
{
    int status = run(full("duet --base @/pools.so --new @/pools.so -p mutex --slo p50=3ms -t 1 "
                          "-w burst:of=cpu:size=100us,dist=exp --budget 20s --seed 7 --undecided fail -o x.json"));
    json_t *document = json_load_file("x.json", 0, NULL), *benchmark, *trial;
    size_t i;
    if (!document) {
        cr_assert((status == 2 || status == 3) && strstr(err, "poolbench: duet --slo: "), "exit %d: %s", status, err);
        return;
    }
    benchmark = json_array_get(json_object_get(document, "benchmarks"), 0);
    cr_assert(status == 0 || status == 1 || status == 4, "exit %d: %s", status, err);
    cr_assert(!strcmp(text_of(benchmark, "figure"), "ns_per_job_kept") &&
              !strcmp(text_of(benchmark, "figure_unit"), "ns"));
    cr_assert(!strcmp(text_of(benchmark, "name"), "mutex/burst:of=cpu:size=100us,dist=exp/t1"), "without a rate");
    cr_assert(!strcmp(text_of(json_array_get(json_object_get(benchmark, "slo"), 0), "name"), "p50"));
    json_array_foreach (json_object_get(benchmark, "first"), i, trial) {
        check_search(trial, "base");
        check_search(trial, "new");
        check_search(trial, "base again");
    }
    cr_assert(i >= 1 && strstr(out, "rates    base and new are the time from job to job"), "%s", out);
    json_decref(document);
}

/* Without --undecided nothing undecided fails a gate; json is the document. */
CLI_TEST(duet, prints_the_document)
{
    int status = run(full("duet --base @/pools.so --new @/pools.so -p inline -w wakeup -w cpu:size=1us -t 1 "
                          "--budget 300ms --format json -o x.json"));
    json_t *document = json_loads(out, 0, NULL), *saved = json_load_file("x.json", 0, NULL);
    cr_assert(document && json_equal(document, saved) && (status == 0 || status == 1), "exit %d: %s", status, err);
    cr_assert(strstr(err, "inline/wakeup: not measured: "), "%s", err);
    cr_assert(json_array_size(json_object_get(document, "benchmarks")) == 1);
    json_decref(saved);
    json_decref(document);
}

/* As export writes it of the file: the same writer. */
CLI_TEST(duet, prints_pages)
{
    static char printed[1 << 16];
    int status = run(full("duet --base @/pools.so --new @/pools.so -p inline -w empty -t 1 --budget 300ms "
                          "--format markdown -o x.json"));
    cr_assert((status == 0 || status == 1) && !strncmp(out, "**poolbench duet: ", 18), "exit %d: %s%s", status, out,
              err);
    snprintf(printed, sizeof printed, "%s", out);
    cr_assert(run("export x.json --format markdown") == 0);
    cr_assert_str_eq(out, printed);
    status = run(full("duet --base @/pools.so --new @/pools.so -p inline -w empty -t 1 --budget 300ms --format junit "
                      "-o x.json"));
    cr_assert(strstr(out, "name=\"inline/empty/t1\"") && strstr(out, status == 1 ? "<failure" : "</testsuites>"),
              "exit %d: %s%s", status, out, err);
}

/* A new side that does not work at all is no pass; nor is it called slower. Of a few processes, on a busy machine, it
 * is not called FAILED either. A base that does not work leaves nothing to compare with. */
CLI_TEST(duet, a_side_that_fails)
{
    json_t *document;
    int status = run(full("duet --base @/pools.so --new @/plugins/taken.so -w empty -t 1 --budget 300ms -o x.json"));
    cr_assert(strstr(err, "ring/empty/t1: new: pool_open: "), "exit %d: %s%s", status, out, err);
    document = json_load_file("x.json", 0, NULL);
    cr_assert(verdicts(document, status == 1 ? "FAILED" : "fails") == 1 && (status == 1 || status == 5), "exit %d: %s",
              status, out);
    json_decref(document);
    status = run(full("duet --base @/plugins/taken.so --new @/pools.so -w empty -t 1 --budget 300ms -o x.json"));
    cr_assert(status == 3 && strstr(out, "cannot tell: base: pool_open"), "exit %d: %s%s", status, out, err);
}

/* Jobs that fork, and jobs that ask for their cancel (which fail where they do not hear it),
 * do so in the copy that runs them. Each is judged by its own figure. */
CLI_TEST(duet, jobs_that_call_their_pool)
{
    static const char *const figures[] = {"quiet_ns", "quiet_ns", "quiet_ns", "ns_per_fork"};
    int status = run(full("duet --base @/pools.so --new @/pools.so -p ring -w cancel:jobs=look -w cancel:jobs=sleep "
                          "-w cancel:jobs=poll -w tree:fib,n=12 -t 2 --budget 500ms -o x.json"));
    json_t *document = json_load_file("x.json", 0, NULL), *benchmark, *trial;
    size_t i, j;
    cr_assert(document && json_array_size(json_object_get(document, "benchmarks")) == 4, "exit %d: %s", status, err);
    json_array_foreach (json_object_get(document, "benchmarks"), i, benchmark) {
        cr_assert_str_eq(text_of(benchmark, "figure"), figures[i]);
        json_array_foreach (json_object_get(benchmark, "first"), j, trial)
            cr_assert(!strcmp(text_of(trial, "verdict"), "ok"), "%s", text_of(trial, "failure"));
        cr_assert(json_is_number(json_object_get(json_object_get(benchmark, "finding"), "change")));
    }
    json_decref(document);
}

/* Where a plug-in does not export what such jobs call, they are not measured as if it did. */
CLI_TEST(duet, jobs_that_a_plug_in_cannot_hear_are_left_out)
{
    int status = run(full("duet --base @/plugins/mine.so --new @/plugins/mine.so -w tree:fib"));
    cr_assert(status == 2 && strstr(err, "mine/tree:fib: not measured: ") && strstr(err, "poolbench_job_calls"),
              "exit %d: %s", status, err);
}

CLI_TEST(duet, an_interrupt_keeps_what_was_measured_and_accuses_nobody)
{
    char command[8192];
    json_t *document;
    int status;
    snprintf(
        command, sizeof command,
        "timeout -k 60 --preserve-status -s INT 3 %s %s -p inline,ring -w empty -t 1 --budget 60s -o x.json >out 2>err",
        program, full("duet --base @/pools.so --new @/pools.so"));
    status = system(command);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 130, "exit %d", WEXITSTATUS(status));
    document = json_load_file("x.json", 0, NULL);
    if (document) { /* one process at least was done */
        cr_assert(json_is_true(json_object_get(document, "interrupted")));
        cr_assert(!verdicts(document, "slower") && !verdicts(document, "faster"));
        json_decref(document);
    }
}

/* Which pools were found is not asked here: that would be a matter of time. */
CLI_TEST(duet, the_self_test_says_what_it_found)
{
    int status = run("duet --self-test -p inline --budget 500ms -o x.json"), found;
    json_t *document = json_load_file("x.json", 0, NULL);
    cr_assert(document, "exit %d: %s", status, err);
    found = verdicts(document, "slower");
    cr_assert(status == !found, "exit %d: %s%s", status, out, err);
    cr_assert(strstr(out, found ? "the gate fires" : "THE GATE DOES NOT FIRE") && strstr(out, "sees     in 2 minutes"),
              "%s", out);
    cr_assert(json_array_size(json_object_get(document, "sees")) == 5);
    cr_assert(json_number_value(json_object_get(json_object_get(document, "duet"), "slowed")) == 0.05);
    json_decref(document);
}
