/* memory.c - see memory.h. jemalloc is found by a weak name, so that a build
 * without it says "not measured" instead of a wrong number. */
#include "bench/machine/memory.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

extern int mallctl(const char *name, void *old, size_t *old_size, void *new, size_t new_size) __attribute__((weak));

static bool ask(const char *name, uint64_t *value)
{
    size_t bytes, size = sizeof bytes;
    if (mallctl(name, &bytes, &size, NULL, 0))
        return false;
    *value = bytes;
    return true;
}

/* The kernel's high-water mark. getrusage has one too, but that one never falls. */
static bool ask_peak(uint64_t *bytes)
{
    FILE *file = fopen("/proc/self/status", "re");
    unsigned long long kib = 0;
    char line[256];
    bool found = false;
    while (file && !found && fgets(line, sizeof line, file))
        found = sscanf(line, "VmHWM: %llu kB", &kib) == 1;
    if (file)
        fclose(file);
    *bytes = kib * 1024;
    return found;
}

void memory_read(struct memory *memory)
{
    uint64_t epoch = 1;
    *memory = (struct memory){0};
    if (!mallctl)
        return;
    mallctl("thread.tcache.flush", NULL, NULL, NULL, 0);    /* what it holds counts as allocated */
    if (mallctl("epoch", NULL, NULL, &epoch, sizeof epoch)) /* else the figures are old */
        return;
    memory->measured = ask("stats.allocated", &memory->allocated_bytes) &&
                       ask("stats.resident", &memory->resident_bytes) && ask_peak(&memory->peak_bytes);
}

void memory_forget_peak(void)
{
    int file = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
    if (file < 0)
        return;
    if (write(file, "5", 1) != 1) { /* 5: the peak only */
        /* Forbidden here: the peak goes on counting, as the header says. */
    }
    close(file);
}

const char *memory_allocator(void)
{
    const char *version = NULL;
    size_t size = sizeof version;
    if (!mallctl || mallctl("version", &version, &size, NULL, 0))
        return NULL;
    return version;
}
