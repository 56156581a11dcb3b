/* mgc.h - M/G/c: random arrivals, services as they were measured, c servers.
 *
 * The wait is 0 with 1 - C (Erlang's C) and else exponential with the mean that Allen and
 * Cunneen give: Wq = Wq(M/M/c) x (ca2 + cs2) / 2; it is convolved with the measured services:
 *
 *     P(T <= t) = (1 - C) F(t) + C int F(t - u) eta exp(-eta u) du,   eta = C / Wq
 *
 * Exact for exponential services; against simulations within 10% at p99 for c >= 4 and for
 * services that vary little; it fails for heavy tails at c <= 2 (-9 to -31%), and for arrivals
 * that are not random (an even pace: far too long; bursts: far too short): mgc_holds says so,
 * and queue_simulation.h answers then. Pure functions; threads: any.
 *
 * Source: A. O. Allen, "Probability, Statistics and Queueing Theory" (1990), 6.3. */
#ifndef MGC_H
#define MGC_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/models/service.h"

struct mgc {
    int c;
    double rate; /* jobs per ns */
    const struct service *service;
    double arrivals_cv2; /* of the times between arrivals: 1 for Poisson; 0 counts as 1 */
};

/* The mean wait, INFINITY where overloaded. */
double mgc_wait_mean(const struct mgc *queue);

/* The share that waits, and that takes from arrival to end, longer than t; the sojourn of a
 * quantile, 0 < q < 1. */
double mgc_wait_later(const struct mgc *queue, double ns);
double mgc_later(const struct mgc *queue, double ns);
double mgc_quantile(const struct mgc *queue, double q);

/* Whether its assumptions hold; if not, `why` has the reason in one line ("services vary too
 * much (cv 2.3) for 2 workers"). */
bool mgc_holds(const struct mgc *queue, char *why, size_t size);

#endif
