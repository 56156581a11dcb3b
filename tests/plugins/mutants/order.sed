# Of three jobs that wait the youngest is taken first.
s/struct pool_job job = pool->slots\[pool->first++ % pool->capacity\];/struct pool_job *oldest = \&pool->slots[pool->first++ % pool->capacity], job = *oldest, *youngest = \&pool->slots[(pool->last - 1) % pool->capacity];\n            if (pool->last - pool->first > 1)\n                job = *youngest, *youngest = *oldest;/
