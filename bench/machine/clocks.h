/* clocks.h - whether the clocks of the CPUs are in step.
 *
 * All of the harness's times are differences of one clock, often read on two CPUs. If
 * these are out of step, a job ends before it was submitted, or an age after it. What
 * is found here is proved: a message from one CPU to another and back that arrives
 * before it was sent, or returns before it arrived. */
#ifndef CLOCKS_H
#define CLOCKS_H

#include <stdint.h>

/* Less than this is neither found nor feared: two reads of one clock lie as far apart. */
enum { CLOCKS_STEP_NS = 1000 };

struct clocks {
    int64_t apart_ns; /* of the two that are farthest from the first; 0: in step */
    int cpus[2];
};

/* Asks each CPU that this process may use (the first 256 of them) against the first.
 * Takes some tens of microseconds for each, more where they are busy. Threads: not
 * for several at once; starts two. Returns 0, or -errno when no thread could be had:
 * then nothing is known, and apart_ns is 0. */
int clocks_look(struct clocks *clocks);

/* How far out of step two clocks must be for these readings, in the order in which they
 * were made: here, there, here. 0: they may be in step. Pure. */
int64_t clocks_apart(int64_t sent_ns, int64_t there_ns, int64_t returned_ns);

#endif
