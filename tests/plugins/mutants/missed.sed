# The end is said without the lock: a worker between its look and its sleep misses it.
/^static int mine_close/,/^}/ {
    s/^    pool->stats.state = POOL_CLOSING;/    leave(pool, state);\n&/
    /pthread_cond_broadcast(&pool->room)/ { n; d }
}
