/* topology.c - placements, victims, and the cgroup quota from made-up trees. */
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <errno.h>
#include <hwloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/machine/clocks.h"
#include "pools/core/peer.h"
#include "pools/core/topology.h"

static int cpus[TOPOLOGY_CPUS_MAX], count;
static char why[256];

static int place(const char *placement)
{
    return topology_place(placement, cpus, TOPOLOGY_CPUS_MAX, &count, why, sizeof why);
}

Test(topology, placements_hold_each_usable_cpu_once, .timeout = 20)
{
    static const char *const placements[] = {"compact", "spread", "core"};
    struct topology found;
    cr_assert(topology_read(&found) == 0);
    for (int p = 0; p < 3; p++) {
        cr_assert(place(placements[p]) == 0, "%s: %s", placements[p], why);
        cr_assert(count == found.cpus, "%s: %d of %d", placements[p], count, found.cpus);
        for (int i = 0; i < count; i++)
            for (int j = 0; j < i; j++)
                cr_assert(cpus[i] != cpus[j], "%s names CPU %d twice", placements[p], cpus[i]);
    }
    cr_assert(place("none") == 0 && count == 0);
    cr_assert(topology_cpus_worth() >= 1 && topology_cpus_worth() <= found.cpus);
}

Test(topology, a_list_is_taken_in_its_order, .timeout = 20)
{
    char list[64];
    int first;
    cr_assert(place("compact") == 0);
    first = cpus[0];
    snprintf(list, sizeof list, "%d", first);
    cr_assert(place(list) == 0 && count == 1 && cpus[0] == first);
    snprintf(list, sizeof list, "%d-%d", first, first);
    cr_assert(place(list) == 0 && count == 1 && cpus[0] == first);
}

