/* goetz.h - the rule of thumb: threads = CPUs x utilisation x (1 + wait / compute).
 *
 * How many workers keep so many CPUs so busy. It knows nothing of queues or promises: where
 * to begin to look, no answer. Source: B. Goetz et al., "Java Concurrency in Practice"
 * (2006), 8.2. */
#ifndef GOETZ_H
#define GOETZ_H

struct goetz {
    double cpus;        /* that may be used: a cgroup's quota counts */
    double utilisation; /* wanted, 0..1 */
    double cpu_share;   /* of a service, how much is computing, 0..1; wait/compute = (1 - s)/s */
};

/* At least 1; INT_MAX where a service is all waiting. */
int goetz_workers(const struct goetz *goetz);

/* The fewest servers that can keep up with rate x service at that utilisation: at least 1. */
int goetz_servers(double rate, double service, double utilisation);

#endif
