/* command_line.h - the command line: one table of commands, one of options, from
 * which parsing, help and error lines are made. */
#ifndef COMMAND_LINE_H
#define COMMAND_LINE_H

#include <stdio.h>

#include "bench/commands/options.h"

/* Reads argv. Returns 0, or -EINVAL with one line in `why`, which names what
 * was wrong and what is allowed. Reads the machine; writes nothing. */
int command_line_parse(struct options *options, int argc, char **argv, char *why, size_t size);

/* Help of a command, or of the program for OPTIONS_COMMANDS. */
void command_line_help(FILE *out, enum options_command command);

/* The command of that name, or OPTIONS_COMMANDS. */
enum options_command command_line_command(const char *name);

#endif
