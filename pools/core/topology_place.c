/* topology_place.c - where threads go, and how far apart CPUs are: topology_place,
 * topology_cpus_of and topology_victims of topology.h. */
#include <errno.h>
#include <hwloc.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pools/core/topology.h"
#include "pools/core/topology_loaded.h"

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
    while (!error && (pu = hwloc_get_next_obj_by_type(topology_machine, HWLOC_OBJ_PU, pu)))
        if (hwloc_bitmap_isset(topology_usable, pu->os_index) && (!within || hwloc_bitmap_isset(within, pu->os_index)))
            error = add_cpu(cpus, max, count, (int)pu->os_index);
    return error;
}

/* Rank of a CPU among the usable ones of its core. */
static int thread_of_core(hwloc_obj_t pu)
{
    hwloc_obj_t core = hwloc_get_ancestor_obj_by_type(topology_machine, HWLOC_OBJ_CORE, pu);
    int rank = 0;
    for (hwloc_obj_t other = NULL;
         core &&
         (other = hwloc_get_next_obj_inside_cpuset_by_type(topology_machine, core->cpuset, HWLOC_OBJ_PU, other)) &&
         other != pu;)
        rank += hwloc_bitmap_isset(topology_usable, other->os_index);
    return rank;
}

/* On the fastest kind only: what runs on two kinds of cores at once is slow or fast by
 * where its threads came to lie. */
static int place_core(int *cpus, int max, int *count)
{
    int wanted = hwloc_bitmap_weight(topology_fastest), error = 0;
    for (int rank = 0; *count < wanted && !error; rank++)
        for (hwloc_obj_t pu = NULL; (pu = hwloc_get_next_obj_by_type(topology_machine, HWLOC_OBJ_PU, pu)) && !error;)
            if (hwloc_bitmap_isset(topology_fastest, pu->os_index) && thread_of_core(pu) == rank)
                error = add_cpu(cpus, max, count, (int)pu->os_index);
    return error;
}

/* The usable CPUs below an object, so ordered that any first few are as far apart as
 * can be: its children take turns, and so do theirs. Returns how many, or -ENOMEM. */
static int spread_below(hwloc_obj_t object, int *cpus, int max)
{
    int *orders, *counts, total = 0, error = 0;
    if (object->type == HWLOC_OBJ_PU) {
        if (max < 1 || !hwloc_bitmap_isset(topology_usable, object->os_index))
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
    int wanted = hwloc_bitmap_weight(topology_usable),
        found = spread_below(hwloc_get_root_obj(topology_machine), cpus, max < wanted ? max : wanted);
    *count = found < 0 ? 0 : found;
    return found < 0 ? found : 0;
}

static void usable_text(char *text, size_t size, const char *prefix)
{
    char list[256];
    hwloc_bitmap_list_snprintf(list, sizeof list, topology_usable);
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
    while ((numa = hwloc_get_next_obj_by_type(topology_machine, HWLOC_OBJ_NUMANODE, numa)))
        if (numa->os_index == node && numa->cpuset && hwloc_bitmap_intersects(numa->cpuset, topology_usable))
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
            if (cpu >= TOPOLOGY_CPUS_MAX || !hwloc_bitmap_isset(topology_usable, (unsigned)cpu)) {
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
    hwloc_obj_t a = hwloc_get_pu_obj_by_os_index(topology_machine, (unsigned)cpu);
    hwloc_obj_t b = hwloc_get_pu_obj_by_os_index(topology_machine, (unsigned)other);
    hwloc_obj_t common = a && b ? hwloc_get_common_ancestor_obj(topology_machine, a, b) : NULL;
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
