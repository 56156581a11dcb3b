/* plan.c - `poolbench plan`, from outside: what is refused, what is answered, and that the
 * command which it prints runs. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/cli/program.h"

/* Sleeps of 0.1 ms, 1,000 a second, five seconds' patience: kept on any machine. */
#define EASY                                                                                                           \
    "plan --rate 1k --slo p99=5s,loss=5% -w io:op=sleep,wait=100us --pin none -t 1..4 --budget 8s --no-figures -o "    \
    "x.json"

CLI_TEST(plan, bad_input)
{
    EXPECT_BAD({"--rate", "plan --slo p99=5ms -w cpu"}, {"--slo", "plan --rate 1k -w cpu"},
               {"-w", "plan --rate 1k --slo p99=5ms"}, {"no option", "plan --rate 1k --slo p99=5ms -w cpu --until 3%"},
               {"--max", "plan --rate 1k --max --slo p99=5ms -w cpu"},
               {"not a count", "plan --rate fast --slo p99=5ms -w cpu"},
               {"out of range", "plan --rate 0 --slo p99=5ms -w cpu"},
               {"no time", "plan --rate 1k --slo loss=1% -w cpu"},
               {"rate of its own", "plan --rate 1k --slo p99=5ms -w burst:of=cpu"},
               {"no jobs that come", "plan --rate 1k --slo p99=5ms -w cancel"},
               {"no jobs that come", "plan --rate 1k --slo p99=5ms -w slow-consumer"},
               {"no workload", "plan --rate 1k --slo p99=5ms -w cpuu"},
               {"given twice", "plan --rate 1k --slo p99=5ms -w cpu -w io"},
               {"no range", "plan --rate 1k --slo p99=5ms -w cpu:size=1us..4us"},
               {"which pool holds the higher rate says: sweep --slo p99=5ms -p ring,mutex -w burst:of=cpu)",
                "plan --rate 1k --slo p99=5ms -w cpu -p ring,mutex"},
               {"no workers", "plan --rate 1k --slo p99=5ms -w cpu -p inline"},
               {"one --capacity", "plan --rate 1k --slo p99=5ms -w cpu --capacity 1,2"},
               {"junit", "plan --rate 1k --slo p99=5ms -w cpu --format junit"},
               {"too short", "plan --rate 1k --slo p99=5ms -w cpu --budget 1s"});
}

/* No number of workers makes a sleep of 20 ms shorter. Nothing is written, no folder made. */
CLI_TEST(plan, a_promise_below_the_service_is_impossible)
{
    cr_assert(run("plan --rate 20 --slo p99=1us -w io:op=sleep,wait=20ms --pin none --budget 5s") == 2, "%s", err);
    cr_assert(strstr(err, "poolbench: impossible: p99 of the service alone is ") && strstr(err, "p99 <= 1 us"), "%s",
              err);
    cr_assert(!*out && files_here() == 0, "%s", out);
    cr_assert(access("results", F_OK), "a folder was left");
    cr_assert(run("plan --max --slo p99=1us -w io:op=sleep,wait=20ms --pin none --budget 5s") == 2, "%s", err);
    cr_assert(strstr(err, "poolbench: impossible: ") && !*out && files_here() == 0, "%s%s", out, err);
}

CLI_TEST(plan, a_rate_beyond_the_generator_is_refused)
{
    cr_assert(run("plan --rate 100M --slo p99=1s -w empty --pin none --budget 5s") == 2, "%s", err);
    cr_assert(strstr(err, "beyond the generator") && !*out && files_here() == 0, "%s", err);
}

/* Where others keep all CPUs busy a few seconds may not be enough to tell: then again. */
static int run_easy(const char *more)
{
    char arguments[512];
    int status = -1;
    snprintf(arguments, sizeof arguments, "%s %s", EASY, more);
    for (int i = 0; i < 3 && status; i++)
        status = run(arguments);
    return status;
}

static const json_t *in_plan(const json_t *document, const char *key)
{
    return json_object_get(json_object_get(document, "plan"), key);
}

