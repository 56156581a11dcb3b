/* branch.c - the child of a fork: the parent's pool is dead there, whatever its workers were at,
 * and another one can be opened. */
#include "bench/scenarios/stage.h"

bool stage_child;

static int adds(void *arg)
{
    atomic_fetch_add_explicit((_Atomic int *)arg, 1, memory_order_relaxed);
    return 0;
}

static void dead(const char *call, int64_t status)
{
    if (status != -EOWNERDEAD)
        ledger_tell(LEDGER_STATUS, "%s in the child of a fork returned %d, and the pool is the parent's", call,
                    (int)status);
}

/* All that may be called; none of it waits for anybody. */
static void call_the_dead(struct side *side)
{
    struct pool_stats stats;
    struct pool_result result;
    char text[256];
    dead("pool_submit", pool_submit(side->pool, adds, NULL));
    dead("pool_close", pool_close(side->pool));
    dead("pool_cancel", pool_cancel(side->pool));
    dead("pool_wait", pool_wait(side->pool, -1));
    dead("pool_stats", pool_stats(side->pool, &stats));
    dead("pool_explain", pool_explain(side->pool, text, sizeof text));
    if (side->config.results != POOL_RESULTS_NONE)
        dead("pool_receive", pool_receive(side->pool, &result, -1));
    dead("pool_free", pool_free(side->pool));
}

static void open_another(struct side *side)
{
    struct pool_config config = {.workers = 2, .capacity = 2, .spin_ns = POOL_NO_SPIN};
    _Atomic int ran = 0;
    struct pool *pool;
    if (pool_open(&pool, side->ops, &config))
        ledger_tell(LEDGER_STATUS, "pool_open failed in the child of a fork");
    if (pool_submit(pool, adds, &ran) || pool_wait(pool, -1) || ran != 1 || pool_free(pool))
        ledger_tell(LEDGER_STATUS, "a pool of the child's own did not run its job");
}

bool stage_branch(struct side *side)
{
    if (side->stage->world->fork(side->stage->bare))
        return false;
    stage_child = true;
    call_the_dead(side);
    open_another(side);
    return true;
}
