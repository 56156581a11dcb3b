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
               {"comes as it came", "sweep --slo p99=1ms -w trace:file=$IN/day.csv"},
               {"no load to record", "run --record new.csv -w cpu"}, {"of one workload", "run --record new.csv"},
               {"of one configuration", "run --record new.csv -w burst -p ring,mutex"},
               {"no recording", "run --record $IN/text.csv -w burst"},
               {"cannot write", "run --record nosuch/a.csv -w burst"}, {"has no option", "sweep --record new.csv"});
}
