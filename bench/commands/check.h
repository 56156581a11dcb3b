/* check.h - `poolbench check`, `explain` and `explore`: other programs' commands. */
#ifndef COMMANDS_CHECK_H
#define COMMANDS_CHECK_H

/* Becomes poolbench-check, the program beside this one: its pools have injection
 * points, and what is measured has none. `argv` begins with "check" or "explain".
 * Returns only if it cannot: an exit status. */
int check_command(char **argv);

/* The same of poolbench-explore, whose pools are followed at each access; `argv` begins with "explore". */
int check_explore(char **argv);

#endif
