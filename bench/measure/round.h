/* round.h - runs the rounds of a plan, each in a process of its own.
 *
 * A round that crashes, hangs or loses jobs is an observation: it is reported by
 * the name of the configuration that ran, and the other configurations of that
 * round are measured in a further process; one that hung twice is not tried
 * again. The budget wins: rounds end when they have taken half as long again.
 * Rounds that were disturbed (steal
 * time, a slow sentinel) stay in, and further ones are added while the budget
 * lasts. */
#ifndef ROUND_H
#define ROUND_H

#include <signal.h>
#include <stdbool.h>

#include "bench/measure/plan.h"

/* Counted up by a handler of SIGINT: the slice that runs is the last, and what was measured
 * is kept. 2: without that slice; round_run counts up to it where that slice takes longer than
 * 5 s. 3: at once, and this round's slices are lost. */
extern volatile sig_atomic_t round_interrupted;

/* What round_run tells; each may be NULL. Called in the caller's thread. */
struct round_events {
    /* One trial; its "configuration" is the index in the plan, "round" counts
     * from 0. The object is borrowed. */
    void (*trial)(void *context, json_t *trial);
    /* A round ended; noise as in results/README.md. Borrowed. */
    void (*round)(void *context, json_t *noise);
    /* Asked after each round: whether no more are wanted. */
    bool (*enough)(void *context);
    /* Something runs: configuration, round, and the time left, in seconds. */
    void (*running)(void *context, int configuration, int round, int rounds, double left_s);
    void *context;
};

/* Returns 0, -EINTR when interrupted, or -errno when no process could be
 * started. Blocks for about round_estimate_s. */
int round_run(const struct plan *plan, const struct round_events *events);

/* How long that will take, about, in seconds. */
double round_estimate_s(const struct plan *plan);

#endif
