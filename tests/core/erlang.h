/* erlang.h - queues whose answer is known: jobs that come at random, last a random time
 * (exponential), and are served by c in the order in which they came: M/M/c. */
#ifndef TESTS_ERLANG_H
#define TESTS_ERLANG_H

#include <stdint.h>

/* Erlang's probability of waiting, c servers under a load of a: the recursion for B,
 * which neither overflows nor cancels. */
double erlang_c(int c, double a);

/* The share of jobs that take longer than t from arrival to end; S: the mean service. */
double erlang_later(int c, double rate, double service, double t);

/* The highest rate at which at most `share` of the jobs take longer than t; 0: none. */
double erlang_rate(int c, double service, double t, double share);

/* Such a queue, made up. */
struct erlang_queue {
    int c;
    double rate, service; /* rate per ns, ns */
    uint64_t random;
};

/* One job after the other, from an empty queue: when each came and ended, and how long it
 * was served. The caller's arrays have `count` places. */
void erlang_simulate(struct erlang_queue *queue, double *came, double *ended, double *served, int count);

#endif
