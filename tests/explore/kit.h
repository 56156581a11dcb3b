/* kit.h - many schedules of one scenario, in a test of the runtime. */
#ifndef EXPLORE_KIT_H
#define EXPLORE_KIT_H

#include "bench/explore/explore.h"

/* What came of them. */
struct tried {
    int count, odd;                 /* schedules; those after which odd() held, or whose kind was not GOOD */
    int first;                      /* which was the first of these, or -1 */
    struct explore_verdict verdict; /* of that one */
    struct explore_switch decisions[4096];
};

/* Runs `count` schedules of seed 1, in this process, until one is odd, or all if `all`. */
void kit_try(struct tried *tried, const struct explore_knobs *knobs, int count, bool all, bool (*odd)(void));

#endif
