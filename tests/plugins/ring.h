/* ring.h - the queue of the pools that tests bring as plug-ins: bounded, first in, first out.
 * Whoever calls has the pool's lock. */
#ifndef RING_H
#define RING_H

#include <poolbench.h>
#include <stdlib.h>

struct ring {
    uint64_t first, last; /* job p lies in slots[p % capacity] */
    size_t capacity;
    struct pool_job *slots; /* the pool frees it */
};

/* 0 as capacity: the contract's default. Returns 0 or -ENOMEM. */
static inline int ring_init(struct ring *ring, size_t capacity)
{
    ring->capacity = capacity ? capacity : POOL_CAPACITY_DEFAULT;
    ring->slots = calloc(ring->capacity, sizeof *ring->slots);
    return ring->slots ? 0 : -ENOMEM;
}

static inline uint64_t ring_waiting(const struct ring *ring)
{
    return ring->last - ring->first;
}

static inline bool ring_has_room(const struct ring *ring)
{
    return ring_waiting(ring) < ring->capacity;
}

/* It has room. */
static inline void ring_put(struct ring *ring, struct pool_job job)
{
    ring->slots[ring->last++ % ring->capacity] = job;
}

/* The oldest; it is not empty. */
static inline struct pool_job ring_oldest(const struct ring *ring)
{
    return ring->slots[ring->first % ring->capacity];
}

static inline struct pool_job ring_take(struct ring *ring)
{
    struct pool_job job = ring_oldest(ring);
    ring->first++;
    return job;
}

#endif
