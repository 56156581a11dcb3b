/* trace.c - recorded loads from outside: what is recorded is what was planned, and what is
 * replayed is what was recorded. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/cli/program.h"
#include "workloads/core/trace.h"

enum { JOBS_MAX = 4096 };

/* Returns how many jobs there are. */
static int read_trace(const char *path, struct trace_job *jobs)
{
    struct trace_reader *reader;
    char text[256] = "";
    struct why why = {text, sizeof text};
    int count = 0, got;
    cr_assert(trace_open(&reader, path, why) == 0, "%s", text);
    while ((got = trace_next(reader, &jobs[count], why)) == 1)
        cr_assert(++count < JOBS_MAX);
    cr_assert(got == 0, "%s", text);
    trace_close(reader);
    return count;
}

static struct trace_job first[JOBS_MAX], second[JOBS_MAX];

CLI_TEST(trace, is_recorded_and_replayed)
{
    char words[64];
    int count, again;
    cr_assert(run("run --record a.csv -w burst:rate=1k,arrivals=constant,for=200ms,warm=50ms,of=io:op=sleep,wait=50us "
                  "-t 2 --budget 300ms "
                  "--producers 2 --no-figures -o x.json") == 0,
              "%s", err);
    count = read_trace("a.csv", first);
    cr_assert(count == 250, "%d", count);
    snprintf(words, sizeof words, "recorded a.csv: %d jobs in ", count);
    cr_assert(strstr(err, words), "%s", err);
    for (int i = 1; i < count; i++)
        cr_assert(first[i].arrival_ns >= first[i - 1].arrival_ns && first[i].service_ns >= 50000, "job %d", i);
    /* The plan of a replay is the recording's, to the nanosecond; whoever submits. */
    cr_assert(
        run("run --trace a.csv --record b.csv.gz -p mutex -t 1 --producers 3 --budget 400ms --no-figures -o x.json") ==
            0,
        "%s", err);
    again = read_trace("b.csv.gz", second);
    cr_assert(again == count, "%d of %d", again, count);
    for (int i = 0; i < count; i++)
        cr_assert(second[i].arrival_ns == first[i].arrival_ns, "job %d: %lld, %lld", i, (long long)first[i].arrival_ns,
                  (long long)second[i].arrival_ns);
    /* Twice the rate: half of each distance. */
    cr_assert(run("run --trace a.csv --times 2 --record b.csv.gz -w empty --budget 400ms --no-figures -o x.json") == 0,
              "%s", err);
    again = read_trace("b.csv.gz", second);
    cr_assert(again == count, "%d of %d", again, count);
    for (int i = 0; i < count; i++)
        cr_assert(second[i].arrival_ns == first[i].arrival_ns / 2, "job %d: %lld, %lld", i,
                  (long long)first[i].arrival_ns, (long long)second[i].arrival_ns);
    cr_assert(remove("a.csv") == 0 && remove("b.csv.gz") == 0 && remove("x.json") == 0 && files_here() == 0,
              "nothing else is left");
}

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

CLI_TEST(trace, says_what_part_is_replayed)
{
    put("long.csv", "0,0\n0.001,0\n3600,0\n");
    cr_assert(run("run --trace long.csv -p mutex -t 1 --no-floor --rounds 1 --budget 20ms --no-figures -o x.json") == 0,
              "%s", err);
    cr_assert(strstr(err, "a part of the recording") && strstr(err, ": 2 jobs"), "%s", err);
    put("long.csv", "0,0\n0.001,0\n0.002,0\n");
    cr_assert(run("run --trace long.csv -p mutex -t 1 --no-floor --rounds 1 --budget 20ms --no-figures -o x.json") == 0,
              "%s", err);
    cr_assert(!strstr(err, "part of the recording"), "%s", err);
}

/* Where the wrong ones are: $IN, so that nothing at all is in the folder of the test. */
static void in_begin(void)
{
    char path[96];
    program_begin();
    snprintf(path, sizeof path, "%s.in", folder);
    cr_assert(mkdir(path, 0700) == 0);
    setenv("IN", path, 1);
}

static void in_end(void)
{
    cr_assert(system("rm -rf \"$IN\"") == 0);
    program_end();
}

static void put_in(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", getenv("IN"), name);
    put(path, text);
}

