/* topology.c - see topology.h. hwloc is loaded once and kept; all else is
 * read from it, or from the files of the cgroup. */
#include "pools/core/topology.h"

#include <errno.h>
#include <hwloc.h>
#include <hwloc/glibc-sched.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static hwloc_topology_t machine; /* NULL: could not load */
static hwloc_bitmap_t usable;    /* CPUs of the affinity mask, as the process began with */
static struct topology summary;
static const char *pretended; /* a machine that is not there, or NULL */

static size_t cache_bytes(hwloc_obj_t pu, hwloc_obj_type_t type)
{
    hwloc_obj_t cache = pu ? hwloc_get_ancestor_obj_by_type(machine, type, pu) : NULL;
    return cache ? cache->attr->cache.size : 0;
}

static void summarise(void)
{
    hwloc_obj_t root = hwloc_get_root_obj(machine), pu, l3;
    const char *model;
    pu = hwloc_get_pu_obj_by_os_index(machine, (unsigned)hwloc_bitmap_first(usable));
    summary.cpus = hwloc_bitmap_weight(usable);
    summary.cores = hwloc_get_nbobjs_inside_cpuset_by_type(machine, usable, HWLOC_OBJ_CORE);
    if (summary.cores <= 0)
        summary.cores = summary.cpus;
    summary.packages = hwloc_get_nbobjs_by_type(machine, HWLOC_OBJ_PACKAGE);
    summary.numa_nodes = hwloc_get_nbobjs_by_type(machine, HWLOC_OBJ_NUMANODE);
    model = hwloc_obj_get_info_by_name(root, "CPUModel");
    if (!model && hwloc_get_obj_by_type(machine, HWLOC_OBJ_PACKAGE, 0))
        model = hwloc_obj_get_info_by_name(hwloc_get_obj_by_type(machine, HWLOC_OBJ_PACKAGE, 0), "CPUModel");
    snprintf(summary.model, sizeof summary.model, "%s", model ? model : "");
    summary.l1_bytes = cache_bytes(pu, HWLOC_OBJ_L1CACHE);
    summary.l2_bytes = cache_bytes(pu, HWLOC_OBJ_L2CACHE);
    summary.l3_bytes = cache_bytes(pu, HWLOC_OBJ_L3CACHE);
    l3 = pu ? hwloc_get_ancestor_obj_by_type(machine, HWLOC_OBJ_L3CACHE, pu) : NULL;
    if (l3) {
        hwloc_bitmap_t shared = hwloc_bitmap_alloc();
        hwloc_bitmap_and(shared, l3->cpuset, usable);
        summary.l3_shared_by = hwloc_bitmap_weight(shared);
        hwloc_bitmap_free(shared);
    }
    if (!pretended)
        summary.quota = topology_quota("", summary.quota_from, sizeof summary.quota_from);
}

static void load(void)
{
    cpu_set_t mask;
    hwloc_topology_t loading;
    if (hwloc_topology_init(&loading))
        return;
    if ((pretended && hwloc_topology_set_synthetic(loading, pretended)) || hwloc_topology_load(loading)) {
        hwloc_topology_destroy(loading);
        return;
    }
    usable = hwloc_bitmap_alloc();
    if (!usable || sched_getaffinity(getpid(), sizeof mask, &mask) ||
        hwloc_cpuset_from_glibc_sched_affinity(loading, usable, &mask, sizeof mask)) {
        hwloc_topology_destroy(loading);
        return;
    }
    if (pretended)
        hwloc_bitmap_fill(usable);
    hwloc_bitmap_and(usable, usable, hwloc_topology_get_topology_cpuset(loading));
    machine = loading;
    summarise();
}

int topology_pretend(const char *synthetic)
{
    struct topology found;
    pretended = synthetic;
    return topology_read(&found) ? -EINVAL : 0;
}

static bool is_shown(hwloc_obj_t object)
{
    return object->type == HWLOC_OBJ_PACKAGE || object->type == HWLOC_OBJ_CORE || object->type == HWLOC_OBJ_PU ||
           object->type == HWLOC_OBJ_L3CACHE || object->type == HWLOC_OBJ_GROUP;
}

