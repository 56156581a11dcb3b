/* help.c - see help.h. */
#include "bench/commands/help.h"

#include <stdio.h>

#include "bench/commands/check.h"
#include "bench/commands/command_line.h"
#include "bench/show/terminal.h"

static void help_param(const struct workload_param *param)
{
    char pair[64], choices[256] = "";
    size_t used = 0;
    snprintf(pair, sizeof pair, "%s=%s", param->name, param->fallback);
    for (int i = 0; param->kind == WORKLOAD_CHOICE && param->choices[i] && used < sizeof choices; i++)
        used += (size_t)snprintf(choices + used, sizeof choices - used, "%s%s", i ? ", " : " (", param->choices[i]);
    terminal_line(stdout, 17, "    %-12s %s%s%s", pair, param->help ? param->help : "", choices, *choices ? ")" : "");
}

/* The workloads' parameters, for `run --help`. */
static void help_workloads(void)
{
    printf("\nworkloads, with their parameters as in -w cpu:size=10us,dist=exp\n");
    for (int i = 0; i < workload_count(); i++) {
        const struct workload_ops *ops = workload_at(i);
        terminal_line(stdout, 16, "  %-13s %s", ops->name, ops->summary);
        for (int p = 0; p < ops->param_count; p++)
            help_param(&ops->params[p]);
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
