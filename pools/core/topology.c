/* topology.c - see topology.h. hwloc is loaded once and kept; all else is read from it.
 * Where threads go is in topology_place.c, the cgroup's quota in topology_quota.c. */
#include "pools/core/topology.h"

#include <errno.h>
#include <hwloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pools/core/affinity.h"
#include "pools/core/topology_loaded.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
hwloc_topology_t topology_machine;
hwloc_bitmap_t topology_usable, topology_fastest;
static struct topology summary;
static const char *pretended; /* a machine that is not there, or NULL */

static size_t cache_bytes(hwloc_obj_t pu, hwloc_obj_type_t type)
{
    hwloc_obj_t cache = pu ? hwloc_get_ancestor_obj_by_type(topology_machine, type, pu) : NULL;
    return cache ? cache->attr->cache.size : 0;
}

/* How many objects of a type hold a usable CPU. */
static int count_usable(hwloc_obj_type_t type)
{
    int count = 0;
    for (hwloc_obj_t object = NULL; (object = hwloc_get_next_obj_by_type(topology_machine, type, object));)
        count += object->cpuset && hwloc_bitmap_intersects(object->cpuset, topology_usable);
    return count;
}

static int kinds_known(void)
{
#if HWLOC_API_VERSION >= 0x00020400
    return hwloc_cpukinds_get_nr(topology_machine, 0);
#else
    return 0;
#endif
}

/* All CPUs of hwloc's index-th kind; *efficiency < 0: nobody knows how fast it is. */
static void kind_of_hwloc(int index, hwloc_bitmap_t cpus, int *efficiency)
{
    *efficiency = -1;
    hwloc_bitmap_zero(cpus);
#if HWLOC_API_VERSION >= 0x00020400
    hwloc_cpukinds_get_info(topology_machine, (unsigned)index, cpus, efficiency, NULL, NULL, 0);
#else
    (void)index;
#endif
}

/* The usable CPUs of the index-th kind; the last one is of those that hwloc counts to none. Returns
 * how many. */
static int kind_cpus(int index, hwloc_bitmap_t cpus, int *efficiency)
{
    hwloc_bitmap_t one = hwloc_bitmap_alloc();
    kind_of_hwloc(index, cpus, efficiency);
    if (index == kinds_known()) {
        hwloc_bitmap_copy(cpus, topology_usable);
        for (int i = 0; i < index; i++) {
            int unused;
            kind_of_hwloc(i, one, &unused);
            hwloc_bitmap_andnot(cpus, cpus, one);
        }
    }
    hwloc_bitmap_and(cpus, cpus, topology_usable);
    hwloc_bitmap_free(one);
    return hwloc_bitmap_weight(cpus);
}

/* hwloc sorts kinds by their speed, the fastest last. Where it does not know of one how fast that is, the one with the
 * most CPUs is as good a choice as can be: all of one kind are alike. */
static void find_kinds(void)
{
    hwloc_bitmap_t cpus = hwloc_bitmap_alloc();
    int most = 0, largest = 0, efficiency;
    summary.kinds_ranked = true;
    for (int i = 0; i <= kinds_known(); i++) {
        int count = kind_cpus(i, cpus, &efficiency);
        if (!count)
            continue;
        summary.kinds_ranked = summary.kinds_ranked && efficiency >= 0;
        largest = count > most ? summary.kinds : largest;
        most = count > most ? count : most;
        summary.kinds++;
    }
    summary.kind_used = summary.kinds_ranked ? summary.kinds - 1 : largest;
    for (int i = 0, at = 0; i <= kinds_known(); i++)
        if (kind_cpus(i, cpus, &efficiency) && at++ == summary.kind_used)
            hwloc_bitmap_copy(topology_fastest, cpus);
    hwloc_bitmap_free(cpus);
}

int topology_kind(int index, char *list, size_t size)
{
    hwloc_bitmap_t cpus = hwloc_bitmap_alloc();
    struct topology found;
    int count = 0, at = 0, efficiency;
    *list = '\0';
    for (int i = 0; !topology_read(&found) && found.kinds > 1 && i <= kinds_known() && at <= index; i++)
        if ((count = kind_cpus(i, cpus, &efficiency)) && at++ == index)
            hwloc_bitmap_list_snprintf(list, size, cpus);
    hwloc_bitmap_free(cpus);
    return at > index ? count : 0;
}

