/* heap.c - see heap.h. jemalloc is found by a weak name. */
#include "workloads/core/heap.h"

#include <stddef.h>

extern int mallctl(const char *, void *, size_t *, void *, size_t) __attribute__((weak));

bool heap_known(void)
{
    return mallctl != NULL;
}

void heap_refresh(void)
{
    uint64_t epoch = 1;
    size_t size = sizeof epoch;
    if (mallctl)
        mallctl("epoch", &epoch, &size, &epoch, size);
}

void heap_give_back(void)
{
    if (mallctl)
        mallctl("thread.tcache.flush", NULL, NULL, NULL, 0);
}

void heap_may_keep(bool may)
{
    if (mallctl)
        mallctl("thread.tcache.enabled", NULL, NULL, &may, sizeof may);
}

int64_t heap_read(const char *what)
{
    size_t value = 0, size = sizeof value;
    if (!mallctl || mallctl(what, &value, &size, NULL, 0))
        return 0;
    return (int64_t)value;
}