/* It is a result as others are: exported, drawn, kept. */
static void expect_a_result(void)
{
    cr_assert(run("plot x.json") != 2, "%s", err);
    cr_assert(run("export x.json --format csv") == 0 && strstr(out, "\n\"plan/ring/io:op=sleep,wait=100us/rate=1000"),
              "%s%s", out, err);
    cr_assert(run("export x.json --format markdown") == 0 && !strncmp(out, "### Plan: ", 10), "%s", out);
    cr_assert(run("export x.json --format junit") == 0 && strstr(out, "<testcase ") && !strstr(out, "<failure"), "%s",
              out);
    cr_assert(run("export x.json --format hyperfine") == 2 && lines(err) == 1, "%s", err);
    setenv("POOLBENCH_HISTORY", "h.db", 1);
    cr_assert(run("history import x.json") == 0 && run("history") == 0 && strstr(out, "  plan  "), "%s%s", out, err);
    setenv("POOLBENCH_HISTORY", "", 1);
}

/* The command that it prints, as a shell runs it. */
static void expect_verified(const json_t *document)
{
    const char *verify = json_string_value(in_plan(document, "verify"));
    char arguments[1200];
    cr_assert(verify && !strncmp(verify, "poolbench run ", strlen("poolbench run ")), "%s", verify);
    cr_assert(strstr(out, verify), "not on the screen: %s", verify);
    snprintf(arguments, sizeof arguments, "%s --no-figures -o y.json", verify + strlen("poolbench "));
    cr_assert(run(arguments) == 0, "%s%s", out, err);
    cr_assert(strstr(out, "promise p99 <= 5 s"), "%s", out);
}

CLI_TEST(plan, an_easy_load_is_planned_and_the_command_verifies_it)
{
    static const char *const keys[] = {"service", "sizes", "answer", "overload", "advice", "verify"};
    json_t *document;
    const json_t *answer, *policy;
    size_t i;
    cr_assert(run_easy("") == 0, "%s%s", out, err);
    document = json_load_file("x.json", 0, NULL);
    cr_assert(document, "no result");
    for (i = 0; i < sizeof keys / sizeof *keys; i++)
        cr_assert(!json_is_null(in_plan(document, keys[i])) && in_plan(document, keys[i]), "no %s", keys[i]);
    answer = in_plan(document, "answer");
    cr_assert(json_integer_value(json_object_get(answer, "workers")) <= 4);
    cr_assert(json_is_boolean(json_object_get(answer, "fewest")));
    cr_assert_str_eq(json_string_value(json_object_get(answer, "full")), "reject"); /* some loss was allowed */
    cr_assert(json_integer_value(in_plan(document, "status")) == 0);
    cr_assert(json_array_size(json_object_get(in_plan(document, "overload"), "policies")) == 5);
    json_array_foreach (json_object_get(in_plan(document, "overload"), "policies"), i, policy) {
        double share = json_number_value(json_object_get(policy, "in_time_share"));
        cr_assert(share >= 0 && share <= 1 && json_number_value(json_object_get(policy, "in_time_low")) <= share &&
                  share <= json_number_value(json_object_get(policy, "in_time_high")));
    }
    cr_assert(strstr(out, "\nanswer ") && strstr(out, ", full=reject; ") &&
                  strstr(out, "check it again with:  poolbench run "),
              "%s", out);
    expect_verified(document);
    expect_a_result();
    json_decref(document);
}

CLI_TEST(plan, prints_markdown)
{
    cr_assert(run_easy("--format markdown") == 0, "%s", err);
    cr_assert(strstr(out, "### Plan: io:op=sleep,wait=100us") && strstr(out, "| workers | queue |"), "%s", out);
}

/* One worker cannot do a hundred sleeps of 30 ms in a second, and no other size is allowed: the promise is broken
 * however short the latencies still are. */
