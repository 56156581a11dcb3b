/* kernel.h - a stretch of pure computation whose length is known in ns, and
 * whose result can be checked without doing it again.
 *
 * It is a linear congruential generator, stepped n times: each step depends on
 * the one before, so that it can neither be skipped nor vectorised. Its n-th
 * value has a closed form in O(log n), which is what verify uses. Source:
 * F. Brown, "Random number generation with arbitrary strides" (1994); the
 * constants are Knuth's (MMIX). */
#ifndef KERNEL_H
#define KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "workloads/core/random.h"

/* Steps n times from `state`. */
uint64_t kernel_run(uint64_t state, uint64_t n);

/* The same value, by the closed form. */
uint64_t kernel_expect(uint64_t state, uint64_t n);

/* Steps per ns on this CPU; measured at the first call (about 10 ms), the same
 * for the rest of the process. Call it before the clock runs. Threads: any. */
double kernel_steps_per_ns(void);

/* How many steps take so long. */
uint64_t kernel_steps(double ns);

/* A job that is such a stretch. */
struct kernel_job {
    uint64_t seed, steps, result;
};

/* A job of `seed`: its length is drawn from that, 1 step at least. */
struct kernel_job kernel_job(uint64_t seed, double mean_ns, enum random_distribution distribution);

/* Whether it is the job of `seed`, and its result is right. */
bool kernel_job_is_right(const struct kernel_job *job, uint64_t seed);

#endif
