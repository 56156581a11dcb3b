/* queue_simulation.h - a queue before c workers, played job by job: what no formula answers.
 *
 * Any services (as measured, or a recorded time for each job), any arrivals, a queue with so
 * many places and each policy of a full queue, as pools have it (pools/core/pool.h):
 * producers that block are late with their next job, and latency counts from the planned
 * arrival all the same. Jobs start in the order in which they were accepted. The same seed
 * gives the same result. Times in ns.
 *
 * Without a bound on the queue it does more than 10 million jobs a second up to 64 workers.
 * What it leaves out: what a pool costs (a few us for a hand-over), CPUs shared by more
 * workers than there are of them, and a CPU quota: those two are throttle.h.
 *
 * Threads: any, each with its own; services and recorded times are only read. */
#ifndef QUEUE_SIMULATION_H
#define QUEUE_SIMULATION_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/models/arrival.h"
#include "bench/models/service.h"
#include "bench/statistics/hist.h"
#include "pools/core/pool.h"

enum {
    QUEUE_SIMULATION_COURSE = 160,   /* points of the course, as WORKLOAD_COURSE */
    QUEUE_SIMULATION_PRODUCERS = 64, /* at most */
};

/* Zero is a default where one is named. */
struct queue_simulation {
    int workers;
    int64_t places;      /* that may wait; 0: no bound */
    enum pool_full full; /* when they are taken; to drop the newest is POOL_REJECT */
    double timeout_ns;   /* POOL_TIMEOUT */
    int producers;       /* 0: 1 */

    enum queue_arrivals arrivals;
    double rate;              /* jobs per ns, of all producers */
    double on_ns, off_ns;     /* QUEUE_ONOFF */
    struct queue_surge surge; /* not of QUEUE_RECORDED */
    const double *times_ns;   /* QUEUE_RECORDED: `jobs` of them, upwards */
    double stretch;           /* QUEUE_RECORDED: this many times the rate; 0: 1 */

    const struct service *service;
    const double *services_ns; /* NULL, or `jobs` recorded services, of each job its own */

    int64_t jobs;    /* that arrive */
    double warm_ns;  /* jobs planned before this are not counted in the result */
    double limit_ns; /* 0, or the promise: jobs later than this are no goodput */
    uint64_t seed;
};

/* Of the counted jobs, those planned after the warm-up. */
struct queue_outcome {
    struct hist *latency; /* from the planned arrival; the lost are infinitely late. Without `lost` (set it
                             to 0) it is that of the served */
    int64_t submitted, done;
    int64_t rejected, dropped, timed_out; /* the lost */
    int64_t ran_by_caller;                /* of the done */
    double loss;                          /* of the submitted */
    double goodput;      /* served (within the limit, where there is one) per ns, until the last of them ended */
    double busy;         /* of the workers' time until then, how much they served */
    double span_ns;      /* from the first planned arrival to the last */
    double wait_mean_ns; /* of the served, from the planned arrival to the start */
    double depth_mean, depth_max;          /* waiting in the queue, as all jobs find it that come (warm-up too) */
    double course_step_ns;                 /* of what follows, from 0 on; what comes later is in the last */
    double depth[QUEUE_SIMULATION_COURSE]; /* the mean of what those find who come in that step; NaN: nobody came */
    double served_share[QUEUE_SIMULATION_PRODUCERS]; /* of what each producer planned */
    double fairness;                                 /* Jain's index of these: 1 all alike */
    double recovery_ns; /* from the surge's end until a job waits no longer than those before it did on average;
                           NaN: no surge, or it did not come to that */
};

/* Plays it. Returns 0; -EINVAL: a number that makes no sense (none is changed silently);
 * -ENOMEM. Owner of the outcome: the caller, by queue_outcome_destroy. Blocks: computes. */
int queue_simulate(const struct queue_simulation *simulation, struct queue_outcome *out);

void queue_outcome_destroy(struct queue_outcome *outcome);

#endif
