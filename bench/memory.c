/* memory.c - see memory.h. jemalloc is found by a weak name, so that a build
 * without it says "not measured" instead of a wrong number. */
#include "bench/memory.h"

#include <sys/resource.h>
#include <stddef.h>

extern int mallctl(const char *name, void *old, size_t *old_size, void *new, size_t new_size) __attribute__((weak));

static bool ask(const char *name, uint64_t *value)
{
    size_t bytes, size = sizeof bytes;
    if (mallctl(name, &bytes, &size, NULL, 0))
        return false;
    *value = bytes;
    return true;
}

void memory_read(struct memory *memory)
{
    struct rusage usage;
    uint64_t epoch = 1;
    *memory = (struct memory){0};
    if (!mallctl || mallctl("epoch", NULL, NULL, &epoch, sizeof epoch)) /* else the figures are old */
        return;
    memory->measured = ask("stats.allocated", &memory->allocated_bytes) &&
                       ask("stats.resident", &memory->resident_bytes) && !getrusage(RUSAGE_SELF, &usage);
    if (memory->measured)
        memory->peak_bytes = (uint64_t)usage.ru_maxrss * 1024;
}

const char *memory_allocator(void)
{
    const char *version = NULL;
    size_t size = sizeof version;
    if (!mallctl || mallctl("version", &version, &size, NULL, 0))
        return NULL;
    return version;
}
