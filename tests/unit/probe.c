/* probe.c - the verdict on made-up machines, and .hgrm files of a known histogram. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/machine/probe.h"
#include "bench/results/hgrm.h"

static char root[64];

static void make(const char *path, const char *text)
{
    char command[1024];
    FILE *file;
    snprintf(command, sizeof command, "mkdir -p $(dirname %s%s)", root, path);
    cr_assert(system(command) == 0);
    snprintf(command, sizeof command, "%s%s", root, path);
    file = fopen(command, "w");
    cr_assert(file);
    fputs(text, file);
    fclose(file);
}

static void begin(void)
{
    strcpy(root, "/tmp/poolbench-probe-XXXXXX");
    cr_assert(mkdtemp(root));
}

static void end(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", root);
    cr_assert(system(command) == 0);
}

static bool remarks(const struct probe *probe, const char *word)
{
    for (int i = 0; i < probe->count; i++)
        if (strstr(probe->remarks[i].what, word))
            return true;
    return false;
}

Test(probe, a_machine_of_which_nothing_is_known_is_quiet, .timeout = 20, .init = begin, .fini = end)
{
    struct probe probe;
    probe_machine(root, 1, &probe);
    cr_assert(probe.verdict == PROBE_QUIET || remarks(&probe, "clock"));
    cr_assert(!remarks(&probe, "governor") && !remarks(&probe, "steal") && probe.clock_ns > 0);
}

Test(probe, each_trouble_is_named_with_help, .timeout = 20, .init = begin, .fini = end)
{
    struct probe probe;
    make("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
    make("/sys/devices/system/cpu/intel_pstate/no_turbo", "0\n");
    make("/sys/devices/system/cpu/smt/active", "1\n");
    make("/sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n");
    make("/proc/self/mountinfo", "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    make("/proc/self/cgroup", "0::/job\n");
    make("/sys/fs/cgroup/job/cpu.max", "150000 100000\n");
    probe_machine(root, 1, &probe);
    cr_assert(probe.verdict == PROBE_NOISY);
    cr_assert(remarks(&probe, "governor powersave") && remarks(&probe, "turbo") && remarks(&probe, "SMT") &&
              remarks(&probe, "hpet") && remarks(&probe, "1.5 CPUs"));
    cr_assert(strstr(probe.remarks[0].help, "performance"));
}

Test(probe, performance_and_no_turbo_are_no_trouble, .timeout = 20, .init = begin, .fini = end)
{
    struct probe probe;
    make("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");
    make("/sys/devices/system/cpu/intel_pstate/no_turbo", "1\n");
    make("/sys/devices/system/cpu/smt/active", "0\n");
    make("/sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
    probe_machine(root, 1, &probe);
    cr_assert(!remarks(&probe, "governor") && !remarks(&probe, "turbo") && !remarks(&probe, "SMT") &&
              !remarks(&probe, "clock is"));
}

/* Four samples: 1, 2, 2 and 4 us. */
Test(hgrm, says_what_the_histogram_holds, .timeout = 20, .init = begin, .fini = end)
{
    static const char wanted[] = "       Value     Percentile TotalCount 1/(1-Percentile)\n\n"
                                 "       1.000 0.250000000000          1           1.33\n"
                                 "       2.000 0.750000000000          3           4.00\n"
                                 "       4.000 1.000000000000          4\n"
                                 "#[Mean    =        2.250, StdDeviation   =        1.090]\n"
                                 "#[Max     =        4.000, Total count    =            4]\n";
    char path[256], text[2048];
    json_t *result =
        json_pack("{s:[{s:s, s:s, s:i, s:i, s:i, s:s, s:s, s:{s:{s:{s:i, s:f, s:i, s:[[i,i],[i,i],[i,i]]}}}}]}",
                  "configurations", "pool", "ring", "spec", "cpu:size=1us", "workers", 2, "producers", 1, "capacity",
                  1024, "pin", "core", "results", "none", "summary", "latency", "submit_to_end", "count", 4, "mean_ns",
                  2250.0, "max_ns", 4000, "buckets", 1000, 1, 2000, 2, 4000, 1);
    FILE *file;
    size_t length;
    cr_assert(result && hgrm_write(result, root, stderr) == 0);
    snprintf(path, sizeof path, "%s/ring-cpu-size-1us-t2-p1-c1024-core.hgrm", root);
    file = fopen(path, "r");
    cr_assert(file);
    length = fread(text, 1, sizeof text - 1, file);
    text[length] = '\0';
    fclose(file);
    cr_assert(!strncmp(text, wanted, strlen(wanted)), "%s", text);
    json_decref(result);
}
