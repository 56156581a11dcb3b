/* measured_queue.h - a queue of which all times were measured: first come, first served, by c
 * workers, jobs at random (Poisson).
 *
 * A worker is not only busy while it serves. Between two jobs it hands the one over and takes the
 * other, the *turn*; and one that had nothing to do is not there at once, the *start*: it has to see
 * the job, or to be woken. With a start it is M/G/1 with setup times (Welch, "On a generalized M/G/1
 * queueing process in which the first customer of each busy period receives exceptional service",
 * 1964); without both, M/G/c. Each is drawn by itself from those that were measured, those beside
 * standstills of the machine among them. It shares no line with bench/models. Times in ns; not for
 * several threads. */
#ifndef TESTS_MEASURED_QUEUE_H
#define TESTS_MEASURED_QUEUE_H

#include <stdint.h>

#include "bench/statistics/hist.h"
#include "workloads/core/workload.h"

/* Times to draw from. Fill the histogram, then prepare. */
struct measured {
    struct hist hist;
    double places[HIST_BUCKETS], up_to[HIST_BUCKETS]; /* ns; the share of all that are no longer */
    int count;
    double mean, variation; /* the squared coefficient of variation; NaN of none */
};

void measured_prepare(struct measured *times);

/* Adds what a slice's stamps say of starts and turns, those of jobs that were submitted at `from_ns`
 * or later: who came before its worker had ended the job before waited for it, and then a turn; who came
 * later, a start. Of jobs that all ended. Returns 0, or -ENOMEM. */
int measured_between(const struct workload_stamp *stamps, int64_t count, int64_t from_ns, struct hist *starts,
                     struct hist *turns);

struct measured_queue {
    int workers;                                      /* at most 64 */
    const struct measured *services, *starts, *turns; /* the last two NULL, or empty: there are none */
};

/* Of so many jobs: the share that took longer than the limit from arrival to end, and the mean from
 * arrival to the service's begin. */
struct measured_outcome {
    double later, wait_ns;
};

/* At a rate per ns; the queue is steady before. */
struct measured_outcome measured_queue_run(const struct measured_queue *queue, double rate, double limit_ns,
                                           int64_t jobs, uint64_t seed);

/* What the workers have time for, jobs per ns. */
double measured_queue_most(const struct measured_queue *queue);

/* The rate at which just that share is later than the limit. */
double measured_queue_rate(const struct measured_queue *queue, double limit_ns, double share);

/* The standard error of a rate that is found by so many jobs: as a share of it; 0 of none, INFINITY
 * where the rate makes no difference. */
double measured_queue_chance(const struct measured_queue *queue, double rate, double limit_ns, double jobs);

#endif
