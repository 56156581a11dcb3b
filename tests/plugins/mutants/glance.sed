# Whether anybody sleeps is looked at before the lock is taken.
/^static int mine_submit/,/^}/ {
    s/^    struct pool_job job = {fn, arg};/&\n    int idle = pool->stats.parked;/
    s/^        pthread_cond_signal(&pool->jobs);/        if (idle)\n            pthread_cond_signal(\&pool->jobs);/
}
