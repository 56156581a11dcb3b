/* registry.h - a table of named things that files enter by themselves: pools,
 * workloads, faults.
 *
 * Each file of a kind puts a pointer into one section of the program (see
 * POOL_REGISTER), and the linker lays them side by side, in the order of the link;
 * symbols named after the section are its bounds. The pointers are to void, which
 * makes one kind of array of all sections. What comes from plug-ins is added behind.
 * Threads: any, but not while one is added. */
#ifndef REGISTRY_H
#define REGISTRY_H

#include <stdbool.h>

struct registry {
    const void *const *begin, *const *end; /* of the section; equal, or both NULL: nothing is in it */
    const char *(*name)(const void *entry);
    int (*compare)(const void *one, const void *other); /* the order of the section's; no two are equal */
    const void **added;
    int added_max, added_count;
};

int registry_count(const struct registry *registry);

/* In order, those of the section first; NULL when out of range. */
const void *registry_at(const struct registry *registry, int index);

/* NULL: none has this name. `name` may be NULL. */
const void *registry_find(const struct registry *registry, const char *name);

/* Returns 0; -EEXIST when the name is taken; -ENOSPC when there are too many. */
int registry_add(struct registry *registry, const void *entry);
bool registry_is_added(const struct registry *registry, const void *entry);

#endif
