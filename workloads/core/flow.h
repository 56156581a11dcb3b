/* flow.h - from the times of each job to who waited, and how long: the queue,
 * the workers, the results, the consumer.
 *
 * Nothing is sampled: each quantity is a step function that changes at known
 * times, and is integrated exactly. A job waits in its submit, then in the
 * queue, runs, waits for its result to be received, and is taken by the
 * consumer. Pure functions. */
#ifndef FLOW_H
#define FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "workloads/core/workload.h"

/* One job's way, in ns of one clock; 0: did not happen. */
struct flow_job {
    int64_t submitted, admitted; /* before and after its submit */
    int64_t started, ended;
    int64_t settled; /* its result was received or lost, or it was dropped unstarted */
    int64_t taken;   /* the consumer was through with what it received together with this one */
};

struct flow_setting {
    int producers, workers;
    bool blocking; /* a result without a place keeps its worker */
    size_t results_capacity;
    int64_t begin, end;             /* between these the means are taken */
    int64_t pause_begin, pause_end; /* of the consumer; both 0: none */
};

enum flow_series {
    FLOW_QUEUE,     /* jobs accepted and not started */
    FLOW_WAITING,   /* producers in a submit */
    FLOW_BLOCKED,   /* workers that wait for a result's place */
    FLOW_RESULTS,   /* results that wait to be received */
    FLOW_BUSY,      /* workers in a job */
    FLOW_CONSUMING, /* 1 while the consumer takes */
    FLOW_SERIES,
};

struct flow {
    double mean[FLOW_SERIES]; /* weighted by time */
    double most[FLOW_SERIES];
    double oldest_ns;   /* the greatest age that a waiting job reached */
    double recovery_ns; /* from the pause's end until no more is under way than on average before it; NaN:
                           there was no pause, or it never came to that */
    double course[FLOW_SERIES][WORKLOAD_COURSE]; /* means over steps, from the first submit to the last end */
    double course_step_ns;
    int64_t course_begin;
};

/* Fills *flow. Jobs in any order. Returns 0 or -ENOMEM. */
int flow_measure(const struct flow_job *jobs, int64_t count, const struct flow_setting *setting, struct flow *flow);

#endif
