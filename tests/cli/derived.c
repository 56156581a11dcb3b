/* derived.c - figures that are made of others, in the result and in the table. No
 * figure is judged but by what it cannot be. */
#include <jansson.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "tests/cli/program.h"

#define QUICK " --rounds 1 --budget 10ms --no-figures -o x.json"

/* The only result of this folder. Owner: the caller. */
static json_t *document(void)
{
    json_t *result = json_load_file("x.json", 0, NULL);
    cr_assert(result, "no result: %s", err);
    return result;
}

/* The first trial of a configuration by the begin of its spec. Borrowed. */
static const json_t *trial_of(const json_t *result, const char *spec)
{
    json_t *configuration;
    size_t i;
    json_array_foreach (json_object_get(result, "configurations"), i, configuration)
        if (!strncmp(json_string_value(json_object_get(configuration, "spec")), spec, strlen(spec)))
            return json_array_get(json_object_get(configuration, "trials"), 0);
    cr_assert_fail("no configuration of %s", spec);
    return NULL;
}

CLI_TEST(derived, wake_ups_in_vain_are_some_of_the_wake_ups)
{
    const json_t *trial;
    json_t *result;
    cr_assert(run("run -p mutex -w cpu:size=10us -t 2" QUICK) == 0, "%s", err);
    result = document();
    trial = trial_of(result, "cpu");
    cr_assert(json_is_number(json_object_get(trial, "vain_wakes_per_job")));
    cr_assert(json_number_value(json_object_get(trial, "vain_wakes_per_job")) <=
              json_number_value(json_object_get(trial, "wakes_per_job")));
    json_decref(result);
}

/* A figure of the workload's, of that trial. */
static const json_t *figure(const json_t *trial, const char *name)
{
    return json_object_get(json_object_get(trial, "figures"), name);
}

/* Beside the pool nothing uses CPU time then, and the pool has two workers at most:
 * and who did not ask has no figure. */
CLI_TEST(derived, idle_cpu_is_a_share_of_the_workers_at_most)
{
    json_t *result;
    double value;
    cr_assert(run("run -p mutex,textbook -w wakeup:gap=1us,idle=2ms -w wakeup:gap=2us,idle=0ns -t 2" QUICK) == 0, "%s",
              err);
    result = document();
    cr_assert(json_is_number(figure(trial_of(result, "wakeup:gap=1us"), "idle_cpu_share")));
    value = json_number_value(figure(trial_of(result, "wakeup:gap=1us"), "idle_cpu_share"));
    cr_assert(value >= 0 && value <= 2.1, "%g", value);
    cr_assert(json_is_null(figure(trial_of(result, "wakeup:gap=2us"), "idle_cpu_share")));
    json_decref(result);
}

/* Leaves this process, and those that it starts, the first of its CPUs only. Returns how many it had. */
static int keep_one_cpu(void)
{
    cpu_set_t had, one;
    int cpu = 0;
    cr_assert(sched_getaffinity(0, sizeof had, &had) == 0);
    while (!CPU_ISSET(cpu, &had))
        cpu++;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    cr_assert(sched_setaffinity(0, sizeof one, &one) == 0);
    return CPU_COUNT(&had);
}

/* A producer that is bound to one CPU and a worker to another; then both on the only one. */
CLI_TEST(derived, same_cpu_is_where_the_job_was_submitted)
{
    static const char words[] = "run -p mutex -w wakeup:gap=1us,idle=0ns -t 1" QUICK;
    json_t *result;
    int cpus;
    cr_assert(run(words) == 0, "%s", err);
    result = document();
    cpus = keep_one_cpu();
    cr_assert(cpus == 1 || json_number_value(figure(trial_of(result, "wakeup"), "same_cpu_share")) == 0, "%s", out);
    json_decref(result);
    cr_assert(run(words) == 0 && strstr(out, "same cpu"), "%s%s", out, err);
    result = document();
    cr_assert(json_number_value(figure(trial_of(result, "wakeup"), "same_cpu_share")) == 1);
    json_decref(result);
}

static json_int_t number(const json_t *trial, const char *name)
{
    return json_integer_value(json_object_get(trial, name));
}

