/* topology.c - see topology.h. */
#include "bench/commands/topology.h"

#include <string.h>

#include "bench/measure/places.h"
#include "pools/core/topology.h"

enum { SHOWN_MAX = 64 };

struct tree {
    bool line_open; /* a core whose hardware threads follow on the line */
};

static void show_object(void *context, int depth, const char *what, int cpu)
{
    struct tree *tree = context;
    if (cpu >= 0 && tree->line_open) {
        printf("  cpu %d", cpu);
        return;
    }
    if (tree->line_open)
        putchar('\n');
    printf("%*s%s", 2 * depth, "", what);
    if (cpu >= 0)
        printf("  cpu %d", cpu);
    tree->line_open = true;
}

static const char *rank(const struct topology *found, int kind)
{
    if (!found->kinds_ranked)
        return "which are faster is not known";
    return kind == 0 ? "the slowest" : kind == found->kinds - 1 ? "the fastest" : "faster";
}

static void show_kind(const struct topology *found, int kind)
{
    static char list[1 << 15];
    int cpus = topology_kind(kind, list, sizeof list);
    printf("cores of %d kinds: %s%s, CPU%s %s\n", found->kinds, rank(found, kind),
           kind == found->kind_used ? " (--pin core, the default, uses these only)" : "", cpus == 1 ? "" : "s", list);
}

static void show_machine(const struct options *options)
{
    struct topology found;
    struct tree tree = {false};
    topology_read(&found);
    printf("%s%d usable CPU%s, %d core%s, %d package%s, %d NUMA node%s%s%s\n", options->synthetic ? "pretended: " : "",
           found.cpus, found.cpus == 1 ? "" : "s", found.cores, found.cores == 1 ? "" : "s", found.packages,
           found.packages == 1 ? "" : "s", found.numa_nodes, found.numa_nodes == 1 ? "" : "s", *found.model ? ": " : "",
           found.model);
    for (int i = 0; i < found.kinds && found.kinds > 1; i++)
        show_kind(&found, i);
    if (found.quota > 0)
        printf("a cgroup grants %.3g CPUs (%s)\n", found.quota, found.quota_from);
    putchar('\n');
    topology_walk(show_object, &tree);
    puts("\n");
}

static void show_cpus(const char *who, int count, int (*cpu_of)(const struct places *, int),
                      const struct places *places)
{
    printf("  %s", who);
    if (!places->count) {
        printf(" any");
        return;
    }
    for (int i = 0; i < count && i < SHOWN_MAX; i++)
        printf(" %d", cpu_of(places, i));
    if (count > SHOWN_MAX)
        printf(" ...");
}

/* One placement for each number of workers. Returns an exit status. */
static int show_placement(const struct options *options, const char *pin)
{
    struct places places = {0};
    char why[256] = "";
    int error = topology_place(pin, places.cpus, (int)(sizeof places.cpus / sizeof *places.cpus), &places.count, why,
                               sizeof why);
    if (error)
        return fprintf(stderr, "poolbench: --pin %s: %s\n", pin, *why ? why : strerror(-error)), EXIT_USAGE;
    for (int i = 0; i < options->worker_count; i++) {
        printf("%-10s", pin);
        show_cpus("workers", options->workers[i], places_worker_cpu, &places);
        show_cpus(" producers", options->producers[0], places_producer_cpu, &places);
        putchar('\n');
    }
    return EXIT_GOOD;
}

int topology_command(const struct options *options)
{
    static const char *const usual[] = {"none", "compact", "spread", "core"};
    struct options filled = *options;
    struct topology found;
    int status = EXIT_GOOD;
    if (topology_read(&found))
        return fprintf(stderr, "poolbench: hwloc cannot read this machine\n"), EXIT_CANNOT;
    if (!filled.worker_count)
        filled.workers[filled.worker_count++] = found.cpus;
    show_machine(options);
    puts("where threads run: the CPU of each worker, and of each producer");
    if (options->pins_given)
        for (int i = 0; i < options->pin_count && status == EXIT_GOOD; i++)
            status = show_placement(&filled, options->pins[i]);
    else
        for (size_t i = 0; i < sizeof usual / sizeof *usual && status == EXIT_GOOD; i++)
            status = show_placement(&filled, usual[i]);
    return status;
}