CLI_TEST(plan, where_no_size_keeps_it_the_best_is_shown)
{
    json_t *document;
    cr_assert(run("plan --rate 100 --slo p99=2s -w io:op=sleep,wait=30ms -t 1 --pin none --budget 5s --no-figures -o "
                  "x.json --format json") == 1,
              "%s%s", out, err);
    document = json_loads(out, 0, NULL);
    cr_assert(document && strstr(json_string_value(in_plan(document, "why")), "no size that was measured keeps"));
    cr_assert(json_is_null(in_plan(document, "answer")) && json_is_null(in_plan(document, "verify")));
    cr_assert(json_array_size(in_plan(document, "sizes")) == 1);
    json_decref(document);
}

/* Of so short a time nobody can tell, which is no verdict on the pool: one exit status in all commands. */
CLI_TEST(plan, what_nobody_can_tell_is_not_broken)
{
    static const char *const asked[] = {
        "plan --max --slo p99.99=10s -w io:op=sleep,wait=1ms -t 1 --pin none --budget 6s --no-figures -o x.json",
        "plan --rate 20 --slo p99.99=10s -w io:op=sleep,wait=1ms -t 1 --pin none --budget 6s --no-figures -o x.json",
        "sweep --slo p99.99=10s -w burst:of=io:op=sleep,wait=1ms -p mutex -t 1 --pin none --budget 1s --no-figures "
        "-o x.json",
        "run --slo p99.99=10s -w burst:rate=20,of=io:op=sleep,wait=1ms -p mutex -t 1 --pin none --rounds 2 --budget 1s "
        "--no-figures -o x.json --undecided fail",
        "run --slo p99.99=10s -w burst:rate=20,of=io:op=sleep,wait=1ms -p mutex -t 1 --pin none --rounds 2 --budget 1s "
        "--no-figures -o x.json",
    };
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        cr_assert(run(asked[i]) == (i < 4 ? 4 : 0), "%s: %s%s", asked[i], out, err);
        cr_assert(strstr(out, i == 1 ? "a longer --budget could tell"
                              : i    ? "tell"
                                     : "for certain"),
                  "%s: %s", asked[i], out);
    }
}

/* Whatever this machine can tell in some seconds: what was asked for is in the answer. */
CLI_TEST(plan, the_highest_rate_of_each_size)
{
    json_t *document;
    const json_t *rates, *one;
    size_t i;
    int status =
        run("plan --max --slo p99=5s -w io:op=sleep,wait=1ms -t 3,1 --pin none --budget 6s --no-figures -o x.json");
    cr_assert(status == 0 || status == 3 || status == 4, "%d: %s%s", status, out, err);
    document = json_load_file("x.json", 0, NULL);
    rates = json_object_get(in_plan(document, "max"), "rates");
    cr_assert(json_array_size(rates) == 2 && json_is_null(in_plan(document, "rate")) &&
              json_is_null(json_object_get(in_plan(document, "max"), "law")));
    cr_assert(json_integer_value(in_plan(document, "status")) == status);
    json_array_foreach (rates, i, one) {
        bool found = json_integer_value(json_object_get(one, "rate_kept")) > 0;
        cr_assert(json_integer_value(json_object_get(one, "workers")) == (i ? 3 : 1)); /* upwards */
        cr_assert(json_number_value(json_object_get(one, "model_per_s")) > 0);
        cr_assert(found || status, "a rate was not found, and the status is 0");
        cr_assert(found || strstr(json_string_value(in_plan(document, "why")), i ? "3 workers: " : "1 worker: "),
                  "of each size it is said why: %s", out);
    }
    cr_assert(strstr(out, "model  a worker"), "%s", out);
    json_decref(document);
}

/* A job takes 20 ms of CPU, and 500 come in a second: ten CPUs' work, more than most machines have. It takes 14 s of
 * CPU, which a busy machine has in minutes. */
Test(plan, the_machine_is_the_limit, .timeout = 300, .init = program_begin, .fini = program_end)
{
    if (sysconf(_SC_NPROCESSORS_ONLN) > 8)
        cr_skip("has CPUs enough");
    cr_assert(run("plan --rate 500 --slo p99=1s -w cpu:size=20ms -t 1,2 --pin none --budget 6s --no-figures -o "
                  "x.json") == 3,
              "%s%s", out, err);
    cr_assert(strstr(out, "this machine is the limit"), "%s", out);
}
