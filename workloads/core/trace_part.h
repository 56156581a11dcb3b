/* trace_part.h - which part of a recorded load a slice replays, and how stretched: the
 * arithmetic of the workload `trace`, and what others ask about it.
 *
 * Times of the recording count from its first arrival. `from` is one of them; `for` and
 * `warm` are times of the replay, which is `times` as fast. What came in the `warm` before
 * `from` is replayed first and not counted; a recording that is replayed from its begin has
 * no such part, because its day began so. */
#ifndef TRACE_PART_H
#define TRACE_PART_H

#include "workloads/core/trace.h"
#include "workloads/core/workload.h"

/* The parameters of `trace`, in their order. */
enum { TRACE_FILE, TRACE_TIMES, TRACE_AS, TRACE_FROM, TRACE_FOR, TRACE_WARM, TRACE_OF, TRACE_PARAMS };
enum { TRACE_AS_CPU, TRACE_AS_SLEEP };

struct trace_part {
    int64_t jobs;               /* at most PACED_JOBS_MAX, the warm-up's among them */
    double warm_ns, counted_ns; /* of the replay */
    double service_ns;          /* mean, as recorded */
    double longest_ns;          /* of the services */
    bool whole;                 /* it reaches from the first job of the recording to the last */
    double length_ns;           /* of the whole recording, replayed; NAN: where not all of it was read */
};

/* Of each job: when it is due, since the replay's begin, and for how long it is served. */
struct trace_replayed {
    double due_ns;
    int64_t service_ns;
};

bool trace_is(const struct workload_spec *spec);

/* Reads the file as far as the part goes. `replayed`, where it is not NULL, becomes an array
 * of as many as part->jobs; owner: the caller. Returns 0, -ENOMEM, or -EINVAL and a line: the
 * file is wrong, or there are no jobs in that part. */
int trace_part_read(const struct workload_spec *spec, struct trace_part *part, struct trace_replayed **replayed,
                    struct why why);

/* The same without the jobs, kept for the next who asks for the same; all zero where it cannot
 * be read. Threads: one at a time. */
struct trace_part trace_part_of(const struct workload_spec *spec);

/* Reads the whole file once, for a spec out of the user's hands: -EINVAL and a line where
 * it, or the part, is wrong. Of other workloads 0. */
int trace_part_check(const struct workload_spec *spec, struct why why);

#endif
