/* export.h - `poolbench export`: a result in a format that another tool reads. */
#ifndef EXPORT_H
#define EXPORT_H

#include "bench/commands/options.h"

/* Writes the result on stdout. Returns an exit status, and says on stderr what is wrong. */
int export_command(const struct options *options);

#endif
