/* pin.c - see pin.h. */
#include "bench/measure/pin.h"

#include <pthread.h>
#include <stdatomic.h>

#include "pools/core/affinity.h"
#include "pools/core/futex.h"

#define MEETING_NS INT64_C(500000000) /* a pool with fewer threads than asked for does not hold us up */

struct meeting {
    const struct places *places;
    pthread_t client;
    int workers;
    int64_t until_ns;
    _Atomic uint32_t arrived; /* a futex */
    _Atomic int pinned;
};

static void await_all(struct meeting *meeting)
{
    uint32_t seen;
    while ((seen = atomic_load(&meeting->arrived)) < (uint32_t)meeting->workers &&
           workload_now_ns() < meeting->until_ns)
        pool_futex_wait(&meeting->arrived, seen, meeting->until_ns);
}

static int attend(void *arg)
{
    struct meeting *meeting = arg;
    uint32_t number;
    if (pthread_equal(pthread_self(), meeting->client))
        return 0; /* who submits or waits may run jobs, and stays where he is */
    number = atomic_fetch_add(&meeting->arrived, 1);
    pool_futex_wake(&meeting->arrived, INT_MAX);
    await_all(meeting);
    if (!pool_affinity_set(places_worker_cpu(meeting->places, (int)number)))
        atomic_fetch_add(&meeting->pinned, 1);
    return 0;
}

bool pin_workers(struct pool *pool, int workers, const struct places *places)
{
    struct meeting meeting = {
        .places = places, .client = pthread_self(), .workers = workers, .until_ns = workload_now_ns() + MEETING_NS};
    int submitted = 0;
    for (; submitted < workers && !pool_submit(pool, attend, &meeting); submitted++)
        ;
    await_all(&meeting);
    return pool_wait(pool, -1) == 0 && submitted == workers && atomic_load(&meeting.pinned) == workers;
}
