/* settle.h - the threads of this process, from within: do they sleep, and what did
 * they use?
 *
 * A heuristic and no proof: it decides when a scenario goes on; of what it says, only that a thread slept. */
#ifndef SETTLE_H
#define SETTLE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Naps until every other thread of this process is asleep in two looks and did not run
 * between them, or until the limit. Returns whether it saw that. */
bool settle(int64_t limit_ns);

/* The gap between two jobs of a client: sleeps until a moment of CLOCK_MONOTONIC, signals or not. What
 * the pool under test does meanwhile is asked; no order of threads depends on it. */
void settle_until(int64_t ns);

/* What a thread of this process has used, in ns; -1: it is gone, or hidden. */
int64_t settle_run_ns(pid_t thread);

/* What the other threads of this process have used together, in ns. */
int64_t settle_others_run_ns(void);

/* Whether it is asleep now. */
bool settle_sleeping(pid_t thread);

/* Whether it is in a nap now: nanosleep and its like, which nothing but a program calls. */
bool settle_naps(pid_t thread);

/* Whether it waits for a lock of glibc's, pthread_mutex_t and its like: such a one waits in its futex while it is 2. */
bool settle_awaits_lock(pid_t thread);

/* Whether a thread of this process waits for a moment of the wall clock that is further
 * off than this; read from its call, as the kernel shows it. */
bool settle_on_wall_clock(pid_t thread, int64_t further_ns);

/* In how many ns the timed futex wait ends that a thread of this process sleeps in, by its own clock; of
 * one that counts from its beginning, all of its time. 0: it sleeps in none. */
int64_t settle_wakes_in_ns(pid_t thread);

/* The moment of CLOCK_MONOTONIC at which the timed futex wait ends that a thread of this process sleeps in; of one
 * that counts from its beginning, and began at `since_ns` or later, the earliest. 0: it sleeps in none, or in one of
 * the wall clock. */
int64_t settle_ends_ns(pid_t thread, int64_t since_ns);

/* The moment of CLOCK_MONOTONIC at which the earliest timed wait of the other threads ends;
 * 0: none is seen. */
int64_t settle_next_wake_ns(void);

/* How often the other threads of this process went to sleep so far. */
int64_t settle_sleeps(void);

/* What this process holds: bytes that are allocated, as the allocator counts them,
 * descriptors, mappings, bytes that are mapped, and keys of thread-local data (glibc's: those below the first that is
 * free). */
struct settle_use {
    int64_t heap, descriptors, mappings, mapped, keys;
};
struct settle_use settle_use(void);
int64_t settle_heap(void); /* the first alone, which is quick */

#endif