static void walk(hwloc_obj_t object, int depth, void (*visit)(void *context, int depth, const char *what, int cpu),
                 void *context)
{
    char type[64], attributes[128], what[256];
    if (object->cpuset && !hwloc_bitmap_intersects(object->cpuset, usable))
        return;
    for (hwloc_obj_t node = object->memory_first_child; node; node = node->next_sibling) {
        snprintf(what, sizeof what, "NUMA node %u", node->logical_index);
        visit(context, depth, what, -1);
    }
    if (is_shown(object)) {
        hwloc_obj_type_snprintf(type, sizeof type, object, 0);
        hwloc_obj_attr_snprintf(attributes, sizeof attributes, object, " ", 0);
        if (object->type == HWLOC_OBJ_L3CACHE)
            snprintf(what, sizeof what, "%s %u%s%s", type, object->logical_index, *attributes ? ", " : "", attributes);
        else
            snprintf(what, sizeof what, "%s %u", type, object->logical_index);
        visit(context, depth, what, object->type == HWLOC_OBJ_PU ? (int)object->os_index : -1);
        depth++;
    }
    for (unsigned i = 0; i < object->arity; i++)
        walk(object->children[i], depth, visit, context);
}

void topology_walk(void (*visit)(void *context, int depth, const char *what, int cpu), void *context)
{
    struct topology found;
    if (!topology_read(&found))
        walk(hwloc_get_root_obj(machine), 0, visit, context);
}

int topology_read(struct topology *out)
{
    pthread_once(&once, load);
    if (!machine)
        return -ENOSYS;
    *out = summary;
    return 0;
}

int topology_cpus_worth(void)
{
    struct topology found;
    int worth;
    if (topology_read(&found))
        return 1;
    worth = found.cpus;
    if (found.quota > 0 && found.quota < worth)
        worth = (int)found.quota; /* a quota of 2.5 keeps two workers busy */
    return worth > 0 ? worth : 1;
}

/* The quota. */

static bool read_line(char *line, size_t size, const char *root, const char *a, const char *b, const char *c)
{
    char path[4096];
    FILE *file;
    bool read;
    snprintf(path, sizeof path, "%s%s%s/%s", root, a, b, c);
    file = fopen(path, "re");
    if (!file)
        return false;
    read = fgets(line, (int)size, file) != NULL;
    fclose(file);
    return read;
}

/* One level of the tree, either version; 0 for no limit. */
static double quota_at(const char *root, const char *mount, const char *group, bool version2, const char **file)
{
    char line[128], period_line[128];
    double quota, period;
    if (version2) {
        *file = "cpu.max";
        return read_line(line, sizeof line, root, mount, group, "cpu.max") &&
                       sscanf(line, "%lf %lf", &quota, &period) == 2 && period > 0
                   ? quota / period
                   : 0;
    }
    *file = "cpu.cfs_quota_us";
    if (!read_line(line, sizeof line, root, mount, group, "cpu.cfs_quota_us") ||
        !read_line(period_line, sizeof period_line, root, mount, group, "cpu.cfs_period_us"))
        return 0;
    quota = strtod(line, NULL);
    period = strtod(period_line, NULL);
    return quota > 0 && period > 0 ? quota / period : 0;
}

/* Walks from the group up to the mount's root; the tightest limit counts. */
static double quota_up(const char *root, const char *mount, const char *group, bool version2, char *from, size_t size)
{
    char path[4096];
    double tightest = 0;
    snprintf(path, sizeof path, "%s", strcmp(group, "/") ? group : "");
    for (;;) {
        const char *file;
        double quota = quota_at(root, mount, path, version2, &file);
        char *slash = strrchr(path, '/');
        if (quota > 0 && (tightest == 0 || quota < tightest)) {
            tightest = quota;
            if (from)
                snprintf(from, size, "%s%s/%s", mount, path, file);
        }
        if (!slash)
            return tightest;
        *slash = '\0';
    }
}

/* Where a controller is mounted: its mount point and the group at its root. */
static bool find_mount(const char *root, bool version2, char *mount, char *mount_root)
{
    char path[4096], line[4096];
    FILE *file;
    bool found = false;
    snprintf(path, sizeof path, "%s/proc/self/mountinfo", root);
    file = fopen(path, "re");
    while (file && !found && fgets(line, sizeof line, file)) {
        char type[64], options[1024] = "";
        const char *rest = strstr(line, " - ");
        if (!rest || sscanf(line, "%*s %*s %*s %1023s %1023s", mount_root, mount) != 2 ||
            sscanf(rest, " - %63s %*s %1023s", type, options) < 1)
            continue;
        found = version2 ? !strcmp(type, "cgroup2")
                         : !strcmp(type, "cgroup") && (strstr(options, ",cpu,") || strstr(options, ",cpu\n") ||
                                                       !strcmp(options + strlen(options) - 4, ",cpu"));
    }
    if (file)
        fclose(file);
    return found;
}

/* The group of this process below one controller: the line 0:: for version 2,
 * the line that lists cpu for version 1. */