/* The queue is as deep as it was asked to be, and has place for that; less, where it
 * has not. 4,096 jobs are 40 fillings of 100 and 64 of 8, each with two held workers. */
CLI_TEST(derived, depth_is_the_capacity)
{
    const json_t *trial;
    json_t *result;
    cr_assert(run("run -p mutex,inline -w depth:jobs=100 -t 2" QUICK) == 0, "%s", err);
    cr_assert(strstr(out, "capacity 100,") && strstr(out, "inline  not supported"), "%s", out);
    result = document();
    trial = trial_of(result, "depth");
    cr_assert(number(trial, "done") == number(trial, "accepted") && number(trial, "done") % (40 * 102) == 0);
    cr_assert(json_number_value(figure(trial, "submit_ns")) > 0 && json_number_value(figure(trial, "drain_ns")) > 0);
    /* A job is a function and its argument. */
    cr_assert(json_is_null(figure(trial, "bytes_per_job")) ||
              json_number_value(figure(trial, "bytes_per_job")) >= 2 * sizeof(void *));
    json_decref(result);
    cr_assert(run("run -p mutex -w depth:jobs=100 --capacity 8 -t 2" QUICK) == 0, "%s", err);
    result = document();
    cr_assert(number(trial_of(result, "depth"), "done") % (64 * 10) == 0);
    json_decref(result);
}

CLI_TEST(derived, depth_is_swept_and_drawn)
{
    cr_assert(run("sweep -w depth:jobs=10..40 -p mutex,ring -t 1 --rounds 1 --budget 10ms -o x.json") == 0, "%s", err);
    cr_assert(strstr(out, "depth:jobs=20 ") && strstr(out, "capacity 20,"), "%s", out);
    slurp("x/depth.tsv", out, sizeof out);
    cr_assert(lines(out) == 1 + 2 * 3, "%s", out); /* a header, two pools, three depths */
    slurp("x/depth.svg", out, sizeof out);
    cr_assert(strstr(out, "What does a deep queue cost?"), "not drawn: %s", err);
}

CLI_TEST(derived, speed_ups_stand_below_the_tables)
{
    json_t *result;
    cr_assert(run("run -p mutex,ring -w empty -w cancel -t 1,2,3" QUICK) == 0, "%s", err);
    cr_assert(strstr(out, "speed-up over 1 worker"), "%s", out);
    result = document();
    cr_assert(json_array_size(json_object_get(result, "speedups")) == 4); /* two pools, 2 and 3 workers */
    json_decref(result);
    cr_assert(run("run -p mutex -w empty -t 2" QUICK) == 0, "%s", err);
    cr_assert(!strstr(out, "speed-up over"), "%s", out);
}

/* Whether a machine under load brackets one half is not certain, but then it is shown. */
CLI_TEST(derived, metg_stands_below_the_tables)
{
    json_t *result, *metg;
    const char *side;
    cr_assert(run("run -p mutex -w cpu:size=1ns -w cpu:size=3ms -t 1" QUICK) == 0, "%s", err);
    result = document();
    cr_assert(json_array_size(json_object_get(result, "metg")) == 1);
    metg = json_array_get(json_object_get(result, "metg"), 0);
    side = json_string_value(json_object_get(metg, "side"));
    cr_assert(!strcmp(side, "inside") || !strcmp(side, "above"), "%s", side); /* at 1 ns no pool is efficient */
    cr_assert(!strcmp(side, "above") || (json_number_value(json_object_get(metg, "ns")) > 1 &&
                                         json_number_value(json_object_get(metg, "ns")) < 3e6));
    cr_assert(!strcmp(side, "above") == !strstr(out, "smallest job worth it (METG"), "%s", out);
    json_decref(result);
}

CLI_TEST(derived, fairness_of_producers_takes_several)
{
    json_t *result;
    double value;
    cr_assert(run("run -p mutex -w empty -w wakeup:gap=1us -t 1 --producers 3" QUICK) == 0, "%s", err);
    cr_assert(strstr(out, "fairness of producers (Jain): mutex "), "%s", out);
    result = document();
    value = json_number_value(json_object_get(trial_of(result, "empty"), "producer_fairness"));
    cr_assert(value >= 1.0 / 3 - 1e-9 && value <= 1 + 1e-9, "%g", value);
    cr_assert(json_is_null(json_object_get(trial_of(result, "wakeup"), "producer_fairness")));
    json_decref(result);
    cr_assert(run("run -p mutex -w empty -t 1" QUICK) == 0, "%s", err);
    result = document();
    cr_assert(json_is_null(json_object_get(trial_of(result, "empty"), "producer_fairness")));
    json_decref(result);
}

