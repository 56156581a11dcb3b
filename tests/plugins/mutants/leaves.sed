# Workers go at close, whatever is queued.
s/while (pool->stats.state == POOL_OPEN || !at_rest(pool)) {/while (pool->stats.state == POOL_OPEN) {/
