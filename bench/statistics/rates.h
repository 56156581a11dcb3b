/* rates.h - the rate in the text of an open-loop workload: whether there is one, put
 * in, left out. Pure functions. */
#ifndef RATES_H
#define RATES_H

#include "workloads/core/workload.h"

#define RATES_MAX 1e8 /* jobs per second: the most that `burst` takes */

/* Whether jobs of this workload come at a rate. */
bool rates_has(const struct workload_ops *ops);

/* Whether a parameter of its own ("rate", "for") is in the text: burst:rate=1k,of=... */
bool rates_given(const char *text, const char *name);

/* The same workload at a rate, in slices of slice_ns unless it says itself how long
 * they are. Returns 0, or -EINVAL where the text grows too long. */
int rates_put(const struct workload_spec *spec, double rate, double slice_ns, struct workload_spec *out);

/* The text without rate and length of a slice: what is the same at all rates. */
void rates_left_out(const char *text, char *out, size_t size);

#endif
