/* config.c - what pool_open refuses, whatever pool it is. */
#include <errno.h>
#include <sched.h>
#include <unistd.h>

#include "pools/core/affinity.h"
#include "pools/core/pool.h"

static bool makes_sense(const struct pool_config *config)
{
    if (config->workers_min < 0 || (config->workers > 0 && config->workers_min > config->workers) ||
        config->capacity > POOL_CAPACITY_MAX || config->results_capacity > POOL_CAPACITY_MAX ||
        (unsigned)config->full > POOL_DROP_OLDEST || (unsigned)config->results > POOL_RESULTS_DROP ||
        config->full_timeout_ns < 0 || config->spin_ns < POOL_NO_SPIN || config->cpu_count < 0 ||
        (config->cpu_count && !config->cpus) || (config->flags & ~(unsigned)(POOL_REPORT_CRASHES | POOL_KEEP_ORDER)))
        return false;
    return !(config->results == POOL_RESULTS_THROTTLE &&
             (config->full == POOL_CALLER_RUNS || config->full == POOL_DROP_OLDEST));
}

static bool is_possible(const struct pool_config *config, unsigned can)
{
    return !((config->results && !(can & POOL_CAN_RESULTS)) ||
             (config->full == POOL_DROP_OLDEST && !(can & POOL_CAN_DROP)) ||
             ((config->flags & POOL_KEEP_ORDER) && !(can & (POOL_CAN_KEEP_ORDER | POOL_KEEPS_ORDER))));
}

/* Each CPU of an explicit list must be one that this process may use: in the
 * mask of its main thread, or of the caller, who may be pinned elsewhere. */
static int cpus_check(const struct pool_config *config)
{
    size_t bytes = 0, own_bytes = 0;
    cpu_set_t *allowed, *own;
    int error = 0;
    if (!config->cpu_count)
        return 0;
    allowed = pool_affinity_of(getpid(), &bytes);
    own = allowed ? pool_affinity_of(0, &own_bytes) : NULL;
    if (!allowed || !own)
        error = -errno;
    /* A CPU beyond the sets is in neither. */
    for (int i = 0; i < config->cpu_count && !error; i++) {
        size_t cpu = (size_t)config->cpus[i];
        if (config->cpus[i] < 0 || (!CPU_ISSET_S(cpu, bytes, allowed) && !CPU_ISSET_S(cpu, own_bytes, own)))
            error = -EINVAL;
    }
    CPU_FREE(allowed);
    CPU_FREE(own);
    return error;
}

int pool_config_check(const struct pool_config *config, unsigned can)
{
    if (!makes_sense(config))
        return -EINVAL;
    return is_possible(config, can) ? cpus_check(config) : -ENOTSUP;
}
