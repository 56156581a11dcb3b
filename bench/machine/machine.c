/* machine.c - see machine.h. */
#include "bench/machine/machine.h"

#include <gnu/libc-version.h>
#include <gsl/gsl_version.h>
#include <hwloc.h>
#include <nettle/version.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <zlib.h>

#include "bench/json/must.h"
#include "bench/machine/memory.h"
#include "pools/core/topology.h"

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

/* The first line of a file, without its end; "" when there is none. */
static const char *first_line(const char *path, char *line, size_t size)
{
    FILE *file = fopen(path, "re");
    *line = '\0';
    if (file) {
        if (!fgets(line, (int)size, file))
            *line = '\0';
        fclose(file);
    }
    line[strcspn(line, "\n")] = '\0';
    return line;
}

static json_t *text_or_null(const char *text)
{
    return *text ? must_text(text) : json_null();
}

static const char *virtualisation(void)
{
    char line[4096], vendor[128];
    FILE *file = fopen("/proc/cpuinfo", "re");
    bool guest = false;
    while (file && !guest && fgets(line, sizeof line, file))
        guest = !strncmp(line, "flags", 5) && strstr(line, " hypervisor");
    if (file)
        fclose(file);
    if (!guest)
        return "";
    first_line("/sys/class/dmi/id/sys_vendor", vendor, sizeof vendor);
    return strstr(vendor, "QEMU") ? "KVM guest" : "virtual machine";
}

/* The CPUs that this process may use, as in "0-3,8". */
static const char *allowed_cpus(char *text, size_t size)
{
    static const char key[] = "Cpus_allowed_list:";
    char line[1024];
    FILE *file = fopen("/proc/self/status", "re");
    *text = '\0';
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, key, strlen(key)))
            continue;
        line[strcspn(line, "\n")] = '\0';
        snprintf(text, size, "%s", line + strlen(key) + strspn(line + strlen(key), " \t"));
    }
    if (file)
        fclose(file);
    return text;
}

/* The kinds of cores, the slowest first where that is known; null where all are alike. */
static json_t *kinds_json(const struct topology *topology)
{
    json_t *kinds = json_array();
    char list[256];
    for (int i = 0; i < topology->kinds && topology->kinds > 1; i++) {
        int cpus = topology_kind(i, list, sizeof list);
        json_array_append_new(
            kinds, must_pack("{s:i, s:s, s:b}", "cpus", cpus, "list", list, "used", i == topology->kind_used));
    }
    if (json_array_size(kinds))
        return kinds;
    json_decref(kinds);
    return json_null();
}

json_t *machine_json(void)
{
    struct topology topology = {0};
    struct utsname kernel = {.release = ""};
    char line[256];
    json_t *machine = json_object();

    uname(&kernel);
    topology_read(&topology);
    json_object_set_new(machine, "host", must_text(kernel.nodename));
    json_object_set_new(machine, "cpu_model", text_or_null(topology.model));
    json_object_set_new(machine, "cpus", json_integer(topology.cpus));
    json_object_set_new(machine, "cores", json_integer(topology.cores));
    json_object_set_new(machine, "packages", json_integer(topology.packages));
    json_object_set_new(machine, "numa_nodes", json_integer(topology.numa_nodes));
    json_object_set_new(machine, "core_kinds", kinds_json(&topology));
    json_object_set_new(machine, "affinity", text_or_null(allowed_cpus(line, sizeof line)));
    json_object_set_new(machine, "l1_bytes", json_integer((json_int_t)topology.l1_bytes));
    json_object_set_new(machine, "l2_bytes", json_integer((json_int_t)topology.l2_bytes));
    json_object_set_new(machine, "l3_bytes", json_integer((json_int_t)topology.l3_bytes));
    json_object_set_new(machine, "l3_shared_by", json_integer(topology.l3_shared_by));
    json_object_set_new(machine, "cgroup_quota_cpus", topology.quota > 0 ? json_real(topology.quota) : json_null());
    json_object_set_new(machine, "cgroup_quota_from", text_or_null(topology.quota_from));
    json_object_set_new(machine, "kernel", json_sprintf("%s %s", kernel.sysname, kernel.release));
    json_object_set_new(machine, "architecture", must_text(kernel.machine));
    json_object_set_new(machine, "virtualisation", text_or_null(virtualisation()));
    json_object_set_new(
        machine, "governor",
        text_or_null(first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", line, sizeof line)));
    json_object_set_new(machine, "load_before",
                        json_real(strtod(first_line("/proc/loadavg", line, sizeof line), NULL)));
    return machine;
}

static const char *hwloc_version(char *text, size_t size)
{
    unsigned version = hwloc_get_api_version();
    snprintf(text, size, "%u.%u.%u", version >> 16, version >> 8 & 0xff, version & 0xff);
    return text;
}

/* What this program was linked with, as found while it runs. */
static json_t *libraries(void)
{
    char hwloc[32], nettle[32];
    const char *allocator = memory_allocator();
    snprintf(nettle, sizeof nettle, "%d.%d", nettle_version_major(), nettle_version_minor());
    return must_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "hwloc", hwloc_version(hwloc, sizeof hwloc),
                     "jemalloc", allocator ? allocator : "not linked", "jansson", jansson_version_str(), "gsl",
                     gsl_version, "sqlite", sqlite3_libversion(), "zlib", zlibVersion(), "nettle", nettle, "glibc",
                     gnu_get_libc_version());
}

json_t *machine_build_json(void)
{
    return must_pack("{s:s, s:s, s:s, s:s, s:o}", "version", machine_release, "revision", machine_revision, "compiler",
                     COMPILER, "flags", machine_flags, "libraries", libraries());
}

const char *machine_text(char *text, size_t size)
{
    struct topology t = {0};
    char quota[48] = "", shared[48] = "", kinds[96] = "", list[256];
    const char *guest = virtualisation();
    topology_read(&t);
    if (t.quota > 0)
        snprintf(quota, sizeof quota, ", quota %.3g CPUs", t.quota);
    if (t.l3_shared_by)
        snprintf(shared, sizeof shared, ", L3 shared by %d", t.l3_shared_by);
    if (t.kinds > 1)
        snprintf(kinds, sizeof kinds, ", cores of %d kinds (%d CPUs of the %s)", t.kinds,
                 topology_kind(t.kind_used, list, sizeof list),
                 t.kinds_ranked ? "fastest" : "largest; which is faster is not known");
    snprintf(text, size, "%d CPU%s, %d core%s%s, %d package%s%s%s (%s%s%s)", t.cpus, t.cpus == 1 ? "" : "s", t.cores,
             t.cores == 1 ? "" : "s", kinds, t.packages, t.packages == 1 ? "" : "s", shared, quota,
             *t.model ? t.model : "model unknown", *guest ? ", " : "", guest);
    return text;
}

void machine_version(FILE *out)
{
    json_t *all = libraries(), *version;
    const char *name, *before = "libraries ";
    fprintf(out, "poolbench %s (%s)\ncompiler  %s\nflags     %s\n", machine_release, machine_revision, COMPILER,
            machine_flags);
    json_object_foreach (all, name, version) {
        fprintf(out, "%s%s %s", before, name, json_string_value(version));
        before = ", ";
    }
    fputc('\n', out);
    json_decref(all);
}
