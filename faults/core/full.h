/* full.h - the scenario of a full queue: one job more than there is room for.
 *
 * Each worker is held in a job, the places of the queue are taken, and a thread of the client
 * submits beyond. What must come of that is the fault's. Jobs are numbered in this order. */
#ifndef FULL_H
#define FULL_H

#include <stdbool.h>
#include <sys/types.h>

#include "faults/core/cell.h"

/* Where the workers are held. */
enum { FULL_GATE = 0 };

/* Notes: how many submitters are back; those of the fault follow. */
enum { FULL_BACK, FULL_NOTES };

/* Jobs 0..jobs-1 of the cell's open pool wait at the gate. They come when all sleep, and each when
 * the one before it runs: where a job goes does not depend on who just began. */
void full_hold(int jobs);

/* All workers are held, and so many places taken. Returns the next job's number. */
int full_make(int places);

/* The same of a pool that is opened for it, with its whole capacity taken. Returns the next job's
 * number; 0: it does not open so, or its workers cannot be held: it is freed, and nothing is asked. */
int full_open(struct pool_config config);

/* The same, and of one worker the jobs can be let end one by one: what it runs waits at FULL_STEP, what it takes
 * next at FULL_STEP + 1, and so on; full_started is how many jobs have come to their gates. All others stay at
 * FULL_GATE. So many jobs more may be submitted. */
enum { FULL_STEP = FULL_GATE + 1 };
int full_open_by_steps(struct pool_config config, int more);
int full_started(void);

/* Starts the submitter: helper 0; or several that do the same: helpers 0.. Each gets a CPU, in a second, and
 * time to come to what it waits for. */
void full_submit(void (*submitter)(void));
void full_submit_by(int helpers, void (*submitter)(void));

/* A signal that nobody has a handler for: the pool may work with others. 0: there is none. */
int full_free_signal(void);

/* Holds the submitters inside their calls, in a signal's handler, until full_let_go; again and again.
 * Returns whether one is held; it is not where no signal is free. */
bool full_catch(void);
bool full_is_caught(void);
void full_let_go(void);
pid_t full_submitter(void); /* its thread */

/* How many of them sleep in their submits now; 0, too, where that is not to be seen: somebody ran. */
int full_asleep(void);

/* Whether all are back by now. */
bool full_is_back(void);

/* Whether none is, and each was there; else nothing is asked. */
bool full_blocks(void);

/* Whether it comes back though the queue is full. It may have had no CPU yet: it is given some time. */
bool full_returns(void);

/* The jobs are let go, the helpers joined; the pool is awaited and freed. */
void full_end(void);

#endif
