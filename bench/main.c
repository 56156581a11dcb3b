/* main.c - the program: finds the command and does it. Only here and in the
 * commands are failures printed and statuses chosen. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/child.h"
#include "bench/compare.h"
#include "bench/figures.h"
#include "bench/limits.h"
#include "bench/machine.h"
#include "bench/options.h"
#include "bench/run.h"
#include "bench/topology_show.h"

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

static int list_command(const struct options *options)
{
    if (!strcmp(options->words[0], "pools"))
        list_pools();
    else
        list_workloads();
    return EXIT_GOOD;
}

/* The workloads' parameters, for `run --help`. */
static void help_workloads(void)
{
    printf("\nworkloads, with their parameters as in -w cpu:size=10us,dist=exp\n");
    for (int i = 0; i < workload_count(); i++) {
        const struct workload_ops *ops = workload_at(i);
        printf("  %-13s %s\n", ops->name, ops->summary);
        for (int p = 0; p < ops->param_count; p++) {
            char pair[64];
            snprintf(pair, sizeof pair, "%s=%s", ops->params[p].name, ops->params[p].fallback);
            printf("    %-12s %s", pair, ops->params[p].help);
            for (int c = 0; ops->params[p].kind == WORKLOAD_CHOICE && ops->params[p].choices[c]; c++)
                printf("%s%s", c ? ", " : " (", ops->params[p].choices[c]);
            printf("%s\n", ops->params[p].kind == WORKLOAD_CHOICE ? ")" : "");
        }
    }
}

/* Becomes poolbench-check, the program beside this one: its pools have injection
 * points, and what is measured has none. `argv` begins with "check" or "explain".
 * Returns only if it cannot. */
static int check_command(char **argv)
{
    enum { NAME_SIZE = 16 };
    char path[4096 + NAME_SIZE];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - NAME_SIZE);
    if (length <= 0)
        return fprintf(stderr, "poolbench: cannot find poolbench-check: /proc/self/exe: %s\n", strerror(errno)),
               EXIT_CANNOT;
    snprintf(path + length, NAME_SIZE, "-check");
    execv(path, argv);
    fprintf(stderr, "poolbench: cannot start %s: %s (it is built and installed with poolbench)\n", path,
            strerror(errno));
    return EXIT_CANNOT;
}

static int help_of(enum options_command command)
{
    if (command == OPTIONS_CHECK)
        return check_command((char *[]){"check", "--help", NULL});
    if (command == OPTIONS_EXPLAIN)
        return check_command((char *[]){"explain", "--help", NULL});
    options_help(stdout, command);
    if (command == OPTIONS_RUN || command == OPTIONS_SWEEP)
        help_workloads();
    return EXIT_GOOD;
}

static int help_command(const struct options *options)
{
    return help_of(options->word_count ? options_command(options->words[0]) : OPTIONS_COMMANDS);
}

static int plot_command(const struct options *options)
{
    char folder[4096];
    const char *path = options->words[0];
    size_t length = strlen(path);
    int error;
    if (length < 6 || length >= sizeof folder || strcmp(path + length - 5, ".json"))
        return fprintf(stderr, "poolbench: %s is not a result (a file that `poolbench run` wrote, ending in .json)\n",
                       path),
               EXIT_USAGE;
    snprintf(folder, sizeof folder, "%.*s", (int)length - 5, path);
    error = figures_write(path, folder, stderr);
    if (error)
        return error == -ENOENT ? EXIT_CANNOT : EXIT_USAGE;
    printf("figures  %s/*.svg, *.png; latencies *.hgrm\n", folder);
    return EXIT_GOOD;
}

int main(int argc, char **argv)
{
    struct options options;
    char why[1024] = "";
    if (argc == 4 && !strcmp(argv[1], CHILD_ARGUMENT))
        return child_main(atoi(argv[2]), atoi(argv[3]));
    if (argc >= 2 && (options_command(argv[1]) == OPTIONS_CHECK || options_command(argv[1]) == OPTIONS_EXPLAIN))
        return check_command(argv + 1);
    if (options_parse(&options, argc, argv, why, sizeof why)) {
        for (char *c = why; *c; c++) /* what was typed may hold a newline; the message is one line */
            if ((unsigned char)*c < ' ')
                *c = '?';
        fprintf(stderr, "poolbench: %s\n", why);
        return EXIT_USAGE;
    }
    if (options.version)
        return machine_version(stdout), EXIT_GOOD;
    if (options.help)
        return help_of(options.command);
    switch (options.command) {
    case OPTIONS_RUN:
    case OPTIONS_SWEEP:
        return run_command(&options, argc, argv);
    case OPTIONS_LIST:
        return list_command(&options);
    case OPTIONS_PLOT:
        return plot_command(&options);
    case OPTIONS_TOPOLOGY:
        return topology_command(&options);
    case OPTIONS_LIMITS:
        return limits_command(&options);
    case OPTIONS_COMPARE:
        return compare_command(&options);
    default:
        return help_command(&options);
    }
}
