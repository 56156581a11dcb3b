# Between a worker's look and its sleep the lock is let go for a moment.
s/^        pool->stats.parked++;/        pthread_mutex_unlock(\&pool->lock);\n        pthread_mutex_lock(\&pool->lock);\n&/
