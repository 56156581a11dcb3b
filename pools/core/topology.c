/* topology.c - see topology.h. hwloc is loaded once and kept; all else is
 * read from it; the cgroup's quota is in topology_quota.c. */
#include "pools/core/topology.h"

#include <errno.h>
#include <hwloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pools/core/affinity.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static hwloc_topology_t machine; /* NULL: could not load */
static hwloc_bitmap_t usable;    /* CPUs of the affinity mask, as the process began with */
static hwloc_bitmap_t fastest;   /* those of them that are of the fastest kind */
static struct topology summary;
static const char *pretended; /* a machine that is not there, or NULL */

static size_t cache_bytes(hwloc_obj_t pu, hwloc_obj_type_t type)
{
    hwloc_obj_t cache = pu ? hwloc_get_ancestor_obj_by_type(machine, type, pu) : NULL;
    return cache ? cache->attr->cache.size : 0;
}

/* How many objects of a type hold a usable CPU. */
static int count_usable(hwloc_obj_type_t type)
{
    int count = 0;
    for (hwloc_obj_t object = NULL; (object = hwloc_get_next_obj_by_type(machine, type, object));)
        count += object->cpuset && hwloc_bitmap_intersects(object->cpuset, usable);
    return count;
}

/* The usable CPUs of hwloc's index-th kind; 0: none, or nobody knows how fast it is. */
static int kind_cpus(int index, hwloc_bitmap_t cpus)
{
    int efficiency = -1;
#if HWLOC_API_VERSION >= 0x00020400
    if (hwloc_cpukinds_get_info(machine, (unsigned)index, cpus, &efficiency, NULL, NULL, 0))
        return 0;
#else
    (void)index;
#endif
    hwloc_bitmap_and(cpus, cpus, usable);
    return efficiency < 0 ? 0 : hwloc_bitmap_weight(cpus);
}

static int kinds_known(void)
{
#if HWLOC_API_VERSION >= 0x00020400
    return hwloc_cpukinds_get_nr(machine, 0);
#else
    return 0;
#endif
}

/* hwloc sorts kinds by their speed, the fastest last. */
static void find_kinds(void)
{
    hwloc_bitmap_t cpus = hwloc_bitmap_alloc();
    hwloc_bitmap_copy(fastest, usable);
    for (int i = 0; i < kinds_known(); i++) {
        if (!kind_cpus(i, cpus))
            continue;
        summary.kinds++;
        hwloc_bitmap_copy(fastest, cpus);
    }
    if (!summary.kinds)
        summary.kinds = 1;
    hwloc_bitmap_free(cpus);
}

int topology_kind(int index, char *list, size_t size)
{
    hwloc_bitmap_t cpus = hwloc_bitmap_alloc();
    struct topology found;
    int count = 0, at = 0;
    *list = '\0';
    for (int i = 0; !topology_read(&found) && i < kinds_known() && at <= index; i++)
        if ((count = kind_cpus(i, cpus)) && at++ == index)
            hwloc_bitmap_list_snprintf(list, size, cpus);
    hwloc_bitmap_free(cpus);
    return at > index ? count : 0;
}

static void summarise(void)
{
    hwloc_obj_t root = hwloc_get_root_obj(machine), pu, l3;
    const char *model;
    pu = hwloc_get_pu_obj_by_os_index(machine, (unsigned)hwloc_bitmap_first(usable));
    summary.cpus = hwloc_bitmap_weight(usable);
    summary.cores = count_usable(HWLOC_OBJ_CORE);
    if (summary.cores <= 0)
        summary.cores = summary.cpus;
    summary.packages = count_usable(HWLOC_OBJ_PACKAGE);
    summary.numa_nodes = count_usable(HWLOC_OBJ_NUMANODE);
    find_kinds();
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

/* A machine that is not there: a file of lstopo's, or hwloc's words. */
static int set_pretended(hwloc_topology_t loading)
{
    size_t length = strlen(pretended), ending = strlen(".xml");
    return length > ending && !strcmp(pretended + length - ending, ".xml")
               ? hwloc_topology_set_xml(loading, pretended)
               : hwloc_topology_set_synthetic(loading, pretended);
}

/* The CPUs of the affinity mask. */
static int read_mask(hwloc_bitmap_t mask)
{
    size_t bytes;
    cpu_set_t *set = pool_affinity_of(getpid(), &bytes);
    if (!set)
        return -errno;
    for (size_t cpu = 0; cpu < 8 * bytes; cpu++)
        if (CPU_ISSET_S(cpu, bytes, set))
            hwloc_bitmap_set(mask, (unsigned)cpu);
    CPU_FREE(set);
    return 0;
}

static void load(void)
{
    hwloc_topology_t loading;
    if (hwloc_topology_init(&loading))
        return;
    if ((pretended && set_pretended(loading)) || hwloc_topology_load(loading)) {
        hwloc_topology_destroy(loading);
        return;
    }
    usable = hwloc_bitmap_alloc();
    fastest = hwloc_bitmap_alloc();
    if (!usable || !fastest || (!pretended && read_mask(usable))) {
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

/* On the fastest kind only: what runs on two kinds of cores at once is slow or fast by
 * where its threads came to lie. */
static int place_core(int *cpus, int max, int *count)
{
    int wanted = hwloc_bitmap_weight(fastest), error = 0;
    for (int rank = 0; *count < wanted && !error; rank++)
        for (hwloc_obj_t pu = NULL; (pu = hwloc_get_next_obj_by_type(machine, HWLOC_OBJ_PU, pu)) && !error;)
            if (hwloc_bitmap_isset(fastest, pu->os_index) && thread_of_core(pu) == rank)
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

/* How many CPUs. */

double topology_cpus_of(const char *placement)
{
    static const double least = 0.01; /* the smallest quota there is is 1% */
    struct topology found;
    char why[256];
    int *cpus, count = 0, different = 0;
    if (topology_read(&found))
        return 1;
    cpus = calloc(TOPOLOGY_CPUS_MAX, sizeof *cpus);
    if (cpus && !topology_place(placement, cpus, TOPOLOGY_CPUS_MAX, &count, why, sizeof why) && count) {
        hwloc_bitmap_t set = hwloc_bitmap_alloc();
        for (int i = 0; i < count; i++)
            hwloc_bitmap_set(set, (unsigned)cpus[i]);
        different = hwloc_bitmap_weight(set);
        hwloc_bitmap_free(set);
    }
    free(cpus);
    different = different ? different : found.cpus; /* anywhere */
    if (found.quota > 0 && found.quota < different)
        return found.quota > least ? found.quota : least;
    return different;
}

int topology_cpus_worth(void)
{
    int worth = (int)topology_cpus_of("core"); /* a quota of 2.5 keeps two workers busy */
    return worth > 0 ? worth : 1;
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