static bool find_group(const char *root, bool version2, char *group)
{
    char path[4096], line[4096];
    FILE *file;
    bool found = false;
    snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    file = fopen(path, "re");
    while (file && !found && fgets(line, sizeof line, file)) {
        char *controllers = strchr(line, ':'), *name;
        if (!controllers || !(name = strchr(++controllers, ':')))
            continue;
        *name++ = '\0';
        name[strcspn(name, "\n")] = '\0';
        for (char *save, *word = strtok_r(controllers, ",", &save); !version2 && word;
             word = strtok_r(NULL, ",", &save))
            found = found || !strcmp(word, "cpu");
        found = found || (version2 && !strncmp(line, "0:", 2));
        if (found)
            snprintf(group, 1024, "%s", name);
    }
    if (file)
        fclose(file);
    return found;
}

double topology_quota(const char *root, char *from, size_t size)
{
    double tightest = 0;
    if (from && size)
        *from = '\0';
    for (int version = 1; version <= 2; version++) {
        char mount[1024], mount_root[1024], group[1024], file[1024] = "";
        const char *below = group;
        double quota;
        if (!find_mount(root, version == 2, mount, mount_root) || !find_group(root, version == 2, group))
            continue;
        /* In a container the mount shows a part of the tree only. */
        if (strcmp(mount_root, "/") && !strncmp(group, mount_root, strlen(mount_root)))
            below = group + strlen(mount_root);
        quota = quota_up(root, mount, *below ? below : "/", version == 2, file, sizeof file);
        if (quota > 0 && (tightest == 0 || quota < tightest)) {
            tightest = quota;
            if (from)
                snprintf(from, size, "%s", file);
        }
    }
    return tightest;
}

/* Placement. */

static int add_cpu(int *cpus, int max, int *count, int cpu)
{
    if (*count >= max)
        return -ENOSPC;
    cpus[(*count)++] = cpu;
    return 0;
}

/* Logical order: hardware threads of a core, cores of a cache, caches of a package. */
static int place_compact(int *cpus, int max, int *count, hwloc_const_cpuset_t within)
{
    int error = 0;
    hwloc_obj_t pu = NULL;
    while (!error && (pu = hwloc_get_next_obj_by_type(machine, HWLOC_OBJ_PU, pu)))
        if (hwloc_bitmap_isset(usable, pu->os_index) && (!within || hwloc_bitmap_isset(within, pu->os_index)))
            error = add_cpu(cpus, max, count, (int)pu->os_index);
    return error;
}

/* Rank of a CPU among the usable ones of its core. */
static int thread_of_core(hwloc_obj_t pu)
{
    hwloc_obj_t core = hwloc_get_ancestor_obj_by_type(machine, HWLOC_OBJ_CORE, pu);
    int rank = 0;
    for (hwloc_obj_t other = NULL;
         core && (other = hwloc_get_next_obj_inside_cpuset_by_type(machine, core->cpuset, HWLOC_OBJ_PU, other)) &&
         other != pu;)
        rank += hwloc_bitmap_isset(usable, other->os_index);
    return rank;
}

static int place_core(int *cpus, int max, int *count)
{
    int wanted = hwloc_bitmap_weight(usable), error = 0;
    for (int rank = 0; *count < wanted && !error; rank++)
        for (hwloc_obj_t pu = NULL; (pu = hwloc_get_next_obj_by_type(machine, HWLOC_OBJ_PU, pu)) && !error;)
            if (hwloc_bitmap_isset(usable, pu->os_index) && thread_of_core(pu) == rank)
                error = add_cpu(cpus, max, count, (int)pu->os_index);
    return error;
}

/* The usable CPUs below an object, so ordered that any first few are as far apart as
 * can be: its children take turns, and so do theirs. Returns how many, or -ENOMEM. */
static int spread_below(hwloc_obj_t object, int *cpus, int max)
{
    int *orders, *counts, total = 0, error = 0;
    if (object->type == HWLOC_OBJ_PU) {
        if (max < 1 || !hwloc_bitmap_isset(usable, object->os_index))
            return 0;
        cpus[0] = (int)object->os_index;
        return 1;
    }
    if (!object->arity)
        return 0;
    orders = calloc((size_t)object->arity * (size_t)max, sizeof *orders);
    counts = calloc(object->arity, sizeof *counts);
    for (unsigned i = 0; i < object->arity && orders && counts && !error; i++) {
        counts[i] = spread_below(object->children[i], orders + (size_t)i * (size_t)max, max);
        error = counts[i] < 0 ? counts[i] : 0;
    }
    if (!orders || !counts)
        error = -ENOMEM;
    for (int turn = 0; !error && turn < max; turn++)
        for (unsigned i = 0; i < object->arity; i++)
            if (turn < counts[i] && total < max)
                cpus[total++] = orders[(size_t)i * (size_t)max + (size_t)turn];
    free(counts);
    free(orders);
    return error ? error : total;
}