Test(topology, wrong_placements_are_named, .timeout = 20)
{
    static const char *const wrong[] = {"nowhere", "", "0,,1", "0-", "1-0", "-1", "0 1", "numa:", "numa:x", "0,"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        cr_assert(place(wrong[i]) == -EINVAL && *why, "\"%s\" was taken", wrong[i]);
    cr_assert(place("4095") == -ENODEV && strstr(why, "4095"));
    cr_assert(place("numa:99") == -ENODEV && strstr(why, "99"));
}

Test(topology, victims_are_all_the_others, .timeout = 20)
{
    int order[8], all[8] = {0};
    for (int self = 0; self < 8; self++) {
        int seen = 0;
        topology_victims(self % 2 ? NULL : all, 8, self, order);
        for (int i = 0; i < 7; i++) {
            cr_assert(order[i] != self && order[i] >= 0 && order[i] < 8);
            seen |= 1 << order[i];
        }
        cr_assert(seen == (0xff & ~(1 << self)));
        cr_assert(order[0] == (self + 1) % 8); /* ties: in ring order */
    }
}

/* A made-up root: files by path and text. */
static char root[64];

static void make(const char *path, const char *text)
{
    char full[512];
    FILE *file;
    snprintf(full, sizeof full, "%s%s", root, path);
    for (char *slash = strchr(full + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(full, 0755);
        *slash = '/';
    }
    file = fopen(full, "w");
    cr_assert(file, "%s", full);
    fputs(text, file);
    fclose(file);
}

static void begin(void)
{
    strcpy(root, "/tmp/poolbench-topology-XXXXXX");
    cr_assert(mkdtemp(root));
}

static void end(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", root);
    cr_assert(system(command) == 0);
}

static const char mounts_2[] = "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
static const char mounts_1[] = "31 23 0:27 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n";

Test(quota, version_2, .timeout = 20, .init = begin, .fini = end)
{
    char from[256];
    make("/proc/self/mountinfo", mounts_2);
    make("/proc/self/cgroup", "0::/user.slice/job\n");
    make("/sys/fs/cgroup/user.slice/job/cpu.max", "250000 100000\n");
    cr_assert(topology_quota(root, from, sizeof from) == 2.5);
    cr_assert_str_eq(from, "/sys/fs/cgroup/user.slice/job/cpu.max");
}

Test(quota, the_tightest_on_the_way_up_counts, .timeout = 20, .init = begin, .fini = end)
{
    make("/proc/self/mountinfo", mounts_2);
    make("/proc/self/cgroup", "0::/a/b/c\n");
    make("/sys/fs/cgroup/a/b/c/cpu.max", "max 100000\n");
    make("/sys/fs/cgroup/a/b/cpu.max", "150000 100000\n");
    make("/sys/fs/cgroup/a/cpu.max", "800000 100000\n");
    cr_assert(topology_quota(root, NULL, 0) == 1.5);
}

Test(quota, version_1, .timeout = 20, .init = begin, .fini = end)
{
    char from[256];
    make("/proc/self/mountinfo", mounts_1);
    make("/proc/self/cgroup", "5:cpu,cpuacct:/docker/x\n4:memory:/\n");
    make("/sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_quota_us", "50000\n");
    make("/sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_period_us", "100000\n");
    cr_assert(topology_quota(root, from, sizeof from) == 0.5);
    cr_assert(strstr(from, "cpu.cfs_quota_us"));
}

Test(quota, version_1_without_a_limit, .timeout = 20, .init = begin, .fini = end)
{
    make("/proc/self/mountinfo", mounts_1);
    make("/proc/self/cgroup", "5:cpu,cpuacct:/\n");
    make("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
    make("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
    cr_assert(topology_quota(root, NULL, 0) == 0);
}

Test(quota, a_container_sees_part_of_the_tree, .timeout = 20, .init = begin, .fini = end)
{
    make("/proc/self/mountinfo", "30 23 0:26 /pod/x /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    make("/proc/self/cgroup", "0::/pod/x\n");
    make("/sys/fs/cgroup/cpu.max", "300000 100000\n");
    cr_assert(topology_quota(root, NULL, 0) == 3);
}

Test(quota, nothing_there_is_no_limit, .timeout = 20, .init = begin, .fini = end)
{
    char from[16] = "x";
    cr_assert(topology_quota(root, from, sizeof from) == 0 && !*from);
}

/* A mount may show another part of the tree, or the same a second time. */
Test(quota, of_several_mounts_those_count_that_show_the_group, .timeout = 20, .init = begin, .fini = end)
{
    char from[256];
    make("/proc/self/mountinfo", "29 23 0:26 /other /mnt/x rw - cgroup2 cgroup2 rw\n"
                                 "30 23 0:26 / /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 rw\n");
    make("/proc/self/cgroup", "0::/job\n");
    make("/mnt/x/cpu.max", "10000 100000\n"); /* the other one's */
    make("/sys/fs/cgroup/job/cpu.max", "120000 100000\n");
    cr_assert(topology_quota(root, from, sizeof from) == 1.2, "%g", topology_quota(root, NULL, 0));
    cr_assert_str_eq(from, "/sys/fs/cgroup/job/cpu.max");
}

Test(quota, of_several_mounts_of_version_1_too, .timeout = 20, .init = begin, .fini = end)
{
    make("/proc/self/mountinfo", "29 23 0:25 /other /host/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
                                 "30 23 0:25 / /cg rw - cgroup cgroup rw,cpuacct,cpu\n"
                                 "31 23 0:27 / /set rw - cgroup cgroup rw,cpuset\n");
    make("/proc/self/cgroup", "3:cpuset:/\n4:cpuacct,cpu:/job\n0::/\n");
    make("/cg/job/cpu.cfs_quota_us", "70000\n");
    make("/cg/job/cpu.cfs_period_us", "100000\n");
    make("/set/cpu.cfs_quota_us", "10000\n");
    make("/set/cpu.cfs_period_us", "100000\n");
    cr_assert(topology_quota(root, NULL, 0) == 0.7, "%g", topology_quota(root, NULL, 0));
}

Test(quota, a_blank_in_a_mount_is_written_as_octal, .timeout = 20, .init = begin, .fini = end)
{
    char from[256];
    make("/proc/self/mountinfo", "28 23 0:23 / /mnt/a\\040-\\040b rw - ext4 /dev/x rw\n"
                                 "30 23 0:26 /my\\040pod /my\\040cg\\134x rw - cgroup2 cgroup2 rw\n");
    make("/proc/self/cgroup", "0::/my pod/a\n");
    make("/my cg\\x/a/cpu.max", "130000 100000\n");
    cr_assert(topology_quota(root, from, sizeof from) == 1.3, "%g", topology_quota(root, NULL, 0));
    cr_assert_str_eq(from, "/my cg\\x/a/cpu.max");
}

/* /docker/abc is no part of /docker/ab, and no mount shows what lies outside of it. */
Test(quota, a_name_that_only_begins_alike_is_another_group, .timeout = 20, .init = begin, .fini = end)
{
    make("/proc/self/mountinfo", "30 23 0:26 /docker/ab /sys/fs/cgroup ro - cgroup2 cgroup rw\n");
    make("/proc/self/cgroup", "0::/docker/abc\n");
    make("/sys/fs/cgroup/cpu.max", "300000 100000\n");
    make("/sys/fs/cgroupc/cpu.max", "100000 100000\n");
    cr_assert(topology_quota(root, NULL, 0) == 3, "%g", topology_quota(root, NULL, 0));
}

Test(quota, a_group_outside_of_the_namespace_does_not_leave_the_mount, .timeout = 20, .init = begin, .fini = end)
{
    make("/proc/self/mountinfo", "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    make("/proc/self/cgroup", "0::/../x\n");
    make("/sys/fs/x/cpu.max", "100000 100000\n");
    make("/sys/fs/cgroup/cpu.max", "200000 100000\n");
    cr_assert(topology_quota(root, NULL, 0) == 2, "%g", topology_quota(root, NULL, 0));
}

/* What lies beside our namespace's root is named from there, in the mount as in the group. */
Test(quota, a_group_outside_of_the_namespace_is_found_in_its_own_mount, .timeout = 20, .init = begin, .fini = end)
{
    make("/proc/self/mountinfo", "29 23 0:26 /../other /mnt/x rw - cgroup2 cgroup2 rw\n"
                                 "30 23 0:26 /../x /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    make("/proc/self/cgroup", "0::/../x/job\n");
    make("/mnt/x/cpu.max", "10000 100000\n"); /* the other one's */
    make("/sys/fs/cgroup/job/cpu.max", "170000 100000\n");
    cr_assert(topology_quota(root, NULL, 0) == 1.7, "%g", topology_quota(root, NULL, 0));
}

Test(quota, strange_lines_are_passed_over, .timeout = 20, .init = begin, .fini = end)
{
    make("/proc/self/mountinfo",
         "30 25 0:26 / /x - cgroup c rw\n\n - \n1 2 3 / /y rw - cgroup\n31 2 3 / /z rw - cgroup c\n");
    make("/proc/self/cgroup", "nonsense\n::\n4:cpu:/a\n");
    cr_assert(topology_quota(root, NULL, 0) == 0);
}

/* The affinity mask that the kernel tells of; none: the real one. */
static const char *masked;        /* CPUs by comma */
static size_t mask_bytes_min = 0; /* into less the kernel tells nothing */

int sched_getaffinity(pid_t thread, size_t bytes, cpu_set_t *set)
{
    char copy[128], *save;
    if (!masked) {
        long got = syscall(SYS_sched_getaffinity, thread, bytes, set);
        if (got >= 0)
            memset((char *)set + got, 0, bytes - (size_t)got);
        return got < 0 ? -1 : 0;
    }
    if (bytes < mask_bytes_min)
        return errno = EINVAL, -1;
    snprintf(copy, sizeof copy, "%s", masked);
    CPU_ZERO_S(bytes, set);
    for (char *word = strtok_r(copy, ",", &save); word; word = strtok_r(NULL, ",", &save))
        CPU_SET_S((size_t)atoi(word), bytes, set);
    return 0;
}

/* Where threads were asked to run while a mask is made up; they run anywhere. */
static int pinned[8], pinned_count;

static int note_pinned(size_t bytes, const cpu_set_t *set)
{
    for (size_t cpu = 0; cpu < 8 * bytes; cpu++)
        if (CPU_ISSET_S(cpu, bytes, set) && pinned_count < 8)
            pinned[pinned_count++] = (int)cpu;
    return 0;
}

int sched_setaffinity(pid_t thread, size_t bytes, const cpu_set_t *set)
{
    return masked ? note_pinned(bytes, set) : (int)syscall(SYS_sched_setaffinity, thread, bytes, set);
}

int pthread_attr_setaffinity_np(pthread_attr_t *attributes, size_t bytes, const cpu_set_t *set)
{
    int (*real)(pthread_attr_t *, size_t, const cpu_set_t *);
    *(void **)&real = dlsym(RTLD_NEXT, "pthread_attr_setaffinity_np");
    return masked ? note_pinned(bytes, set) : real(attributes, bytes, set);
}

Test(topology, what_holds_no_usable_cpu_does_not_count, .timeout = 20)
{
    static const int compact[] = {1, 2, 3, 4, 7}, core[] = {1, 2, 4, 7, 3};
    struct topology found;
    setenv("HWLOC_SYNTHETIC", "pack:2 numa:2 core:4 pu:2", 1);
    masked = "1,2,3,4,7";
    cr_assert(topology_read(&found) == 0 && found.cpus == 5);
    cr_assert(found.cores == 4 && found.packages == 1 && found.numa_nodes == 1, "%d cores, %d packages, %d nodes",
              found.cores, found.packages, found.numa_nodes);
    cr_assert(place("compact") == 0 && count == 5 && !memcmp(cpus, compact, sizeof compact));
    cr_assert(place("core") == 0 && count == 5 && !memcmp(cpus, core, sizeof core));
    cr_assert(topology_cpus_of("1,2,1") == 2 && topology_cpus_of("none") == 5);
}

Test(topology, more_than_1024_cpus_are_read, .timeout = 30)
{
    struct topology found;
    setenv("HWLOC_SYNTHETIC", "pack:2 core:1024 pu:1", 1);
    masked = "0,1023,1500,2047";
    mask_bytes_min = 256;
    cr_assert(topology_read(&found) == 0 && found.cpus == 4 && found.packages == 2 && found.cores == 4);
    cr_assert(place("compact") == 0 && count == 4 && cpus[2] == 1500 && cpus[3] == 2047);
    cr_assert(place("2047") == 0 && place("2046") == -ENODEV);
}

/* Adapters that pin by themselves, and the look at the clocks of all CPUs. */
Test(topology, beyond_1024_cpus_threads_are_pinned_too, .timeout = 30)
{
    struct clocks clocks;
    masked = "0,1023,1500,4095";
    mask_bytes_min = 512;
    cr_assert(peer_pin(4095) == 0 && pinned_count == 1 && pinned[0] == 4095);
    pinned_count = 0;
    cr_assert(clocks_look(&clocks) == 0);
    cr_assert(pinned_count == 6, "%d threads", pinned_count); /* each CPU against the first */
    cr_assert(pinned[0] == 1023 && pinned[1] == 0 && pinned[2] == 1500 && pinned[4] == 4095);
}

/* And the longest time-out that there is ends beyond all clocks, not before now. */
Test(topology, a_peer_waits_until_a_moment_that_there_is, .timeout = 10)
{
    int64_t now_ns = peer_now_ns();
    cr_assert(peer_until_ns(INT64_MAX) == INT64_MAX && peer_until_ns(INT64_MAX - now_ns / 2) == INT64_MAX);
    cr_assert(peer_until_ns(0) >= now_ns && peer_until_ns(1000) >= now_ns + 1000);
    cr_assert(peer_until_ns(-1) == -1 && peer_until_ns(INT64_MIN) == -1);
}

static void register_kind(hwloc_topology_t made, int first, int last, int efficiency)
{
    hwloc_bitmap_t cpus_of_kind = hwloc_bitmap_alloc();
    hwloc_bitmap_set_range(cpus_of_kind, (unsigned)first, last);
    cr_assert(hwloc_cpukinds_register(made, cpus_of_kind, efficiency, 0, NULL, 0) == 0);
    hwloc_bitmap_free(cpus_of_kind);
}

/* A machine of 4 cores with two threads each, of which the CPUs up to `last` are of one kind, as a
 * file. The others are of another one, or with no `other` of none that is known. */
static const char *hybrid_machine(int last, int efficiency, const int *other)
{
    static char path[128];
    hwloc_topology_t made;
    cr_assert(hwloc_topology_init(&made) == 0 && hwloc_topology_set_synthetic(made, "pack:1 core:4 pu:2") == 0 &&
              hwloc_topology_load(made) == 0);
    register_kind(made, 0, last, efficiency);
    if (other)
        register_kind(made, last + 1, 7, *other);
    snprintf(path, sizeof path, "%s/hybrid.xml", root);
    cr_assert(hwloc_topology_export_xml(made, path, 0) == 0);
    hwloc_topology_destroy(made);
    return path;
}

Test(topology, of_cores_of_two_kinds_the_fastest_are_used, .timeout = 20, .init = begin, .fini = end)
{
    static const int core[] = {0, 2, 1, 3}, slow = 0;
    struct topology found;
    char list[64];
    cr_assert(topology_pretend(hybrid_machine(3, 1, &slow)) == 0 && topology_read(&found) == 0);
    cr_assert(found.cpus == 8 && found.kinds == 2, "%d CPUs of %d kinds", found.cpus, found.kinds);
    cr_assert(topology_kind(0, list, sizeof list) == 4 && !strcmp(list, "4-7"), "%s", list);
    cr_assert(topology_kind(1, list, sizeof list) == 4 && !strcmp(list, "0-3"), "%s", list);
    cr_assert(topology_kind(2, list, sizeof list) == 0);
    cr_assert(place("core") == 0 && count == 4 && !memcmp(cpus, core, sizeof core));
    cr_assert(place("spread") == 0 && count == 8 && place("compact") == 0 && count == 8);
    cr_assert(topology_cpus_worth() == 4 && topology_cpus_of("core") == 4 && topology_cpus_of("compact") == 8);
}

/* Never a mixture: the largest kind, and that is said. */
static void expect_largest(const char *machine)
{
    static const int core[] = {2, 4, 6, 3, 5, 7};
    struct topology found;
    char list[64];
    cr_assert(topology_pretend(machine) == 0 && topology_read(&found) == 0);
    cr_assert(found.kinds == 2 && !found.kinds_ranked && found.kind_used == 1, "%d kinds", found.kinds);
    cr_assert(topology_kind(0, list, sizeof list) == 2 && !strcmp(list, "0-1"), "%s", list);
    cr_assert(topology_kind(1, list, sizeof list) == 6 && !strcmp(list, "2-7"), "%s", list);
    cr_assert(place("core") == 0 && count == 6 && !memcmp(cpus, core, sizeof core));
    cr_assert(topology_cpus_worth() == 6 && topology_cpus_of("compact") == 8);
}

Test(topology, of_kinds_of_which_none_is_known_to_be_faster_the_largest_is_used, .timeout = 20, .init = begin,
     .fini = end)
{
    static const int unknown = -1;
    expect_largest(hybrid_machine(1, unknown, &unknown));
}

Test(topology, cores_of_no_kind_are_a_kind, .timeout = 20, .init = begin, .fini = end)
{
    expect_largest(hybrid_machine(1, 1, NULL));
}

Test(topology, of_one_kind_all_are_used, .timeout = 20, .init = begin, .fini = end)
{
    struct topology found;
    char list[64];
    cr_assert(topology_pretend(hybrid_machine(7, 1, NULL)) == 0 && topology_read(&found) == 0);
    cr_assert(found.kinds == 1 && found.kinds_ranked && topology_kind(0, list, sizeof list) == 0 && !*list);
    cr_assert(place("core") == 0 && count == 8);
}

/* hwloc's environment names a machine none of whose CPUs this process may use. */
Test(topology, without_a_usable_cpu_is_not_read, .timeout = 20)
{
    struct topology found;
    setenv("HWLOC_SYNTHETIC", "core:2 pu:1", 1);
    masked = "5";
    cr_assert(topology_read(&found) == -ENOSYS);
}

/* On machines that are not there: what each placement means. */
static void expect_places(const char *placement, const int *wanted, int wanted_count)
{
    cr_assert(topology_place(placement, cpus, 64, &count, why, sizeof why) == 0);
    cr_assert(count >= wanted_count, "%s: %d", placement, count);
    for (int i = 0; i < wanted_count; i++)
        cr_assert(cpus[i] == wanted[i], "%s: thread %d is on %d, not on %d", placement, i, cpus[i], wanted[i]);
}

Test(topology, placements_of_two_packages_with_two_threads_a_core, .timeout = 10)
{
    static const int compact[] = {0, 1, 2, 3}, core[] = {0, 2, 4, 6, 8, 10, 12, 14, 16},
                     spread[] = {0, 16, 8, 24, 2, 18, 10, 26};
    struct topology found;
    int seen[32] = {0};
    cr_assert(topology_pretend("pack:2 l3:2 core:4 pu:2") == 0 && topology_read(&found) == 0);
    cr_assert(found.cpus == 32 && found.cores == 16 && found.packages == 2 && found.kinds == 1 && found.quota == 0);
    expect_places("compact", compact, 4);
    expect_places("core", core, 9);
    expect_places("spread", spread, 8);
    /* Each CPU once, second hardware threads last. */
    cr_assert(topology_place("spread", cpus, 64, &count, why, sizeof why) == 0 && count == 32);
    for (int i = 0; i < 32; i++) {
        seen[cpus[i]]++;
        cr_assert((cpus[i] % 2 == 1) == (i >= 16));
    }
    for (int i = 0; i < 32; i++)
        cr_assert(seen[i] == 1);
}

Test(topology, a_processor_has_no_blanks_around_its_name, .timeout = 10, .init = begin, .fini = end)
{
    struct topology found;
    hwloc_topology_t made;
    char path[128];
    cr_assert(hwloc_topology_init(&made) == 0 && hwloc_topology_set_synthetic(made, "core:1 pu:1") == 0 &&
              hwloc_topology_load(made) == 0);
    cr_assert(hwloc_obj_add_info(hwloc_get_root_obj(made), "CPUModel", "  A Processor   ") == 0);
    snprintf(path, sizeof path, "%s/named.xml", root);
    cr_assert(hwloc_topology_export_xml(made, path, 0) == 0);
    hwloc_topology_destroy(made);
    cr_assert(topology_pretend(path) == 0 && topology_read(&found) == 0);
    cr_assert_str_eq(found.model, "A Processor");
}

Test(topology, a_machine_of_one_cpu_is_a_machine, .timeout = 10)
{
    static const int only[] = {0};
    struct topology found;
    cr_assert(topology_pretend("core:1 pu:1") == 0 && topology_read(&found) == 0 && found.cpus == 1);
    expect_places("compact", only, 1);
    expect_places("core", only, 1);
    expect_places("spread", only, 1);
    cr_assert(topology_cpus_worth() == 1);
}

Test(topology, nonsense_is_no_machine, .timeout = 10)
{
    cr_assert(topology_pretend("huh:3") == -EINVAL);
}
