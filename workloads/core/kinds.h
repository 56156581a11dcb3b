/* kinds.h - kinds of parameters that only our own workloads have: plug-ins are promised
 * those of workload.h and no more. */
#ifndef KINDS_H
#define KINDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "workloads/core/why.h"

struct workload_param; /* workloads/core/workload.h, which whoever uses the kinds includes too */
struct workload_spec;

/* Any text but an empty one, without a comma; a value's number is the same for the same text
 * (workload_text gives the text). */
#define WORKLOAD_TEXT ((enum workload_kind)100)

/* A positive decimal number, as in 2 or 0.25; in millionths, as are min and max. */
#define WORKLOAD_FACTOR ((enum workload_kind)101)
#define WORKLOAD_FACTOR_ONE 1000000

/* The text of such a parameter, as given, else its fallback. Returns `out`. */
const char *workload_text(const struct workload_spec *spec, const char *name, char *out, size_t size);

/* Whether a parameter of its own, in front of what is another workload's (REST), is given. */
bool workload_gives(const struct workload_spec *spec, const char *name);

/* Reads a value as the parameter takes it. Returns 0, or -EINVAL and one line in `why`. */
int workload_value(const struct workload_param *param, const char *text, int64_t *value, struct why why);

#endif
