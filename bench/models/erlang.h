/* erlang.h - queues with random arrivals (Poisson), exponential services and c alike
 * servers, in the order of arrival: M/M/c, and M/M/c/K where only so many may wait.
 *
 * Exact up to 10,000 servers and beyond: probabilities come from the recursion for Erlang's
 * B, which neither overflows nor cancels, and no factorial is formed. Times and rates are
 * in one unit of the caller's (ns and jobs per ns, say); `a` is the offered load, rate x
 * service, in servers. A queue with a >= c grows without end: its times are INFINITY. Pure
 * functions; threads: any.
 *
 * They assume what they say: services that vary less than exponential ones wait less, those
 * with a heavy tail wait more (mgc.h), and evenly paced arrivals wait far less
 * (queue_simulation.h).
 *
 * Source: A. K. Erlang (1917); D. Gross et al., "Fundamentals of Queueing Theory", ch. 3;
 * the recursion: R. B. Cooper, "Introduction to Queueing Theory" (1981). */
#ifndef ERLANG_H
#define ERLANG_H

enum { ERLANG_SERVERS_MAX = 100000 }; /* that are tried */

struct erlang {
    int c;          /* servers, >= 1 */
    double rate;    /* arrivals in a unit of time, >= 0 */
    double service; /* the mean, > 0 */
};

/* A promise: this share of the jobs takes at most `limit` from arrival to end. */
struct erlang_promise {
    double quantile, limit; /* 0.99 */
};

/* The share that is lost where nobody may wait. c >= 0, a >= 0. */
double erlang_b(int c, double a);

/* The share that has to wait; 1 where a >= c. */
double erlang_c(int c, double a);

/* The highest load of which c servers without a queue lose at most that share. */
double erlang_b_load(int c, double loss);

/* The mean wait of all jobs, those that do not wait among them. */
double erlang_wait_mean(const struct erlang *queue);

/* The share that waits for longer than t before it is served; that takes longer than t from
 * arrival to end (the sojourn). */
double erlang_wait_later(const struct erlang *queue, double t);
double erlang_later(const struct erlang *queue, double t);

/* The wait, and the sojourn, of that quantile, 0 <= q < 1. */
double erlang_wait_quantile(const struct erlang *queue, double q);
double erlang_quantile(const struct erlang *queue, double q);

/* The fewest servers that keep the promise; 0: none do, the service alone takes longer
 * than that; -ERANGE: more than ERLANG_SERVERS_MAX. */
int erlang_servers(double rate, double service, struct erlang_promise promise);

/* The highest rate at which at most `share` of the jobs take longer than t; 0: none. */
double erlang_rate(int c, double service, double t, double share);

/* M/M/c/K: of those that would wait beyond `places` the rest is turned away; K = c + places. */
struct erlang_finite {
    struct erlang queue; /* any rate, also above what c can do */
    int places;          /* >= 0 */
};

/* The share that is turned away. */
double erlang_finite_loss(const struct erlang_finite *finite);

/* Of those that are accepted: the share that waits, the mean wait, the shares that wait,
 * and take, longer than t, and their quantiles. */
double erlang_finite_waits(const struct erlang_finite *finite);
double erlang_finite_wait_mean(const struct erlang_finite *finite);
double erlang_finite_wait_later(const struct erlang_finite *finite, double t);
double erlang_finite_later(const struct erlang_finite *finite, double t);
double erlang_finite_wait_quantile(const struct erlang_finite *finite, double q);
double erlang_finite_quantile(const struct erlang_finite *finite, double q);

/* How long may the queue be? With one place more than this an accepted job would be late
 * while the queue is full, at whatever overload: who takes the last of n places waits for
 * n ends. -1: no job is in time, not even without a queue. At most INT_MAX. */
int erlang_places_most(int c, double service, struct erlang_promise promise);

/* How long must it be? The fewest places that lose at most that share; -1: no number does
 * (the servers cannot keep up). */
int erlang_places_least(const struct erlang *queue, double loss);

#endif
