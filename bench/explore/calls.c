/* calls.c - what all the calls that are stood in for share: see calls.h. */
#include "bench/explore/calls.h"

#include <dlfcn.h>
#include <string.h>

void *calls_find(const char *name)
{
    /* Conditions have two versions on some processors. */
    static const char *const versions[] = {"GLIBC_2.3.2", "GLIBC_2.17"};
    void *found = NULL;
    for (size_t i = 0; i < sizeof versions / sizeof *versions && !found && !strncmp(name, "pthread_cond_", 13); i++)
        found = dlvsym(RTLD_NEXT, name, versions[i]);
    if (!found)
        found = dlsym(RTLD_NEXT, name);
    if (!found)
        __builtin_trap(); /* not our C library */
    return found;
}

void calls_begin(const char *name, const void *address)
{
    RUNTIME_TELL(EXPLORE_CALL, name, address, 0, 0);
    choose_point(address, true);
    if (runtime.memory != EXPLORE_SC)
        memory_drain_all(runtime.now);
}

void calls_end(void)
{
    if (runtime.after)
        choose_point(NULL, false);
}

bool calls_spurious(const char *why, const void *address)
{
    bool wakes = runtime.spurious && (choose_own_draw(4) & 15) == 0;
    if (wakes) {
        RUNTIME_TELL(EXPLORE_BLOCK, why, address, 0, 0);
        RUNTIME_TELL(EXPLORE_WAKE, "for no reason", address, 0, 0);
    }
    return wakes;
}
