/* throttle.h - workers under a CPU quota, and more workers than CPUs, played job by job.
 *
 * A cgroup may compute for `quota` x `period` in each period (100 ms with Linux); who has used
 * it up stalls, with everybody else, until the next period begins. A size that was found
 * without the quota (for the host) then keeps its promise on average and breaks it at p99: at 90%
 * of a quota of 1 CPU, jobs of 1 ms take 17 ms there instead of 4.6, in bursts 60. Fewer
 * workers do not cure it, they wait in the queue instead; less load, or more quota, does. Where
 * more computing workers are busy than there are CPUs, all go on slower (processor sharing).
 *
 * What it leaves out: that a CPU takes its quota in slices of 5 ms, which costs some of it.
 * Source: kernel documentation, "CFS Bandwidth Control"; B. Heinlein et al., "The CPU quota
 * considered harmful" (discussions of cpu.cfs_quota_us). */
#ifndef THROTTLE_H
#define THROTTLE_H

#include <stdint.h>

#include "bench/models/arrival.h"
#include "bench/models/service.h"
#include "bench/statistics/hist.h"

struct throttle {
    int workers;
    double cpus;                   /* that the host has; 0: as many as workers */
    double quota;                  /* CPUs that may be used on average; 0: no quota */
    double period_ns;              /* 0: 100 ms */
    enum queue_arrivals arrivals;  /* not QUEUE_RECORDED */
    double rate;                   /* jobs per ns */
    double on_ns, off_ns;          /* QUEUE_ONOFF */
    const struct service *service; /* with its cpu_share: waiting takes no quota */
    int64_t jobs;
    double warm_ns; /* jobs that come before this are not counted */
    uint64_t seed;
};

struct throttle_outcome {
    struct hist *latency; /* of the counted jobs, from their arrival to their end */
    double throttled;     /* of the periods, how many ran out of quota: nr_throttled / nr_periods */
    double stalled;       /* of the time, how much nobody might compute */
    double cpus_used;     /* on average */
    double busy;          /* of the workers' time, how much they had a job */
};

/* Plays it. Returns 0, -EINVAL, -ENOMEM. Owner of the outcome: the caller, by
 * throttle_outcome_destroy. Blocks: computes, about 10 million jobs a second. */
int throttle_simulate(const struct throttle *throttle, struct throttle_outcome *out);

void throttle_outcome_destroy(struct throttle_outcome *outcome);

#endif
