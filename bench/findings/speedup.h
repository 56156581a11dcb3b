/* speedup.h - what more workers bring: a pool's speed over that of one worker of the
 * same pool, and the share of the CPUs at work that this makes use of. */
#ifndef SPEEDUP_H
#define SPEEDUP_H

#include <jansson.h>

/* Sets "speedups" of a result, an array as results/README.md describes it, from the
 * trials and from how many CPUs each configuration has. */
void speedup_add(json_t *result);

/* What is the same in all speed-ups of one pool (label_same). */
extern const char *const speedup_setting[];

#endif