Test(trace, what_is_wrong_is_one_line, .timeout = 120, .init = in_begin, .fini = in_end)
{
    put_in("day.csv", "0,0.001\n1,0.001\n");
    put_in("hole.csv", "0,0.001\n\n1,0.001\n");
    put_in("cut.csv", "0,0.001\n1,0.0");
    put_in("nan.csv", "0,nan\n");
    put_in("text.csv", "hello\n");
    put_in("empty.csv", "");
    EXPECT_BAD({"line 2: is empty", "run --trace $IN/hole.csv"}, {"line 2: has no newline", "run --trace $IN/cut.csv"},
               {"line 1: the service \"nan\" is not a number", "run -w trace:file=$IN/nan.csv"},
               {"line 1: the arrival \"hello\"", "run --trace $IN/text.csv"},
               {"no jobs in it", "run --trace $IN/empty.csv"}, {"No such file", "run --trace nosuch.csv"},
               {"is a folder", "run --trace /tmp"}, {"no plain file", "run --trace /dev/null"},
               {"comma", "run --trace a,b.csv"}, {"out of range (0.001 to 1000)", "run --trace $IN/day.csv --times 0"},
               {"is not a number", "run --trace $IN/day.csv --times nan"},
               {"is not a number", "run --trace $IN/day.csv --times -1"}, {"--trace FILE", "run --times 2"},
               {"not the jobs of burst", "run --trace $IN/day.csv -w burst"},
               {"no job comes from", "run -w trace:file=$IN/day.csv,from=2s"}, {"which recording", "run -w trace"},
               {"one of them", "run -w trace:file=$IN/day.csv,as=cpu,of=empty"},
               {"has room for 800 ms (13s would do)", "sweep --slo p99=1ms -w trace:file=$IN/day.csv"},
               {"of a recording times=", "sweep --slo p99=1ms -w trace:file=$IN/day.csv,times=2 -w burst:of=empty"},
               {"no load to record", "run --record new.csv -w cpu"}, {"of one workload", "run --record new.csv"},
               {"of one configuration", "run --record new.csv -w burst -p ring,mutex"},
               {"no recording", "run --record $IN/text.csv -w burst"},
               {"cannot write", "run --record nosuch/a.csv -w burst"}, {"has no option", "sweep --record new.csv"});
}

/* Promises that cannot be missed, so that nothing depends on the clock. */
Test(trace, a_plan_for_it_is_verified_by_a_replay, .timeout = 300, .init = in_begin, .fini = in_end)
{
    static char text[8192];
    json_t *document, *plan, *trace;
    size_t used = 0;
    int status = -1;
    for (int i = 0; i < 200; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "0.%04d,0.0001\n", i * 5);
    put_in("day.csv", text);
    for (int i = 0; i < 3 && status; i++) /* where others keep all CPUs busy a round may go wrong: then again */
        status = run("plan --trace $IN/day.csv --times 2 --slo p50=20s --budget 10s --no-figures -o p.json");
    cr_assert(status == 0, "%s%s", err, out);
    document = json_load_file("p.json", 0, NULL);
    plan = json_object_get(document, "plan");
    trace = json_object_get(plan, "trace");
    cr_assert(json_integer_value(json_object_get(trace, "jobs")) == 200 &&
              json_is_true(json_object_get(trace, "whole")) && json_number_value(json_object_get(trace, "times")) == 2);
    cr_assert(json_integer_value(json_object_get(json_object_get(plan, "answer"), "workers")) >= 1);
    cr_assert(strstr(json_string_value(json_object_get(plan, "verify")), "times=2"), "%s",
              json_string_value(json_object_get(plan, "verify")));
    cr_assert(strstr(out, "all of it is replayed") && strstr(out, "as recorded"), "%s", out);
    cr_assert(json_is_object(json_object_get(plan, "overload")) || strstr(out, "head-room"), "neither was measured: %s",
              out);
    json_decref(document);
    if (system("command -v gnuplot >/dev/null") == 0)
        cr_assert(run("plot p.json") == 0 && !access("p/plan-workers.svg", R_OK) && !access("p/plan-queue.png", R_OK) &&
                      !access("p/plan-load.svg", R_OK) && !access("p/plan-rate.svg", R_OK),
                  "%s", err);
    /* Longer than there is time: the busiest part. */
    used = 0;
    for (int i = 0; i < 200; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%d.%d,0.000%d\n", i / 2, i % 2 * 5,
                                 i >= 100 && i < 110 ? 9 : 1);
    put_in("day.csv", text);
    cr_assert(run("plan --trace $IN/day.csv --slo p50=20s -t 1 --budget 10s --no-figures -o p.json") != 2, "%s", err);
    document = json_load_file("p.json", 0, NULL);
    trace = json_object_get(json_object_get(document, "plan"), "trace");
    cr_assert(json_is_false(json_object_get(trace, "whole")) &&
                  json_number_value(json_object_get(trace, "part_from_ns")) == 50e9,
              "%g", json_number_value(json_object_get(trace, "part_from_ns")));
    json_decref(document);
    /* A part that is named is all that is planned for. */
    cr_assert(
        run("plan -w trace:file=$IN/day.csv,from=2s,for=1s --slo p50=20s -t 1 --budget 10s --no-figures -o p.json") !=
            2,
        "%s", err);
    document = json_load_file("p.json", 0, NULL);
    trace = json_object_get(json_object_get(document, "plan"), "trace");
    cr_assert(json_is_true(json_object_get(trace, "asked")) &&
                  json_number_value(json_object_get(trace, "part_from_ns")) == 2e9 &&
                  json_number_value(json_object_get(trace, "part_for_ns")) == 1e9,
              "%s", out);
    cr_assert(strstr(out, "planned for are 1.00 s from 2.00 s on, as was asked"), "%s", out);
    json_decref(document);
    /* But not what there was time for of one that goes on to the end. */
    cr_assert(run("plan -w trace:file=$IN/day.csv,from=50s --slo p50=20s -t 1 --budget 10s --no-figures -o p.json") !=
                  2,
              "%s", err);
    document = json_load_file("p.json", 0, NULL);
    trace = json_object_get(json_object_get(document, "plan"), "trace");
    cr_assert(json_is_false(json_object_get(trace, "asked")) && json_is_false(json_object_get(trace, "busiest")) &&
                  json_number_value(json_object_get(trace, "part_from_ns")) == 50e9,
              "%s", out);
    cr_assert(strstr(out, "all of it is in the simulation only") && !strstr(out, "as was asked"), "%s", out);
    json_decref(document);
}

