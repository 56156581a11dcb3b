/* plan_fleet.h - `poolbench plan --from RESULT.json`: more machines, or more workers, than there
 * are here; what the models expect of them, by what a finished run measured. Measures nothing. */
#ifndef COMMANDS_PLAN_FLEET_H
#define COMMANDS_PLAN_FLEET_H

#include <stddef.h>

#include "bench/commands/options.h"

/* Whether what was given goes together with --from. Returns 0, or -EINVAL and one line in `why`. */
int plan_fleet_check(const struct options *options, char *why, size_t size);

/* Reads, plays, shows; writes a file only where one was named (-o). Returns an exit status: 0 what is
 * recommended keeps the promises by the whole band (or nothing was promised); 1 it does not, or nobody
 * can tell; 2 the file is no result, or has no such jobs; a promise below the service time. */
int plan_fleet(const struct options *options, int argc, char **argv);

#endif
