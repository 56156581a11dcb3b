/* list.c - see list.h. */
#include "bench/commands/list.h"

#include <string.h>

/* How wide the column of names is. */
static int widest(int count, const char *(*name)(int))
{
    int width = 0;
    for (int i = 0; i < count; i++)
        width = (int)strlen(name(i)) > width ? (int)strlen(name(i)) : width;
    return width;
}

static const char *pool_name(int i)
{
    return pool_at(i)->name;
}

static const char *workload_name(int i)
{
    return workload_at(i)->name;
}

static void list_pools(void)
{
    int width = widest(pool_count(), pool_name);
    for (int i = 0; i < pool_count(); i++)
        printf("%-*s  %s%s%s%s\n", width, pool_at(i)->name, pool_at(i)->summary, pool_at(i)->version ? " (" : "",
               pool_at(i)->version ? pool_at(i)->version : "", pool_at(i)->version ? ")" : "");
}

/* Parameters follow on the same line, so that first words stay names. */
static void list_workloads(void)
{
    int width = widest(workload_count(), workload_name);
    for (int i = 0; i < workload_count(); i++) {
        const struct workload_ops *ops = workload_at(i);
        printf("%-*s  %s (", width, ops->name, ops->summary);
        for (int p = 0; p < ops->param_count; p++)
            printf("%s%s=%s", p ? ", " : "", ops->params[p].name, ops->params[p].fallback);
        printf(")\n");
    }
}

int list_command(const struct options *options)
{
    const char *what = options->word_count ? options->words[0] : "";
    if (strcmp(what, "workloads"))
        list_pools();
    if (!*what)
        putchar('\n');
    if (strcmp(what, "pools"))
        list_workloads();
    return EXIT_GOOD;
}
