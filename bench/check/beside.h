/* beside.h - the cells of a slow pool, several at once.
 *
 * What takes such a pool long is mostly its own sleep: its cells take nothing from each other. */
#ifndef BESIDE_H
#define BESIDE_H

#include <signal.h>

enum { BESIDE_PROCESSES = 10 };

/* Plays one of them, in a process of many: what it leaves must lie in shared memory. `stop`: as of
 * judge_setup. Returns 0 or -errno. */
typedef int beside_play_fn(void *context, int number, const volatile sig_atomic_t *stop);

/* Plays each of 0 .. count - 1 once, in so many processes at most; each takes the next one that is
 * left. Tells meanwhile, in this process, how many are over. Returns 0, or the first -errno, after
 * which none is begun; -EINTR when check_stop was set. Blocks until all are over. */
int beside_run(int count, beside_play_fn *play, void (*tell)(void *context, int over), void *context);

#endif
