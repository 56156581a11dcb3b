/* rest.c - see rest.h. */
#include "pools/core/rest.h"

#include "pools/core/fork.h"
#include "pools/core/idle.h"

enum { SPIN_PAUSES = 8 }; /* between two looks while spinning */

/* Looks for new jobs a little while. Returns whether some came. */
static bool spin(struct pool_worker *worker)
{
    struct pool_head *head = worker->pool;
    uint64_t seen = head->design->accepted(head);
    int64_t until;
    if (head->config.spin_ns < 0)
        return false;
    until = pool_clock_ns() + head->config.spin_ns;
    do {
        for (int i = 0; i < SPIN_PAUSES; i++)
            pool_pause();
        if (head->design->accepted(head) != seen || pool_forks_waiting(head))
            return true;
    } while (pool_clock_ns() < until);
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
