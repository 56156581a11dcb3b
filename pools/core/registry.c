/* registry.c - see registry.h. */
#include "pools/core/registry.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

static int own_count(const struct registry *registry)
{
    return (int)(registry->end - registry->begin);
}

int registry_count(const struct registry *registry)
{
    return own_count(registry) + registry->added_count;
}

/* Each entry's rank is the number of entries before it. */
const void *registry_at(const struct registry *registry, int index)
{
    int own = own_count(registry);
    if (index >= own)
        return index < registry_count(registry) ? registry->added[index - own] : NULL;
    for (int i = 0; i < own; i++) {
        int rank = 0;
        for (int j = 0; j < own; j++)
            rank += registry->compare(registry->begin[j], registry->begin[i]) < 0;
        if (rank == index)
            return registry->begin[i];
    }
    return NULL;
}

const void *registry_find(const struct registry *registry, const char *name)
{
    for (int i = 0; name && i < registry_count(registry); i++)
        if (!strcmp(registry->name(registry_at(registry, i)), name))
            return registry_at(registry, i);
    return NULL;
}

int registry_add(struct registry *registry, const void *entry)
{
    if (registry_find(registry, registry->name(entry)))
        return -EEXIST;
    if (registry->added_count == registry->added_max)
        return -ENOSPC;
    registry->added[registry->added_count++] = entry;
    return 0;
}

bool registry_is_added(const struct registry *registry, const void *entry)
{
    for (int i = 0; i < registry->added_count; i++)
        if (registry->added[i] == entry)
            return true;
    return false;
}
