/* before.c - see before.h. */
#include "bench/commands/before.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/commands/options.h"
#include "bench/machine/clocks.h"
#include "workloads/core/units.h"

int before_clocks(void)
{
    struct clocks clocks;
    char apart[32];
    if (clocks_look(&clocks) || !clocks.apart_ns)
        return EXIT_GOOD;
    fprintf(
        stderr,
        "poolbench: the clocks of CPU %d and CPU %d are at least %s out of step: no time that begins on one and ends "
        "on the other means anything (help: taskset -c %d; another clock source, in "
        "/sys/devices/system/clocksource/)\n",
        clocks.cpus[0], clocks.cpus[1], units_time_text((double)clocks.apart_ns, apart, sizeof apart), clocks.cpus[0]);
    return EXIT_CANNOT;
}

int before_processes(void)
{
    static const char self[] = "/proc/self/exe";
    if (!access(self, X_OK))
        return EXIT_GOOD;
    fprintf(stderr, "poolbench: cannot measure without /proc: each round is a process of its own, started as %s: %s\n",
            self, strerror(errno));
    return EXIT_CANNOT;
}
