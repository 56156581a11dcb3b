/* full.h - the scenario of a full queue: one job more than there is room for.
 *
 * Each worker is held in a job, the places of the queue are taken, and a thread of the client
 * submits beyond. What must come of that is the fault's. Jobs are numbered in this order. */
#ifndef FULL_H
#define FULL_H

#include <stdbool.h>

#include "faults/core/cell.h"

/* Where the workers are held. */
enum { FULL_GATE = 0 };

/* Notes: that the submitter is back; those of the fault follow. */
enum { FULL_BACK, FULL_NOTES };

/* Jobs 0..jobs-1 of the cell's open pool wait at the gate. They come when all sleep, and each when
 * the one before it runs: where a job goes does not depend on who just began. */
void full_hold(int jobs);

/* All workers are held, and so many places taken. Returns the next job's number. */
int full_make(int places);

/* The same of a pool that is opened for it, with its whole capacity taken. Returns the next job's
 * number; 0: it does not open so, or its workers cannot be held: it is freed, and nothing is asked. */
int full_open(struct pool_config config);

/* Starts the submitter: helper 0. */
void full_submit(void (*submitter)(void));

/* Whether it is back by now. */
bool full_is_back(void);

/* Whether it is blocked; else nothing is asked. */
bool full_blocks(void);

/* Whether it comes back though the queue is full. It may have had no CPU yet: it is given some time. */
bool full_returns(void);

/* The workers are let go, the helpers joined; the pool is awaited and freed. */
void full_end(void);

#endif
