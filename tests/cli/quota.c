/* quota.c - whole measurements where a cgroup grants one CPU and a half: two workers have
 * 1.5 CPUs in all that is divided by them, neither 1 nor 2. No speed is judged; that the
 * quota is not kept by the kernel here does not matter. build/plugins/cgroup.so is loaded
 * before the program's own libraries. */
#include <jansson.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/cli/program.h"

static const double granted = 1.5;

static void make(const char *path, const char *text)
{
    char full[256];
    FILE *file;
    snprintf(full, sizeof full, "root%s", path);
    for (char *slash = strchr(full, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(full, 0755);
        *slash = '/';
    }
    file = fopen(full, "w");
    cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void make_root(void)
{
    make("/proc/self/mountinfo", "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    make("/proc/self/cgroup", "0::/job\n");
    make("/sys/fs/cgroup/job/cpu.max", "150000 100000\n");
}

/* Runs the program in that cgroup. */
static int run_granted(const char *arguments)
{
    char groups[128];
    snprintf(groups, sizeof groups, "%s/root", folder);
    setenv("KIT_CGROUP_ROOT", groups, 1);
    return run_beside("cgroup.so", arguments);
}

static void need_two_cpus(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) || CPU_COUNT(&set) < 2)
        cr_skip("needs two CPUs");
}

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    cr_assert(json_is_number(value), "no %s", key);
    return json_number_value(value);
}

static bool near(double value, double wanted)
{
    return fabs(value / wanted - 1) < 1e-3;
}

/* Empty jobs: all of a worker's time is overhead, that of as many as have a CPU. */
static void expect_trials(const json_t *document)
{
    json_t *configuration, *trial;
    size_t i, j, empty = 0, trees = 0;
    json_array_foreach (json_object_get(document, "configurations"), i, configuration) {
        double cpus = number(configuration, "workers") > 1 ? granted : 1;
        const char *spec = json_string_value(json_object_get(configuration, "spec"));
        cr_assert(number(configuration, "cpus") == granted);
        json_array_foreach (json_object_get(configuration, "trials"), j, trial) {
            const json_t *figures = json_object_get(trial, "figures");
            if (!strcmp(spec, "empty")) {
                cr_assert(near(number(trial, "overhead_ns_per_job") / number(trial, "ns_per_job"), cpus), "%g of %g",
                          number(trial, "overhead_ns_per_job"), number(trial, "ns_per_job"));
                cr_assert(number(trial, "servers") == cpus);
                empty++;
            } else if (!strncmp(spec, "tree", 4)) {
                cr_assert(near(number(figures, "speedup") / number(figures, "efficiency"), cpus));
                trees++;
            }
        }
    }
    cr_assert(empty == 2 && trees == 2, "%zu, %zu", empty, trees);
}

CLI_TEST(quota, of_one_and_a_half_is_what_efficiency_divides_by)
{
    json_t *document, *speedup;
    size_t i;
    need_two_cpus();
    make_root();
    cr_assert(
        run_granted("run -p mutex -w empty -w cpu:size=5us -w tree:fib,n=16 -t 1,2 --no-floor --rounds 1 --budget "
                    "20ms --no-figures -o x.json") == 0,
        "%s%s", out, err);
    cr_assert(strstr(err, "quota 1.5 CPUs"), "%s", err);
    document = json_load_file("x.json", 0, NULL);
    cr_assert(number(json_object_get(document, "machine"), "cgroup_quota_cpus") == granted);
    expect_trials(document);
    cr_assert(json_array_size(json_object_get(document, "speedups")) >= 2);
    json_array_foreach (json_object_get(document, "speedups"), i, speedup)
        cr_assert(near(number(speedup, "speedup") / number(speedup, "efficiency"), granted));
    json_decref(document);
}

/* As many workers as are worth it: one and a half keep one busy. */
CLI_TEST(quota, is_said_and_decides_how_many_workers_there_are)
{
    need_two_cpus();
    make_root();
    cr_assert(run_granted("topology") == 0 && strstr(out, "a cgroup grants 1.5 CPUs (/sys/fs/cgroup/job/cpu.max)"),
              "%s", out);
    cr_assert(run_granted("run --dry-run -p mutex -w empty") == 0 && strstr(out, "t1") && !strstr(out, "t2"), "%s",
              out);
}

/* Planned for what is granted; what those get who size for the host is simulated, and measured where
 * there is time. Status 1: nobody can tell, on a machine that is busy. */
