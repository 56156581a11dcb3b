/* fleet.h - more than one machine: a balancer hands each request to one of them, which has c
 * workers and a queue of its own; played request by request.
 *
 * One machine may be slow and one may be lost: what is on it then is lost with it, and until
 * the balancer notices, so is what it sends there. A balancer knows how many requests each
 * machine has at that moment (join the shortest queue, two choices); networks and stale
 * knowledge are left out. Ten million requests take a few seconds. Times in ns. The same
 * seed gives the same result; threads: any.
 *
 * Source: M. Mitzenmacher, "The power of two choices in randomized load balancing" (2001); N. D.
 * Vvedenskaya et al. (1996). */
#ifndef FLEET_H
#define FLEET_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/models/service.h"
#include "bench/statistics/hist.h"

enum fleet_balance {
    FLEET_RANDOM,
    FLEET_ROUND_ROBIN,
    FLEET_TWO_CHOICES, /* the shorter of two taken at random */
    FLEET_SHORTEST,    /* join the shortest queue */
    FLEET_BALANCES
};
/* "random", "round-robin", "two-choices", "shortest-queue". */
const char *fleet_balance_name(enum fleet_balance balance);

enum { FLEET_MACHINES_MAX = 4096 };

/* Zero is a default where one is named. */
struct fleet {
    int machines, workers; /* of each machine */
    enum fleet_balance balance;
    double rate; /* Poisson, jobs per ns, of all machines together */
    const struct service *service;
    int64_t places; /* of each machine's queue; 0: no bound; what finds it full is rejected */

    double slow_times; /* machine 0 takes this many times as long; 0: 1 */
    bool loses;        /* the last machine is lost: */
    double lost_ns;    /* at that time; 0: it was never there */
    double noticed_ns; /* so long after it the balancer knows; until then it sends there */

    int64_t requests;
    double warm_ns; /* what comes before this is not counted */
    uint64_t seed;
};

struct fleet_outcome {
    struct hist *latency; /* of the counted requests; the lost are infinitely late */
    int64_t submitted, rejected, lost;
    double loss;       /* of the submitted, rejected or lost */
    double fairness;   /* Jain's index of what each machine served */
    double busiest;    /* the utilisation of the busiest machine */
    double longer[16]; /* the share of arrivals that would find at least i at a machine taken at random */
};

/* Plays it. Returns 0, -EINVAL, -ENOMEM. Owner of the outcome: the caller, by
 * fleet_outcome_destroy. Blocks: computes. */
int fleet_simulate(const struct fleet *fleet, struct fleet_outcome *out);

void fleet_outcome_destroy(struct fleet_outcome *outcome);

/* The exact limit of many machines of one worker, exponential services, two choices, load
 * `rho` < 1: the share of machines with at least i requests is rho^(2^i - 1); the mean
 * sojourn in services is the sum over i of rho^(2^i - 2). */
double fleet_two_choices_longer(double rho, int i);
double fleet_two_choices_mean(double rho);

#endif
