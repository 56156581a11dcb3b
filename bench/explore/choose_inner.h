/* choose_inner.h - what choose.c, choose_draws.c and choose_time.c share. */
#ifndef CHOOSE_INNER_H
#define CHOOSE_INNER_H

#include "bench/explore/calls.h"

#define RANK_BASE (UINT64_C(1) << 32) /* of PCT: those that fell, or gave way, lie below */

static inline uint64_t choose_random(void)
{
    /* xorshift64* (Vigna, 2016) */
    uint64_t x = runtime.random;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    runtime.random = x;
    return x * 0x2545f4914f6cdd1d;
}

/* A number less than that. */
static inline uint32_t choose_below(uint32_t bound)
{
    return (uint32_t)((choose_random() >> 32) * bound >> 32);
}

/* choose.c: writes down a decision of the current thread, that waits, or does not. */
void choose_record(struct runtime_thread *to, enum explore_go what, bool waits);

/* choose_time.c */
void choose_deadline(void);                             /* finds the next one */
void choose_timers(void);                               /* fires those whose time has come */
void choose_timer_early(struct runtime_thread *thread); /* and all that would come before it */
void choose_timers_drawn(void);                         /* fires one, early */
void choose_until(void);                                /* readies those whose condition holds */
void choose_await(void);                                /* until somebody is ready; else the schedule ends */

#endif