CLI_TEST(quota, is_planned_for)
{
    json_t *document, *quota, *host, *answer;
    int status = -1;
    need_two_cpus();
    make_root();
    for (int i = 0; i < 3 && status; i++)
        status =
            run_granted("plan --rate 500 --slo p99=5s -w cpu:size=100us --pin none -t 1..3 --budget 8s --no-figures -o "
                        "x.json");
    cr_assert(status == 0, "%s%s", out, err);
    document = json_load_file("x.json", 0, NULL);
    cr_assert(number(json_object_get(json_object_get(document, "plan"), "service"), "cpus") == granted);
    quota = json_object_get(json_object_get(document, "plan"), "quota");
    cr_assert(number(quota, "cpus") == granted && number(quota, "host_cpus") >= 2 &&
              number(quota, "host_workers") >= 2);
    host = json_object_get(quota, "simulated_host");
    answer = json_object_get(quota, "simulated_answer");
    cr_assert(number(host, "workers") == number(quota, "host_workers") && number(host, "value_ns") > 0 &&
              number(answer, "value_ns") > 0 && number(host, "throttled") >= 0);
    cr_assert(strstr(out, "1.5 of ") && strstr(out, " CPUs are granted, and planned for"), "%s", out);
    json_decref(document);
}

#define PLANNED "plan --rate 200 --slo p50=5s -w cpu:size=50us --pin none -t 1 --budget 6s --no-figures -o x.json "

static const json_t *quota_of(const json_t *document)
{
    return json_object_get(json_object_get(document, "plan"), "quota");
}

CLI_TEST(quota, bad_input)
{
    EXPECT_BAD({"not a number of CPUs", PLANNED "--quota much"}, {"not a number of CPUs", PLANNED "--quota -1"},
               {"out of range", PLANNED "--quota 0"}, {"out of range", PLANNED "--quota 5000"},
               {"not a number of CPUs", PLANNED "--quota nan"},
               {"goes with --rate", "plan --max --slo p99=5s -w cpu --quota 1"});
}

/* In a cgroup that is made where one can be made, and gone afterwards; else that is said, with the reason. */
CLI_TEST(quota, that_is_asked_for_is_made_or_simulated)
{
    json_t *document;
    bool simulated;
    int status = -1;
    need_two_cpus();
    for (int i = 0; i < 3 && status; i++) /* nobody can tell, on a machine that is busy */
        status = run(PLANNED "--quota 0.5");
    cr_assert(status == 0, "%s%s", out, err);
    simulated = strstr(err, "note: --quota is simulated only: ") != NULL;
    document = json_load_file("x.json", 0, NULL);
    cr_assert(number(quota_of(document), "cpus") == 0.5);
    cr_assert(!strcmp(json_string_value(json_object_get(quota_of(document), "group")), simulated ? "none" : "made"));
    cr_assert(strstr(out, simulated ? "simulated only (" : "in a container of that quota: check it again with"), "%s",
              out);
    cr_assert(system("! ls -d /sys/fs/cgroup/poolbench-* /sys/fs/cgroup/cpu/poolbench-* 2>/dev/null | grep -q .") == 0,
              "a group was left");
    json_decref(document);
}

/* Where none can be made (these files are no cgroup's) the answer is measured without the quota: it is
 * none where the simulation breaks the promise under it. 1% of a CPU is less than the jobs take. */
CLI_TEST(quota, that_is_simulated_only_is_believed_where_it_breaks_the_promise)
{
    json_t *document;
    need_two_cpus();
    make_root();
    cr_assert(run_granted(PLANNED "--quota 0.5") == 0 && strstr(err, "note: --quota is simulated only: no cgroup"),
              "%s%s", out, err);
    document = json_load_file("x.json", 0, NULL);
    cr_assert(!strcmp(json_string_value(json_object_get(quota_of(document), "group")), "none") &&
              json_is_null(json_object_get(quota_of(document), "measured")));
    cr_assert(json_is_null(json_object_get(json_object_get(document, "plan"), "held")), "it knows of no quota");
    json_decref(document);
    cr_assert(run_granted(PLANNED "--quota 0.01 --format json") == 1, "%s%s", out, err);
    document = json_loads(out, 0, NULL);
    cr_assert(json_is_null(json_object_get(json_object_get(document, "plan"), "answer")));
    cr_assert(strstr(json_string_value(json_object_get(json_object_get(document, "plan"), "why")),
                     "keep the promises without the quota") &&
                  strstr(json_string_value(json_object_get(json_object_get(document, "plan"), "why")),
                         "p50 is without bound, simulated"),
              "%s", out);
    json_decref(document);
}
