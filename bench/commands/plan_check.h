/* plan_check.h - whether what `plan` was asked makes sense, before anything is measured. */
#ifndef PLAN_CHECK_H
#define PLAN_CHECK_H

#include "bench/commands/options.h"

/* Checks the options of `plan`, and fills in its pool; sizes are put in order. Returns 0, or
 * -EINVAL and one line in `why` that names what was wrong and what is allowed. */
int plan_check(struct options *options, char *why, size_t size);

#endif
