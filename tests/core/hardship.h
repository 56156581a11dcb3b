/* hardship.h - what makes life hard for a pool in a torture, at random moments:
 *
 *   signals   with a handler, 3,000 a second for each thread that asks for them, so
 *             that each wait of a submitter or receiver ends early again and again
 *   freezes   some thread of the process, workers too, stands still for some ms at
 *             whatever instruction it has come to
 *   refusals  a thread that the pool wants to start cannot be had, now and then
 *   forks     child processes, from submitters and from inside jobs
 *
 * A torture chooses some of them for each round. */
#ifndef HARDSHIP_H
#define HARDSHIP_H

#include <pthread.h>

enum hardship {
    HARDSHIP_SIGNALS = 1,
    HARDSHIP_FREEZES = 2,
    HARDSHIP_REFUSALS = 4,
    HARDSHIP_FORKS = 8,
    HARDSHIP_ALL = 15,
};

/* Those of `kinds` that can be had in this program: a sanitizer may not bear some. */
unsigned hardship_possible(unsigned kinds);

/* One round. Threads: the main one. */
void hardship_begin(unsigned kinds);
void hardship_end(void);

/* Around what a thread does in a round that has signals; it gets them. */
void hardship_signals_begin(void);
void hardship_signals_end(void);

/* A thread of the torture's own, which is never refused. */
void hardship_thread(pthread_t *thread, void *(*main)(void *), void *arg);

/* In a round with forks: one in `rarely` calls forks a child that calls child(arg) and
 * ends, unless that has ended it before, with what that returned as its exit status.
 * Returns the exit status; 0 when it did not fork; -1 when the child died of a signal.
 * Threads: any, also in a job. */
int hardship_fork(unsigned rarely, int (*child)(void *arg), void *arg);

/* ", 5930 signals, ..." of all rounds; nothing of what there was none; and what could
 * not be had here. */
const char *hardship_said(void);

#endif
