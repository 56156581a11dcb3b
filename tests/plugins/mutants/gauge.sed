# Nobody is counted as blocked in wait.
s/pool->stats.blocked_wait++;//
s/if (!--pool->stats.blocked_wait)/if (error == 0)/