static int place_spread(int *cpus, int max, int *count)
{
    int wanted = hwloc_bitmap_weight(usable),
        found = spread_below(hwloc_get_root_obj(machine), cpus, max < wanted ? max : wanted);
    *count = found < 0 ? 0 : found;
    return found < 0 ? found : 0;
}

static void usable_text(char *text, size_t size, const char *prefix)
{
    char list[256];
    hwloc_bitmap_list_snprintf(list, sizeof list, usable);
    snprintf(text, size, "%s (usable CPUs: %s)", prefix, list);
}

static int place_numa(const char *digits, int *cpus, int max, int *count, char *text, size_t size)
{
    char *end, why[64];
    unsigned long node = strtoul(digits, &end, 10);
    hwloc_obj_t numa = NULL;
    if (*digits < '0' || *digits > '9' || *end) {
        snprintf(text, size, "numa wants a node, as in numa:0");
        return -EINVAL;
    }
    while ((numa = hwloc_get_next_obj_by_type(machine, HWLOC_OBJ_NUMANODE, numa)))
        if (numa->os_index == node && numa->cpuset && hwloc_bitmap_intersects(numa->cpuset, usable))
            return place_compact(cpus, max, count, numa->cpuset);
    snprintf(why, sizeof why, "no usable CPU on NUMA node %.20s", digits);
    usable_text(text, size, why);
    return -ENODEV;
}

static int place_list(const char *list, int *cpus, int max, int *count, char *text, size_t size)
{
    char why[64];
    while (*list) {
        char *end;
        unsigned long first = strtoul(list, &end, 10), last = first;
        bool good = *list >= '0' && *list <= '9';
        if (good && *end == '-') {
            list = end + 1;
            last = strtoul(list, &end, 10);
            good = *list >= '0' && *list <= '9' && last >= first;
        }
        if (!good || (*end && *end != ',') || (*end == ',' && !end[1])) {
            snprintf(text, size, "not a placement (none, compact, spread, core, numa:N, or CPUs as in 0,2,4-7)");
            return -EINVAL;
        }
        for (unsigned long cpu = first; cpu <= last; cpu++) {
            if (cpu >= TOPOLOGY_CPUS_MAX || !hwloc_bitmap_isset(usable, (unsigned)cpu)) {
                snprintf(why, sizeof why, "CPU %lu cannot be used here", cpu);
                usable_text(text, size, why);
                return -ENODEV;
            }
            if (add_cpu(cpus, max, count, (int)cpu))
                return -ENOSPC;
        }
        list = *end ? end + 1 : end;
    }
    return 0;
}

int topology_place(const char *placement, int *cpus, int max, int *count, char *text, size_t size)
{
    struct topology found;
    *count = 0;
    if (size)
        *text = '\0';
    if (!strcmp(placement, "none"))
        return 0;
    if (topology_read(&found)) {
        snprintf(text, size, "hwloc could not read this machine");
        return -ENODEV;
    }
    if (!strcmp(placement, "compact"))
        return place_compact(cpus, max, count, NULL);
    if (!strcmp(placement, "spread"))
        return place_spread(cpus, max, count);
    if (!strcmp(placement, "core"))
        return place_core(cpus, max, count);
    if (!strncmp(placement, "numa:", 5))
        return place_numa(placement + 5, cpus, max, count, text, size);
    if (!*placement)
        placement = "?"; /* empty is no list */
    return place_list(placement, cpus, max, count, text, size);
}

/* Distance: how far up the tree two CPUs meet. */

static int distance(int cpu, int other)
{
    hwloc_obj_t a = hwloc_get_pu_obj_by_os_index(machine, (unsigned)cpu);
    hwloc_obj_t b = hwloc_get_pu_obj_by_os_index(machine, (unsigned)other);
    hwloc_obj_t common = a && b ? hwloc_get_common_ancestor_obj(machine, a, b) : NULL;
    return common ? a->depth - common->depth : INT_MAX;
}

void topology_victims(const int *cpus, int count, int self, int *order)
{
    struct topology found;
    int n = 0;
    bool known = cpus && topology_read(&found) == 0;
    for (int step = 1; step < count; step++) {
        int victim = (self + step) % count, at = n++;
        /* Insertion keeps equal distances in ring order. */
        while (known && at > 0 && distance(cpus[self], cpus[order[at - 1]]) > distance(cpus[self], cpus[victim])) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = victim;
    }
}
