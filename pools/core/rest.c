/* rest.c - see rest.h. */
#include "pools/core/rest.h"

#include "pools/core/fork.h"
#include "pools/core/idle.h"

enum {
    SPIN_PAUSES = 8,      /* between two looks while spinning */
    SPIN_LOOK_NS = 50000, /* a long spin looks everywhere so often */
};

/* Looks for new jobs a little while, or for the end. Returns whether some came, or lie
 * where they were not when the worker looked: others may have claimed and shown them. */
static bool spin(struct pool_worker *worker)
{
    struct pool_head *head = worker->pool;
    uint64_t seen = head->design->accepted(head);
    int64_t now, until, look;
    if (head->config.spin_ns < 0)
        return false;
    now = pool_clock_ns();
    until = head->config.spin_ns > INT64_MAX - now ? INT64_MAX : now + head->config.spin_ns;
    look = now + SPIN_LOOK_NS;
    do {
        for (int i = 0; i < SPIN_PAUSES; i++)
            pool_pause();
        if (head->design->accepted(head) != seen || pool_forks_waiting(head))
            return true;
        if (pool_unlikely(atomic_load_explicit(&head->drained, memory_order_acquire)))
            return true; /* pool_free does not wait for the rest of it */
        now = pool_clock_ns();
        if (pool_unlikely(now >= look)) {
            if (pool_idle_look(head))
                return true;
            look = now + SPIN_LOOK_NS;
        }
    } while (now < until);
    return false;
}

bool pool_rest(struct pool_worker *worker)
{
    struct pool_head *head = worker->pool;
    pool_announce(head);
    if (atomic_load_explicit(&head->drained, memory_order_acquire))
        return false;
    if (pool_unlikely(worker->owes) && pool_replace_idle(worker))
        return false;
    if (!pool_fork_steal(worker) && !spin(worker))
        pool_idle_park(worker);
    return true;
}
