/* list.c - see list.h. */
#include "bench/commands/list.h"

#include <string.h>

static void list_pools(void)
{
    for (int i = 0; i < pool_count(); i++)
        printf("%-11s %s%s%s%s\n", pool_at(i)->name, pool_at(i)->summary, pool_at(i)->version ? " (" : "",
               pool_at(i)->version ? pool_at(i)->version : "", pool_at(i)->version ? ")" : "");
}

/* Parameters follow on the same line, so that first words stay names. */
static void list_workloads(void)
{
    for (int i = 0; i < workload_count(); i++) {
        const struct workload_ops *ops = workload_at(i);
        printf("%-13s %s (", ops->name, ops->summary);
        for (int p = 0; p < ops->param_count; p++)
            printf("%s%s=%s", p ? ", " : "", ops->params[p].name, ops->params[p].fallback);
        printf(")\n");
    }
}

int list_command(const struct options *options)
{
    if (!strcmp(options->words[0], "pools"))
        list_pools();
    else
        list_workloads();
    return EXIT_GOOD;
}
