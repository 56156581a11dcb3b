/* topology.c - machines in hwloc's words or in lstopo's XML, and placements on them. The
 * first line is the machine (or "xml", and the file follows after the second), the
 * second a placement.
 *
 * A process reads one machine in its life, so that each input has a process of its own,
 * which must end well and in time. */
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pools/core/topology.h"
#include "tests/fuzz/fuzz.h"

enum { SECONDS_MAX = 10 };

static void visit(void *context, int depth, const char *what, int cpu)
{
    size_t *letters = context;
    *letters += strlen(what) + (size_t)depth + (size_t)(cpu + 1);
}

static void place(const char *placement)
{
    static int cpus[TOPOLOGY_CPUS_MAX], order[TOPOLOGY_CPUS_MAX];
    char text[256];
    int count;
    if (!topology_place(placement, cpus, TOPOLOGY_CPUS_MAX, &count, text, sizeof text)) {
        if (count < 0 || count > TOPOLOGY_CPUS_MAX)
            abort();
        topology_victims(cpus, count < 64 ? count : 64, 0, order);
    }
    if (!(topology_cpus_of(placement) > 0))
        abort();
}

/* Writes lstopo's file, where one is meant. Returns the machine as topology_pretend wants it. */
static const char *machine_of(const char *words, const char *file, size_t size, char *path)
{
    int xml;
    if (strcmp(words, "xml"))
        return words;
    strcpy(path, "/tmp/poolbench-fuzz-XXXXXX.xml");
    xml = mkstemps(path, 4);
    if (xml < 0 || write(xml, file, size) != (ssize_t)size)
        _exit(0);
    close(xml);
    return path;
}

static void look(const char *words, const char *placement, const char *file, size_t size)
{
    static const char *const placements[] = {"none", "compact", "spread", "core", "numa:0", "0-3"};
    char path[64] = "", list[256];
    size_t letters = 0;
    const char *machine = machine_of(words, file, size, path);
    int error = topology_pretend(machine);
    if (*path)
        unlink(path);
    if (error)
        return;
    topology_walk(visit, &letters);
    topology_kind(0, list, sizeof list);
    if (topology_cpus_worth() < 1)
        abort();
    for (size_t i = 0; i < sizeof placements / sizeof *placements; i++)
        place(placements[i]);
    place(placement);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = calloc(1, size + 1), *placement, *rest;
    pid_t process;
    int status = 0;
    if (!text)
        return 0;
    memcpy(text, data, size);
    placement = text + strcspn(text, "\n");
    if (*placement)
        *placement++ = '\0';
    rest = placement + strcspn(placement, "\n");
    if (*rest)
        *rest++ = '\0';
    process = fork();
    if (process == 0) {
        signal(SIGALRM, SIG_DFL);
        alarm(SECONDS_MAX);
        look(text, placement, rest, (size_t)(text + size - rest));
        _exit(0);
    }
    if (process > 0 && waitpid(process, &status, 0) == process && status)
        abort();
    free(text);
    return 0;
}
