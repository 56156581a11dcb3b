/* soonest.h - the moments at which workers come free, the soonest first; and random numbers in a row.
 *
 * A heap in which the top is replaced: a worker that comes free takes a job and comes free
 * again later. Behind the last worker two places hold INFINITY, so that no step asks
 * whether there is a second child. Inline, because a simulation does it for each job. */
#ifndef SOONEST_H
#define SOONEST_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "workloads/core/random.h"

struct soonest {
    int count;
    double *at; /* 1..count, the soonest at 1; the caller frees it by soonest_destroy */
};

/* All come free at `first`. Returns 0 or -1 (no memory). */
static inline int soonest_init(struct soonest *soonest, int count, double first)
{
    soonest->count = count;
    soonest->at = malloc(((size_t)count + 3) * sizeof *soonest->at);
    if (!soonest->at)
        return -1;
    for (int i = 0; i <= count; i++)
        soonest->at[i] = first;
    soonest->at[count + 1] = soonest->at[count + 2] = INFINITY;
    return 0;
}

static inline void soonest_destroy(struct soonest *soonest)
{
    free(soonest->at);
}

static inline double soonest_time(const struct soonest *soonest)
{
    return soonest->at[1];
}

/* The soonest one comes free at `then` instead, which is no earlier. */
static inline void soonest_replace(struct soonest *soonest, double then)
{
    double *at = soonest->at;
    int i = 1, half = soonest->count / 2;
    while (i <= half) {
        int child = 2 * i;
        child += at[child + 1] < at[child];
        if (at[child] >= then)
            break;
        at[i] = at[child];
        i = child;
    }
    at[i] = then;
}

/* The next of a row of random numbers (splitmix64). */
static inline uint64_t soonest_random(uint64_t *state)
{
    return random_mix(*state += UINT64_C(0x9e3779b97f4a7c15));
}

/* Exponential, mean 1. */
static inline double soonest_exponential(uint64_t *state)
{
    return -log((double)((soonest_random(state) >> 11) + 1) * 0x1p-53);
}

#endif
