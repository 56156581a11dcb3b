/* recorded.h - a recorded load (workloads/core/trace.h) in memory, for the simulation: when
 * jobs came and how long they took, all of them or the busiest stretch.
 *
 * Times in ns, since the first arrival. Memory: 16 bytes a job. Threads: any, once read. */
#ifndef RECORDED_H
#define RECORDED_H

#include "bench/models/forecast.h"
#include "workloads/core/why.h"

enum { RECORDED_JOBS_MAX = 1 << 24 };

struct recorded {
    int64_t jobs;
    double *times_ns, *services_ns;
    double span_ns;         /* from the first arrival to the last */
    struct service service; /* of all services */
};

/* Returns 0, -ENOMEM, or -EINVAL and a line: as trace_next says it, or there are more jobs
 * than RECORDED_JOBS_MAX. Owner: the caller, by recorded_destroy. */
int recorded_read(struct recorded *out, const char *path, struct why why);
void recorded_destroy(struct recorded *recorded);

/* Where the stretch of that length begins in which the most work comes (the sum of services);
 * 0 where it is as long as the recording. It begins at an arrival. */
double recorded_busiest(const struct recorded *recorded, double length_ns);

/* The jobs that come from from_ns on, for length_ns: the first of them, and how many. */
int64_t recorded_between(const struct recorded *recorded, double from_ns, double length_ns, int64_t *count);

/* What to forecast: the jobs [first, first + count) as they came, at so many times the rate. The
 * recording has to outlive it. */
struct forecast_load recorded_load(const struct recorded *recorded, int64_t first, int64_t count, double times);

/* How busy they keep one worker, at so many times the rate; INFINITY: all came at once. */
double recorded_work(const struct recorded *recorded, int64_t first, int64_t count, double times);

#endif
