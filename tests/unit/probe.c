/* probe.c - the verdict on made-up machines. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/machine/probe.h"

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
    probe_machine(root, 1, false, &probe);
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
    probe_machine(root, 1, false, &probe);
    cr_assert(probe.verdict == PROBE_NOISY);
    cr_assert(remarks(&probe, "governor powersave") && remarks(&probe, "turbo") && remarks(&probe, "SMT") &&
              remarks(&probe, "hpet") && remarks(&probe, "1.5 CPUs"));
    cr_assert(strstr(probe.remarks[0].help, "performance"));
}

/* Who plans for a quota is not advised to measure outside of it. */
Test(probe, a_quota_that_is_meant_is_no_trouble, .timeout = 20, .init = begin, .fini = end)
{
    struct probe probe;
    make("/proc/self/mountinfo", "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    make("/proc/self/cgroup", "0::/job\n");
    make("/sys/fs/cgroup/job/cpu.max", "150000 100000\n");
    probe_machine(root, 1, true, &probe);
    cr_assert(!remarks(&probe, "1.5 CPUs") && (probe.verdict == PROBE_QUIET || remarks(&probe, "clock")));
    probe_machine(root, 1, false, &probe);
    cr_assert(remarks(&probe, "1.5 CPUs") && probe.verdict != PROBE_QUIET);
}

Test(probe, performance_and_no_turbo_are_no_trouble, .timeout = 20, .init = begin, .fini = end)
{
    struct probe probe;
    make("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");
    make("/sys/devices/system/cpu/intel_pstate/no_turbo", "1\n");
    make("/sys/devices/system/cpu/smt/active", "0\n");
    make("/sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
    probe_machine(root, 1, false, &probe);
    cr_assert(!remarks(&probe, "governor") && !remarks(&probe, "turbo") && !remarks(&probe, "SMT") &&
              !remarks(&probe, "clock is"));
}
