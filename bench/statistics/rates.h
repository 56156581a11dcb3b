/* rates.h - the rate in the text of an open-loop workload: whether there is one, put
 * in, left out. Pure functions. */
#ifndef RATES_H
#define RATES_H

#include "workloads/core/workload.h"

#define RATES_MAX 1e8 /* jobs per second: the most that `burst` takes */

/* Whether jobs of this workload come when they are due: at a rate, or as recorded. */
bool rates_has(const struct workload_ops *ops);

/* Whether a parameter of its own ("rate", "for") is in the text: burst:rate=1k,of=... */
bool rates_given(const char *text, const char *name);

/* Makes a slice of such a workload, its warm-up and what is counted, that long, as far as
 * its text does not say it; the text stays as it is. Shorter than it is by itself it does
 * not become. */
void rates_stretch(struct workload_spec *spec, double slice_ns);

/* Whether its jobs wait as well as compute; of an open loop the jobs that it hands over. */
bool rates_waits(const struct workload_spec *spec);

/* How long one job takes, about; of an open loop those that it hands over: the longest, as it was recorded, else the
 * mean. 0: nobody knows. */
double rates_job_ns(const struct workload_spec *spec);

/* How much of the time jobs of this rate keep `workers` busy, as they were planned: 1 is all
 * of it. NaN: it is no such workload, or nobody knows how long a job is. */
double rates_load(const struct workload_spec *spec, int workers);

/* How many jobs a second come as its text says, on average: of a recording those of the stretch that is
 * replayed. NaN: it is no such workload, or the recording cannot be read. */
double rates_per_s(const struct workload_spec *spec);

/* So many times as dense as recorded a trace is replayed at that rate; NaN: it is no trace. */
double rates_times(const struct workload_spec *spec, double rate);

/* The same workload at a rate, counted for counted_ns of a slice unless its text says itself
 * for how long. Of a recording the same stretch is replayed, as much faster or slower. Returns 0, or
 * -EINVAL where the text grows too long or there is no such rate. */
int rates_put(const struct workload_spec *spec, double rate, double counted_ns, struct workload_spec *out);

/* The text without rate and lengths of a slice: what is the same at all rates. */
void rates_left_out(const char *text, char *out, size_t size);

#endif
