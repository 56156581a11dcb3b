# After close a job's own submits are refused as well.
s/if (inside != pool && pool->stats.state != POOL_OPEN) {/if (pool->stats.state != POOL_OPEN) {/
