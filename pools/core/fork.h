/* fork.h - the lanes of open forks, for the parts of pools/core that meet them.
 *
 * Each worker has a lane: an array of the open forks of the job that it runs, the
 * youngest last. The owner pushes and pops at the young end with plain stores: that
 * part is *private*. At the old end is the *public* part, of which thieves take the
 * oldest by a compare-and-swap of one word. Only the owner moves the border: a
 * worker that finds nothing to do asks (it makes the lane's limit NULL), and the
 * owner, at its next fork or join, publishes half of what is private and wakes a
 * sleeper. So who forks pays nothing while nobody asks.
 *
 * A lane holds forks of one job only, and of forks stolen from that job's. */
#ifndef FORK_H
#define FORK_H

#include "pools/core/head.h"

/* Of a slot that is public. */
enum pool_slot_state {
    POOL_SLOT_OPEN,    /* nobody runs it, or its thief has only just taken it */
    POOL_SLOT_CALLED,  /* so, and the owner sleeps on `state` */
    POOL_SLOT_RUNNING, /* lane and base say where */
    POOL_SLOT_AWAITED, /* so, and the owner sleeps */
    POOL_SLOT_DONE,    /* status is there */
};

struct pool_theft; /* fork.c */

struct pool_forks {
    struct pool_lane lane; /* owner, but for limit */
    struct pool_worker *worker;
    struct pool_theft *thefts; /* owner: stolen forks on its stack, innermost first */
    uint64_t epoch;            /* of the job; constant while a fork is open */

    /* Somebody found nothing: to be told apart from a limit that is NULL because
     * no fork of this job came by yet. */
    alignas(POOL_CACHE_LINE) _Atomic uint32_t hungry;

    /* {changes by the owner: 32, taken: 16, public: 16}: slots [taken, public) can
     * be stolen. The owner's count makes it free of ABA. */
    alignas(POOL_CACHE_LINE) _Atomic uint64_t word;

    alignas(POOL_CACHE_LINE) struct pool_slot slots[POOL_FORKS_MAX];
};

/* Whether some fork can be stolen. */
bool pool_forks_waiting(struct pool_head *head);

/* For a worker that found no job: steals a fork and runs it. Returns whether there
 * was one; if not, everybody with forks is asked for some. */
bool pool_fork_steal(struct pool_worker *worker);

/* This job's open forks beyond the first `base`: joined, or given up. In both
 * cases nobody runs one of them afterwards. */
void pool_forks_join(struct pool_worker *worker, uint64_t base);
void pool_forks_drop(struct pool_worker *worker, uint64_t base);

/* A job has ended with this status, or a pool_fail ends what runs in `frame`. */
void pool_forks_end(struct pool_worker *worker, int status);
void pool_forks_fail(struct pool_frame *frame);

/* All workers' lanes; head->lanes is released with the pool. 0 or -ENOMEM. */
int pool_forks_init(struct pool_head *head);

/* Space that a leaving thread's frames are apart from where it ends: thieves still
 * use those frames while the exit handler waits for them, and what the handler
 * calls must not overwrite them. Keeps `bytes` between the caller and its callee. */
#ifdef __SANITIZE_ADDRESS__
enum { POOL_EXIT_PAD = 16384 };
#else
enum { POOL_EXIT_PAD = 2048 };
#endif
#define POOL_EXIT_APART()                                                                                              \
    char exit_pad[POOL_EXIT_PAD];                                                                                      \
    __asm__ volatile("" : : "r"(exit_pad) : "memory")
#define POOL_EXIT_STILL_APART() __asm__ volatile("" : : "r"(exit_pad) : "memory")

#endif
