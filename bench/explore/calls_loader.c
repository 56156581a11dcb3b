/* calls_loader.c - the dynamic loader's lock: held by who loads a library, in whose constructor
 * anything may run, and taken by who asks for a name. */
#include <dlfcn.h>
#include <limits.h>

#include "bench/explore/calls.h"

static bool held;
static const char lock; /* what they wait at */

void calls_loader_begin(void)
{
    held = false;
}

static void await(const char *why)
{
    while (held)
        choose_block(&lock, why, RUNTIME_NEVER);
}

void explore_load(bool begins)
{
    RUNTIME_HERE();
    calls_begin(begins ? "dlopen begins" : "dlopen ends", &lock);
    if (begins)
        await("dlopen");
    held = begins;
    if (!begins)
        choose_wake(&lock, INT_MAX);
}

int dladdr(const void *address, Dl_info *info)
{
    if (!runtime.on)
        return CALLS_REAL(dladdr)(address, info);
    CALLS_BEGIN("dladdr", &lock);
    await("dladdr");
    return CALLS_REAL(dladdr)(address, info);
}
