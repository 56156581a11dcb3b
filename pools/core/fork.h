/* fork.h - running and joining forks, for the parts of pools/core that meet them.
 *
 * fork.c is the owner's side: it shares, joins, gives up. theft.c is the thief's.
 * They call one another, because a stolen fork forks, too; so they have one header.
 * Both use lanes.h and wake workers through idle.h, which knows nothing of them. */
#ifndef FORK_H
#define FORK_H

#include "pools/core/lanes.h"

/* A stolen fork on its thief's stack. */
struct pool_theft {
    struct pool_frame frame;
    struct pool_forks *own;
    struct pool_slot *slot; /* in the victim's lane */
    struct pool_theft *outer;
    pool_job_fn *outer_fn; /* what pool_explain showed before */
    void *outer_arg;
};

/* Runs a fork that was taken, on this worker's stack, with a containment of its own: theft.c. */
void pool_fork_run(struct pool_forks *own, struct pool_forks *victim, struct pool_slot *slot);

/* For a worker that found no job: steals a fork and runs it. Returns whether there
 * was one; if not, everybody with forks is asked for some. */
bool pool_fork_steal(struct pool_worker *worker);

/* fn(arg), its frames POOL_EXIT_PAD bytes apart from the caller's. */
int pool_fork_call(pool_job_fn *fn, void *arg);

/* This job's open forks beyond the first `base`: joined, or given up. In both
 * cases nobody runs one of them afterwards. */
void pool_forks_join(struct pool_worker *worker, uint64_t base);
void pool_forks_drop(struct pool_worker *worker, uint64_t base);

/* A job has ended with this status, or a pool_fail ends what runs in `frame`. */
void pool_forks_end(struct pool_worker *worker, int status);
void pool_forks_fail(struct pool_frame *frame);

/* Space that a leaving thread's frames are apart from where it ends: thieves still
 * use those frames while the exit handler waits for them, and what the handler
 * calls must not overwrite them. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { POOL_EXIT_PAD = 16384 };
#else
enum { POOL_EXIT_PAD = 4096 };
#endif
#define POOL_EXIT_APART()                                                                                              \
    char exit_pad[POOL_EXIT_PAD];                                                                                      \
    __asm__ volatile("" : : "r"(exit_pad) : "memory")
#define POOL_EXIT_STILL_APART() __asm__ volatile("" : : "r"(exit_pad) : "memory")

#endif
