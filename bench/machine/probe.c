/* probe.c - see probe.h. */
#include "bench/machine/probe.h"

#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bench/json/must.h"
#include "bench/machine/ticks.h"
#include "pools/core/topology.h"
#include "workloads/core/workload.h"

/* What is much: beyond the first noisy, beyond the second unusable. */
static const double steal_much[] = {0.005, 0.10}, busy_much[] = {0.05, 0.50};
static const double clock_coarse_ns = 1000;

__attribute__((format(printf, 4, 5))) static void remark(struct probe *probe, enum probe_verdict verdict,
                                                         const char *help, const char *format, ...)
{
    va_list arguments;
    if (verdict > probe->verdict)
        probe->verdict = verdict;
    if (probe->count == PROBE_REMARKS_MAX)
        return;
    va_start(arguments, format);
    vsnprintf(probe->remarks[probe->count].what, PROBE_TEXT, format, arguments);
    va_end(arguments);
    snprintf(probe->remarks[probe->count++].help, PROBE_TEXT, "%s", help);
}

/* The first line of a file below root; false when there is none. */
static bool line_of(const char *root, const char *path, char *line, size_t size)
{
    char full[512];
    FILE *file;
    bool got;
    snprintf(full, sizeof full, "%s%s", root, path);
    file = fopen(full, "re");
    if (!file)
        return false;
    got = fgets(line, (int)size, file) != NULL;
    fclose(file);
    line[strcspn(line, "\n")] = '\0';
    return got;
}

static void look_at_frequency(const char *root, struct probe *probe)
{
    char line[64];
    if (line_of(root, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", line, sizeof line) &&
        strcmp(line, "performance"))
        remark(probe, PROBE_NOISY, "cpupower frequency-set -g performance",
               "the CPU's speed follows the load (governor %s)", line);
    if (line_of(root, "/sys/devices/system/cpu/intel_pstate/no_turbo", line, sizeof line) && !strcmp(line, "0"))
        remark(probe, PROBE_NOISY, "echo 1 >/sys/devices/system/cpu/intel_pstate/no_turbo",
               "turbo is on: speed depends on how many CPUs work");
    else if (line_of(root, "/sys/devices/system/cpu/cpufreq/boost", line, sizeof line) && !strcmp(line, "1"))
        remark(probe, PROBE_NOISY, "echo 0 >/sys/devices/system/cpu/cpufreq/boost",
               "boost is on: speed depends on how many CPUs work");
    if (line_of(root, "/sys/devices/system/cpu/smt/active", line, sizeof line) && !strcmp(line, "1"))
        remark(probe, PROBE_QUIET, "--pin core (the default) uses one thread of each core first",
               "CPUs share cores (SMT)");
}

static void look_at_clock(const char *root, struct probe *probe)
{
    char line[64];
    int64_t least = INT64_MAX, before = workload_now_ns();
    for (int i = 0; i < 1000; i++) {
        int64_t now = workload_now_ns();
        if (now > before && now - before < least)
            least = now - before;
        before = now;
    }
    probe->clock_ns = least < INT64_MAX ? (double)least : clock_coarse_ns;
    if (probe->clock_ns >= clock_coarse_ns)
        remark(probe, PROBE_NOISY, "", "the clock steps by %.0f ns: latencies below are not to be had",
               probe->clock_ns);
    if (line_of(root, "/sys/devices/system/clocksource/clocksource0/current_clocksource", line, sizeof line) &&
        strcmp(line, "tsc") && strcmp(line, "kvm-clock") && strcmp(line, "arch_sys_counter"))
        remark(probe, PROBE_NOISY, "boot with clocksource=tsc, if the processor's is stable",
               "the clock is read by a system call (%s)", line);
}

static enum probe_verdict much(double share, const double limits[2])
{
    return share > limits[1] ? PROBE_UNUSABLE : share > limits[0] ? PROBE_NOISY : PROBE_QUIET;
}

/* While we sleep, whatever runs is somebody else's. */
static void look_at_others(const char *root, int watch_ms, struct probe *probe)
{
    struct ticks before, after, between;
    double busy, steal;
    ticks_read(root, &before);
    poll(NULL, 0, watch_ms);
    ticks_read(root, &after);
    between = ticks_between(&before, &after);
    if (between.all <= 0)
        return;
    steal = between.steal / between.all;
    busy = 1 - between.idle / between.all - steal;
    if (much(steal, steal_much))
        remark(probe, much(steal, steal_much), "", "the host took %.1f%% of the CPUs' time (steal)", 100 * steal);
    if (much(busy, busy_much))
        remark(probe, much(busy, busy_much), "stop what else runs, or measure at another time",
               "something else keeps the CPUs %.0f%% busy", 100 * busy);
}

static void look_at_limits(const char *root, struct probe *probe)
{
    char from[128] = "";
    double quota = topology_quota(root, from, sizeof from);
    if (quota > 0)
        remark(probe, PROBE_NOISY, "measure outside of the cgroup, or keep -t below the quota",
               "a cgroup grants %.2g CPUs: threads are stopped when they have used them up (%.60s)", quota, from);
}

void probe_machine(const char *root, int watch_ms, bool quota_is_meant, struct probe *probe)
{
    *probe = (struct probe){.verdict = PROBE_QUIET};
    look_at_frequency(root, probe);
    if (!quota_is_meant)
        look_at_limits(root, probe);
    look_at_clock(root, probe);
    look_at_others(root, watch_ms, probe);
}

const char *probe_verdict_name(enum probe_verdict verdict)
{
    static const char *const names[] = {"quiet", "noisy", "unusable"};
    return names[verdict];
}

void probe_print(const struct probe *probe, FILE *out)
{
    fprintf(out, "before   %s; the clock steps by %.0f ns\n", probe_verdict_name(probe->verdict), probe->clock_ns);
    for (int i = 0; i < probe->count; i++)
        fprintf(out, "         %s%s%s%s\n", probe->remarks[i].what, *probe->remarks[i].help ? " (help: " : "",
                probe->remarks[i].help, *probe->remarks[i].help ? ")" : "");
}

json_t *probe_json(const struct probe *probe)
{
    json_t *remarks = json_array();
    for (int i = 0; i < probe->count; i++)
        json_array_append_new(remarks,
                              must_pack("{s:s, s:s}", "what", probe->remarks[i].what, "help", probe->remarks[i].help));
    return must_pack("{s:s, s:f, s:o}", "verdict", probe_verdict_name(probe->verdict), "clock_ns", probe->clock_ns,
                     "remarks", remarks);
}
