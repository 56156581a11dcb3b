/* pin.h - puts the workers of somebody else's pool where ours would be.
 *
 * Our pools start each worker on its CPU. Of others we have no thread: so as
 * many jobs as workers meet, which makes a pool start all it has, and each
 * pins the thread that it finds itself on. */
#ifndef PIN_H
#define PIN_H

#include "bench/measure/places.h"

/* Before the clock starts. Runs at most `workers` jobs in the pool and waits for
 * them. Returns whether each worker has its CPU. */
bool pin_workers(struct pool *pool, int workers, const struct places *places);

#endif
