/* random.h - a job's own random numbers: they depend on the seed and on the
 * job's index only, so that a run can be repeated. */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdint.h>

/* splitmix64. Source: G. Steele et al., "Fast splittable pseudorandom number
 * generators" (2014). */
static inline uint64_t random_mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* What sizes are drawn from; names for a parameter's choices, NULL at the end. */
enum random_distribution { RANDOM_FIXED, RANDOM_EXPONENTIAL, RANDOM_PARETO };
extern const char *const random_distributions[];
#define RANDOM_DISTRIBUTIONS_HELP "fixed; exp(onential); pareto: heavy-tailed, shape 1.5, at most 1000 x the mean"

/* A multiple of the mean, >= 0, for a number out of random_mix. Mean 1.
 * Threads: any, once it was called in one. */
double random_draw(enum random_distribution distribution, uint64_t random);

#endif