/* Without the blanks with which some processors fill up their name. */
static void name_model(const char *name)
{
    size_t length;
    name += strspn(name, " ");
    length = strlen(name);
    while (length && name[length - 1] == ' ')
        length--;
    snprintf(summary.model, sizeof summary.model, "%.*s", (int)length, name);
}

static void summarise(void)
{
    hwloc_obj_t root = hwloc_get_root_obj(topology_machine), pu, l3;
    const char *model;
    pu = hwloc_get_pu_obj_by_os_index(topology_machine, (unsigned)hwloc_bitmap_first(topology_usable));
    summary.cpus = hwloc_bitmap_weight(topology_usable);
    summary.cores = count_usable(HWLOC_OBJ_CORE);
    if (summary.cores <= 0)
        summary.cores = summary.cpus;
    summary.packages = count_usable(HWLOC_OBJ_PACKAGE);
    summary.numa_nodes = count_usable(HWLOC_OBJ_NUMANODE);
    find_kinds();
    model = hwloc_obj_get_info_by_name(root, "CPUModel");
    if (!model && hwloc_get_obj_by_type(topology_machine, HWLOC_OBJ_PACKAGE, 0))
        model = hwloc_obj_get_info_by_name(hwloc_get_obj_by_type(topology_machine, HWLOC_OBJ_PACKAGE, 0), "CPUModel");
    name_model(model ? model : "");
    summary.l1_bytes = cache_bytes(pu, HWLOC_OBJ_L1CACHE);
    summary.l2_bytes = cache_bytes(pu, HWLOC_OBJ_L2CACHE);
    summary.l3_bytes = cache_bytes(pu, HWLOC_OBJ_L3CACHE);
    l3 = pu ? hwloc_get_ancestor_obj_by_type(topology_machine, HWLOC_OBJ_L3CACHE, pu) : NULL;
    if (l3) {
        hwloc_bitmap_t shared = hwloc_bitmap_alloc();
        hwloc_bitmap_and(shared, l3->cpuset, topology_usable);
        summary.l3_shared_by = hwloc_bitmap_weight(shared);
        hwloc_bitmap_free(shared);
    }
    if (!pretended)
        summary.quota = topology_quota("", summary.quota_from, sizeof summary.quota_from);
}

/* A file that ends: hwloc reads a device, or a pipe, for ever. */
static bool is_file(const char *path)
{
    enum { BYTES_MAX = 64 << 20 };
    struct stat info;
    return !stat(path, &info) && S_ISREG(info.st_mode) && info.st_size <= BYTES_MAX;
}

/* A machine that is not there: a file of lstopo's, or hwloc's words. */
static int set_pretended(hwloc_topology_t loading)
{
    size_t length = strlen(pretended), ending = strlen(".xml");
    if (length <= ending || strcmp(pretended + length - ending, ".xml"))
        return hwloc_topology_set_synthetic(loading, pretended);
    return is_file(pretended) ? hwloc_topology_set_xml(loading, pretended) : -1;
}

/* What hwloc itself takes from the environment. */
static bool environment_ends(void)
{
    const char *file = getenv("HWLOC_XMLFILE");
    return !file || !*file || is_file(file);
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
    if (!environment_ends() || hwloc_topology_init(&loading))
        return;
    if ((pretended && set_pretended(loading)) || hwloc_topology_load(loading)) {
        hwloc_topology_destroy(loading);
        return;
    }
    topology_usable = hwloc_bitmap_alloc();
    topology_fastest = hwloc_bitmap_alloc();
    if (!topology_usable || !topology_fastest || (!pretended && read_mask(topology_usable))) {
        hwloc_topology_destroy(loading);
        return;
    }
    if (pretended)
        hwloc_bitmap_fill(topology_usable);
    hwloc_bitmap_and(topology_usable, topology_usable, hwloc_topology_get_topology_cpuset(loading));
    if (hwloc_bitmap_iszero(topology_usable)) { /* the environment names a machine that is not this one */
        hwloc_topology_destroy(loading);
        return;
    }
    topology_machine = loading;
    summarise();
}

int topology_pretend(const char *machine)
{
    struct topology found;
    pretended = machine;
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
    if (object->cpuset && !hwloc_bitmap_intersects(object->cpuset, topology_usable))
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
        walk(hwloc_get_root_obj(topology_machine), 0, visit, context);
}

int topology_read(struct topology *out)
{
    pthread_once(&once, load);
    if (!topology_machine)
        return -ENOSYS;
    *out = summary;
    return 0;
}
