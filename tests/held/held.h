/* held.h - holding a thread at a step of a pool (POOL_STEP, pools/core/inject.h), so
 * that a race is lost for certain, and not by luck.
 *
 *     struct held held = HELD_AT("submit: pushed");
 *     held_arm(&held);
 *     kit_submit(&call, pool, ...);
 *     KIT_UNTIL(held_there(&held));    the thread stands still
 *     ...                              what others do meanwhile
 *     held_let_go(&held);
 */
#ifndef HELD_H
#define HELD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct held {
    const char *step;
    int skip;          /* so many arrivals pass first */
    bool (*who)(void); /* asked on the arriving thread: whether it is meant; NULL: any */
    _Atomic int state; /* held.c */
};
#define HELD_AT(name)                                                                                                  \
    {                                                                                                                  \
        .step = (name)                                                                                                 \
    }

/* The next thread that comes to held->step, once, is kept there. At most HELD_MAX
 * may be armed at once. Threads: any. */
enum { HELD_MAX = 8 };
void held_arm(struct held *held);

/* Whether a thread stands there. */
bool held_there(const struct held *held);

/* Lets it go on, or disarms what nobody came to. *held may be reused after it. */
void held_let_go(struct held *held);

/* How often any thread came to this step since held_count_from(step); one step at a
 * time. */
void held_count_from(const char *step);
int held_count(void);

/* Where pool_moment stands for all threads; 0: it goes on. */
extern _Atomic uint64_t pool_moment_stands;

/* Enumerates: the names of the steps that threads come to for which who() is true, from
 * held_list_from(who) until held_list, which writes up to HELD_STEPS_MAX of them and
 * returns how many there are. */
enum { HELD_STEPS_MAX = 128 };
void held_list_from(bool (*who)(void));
int held_list(const char *steps[HELD_STEPS_MAX]);

#endif
