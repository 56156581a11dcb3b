/* topology.h - which CPUs this process may use, and where to put threads.
 *
 * The usable CPUs are those of the affinity mask, ordered by hwloc so that
 * neighbours in the list are neighbours in the machine. A cgroup quota (v1 and
 * v2) limits how many of them are worth using, not which.
 * Needs hwloc; every call works without it having been called before, and none
 * of them changes the affinity of anything. */
#ifndef TOPOLOGY_H
#define TOPOLOGY_H

#include <stdbool.h>
#include <stddef.h>

#define TOPOLOGY_CPUS_MAX 4096

/* What was found. Counts are of usable CPUs (affinity mask). */
struct topology {
    int cpus, cores, packages, numa_nodes;
    int kinds;                           /* of cores, of unlike speed, with usable CPUs; 1: all are alike */
    int kind_used;                       /* by `core`: the fastest; the largest where that is not known */
    bool kinds_ranked;                   /* it is known which of them is faster */
    double quota;                        /* CPUs that the cgroup grants; 0: no limit */
    char quota_from[512];                /* the file that says so, or "" */
    char model[128];                     /* of the processor, or "" */
    size_t l1_bytes, l2_bytes, l3_bytes; /* of the first usable CPU; 0: unknown */
    int l3_shared_by;                    /* usable CPUs that share its L3; 0: none */
};

/* From now on speaks of a machine that is not there, in hwloc's words ("pack:2 l3:2
 * core:4 pu:2") or in a file that lstopo wrote (NAME.xml), all CPUs of which are usable.
 * Before any other call; the text must live on. Returns 0; -EINVAL when hwloc does not
 * understand it. */
int topology_pretend(const char *machine);

/* Calls visit for packages, NUMA nodes, shared caches, cores and hardware threads
 * of usable CPUs, parents first; `what` names one, until visit returns; `cpu` is -1 but
 * for hardware threads. */
void topology_walk(void (*visit)(void *context, int depth, const char *what, int cpu), void *context);

/* Reads the machine once, then answers from memory. Threads: any.
 * Returns 0 or -errno (hwloc could not load). */
int topology_read(struct topology *out);

/* The usable CPUs of the index-th kind of cores, the slowest first where they are ranked, as in "8-15".
 * Returns how many these are; 0: there is no such kind, or all cores are alike. */
int topology_kind(int index, char *list, size_t size);

/* How many CPUs threads have that are placed so, with the quota applied: 1.5 where that
 * grants one and a half. */
double topology_cpus_of(const char *placement);

/* The same of `core`, in whole CPUs, at least 1: the default for "as many workers as this
 * process should start". */
int topology_cpus_worth(void);

/* The quota in CPUs from a cgroup tree at `root` ("" for the real one) for the
 * process whose /proc/self/cgroup and mountinfo lie below root too; of all mounts that
 * show its group the tightest limit on the way up. Where none does, the limit at their
 * roots. Returns 0 when there is none. `from` (may be NULL) receives the file's name. */
double topology_quota(const char *root, char *from, size_t size);

/* The folder of this process's own group below the CPU controller of cgroups, version 1 or 2, as a
 * mount shows it. Returns false where there is none. */
bool topology_group(int version, char *folder, size_t size);

/* Where threads go.
 *   none      nowhere: the kernel decides (count 0)
 *   compact   fill the hardware threads of a core, then the next core
 *   spread    as far apart as the machine allows
 *   core      one per core, first hardware thread; then the second ones; where cores are
 *             of several kinds, on the fastest kind only, or on the largest where nobody
 *             knows which is faster
 *   numa:N    the CPUs of NUMA node N
 *   LIST      0,2,4-7: these, in this order; each must be usable
 * Fills cpus[0..*count-1] in the order in which threads take them.
 * Returns 0; -EINVAL for a word it does not know or a malformed list; -ENODEV
 * for a node or CPU that is not usable here (text then names it); -ENOSPC when more
 * than `max` are asked for; -ENOMEM. */
int topology_place(const char *placement, int *cpus, int max, int *count, char *text, size_t size);

/* Fills order[0..count-1] with 0..count-1 but `self` is left out (so count-1
 * entries), nearest first by hwloc distance between cpus[self] and cpus[i];
 * ties by (i - self) mod count. With cpus == NULL: the ring order. */
void topology_victims(const int *cpus, int count, int self, int *order);

#endif