/* 200 jobs in 0.1 s, which is kept at any density; how dense they can be made depends on the machine. */
Test(trace, a_sweep_looks_for_how_dense_it_may_be, .timeout = 300, .init = in_begin, .fini = in_end)
{
    static char text[8192];
    json_t *document = NULL, *search, *configuration;
    size_t used = 0, probes = 0, i;
    double times;
    for (int n = 0; n < 200; n++)
        used += (size_t)snprintf(text + used, sizeof text - used, "0.%05d,0.00001\n", n * 50);
    put_in("day.csv", text);
    for (int budget_s = 3; budget_s < 100 && probes < 2; budget_s *= 3) { /* busy CPUs: one probe takes seconds */
        char command[256];
        json_decref(document);
        snprintf(command, sizeof command,
                 "sweep --slo p50=5s -w trace:file=$IN/day.csv,as=sleep -p ring -t 1 --pin none --budget %ds "
                 "--no-figures -o s.json",
                 budget_s);
        cr_assert(run(command) == 0, "%s%s", err, out);
        document = json_load_file("s.json", 0, NULL);
        probes = json_array_size(json_object_get(document, "configurations"));
    }
    cr_assert(probes > 1);
    search = json_array_get(json_object_get(document, "searches"), 0);
    times = json_number_value(json_object_get(search, "times_kept"));
    cr_assert(times > 0.1 && json_number_value(json_object_get(search, "rate_kept")) > 200, "%g", times);
    cr_assert(strstr(out, "times as dense as it was recorded"), "%s", out);
    json_array_foreach (json_object_get(document, "configurations"), i,
                        configuration) /* of other probes at other times */
        cr_assert(strstr(json_string_value(json_object_get(configuration, "spec")), ":times="), "%s",
                  json_string_value(json_object_get(configuration, "spec")));
    json_decref(document);
}

Test(trace, what_no_plan_can_be_made_of_is_one_line, .timeout = 120, .init = in_begin, .fini = in_end)
{
    put_in("day.csv", "0,0.001\n1,0.001\n");
    put_in("hole.csv", "0,0.001\n\n1,0.001\n");
    put_in("none.csv", "0,0\n1,0\n");
    EXPECT_BAD({"impossible: p99 of the recorded services", "plan --trace $IN/day.csv --slo p99=10us"},
               {"without --rate", "plan --trace $IN/day.csv --rate 5 --slo p99=1s"},
               {"what is promised", "plan --trace $IN/day.csv"},
               {"line 2: is empty", "plan --trace $IN/hole.csv --slo p99=1s"},
               {"takes any time", "plan --trace $IN/none.csv --slo p99=1s"},
               {"nobody knows", "plan --trace $IN/day.csv -w cpu --slo p99=1s"},
               {"or --trace FILE", "plan -w cpu --slo p99=1s"},
               {"without --max", "plan --max --trace $IN/day.csv --slo p99=1s"});
}
