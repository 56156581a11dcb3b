/* plain_loop.h - the loop that no pool can beat: plain threads, as many as a pool has
 * CPUs, each running its share of cpu jobs one after the other, by a call through a
 * pointer. No queue, nobody to wait for.
 *
 * It is measured in each round, because what several CPUs do together moves on
 * virtual machines: beside it one sees what the pool adds, and what the machine. */
#ifndef PLAIN_LOOP_H
#define PLAIN_LOOP_H

#include "bench/measure/plan.h"

/* Wall time per job of `size_ns` on `threads` threads, in ns; thread i runs on
 * cpus[i % count] only, count 0: anywhere. Less than a millisecond, or eight jobs of
 * each thread. NaN when no thread can be had. Threads: not for several at once. */
double plain_loop_measure(int threads, const int *cpus, int count, double size_ns);

/* For a round: the loop with each number of workers that the plan has at least two
 * sizes of cpu jobs for, at these sizes and at some very small ones. An array of
 * objects as in results/README.md, mostly empty. */
json_t *plain_loop_json(const struct plan *plan);

#endif
