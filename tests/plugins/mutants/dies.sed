# It aborts when it is freed.
s/^    free(pool->slots);/    abort();/
