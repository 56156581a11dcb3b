/* help.c - see help.h. */
#include "bench/commands/help.h"

#include <stdio.h>

#include "bench/commands/check.h"
#include "bench/commands/command_line.h"

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

int help_of(enum options_command command)
{
    if (command == OPTIONS_CHECK)
        return check_command((char *[]){"check", "--help", NULL});
    if (command == OPTIONS_EXPLAIN)
        return check_command((char *[]){"explain", "--help", NULL});
    if (command == OPTIONS_EXPLORE)
        return check_explore((char *[]){"explore", "--help", NULL});
    command_line_help(stdout, command);
    if (command == OPTIONS_RUN || command == OPTIONS_SWEEP)
        help_workloads();
    return EXIT_GOOD;
}

int help_command(const struct options *options)
{
    return help_of(options->word_count ? command_line_command(options->words[0]) : OPTIONS_COMMANDS);
}
