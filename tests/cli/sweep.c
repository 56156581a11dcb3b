/* sweep.c - `poolbench sweep`, ranges, and open-loop arrivals, from outside. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/cli/program.h"

CLI_TEST(sweep, ranges_are_configurations)
{
    cr_assert(run("sweep --dry-run -t 1..16 -p ring -w empty") == 0, "%s", err);
    cr_assert(strstr(out, "ring/empty/t1\n") && strstr(out, "ring/empty/t7\n") && strstr(out, "ring/empty/t16\n") &&
                  !strstr(out, "ring/empty/t9\n"),
              "%s", out);
    cr_assert(run("sweep --dry-run -t 8..16 -p ring -w empty") == 0 && strstr(out, "t9\n") && strstr(out, "t15\n") &&
                  strstr(out, "10 configurations"),
              "%s", out);
    cr_assert(run("sweep -t 14..80 -p ring -w empty --rounds 1 --budget 1ms --no-figures -o x.json") == 0 &&
                  strstr(err, "over     workers 14, 28, 56, 80\n"),
              "%s", err);
    cr_assert(remove("x.json") == 0);
    cr_assert(run("sweep --dry-run --capacity 1..64k -p ring -w empty -t 1") == 0 && strstr(out, "22 configurations"),
              "%s", out);
    cr_assert(run("sweep --dry-run -w cpu:size=1us..8us,dist=exp -t 1 -p ring") == 0, "%s", err);
    cr_assert(strstr(out, "cpu:size=1000ns,dist=exp") && strstr(out, "cpu:size=4000ns,dist=exp") &&
                  strstr(out, "cpu:size=8000ns,dist=exp"),
              "%s", out);
    cr_assert(run("sweep --dry-run") == 0 && strstr(out, "cpu:size=10us/t2"), "%s", out);
    cr_assert(run("run --dry-run --producers 1,3 -p ring -w empty -t 1") == 0 && strstr(out, "4 configurations"), "%s",
              out);
    EXPECT_BAD({"nothing to sweep", "sweep -t 1"}, {"range", "sweep -t 4..1"}, {"range", "sweep --capacity 1..x"},
               {"range", "sweep -w cpu:size=5us..1us"}, {"out of range", "sweep --producers 1..9999"},
               {"twice", "run --capacity 2,2"});
}

CLI_TEST(sweep, draws_what_it_swept)
{
    cr_assert(run("sweep --capacity 1..4 -p ring,mutex -w empty -t 1 --rounds 1 --budget 20ms -o x.json") == 0, "%s",
              err);
    slurp("x/capacity-empty.tsv", out, sizeof out);
    cr_assert(lines(out) == 1 + 2 * 4 + 1, "%s", out); /* a header, two pools, the floor */
}

/* A figure of the only configuration of a pool. */
static double figure(const json_t *document, const char *pool, const char *name)
{
    json_t *configuration;
    size_t i;
    json_array_foreach (json_object_get(document, "configurations"), i, configuration)
        if (!strcmp(json_string_value(json_object_get(configuration, "pool")), pool))
            return json_number_value(json_object_get(
                json_object_get(json_array_get(json_object_get(configuration, "trials"), 0), "figures"), name));
    return NAN;
}

/* Jobs of 3 ms, one each ms, one worker, four places: who waits with the pool sees
 * five jobs' time at most, who counts from the plan the whole backlog. */
CLI_TEST(burst, counts_from_the_planned_start)
{
    json_t *document;
    cr_assert(run("run -w burst:rate=1k,arrivals=constant,for=150ms,of=cpu:size=3ms -p mutex -t 1 --capacity 4 --pin "
                  "none --rounds 1 "
                  "--budget 10ms --no-figures -o x.json") == 0,
              "%s", err);
    document = json_load_file("x.json", 0, NULL);
    cr_assert(document);
    cr_assert(figure(document, "mutex", "latency_p99_ns") > 1.5 * figure(document, "mutex", "uncorrected_p99_ns"), "%s",
              out);
    cr_assert(figure(document, "mutex", "done_per_s") < figure(document, "mutex", "offered_per_s"));
    cr_assert(strstr(out, "offered"), "%s", out);
    json_decref(document);
}

CLI_TEST(burst, takes_the_jobs_of_another_workload)
{
    cr_assert(run("run -w burst:rate=20k,of=io:op=pipe,cpu=1us -w "
                  "burst:arrivals=onoff,on=2ms,off=2ms,of=memory:bytes=100 -p ring "
                  "-t 2 --producers 2 --rounds 1 --budget 10ms --no-figures -o x.json") == 0,
              "%s", err);
}

CLI_TEST(burst, refuses_what_it_cannot_pace)
{
    EXPECT_BAD({"cancel", "run -w burst:of=cancel"}, {"burst", "run -w burst:of=burst"},
               {"slow-consumer", "run -w burst:of=slow-consumer"}, {"\"size\"", "run -w burst:of=cpu:sze=1us"},
               {"nosuch", "run -w burst:of=nosuch"}, {"rate", "run -w burst:rate=0,of=cpu"});
}

/* What a burst is of tells it from another. */
CLI_TEST(burst, of_two_workloads_at_one_rate)
{
    cr_assert(run("run --dry-run -w burst:of=cpu:size=1us -w burst:of=empty -p ring -t 1") == 0 &&
                  strstr(out, "burst:of=empty"),
              "%s", err);
    EXPECT_BAD({"twice", "run -w burst:of=cpu:size=1us -w burst:of=cpu:size=1us"});
}
