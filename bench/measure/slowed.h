/* slowed.h - a pool whose jobs take longer than they are: for a gate that is to be seen to
 * fire.
 *
 * Every job goes through a box that holds it and, before it runs, computes for a while on
 * the worker that took it. Both sides of a duet get their boxes, one of them without the
 * wait, so that nothing but the wait is between them. */
#ifndef SLOWED_H
#define SLOWED_H

#include <stdint.h>

#include "pools/core/pool.h"

/* The table of `ops` with boxes in it for `jobs` jobs, each delayed by delay_ns of
 * computation (0: none). Of one pool at a time; the table holds until slowed_end, which is
 * called after the pool's free. NULL: no memory. Threads: between slices. */
const struct pool_ops *slowed_begin(const struct pool_ops *ops, int64_t jobs, double delay_ns);
void slowed_end(void);

#endif
