/* course.h - how many jobs waited, and how many ran, over time: means over equal steps,
 * integrated exactly, from the jobs' stamps. Pure functions. */
#ifndef COURSE_H
#define COURSE_H

#include "workloads/core/workload.h"

/* From the first planned submit to the last, in WORKLOAD_COURSE steps; what is left after
 * that is in no step. A job waits from its stamp's `submitted` until it starts, then it runs;
 * one that never started is in neither. Returns a step's length in ns; 0: there is no course. */
double course_of(const struct workload_stamp *stamps, int64_t count, double *waiting, double *running);

#endif
