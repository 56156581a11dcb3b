/* beside.h - cells, several at once: those of a slow pool, and where that is asked for.
 *
 * What takes long is mostly sleep, the pool's or the scenario's: then they take little from each other. */
#ifndef BESIDE_H
#define BESIDE_H

#include <signal.h>

enum { BESIDE_PROCESSES_MAX = 64 };

/* Plays one of them, in a process of many: what it leaves must lie in shared memory. `stop`: as of
 * judge_setup. Returns 0 or -errno. */
typedef int beside_play_fn(void *context, int number, const volatile sig_atomic_t *stop);

struct beside {
    int count;     /* what there is to play */
    int processes; /* at most, BESIDE_PROCESSES_MAX at most */
    beside_play_fn *play;
    void (*tell)(void *context, int over); /* in this process, meanwhile: how many are over */
    void *context;
};

/* Plays each of 0 .. count - 1 once; each process takes the next one that is left. Returns 0, or
 * the first -errno, after which none is begun; -EINTR when check_stop was set. Blocks until all
 * are over. */
int beside_run(const struct beside *beside);

#endif
