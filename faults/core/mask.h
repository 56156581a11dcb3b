/* mask.h - the CPUs that a thread may use, as a value that needs no memory to be had: of 8,192
 * CPUs, the most that Linux is built for. A plain cpu_set_t ends at 1,024, and the kernel refuses
 * to tell into less than it has. */
#ifndef MASK_H
#define MASK_H

#include <sched.h>
#include <stdbool.h>
#include <string.h>

enum { MASK_CPUS = 8192 };

struct mask {
    cpu_set_t sets[MASK_CPUS / CPU_SETSIZE];
};

/* Those of this thread. Returns whether they can be had; else there are none. */
static inline bool mask_read(struct mask *mask)
{
    memset(mask, 0, sizeof *mask);
    return !sched_getaffinity(0, sizeof mask->sets, mask->sets);
}

static inline int mask_count(const struct mask *mask)
{
    return CPU_COUNT_S(sizeof mask->sets, mask->sets);
}

static inline void mask_add(struct mask *mask, const struct mask *more)
{
    CPU_OR_S(sizeof mask->sets, mask->sets, mask->sets, more->sets);
}

/* This thread, from now on, to the first CPU of the mask. */
static inline void mask_bind_to_first(const struct mask *mask)
{
    struct mask one = {0};
    size_t cpu = 0;
    while (cpu < MASK_CPUS && !CPU_ISSET_S(cpu, sizeof mask->sets, mask->sets))
        cpu++;
    CPU_SET_S(cpu, sizeof one.sets, one.sets);
    sched_setaffinity(0, sizeof one.sets, one.sets);
}

#endif
