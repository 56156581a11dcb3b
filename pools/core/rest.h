/* rest.h - what a worker does that found no job. */
#ifndef REST_H
#define REST_H

#include "pools/core/head.h"

/* Called by a worker that found nothing: it announces quiet, steals a fork, spins,
 * then parks.
 * Returns true when it is worth to look again, false when the thread must go:
 * the pool is drained, or a replacement has taken its slot. */
bool pool_rest(struct pool_worker *worker);

#endif
