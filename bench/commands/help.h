/* help.h - `poolbench help`, and --help of each command. */
#ifndef COMMANDS_HELP_H
#define COMMANDS_HELP_H

#include "bench/commands/options.h"

/* Prints the help of a command, OPTIONS_COMMANDS: of the program. Returns an exit
 * status. */
int help_of(enum options_command command);

/* `poolbench help [COMMAND]`. */
int help_command(const struct options *options);

#endif
