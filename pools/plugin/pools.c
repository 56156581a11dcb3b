/* pools.c - our own pools as one plug-in, build/pools.so: `poolbench duet` takes it for a
 * build of the pools, and sets it beside another one.
 *
 * It has its own copy of all that pools are made of: nothing but the table below is seen
 * from outside (and what jobs ask it, workloads/core/job_calls.c, which is linked with it), and the
 * object is linked with -Bsymbolic, so that none of its calls goes to the copy in the program
 * that loads it. `make compare` builds pools of other
 * revisions with this file, too; it needs no more of them than the contract. */
#include "pools/core/pool.h"

enum { OWN_MAX = 64 };

static struct pool_ops tables[OWN_MAX];

/* What POOL_PLUGIN makes of names; here they are found when the object is loaded. */
extern const struct pool_ops *poolbench_pools[OWN_MAX + 1] POOL_EXPORT;
const struct pool_ops *poolbench_pools[OWN_MAX + 1];

__attribute__((constructor)) static void find_pools(void)
{
    for (int i = 0; i < pool_count() && i < OWN_MAX; i++) {
        tables[i] = *pool_at(i);
        tables[i].declares |= POOL_PINS_ITSELF; /* each worker starts on its CPU */
        poolbench_pools[i] = &tables[i];
    }
}
