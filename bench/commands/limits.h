/* limits.h - `poolbench limits`: what this machine allows, measured and drawn. */
#ifndef COMMANDS_LIMITS_H
#define COMMANDS_LIMITS_H

#include "bench/commands/options.h"

/* Measures, prints, keeps and draws. Returns an exit status. */
int limits_command(const struct options *options);

#endif
