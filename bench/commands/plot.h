/* plot.h - `poolbench plot`: the figures of a result, drawn again. */
#ifndef COMMANDS_PLOT_H
#define COMMANDS_PLOT_H

#include "bench/commands/options.h"

/* Draws options->words[0] into a folder of its name. Returns an exit status. */
int plot_command(const struct options *options);

#endif
