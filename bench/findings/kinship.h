/* kinship.h - how much one job of an open loop says that its neighbours did not: what the
 * rounds of a run cannot tell themselves.
 *
 * Near saturation jobs are late in clusters, one each few relaxation times of the queue. A run
 * that met few of them sees few late jobs and rounds that hardly differ, so that its own
 * spread makes its interval too narrow just where its value is too low: for 12 servers under a
 * load of 93%, six rounds and 20 relaxation times, an upper end of 95% was below the true p99
 * in a quarter of the runs. So the spread that such a queue has by its nature is reckoned,
 * from what is well known of it: load, services, relaxation time. */
#ifndef KINSHIP_H
#define KINSHIP_H

#include "bench/findings/open_loop.h"
#include "bench/statistics/hist.h"

/* By how much the variance of the share of jobs that take longer than `ns` is larger than
 * that of independent jobs (the design effect), >= 1; INFINITY: workers have no time left.
 * Jobs that wait share their wait with those that come within a relaxation time, and have a
 * service of their own: W random, later(W) the share of services longer than ns - W, it is
 * 1 + n Var(later(W)) / (p (1 - p)), p = E later(W), n the samples within one relaxation time.
 * (That a queue forgets in one relaxation time is exact for the length of M/M/1 and for high
 * levels of a Brownian queue.) The wait is that of M/G/c by Erlang, with Allen and Cunneen's mean.
 *
 * `services`: measured ones; `samples`: of all windows together. 1 of no open loop. */
double kinship_effect(const struct open_loop *loop, const struct hist *services, double samples, double ns);

/* The standard error of the mean latency of so many samples, by the same: services are each
 * job's own, waits are shared. INFINITY: workers have no time left; 0 of no open loop. */
double kinship_mean_error(const struct open_loop *loop, const struct hist *services, double samples);

/* As kinship_effect, of the share that is lost: who finds the queue full has neighbours who do.
 * A full queue of M/M/c/K is found so r/(1-r) times at load r before it has drained, at random
 * (geometric), so that the variance is (1+r)/(1-r) times that of losses by themselves; at most the
 * samples of a relaxation time are lost together. */
double kinship_loss_effect(const struct open_loop *loop, double samples);

#endif
