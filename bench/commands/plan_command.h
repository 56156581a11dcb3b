/* plan_command.h - `poolbench plan`: how many workers and how long a queue keep a promise at a
 * rate; measured where a model says to look. */
#ifndef COMMANDS_PLAN_H
#define COMMANDS_PLAN_H

#include "bench/commands/options.h"

/* Measures, answers, keeps and draws. Returns an exit status (its help says which). */
int plan_command(const struct options *options, int argc, char **argv);

#endif
