/* patience.c - see patience.h. */
#include "bench/measure/patience.h"

#include <signal.h>
#include <stddef.h>

#include "workloads/core/workload.h"

void (*patience_on_progress)(void);

static volatile sig_atomic_t ended;

void patience_end(void)
{
    ended = 1;
}

bool patience_ended(void)
{
    return ended;
}

/* Grows with everything that a pool does. */
static uint64_t moved(struct pool *pool)
{
    struct pool_stats stats;
    pool_stats(pool, &stats);
    return stats.accepted + stats.started + stats.done + stats.failed + stats.cancelled + stats.dropped +
           stats.received + stats.lost;
}

/* A look takes the pool a moment: a few in each limit. */
static int64_t step(const struct patience *patience)
{
    return patience->limit_ns / 8 + 1;
}

void patience_begin(struct patience *patience, struct pool *pool, int64_t limit_ns)
{
    int64_t now = workload_now_ns();
    *patience =
        (struct patience){.pool = pool, .limit_ns = limit_ns, .began_ns = now, .alive_ns = now, .moved = moved(pool)};
    patience->until_ns = now + step(patience);
}

bool patience_left(struct patience *patience)
{
    int64_t now = workload_now_ns();
    uint64_t before = patience->moved;
    if (ended)
        return false;
    if (now < patience->until_ns)
        return true;
    /* Whoever looks so late stood still himself: stopped, frozen, or without a CPU, as the pool was. */
    patience->alive_ns += now - patience->until_ns;
    patience->moved = moved(patience->pool);
    patience->until_ns = now + step(patience);
    if (patience->moved == before)
        return now - patience->alive_ns < patience->limit_ns;
    patience->alive_ns = now;
    if (patience_on_progress && now - patience->began_ns > patience->limit_ns)
        patience_on_progress();
    return true;
}
