/* pool.c - the calls of pool.h that are the same for every pool there is: the
 * table of pools, argument checks, and what a job may ask about itself. */
#include "pools/core/pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pools/core/fork.h"

/* The linker collects the entries; their order is that of the link. */
extern const struct pool_ops *const __start_pool_table[] __attribute__((weak));
extern const struct pool_ops *const __stop_pool_table[] __attribute__((weak));

/* Those from elsewhere. */
static const struct pool_ops *added[POOL_ADDED_MAX];
static int added_count;

static int own_count(void)
{
    return (int)(__stop_pool_table - __start_pool_table);
}

int pool_count(void)
{
    return own_count() + added_count;
}

/* By name: each entry's rank is the number of names before it. */
const struct pool_ops *pool_at(int index)
{
    int own = own_count();
    if (index >= own)
        return index < own + added_count ? added[index - own] : NULL;
    for (int i = 0; i < own; i++) {
        int rank = 0;
        for (int j = 0; j < own; j++)
            rank += strcmp(__start_pool_table[j]->name, __start_pool_table[i]->name) < 0;
        if (rank == index)
            return __start_pool_table[i];
    }
    return NULL;
}

const struct pool_ops *pool_find(const char *name)
{
    for (int i = 0; name && i < pool_count(); i++)
        if (!strcmp(pool_at(i)->name, name))
            return pool_at(i);
    return NULL;
}

int pool_add(const struct pool_ops *ops)
{
    if (ops->abi != POOL_ABI)
        return -EPROTO;
    if (pool_find(ops->name))
        return -EEXIST;
    if (added_count == POOL_ADDED_MAX)
        return -ENOSPC;
    added[added_count++] = ops;
    return 0;
}

bool pool_is_added(const struct pool_ops *ops)
{
    for (int i = 0; i < added_count; i++)
        if (added[i] == ops)
            return true;
    return false;
}

/* Calls go through the table that was added, in which nothing is missing. */
static int open_added(struct pool **out, const struct pool_ops *ops, const struct pool_config *config)
{
    struct pool *opened = NULL;
    int error = ops->open(&opened, config);
    if (error)
        return error;
    if (!opened)
        return -EPROTO;
    opened->ops = ops;
    *out = opened;
    return 0;
}

int pool_open(struct pool **out, const struct pool_ops *ops, const struct pool_config *config)
{
    if (!out || !ops || !config)
        return -EINVAL;
    if (ops->abi != POOL_ABI)
        return -EPROTO;
    if (!pool_is_added(ops))
        return ops->open(out, config);
    return open_added(out, ops, config);
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
    return pool ? pool->ops->free(pool) : 0;
}

int pool_stats(struct pool *pool, struct pool_stats *stats)
{
    return pool && stats ? pool->ops->stats(pool, stats) : -EINVAL;
}

int pool_explain(struct pool *pool, char *text, size_t size)
{
    return pool && text && size ? pool->ops->explain(pool, text, size) : -EINVAL;
}

/* Inside a job. */

void pool_fail(int status)
{
    struct pool_frame *frame = pool_frame_top;
    if (!frame || !atomic_load_explicit(&frame->fn, memory_order_relaxed)) {
        fprintf(stderr, "pool_fail(%d): called outside a job\n", status);
        abort();
    }
    if (POOL_DEFECT(FAIL_IS_FATAL))
        abort();
    frame->status = status < 0 ? status : -EIO;
    pool_forks_fail(frame);
    siglongjmp(frame->env, 1);
}

int pool_worker(void)
{
    struct pool_frame *frame = pool_frame_top;
    if (!frame || !frame->worker || !atomic_load_explicit(&frame->fn, memory_order_relaxed))
        return -1;
    return frame->worker->index;
}
