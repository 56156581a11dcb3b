/* main.c - the program: finds the command and does it. Only here and in the
 * commands are failures printed and statuses chosen. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/commands/check.h"
#include "bench/commands/command_line.h"
#include "bench/commands/compare.h"
#include "bench/commands/duet.h"
#include "bench/commands/export.h"
#include "bench/commands/help.h"
#include "bench/commands/history.h"
#include "bench/commands/limits.h"
#include "bench/commands/list.h"
#include "bench/commands/plan_command.h"
#include "bench/commands/plot.h"
#include "bench/commands/report_page.h"
#include "bench/commands/run.h"
#include "bench/commands/stack.h"
#include "bench/commands/streams.h"
#include "bench/commands/topology.h"
#include "bench/json/must.h"
#include "bench/json/utf8.h"
#include "bench/machine/machine.h"
#include "bench/measure/child.h"

/* Does what was asked. Returns an exit status. */
static int obey(const struct options *options, int argc, char **argv)
{
    if (options->version)
        return machine_version(stdout), EXIT_GOOD;
    if (options->help)
        return help_of(options->command);
    switch (options->command) {
    case OPTIONS_RUN:
    case OPTIONS_SWEEP:
        return run_command(options, argc, argv);
    case OPTIONS_PLAN:
        return plan_command(options, argc, argv);
    case OPTIONS_LIST:
        return list_command(options);
    case OPTIONS_PLOT:
        return plot_command(options);
    case OPTIONS_TOPOLOGY:
        return topology_command(options);
    case OPTIONS_LIMITS:
        return limits_command(options);
    case OPTIONS_EXPORT:
        return export_command(options);
    case OPTIONS_REPORT:
        return report_page_command(options);
    case OPTIONS_HISTORY:
        return history_command(options);
    case OPTIONS_DUET:
        return duet_command(options, argc, argv);
    case OPTIONS_COMPARE:
        return compare_command(options);
    default:
        return help_command(options);
    }
}

/* Not inline: its frame comes after there is room for it. */
static __attribute__((noinline)) int begin(int argc, char **argv)
{
    struct options options;
    char why[1024] = "";
    must_begin();
    if (argc == 4 && !strcmp(argv[1], CHILD_ARGUMENT))
        return child_main(atoi(argv[2]), atoi(argv[3]));
    if (argc >= 2 &&
        (command_line_command(argv[1]) == OPTIONS_CHECK || command_line_command(argv[1]) == OPTIONS_EXPLAIN))
        return check_command(argv + 1);
    if (argc >= 2 && command_line_command(argv[1]) == OPTIONS_EXPLORE)
        return check_explore(argv + 1);
    if (command_line_parse(&options, argc, argv, why, sizeof why)) {
        /* what was typed may hold anything; the message is one line */
        fprintf(stderr, "poolbench: %s\n", utf8_plain(why, false));
        return EXIT_USAGE;
    }
    return streams_close(obey(&options, argc, argv));
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C"); /* a library loaded before us may have taken another: our numbers have points */
    streams_open();
    return stack_open() ? begin(argc, argv) : EXIT_CANNOT;
}
