/* pool.c - the calls of pool.h that are the same for every pool there is, our own
 * or another's: the table of pools, and argument checks before a pool's own call. */
#include "pools/core/pool.h"

#include <pthread.h>
#include <string.h>

#include "pools/core/registry.h"

extern const void *const __start_pool_table[] __attribute__((weak));
extern const void *const __stop_pool_table[] __attribute__((weak));

static const char *name_of(const void *pool)
{
    return ((const struct pool_ops *)pool)->name;
}

static int by_name(const void *one, const void *other)
{
    return strcmp(name_of(one), name_of(other));
}

static const void *added[POOL_ADDED_MAX];
static struct registry pools = {
    .begin = __start_pool_table,
    .end = __stop_pool_table,
    .name = name_of,
    .compare = by_name,
    .added = added,
    .added_max = POOL_ADDED_MAX,
};

int pool_count(void)
{
    return registry_count(&pools);
}

const struct pool_ops *pool_at(int index)
{
    return registry_at(&pools, index);
}

const struct pool_ops *pool_find(const char *name)
{
    return registry_find(&pools, name);
}

int pool_add(const struct pool_ops *ops)
{
    return ops->abi == POOL_ABI ? registry_add(&pools, ops) : -EPROTO;
}

bool pool_is_added(const struct pool_ops *ops)
{
    return registry_is_added(&pools, ops);
}

/* Calls go through the table that was added, in which nothing is missing. */
static int open_added(struct pool **out, const struct pool_ops *ops, const struct pool_config *config)
{
    struct pool *opened = NULL;
    int error = pool_config_check(config, ops->can);
    if (!error)
        error = ops->open(&opened, config);
    if (error)
        return error;
    if (!opened)
        return -EPROTO;
    opened->ops = ops;
    *out = opened;
    return 0;
}

/* Cancellation is off in open and free, which join threads and read files. */
int pool_open(struct pool **out, const struct pool_ops *ops, const struct pool_config *config)
{
    int state, error;
    if (!out || !ops || !config)
        return -EINVAL;
    if (ops->abi != POOL_ABI)
        return -EPROTO;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    error = pool_is_added(ops) ? open_added(out, ops, config) : ops->open(out, config);
    pthread_setcancelstate(state, NULL);
    return error;
}

int pool_submit_batch(struct pool *pool, const struct pool_job *jobs, int count)
{
    if (!pool || count < 0 || (count && !jobs))
        return -EINVAL;
    for (int i = 0; i < count; i++)
        if (!jobs[i].fn)
            return -EINVAL;
    return count ? pool->ops->submit_batch(pool, jobs, count) : 0;
}

int pool_close(struct pool *pool)
{
    return pool ? pool->ops->close(pool) : -EINVAL;
}

int pool_cancel(struct pool *pool)
{
    return pool ? pool->ops->cancel(pool) : -EINVAL;
}

int pool_wait(struct pool *pool, int64_t timeout_ns)
{
    return pool ? pool->ops->wait(pool, timeout_ns) : -EINVAL;
}

int pool_receive_batch(struct pool *pool, struct pool_result *results, int count, int64_t timeout_ns)
{
    if (!pool || !results || count < 1)
        return -EINVAL;
    return pool->ops->receive(pool, results, count, timeout_ns);
}

int64_t pool_free(struct pool *pool)
{
    int64_t given_up;
    int state;
    if (!pool)
        return 0;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    given_up = pool->ops->free(pool);
    pthread_setcancelstate(state, NULL);
    return given_up;
}

int pool_stats(struct pool *pool, struct pool_stats *stats)
{
    return pool && stats ? pool->ops->stats(pool, stats) : -EINVAL;
}

int pool_explain(struct pool *pool, char *text, size_t size)
{
    return pool && text && size ? pool->ops->explain(pool, text, size) : -EINVAL;
}
