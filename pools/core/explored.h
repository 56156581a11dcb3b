/* explored.h - what differs in the pools that `poolbench explore` runs (POOL_EXPLORED):
 * constants that are small there, so that wrap and reuse are in reach; and what its hooks
 * would not see, a pause, a counter and a change of two words, which are calls there, of
 * bench/explore/hooked.h, which comes before all sources of that build. */
#ifndef EXPLORED_H
#define EXPLORED_H

#ifdef POOL_EXPLORED
#define POOL_SIZE(usual, explored) (explored)
#else
#define POOL_SIZE(usual, explored) (usual)
#endif

/* Whether a sequentially consistent read-modify-write orders all that is around it, too. The
 * build for C11's memory has the fences of processors where it does not. */
#if defined(__x86_64__) && !defined(POOL_EXPLORED_C11)
#define POOL_SWAP_IS_FENCE 1
#else
#define POOL_SWAP_IS_FENCE 0
#endif

#endif
