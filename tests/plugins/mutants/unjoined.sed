# Free does not wait for the last steps of its workers.
s/^        pthread_join(pool->threads\[i\], NULL);/        pthread_detach(pool->threads[i]);/
