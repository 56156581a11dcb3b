/* steps.h - the calls that threads make of the C library, as steps at which one can be held:
 * locks, condition variables, semaphores, futex waits and wake-ups made through syscall(),
 * naps, malloc, calloc and free (before the call nobody holds a lock of theirs). They are
 * interposed in this program (steps_calls.c) as births.h interposes pthread_create; it needs no
 * change to the pool. What a thread does between two of them is not seen.
 *
 * A thread that is held is one that is preempted there, for as long as it takes: a pool must
 * bear it. Steps that the memory allocator or the C library itself takes are none: who holds
 * a lock of theirs is not held, or whoever lets it go would wait for it. */
#ifndef STEPS_H
#define STEPS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "faults/core/record.h"

/* What was held. */
struct steps_held {
    int thread, step, call; /* of enum steps_call */
    bool after;             /* at the end of the call, not before it */
};

/* Whom to hold, and where. */
struct steps_plan {
    int thread;     /* 0: the client; 1..: threads of the pool in the order of their first steps */
    int step;       /* its 1st, 2nd, ... since steps_arm; 0: nobody */
    int swap;       /* not 0: when another one is about to wait, as the 1st, 2nd, ... to do so meanwhile,
                     * that one is held in its place */
    uint64_t noise; /* not 0: a seed; each thread naps now and then, for up to 0.2 ms */
    /* Not NULL: the first that is held calls it before it sleeps, inside its step: it may write to the record. */
    void (*told)(struct steps_held held);
};

enum steps_call {
    STEPS_LOCK,
    STEPS_UNLOCK,
    STEPS_WAIT,
    STEPS_TIMED_WAIT,
    STEPS_SIGNAL,
    STEPS_BROADCAST,
    STEPS_SEM_WAIT,
    STEPS_SEM_POST,
    STEPS_FUTEX_WAIT,
    STEPS_FUTEX_WAKE,
    STEPS_NAP,
    STEPS_ALLOCATE,
    STEPS_FREE,
    STEPS_CALLS
};
const char *steps_call_name(int call); /* of any number */

/* Whether there are any here: not in a sanitizer's program, which interposes them itself. */
bool steps_possible(void);

/* This thread is the client. Threads of the client in the record, which has their numbers,
 * take no steps. */
void steps_begin(const struct record *record);

/* From now on; forgets what was. Threads: the client, while nobody else takes steps. */
void steps_arm(const struct steps_plan *plan);
void steps_disarm(void);

/* Writes down who is held: the number of the arming, shifted by 32, and the thread. Not over one of a later
 * arming, of whom the releaser would not know, then. Returns whether it did. */
bool steps_note_hold(_Atomic uint64_t *holder, uint64_t me);

/* Sleeps until somebody is held, or so long. */
void steps_await(int64_t ns);

/* Whether somebody was held since steps_arm. */
bool steps_reached(void);

/* After pool_free: waits until a thread of the pool that is held, if there is one, was let go and has ended, for
 * 50 ms at most. Whether it did not just return meanwhile: it was held before a call, came to another, or ran for
 * more than 0.3 ms in its main function; and this in code that may be
 * unloaded. */
bool steps_outlive(void);

/* Runs in a thread of its own until steps_end: who is held is let go once all others seem to
 * sleep, or 20 ms have passed. */
void steps_release(void);
void steps_end(void);

/* Each call that is a step, with the place that makes it: before it and, with `after`, at its end. */
void steps_take(int call, bool after, const void *from);

/* From now on each thread's next few waits for a condition or a futex (through syscall()) end after 0.2 ms at most,
 * and say that it was woken, as POSIX and futex(2) allow at any time. Again: a few more. */
enum { STEPS_VAIN_TIMES = 3 };
void steps_wake_in_vain(void);
void steps_wake_truly(void);
int steps_woken_in_vain(void); /* how often, so far */

/* Such a wait, in place of the one that is asked for, which may be timed; of syscall() the words after the number.
 * False: it is none, and nothing was done. */
bool steps_wait_in_vain(pthread_cond_t *condition, pthread_mutex_t *mutex, const void *from, int *answer);
bool steps_futex_in_vain(const long *words, const void *from, long *answer);

/* Holds a thread, a client too, at the end of the next wait for a condition that it comes back from, the one
 * that it is in among them, with the lock that it has taken again. One at a time; no arming is needed. */
void steps_hold_end(pid_t thread);
bool steps_ends_held(void); /* whether it is held there */
void steps_let_end(void);   /* it goes on, or is not held any more */
void steps_end_wait(void);  /* at the end of each such wait */

#endif
