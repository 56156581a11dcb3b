/* kit.h - many schedules of one scenario, in a test of the runtime. */
#ifndef EXPLORE_KIT_H
#define EXPLORE_KIT_H

#include <pthread.h>

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

/* Of a scenario of calls. */
enum { KIT_SCHEDULES = 500 };

/* Under each memory: none of so many schedules is anything but GOOD; the first one is of that kind. */
void kit_all_good(void (*run)(void *));
void kit_all_come_to(void (*run)(void *), enum explore_kind kind);

/* Of the scenario: what must hold in each schedule. */
#define WANT(condition)                                                                                                \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            explore_fail("line %d: %s", __LINE__, #condition);                                                         \
    } while (0)

/* A thread of the scenario. */
pthread_t kit_start(void *(*run)(void *), void *arg);

#endif
