/* check.h - `poolbench check` and `explain`: another program's commands. */
#ifndef COMMANDS_CHECK_H
#define COMMANDS_CHECK_H

/* Becomes poolbench-check, the program beside this one: its pools have injection
 * points, and what is measured has none. `argv` begins with "check" or "explain".
 * Returns only if it cannot: an exit status. */
int check_command(char **argv);

#endif
