/* changed.c - see changed.h. */
#include "bench/commands/changed.h"

#include "bench/commands/refuse.h"
#include "bench/measure/plugin.h"

bool changed_plugins(void)
{
    const char *path = plugin_changed();
    if (path)
        changed_say(path);
    return path != NULL;
}

void changed_say(const char *path)
{
    say_line(
        "%s was changed while it was measured: nothing can be said, nor is anything written (measure a copy of it)",
        path);
}
