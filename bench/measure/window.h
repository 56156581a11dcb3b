/* window.h - what is counted of a slice whose jobs come when they are due: the steady
 * part of it, and what the queue was at both ends. */
#ifndef WINDOW_H
#define WINDOW_H

#include "bench/measure/slice.h"

/* Whether a stamp counts: submitted within what the workload said is counted, its beginning included and its end not:
 * at even distances there are as many as distances. */
static inline bool window_counts(const struct workload_slice *work, const struct workload_stamp *stamp)
{
    return !work->counted_to_ns ||
           (stamp->submitted && stamp->submitted >= work->counted_from_ns && stamp->submitted < work->counted_to_ns);
}

/* Of a slice after quiet whose jobs all have stamps; all zero where the workload set no
 * limits to what is counted. A stamp that was submitted and did not end was lost. */
struct slice_window window_of(const struct workload_slice *work);

#endif