/* The first configuration's latencies, as if a share of its jobs had got no service. */
static void lose(json_t *result, json_int_t count, json_int_t lost)
{
    const char *name;
    json_t *summary = json_object_get(json_array_get(json_object_get(result, "configurations"), 0), "summary"), *one;
    static const char *const groups[] = {"latency", "samples"};
    for (size_t g = 0; g < sizeof groups / sizeof *groups; g++)
        json_object_foreach (json_object_get(summary, groups[g]), name, one) {
            json_object_set_new(one, "count", json_integer(count));
            json_object_set_new(one, "lost", json_integer(lost));
            json_object_set_new(one, "buckets", count ? json_pack("[[i, I]]", 1000, count) : json_array());
        }
    cr_assert(json_dump_file(result, "y.json", 0) == 0);
}

/* Of 1,000 jobs 100 got no service: no line goes beyond the ninth of ten, as in the table. */
CLI_TEST(derived, a_line_of_latencies_ends_where_the_lost_begin)
{
    json_t *result;
    if (system("command -v gnuplot >/dev/null") != 0)
        cr_skip_test("no gnuplot here");
    cr_assert(run("run -p mutex -w cpu:size=1us --no-floor -t 1" QUICK) == 0, "%s", err);
    result = document();
    lose(result, 900, 100);
    json_decref(result);
    cr_assert(run("plot y.json") == 0, "%s", err);
    slurp("y/latency-cpu-size-1us.tsv", out, sizeof out);
    cr_assert(strstr(out, "mutex\t10\t") && !strstr(out, "mutex\t11.2202\t"), "%s", out);
    slurp("y/latency-cpu-size-1us.svg", out, sizeof out);
    cr_assert(strstr(out, "infinitely late"));
}

/* All were lost: there is no line, and no name at its end. */
CLI_TEST(derived, where_all_were_lost_nothing_is_drawn)
{
    json_t *result;
    if (system("command -v gnuplot >/dev/null") != 0)
        cr_skip_test("no gnuplot here");
    cr_assert(run("run -p mutex,ring -w burst:rate=1k,of=empty --no-floor -t 1" QUICK) == 0, "%s", err);
    result = document();
    lose(result, 0, 1000);
    json_decref(result);
    cr_assert(run("plot y.json") == 0, "%s", err);
    slurp("y/spectrum-burst-rate-1k-of-empty.tsv", out, sizeof out);
    cr_assert(!strstr(out, "mutex\t") && strstr(out, "ring\t"), "%s", out);
    slurp("y/spectrum-burst-rate-1k-of-empty-labels.tsv", out, sizeof out);
    cr_assert(lines(out) == 2, "a head, and one name: %s", out);
}

/* Figures have room for 32 pools: of more it is said. */
CLI_TEST(derived, more_pools_than_figures_have_room_for_are_named)
{
    enum { POOLS = 40 };
    json_t *result, *list;
    if (system("command -v gnuplot >/dev/null") != 0)
        cr_skip_test("no gnuplot here");
    cr_assert(run("run -p mutex -w empty --no-floor -t 1" QUICK) == 0, "%s", err);
    result = document();
    list = json_object_get(result, "configurations");
    for (int i = 1; i < POOLS; i++) {
        json_t *other = json_deep_copy(json_array_get(list, 0));
        char name[16];
        snprintf(name, sizeof name, "p%d", i);
        json_object_set_new(other, "pool", json_string(name));
        json_array_append_new(list, other);
    }
    cr_assert(json_dump_file(result, "y.json", 0) == 0);
    json_decref(result);
    cr_assert(run("plot x.json") == 0 && !strstr(err, "room for"), "%s", err);
    cr_assert(run("plot y.json") == 0 && strstr(err, "figures have room for 32 pools"), "%s", err);
}
