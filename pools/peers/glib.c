/* glib.c - GLib's GThreadPool, exclusive: its threads are the pool's own.
 *
 * Its documentation: g_thread_pool_new, g_thread_pool_push, g_thread_pool_free.
 * The function is one for the whole pool, each job is a pointer. */
#include <glib.h>

#include "pools/core/peer.h"

struct glib_pool {
    struct peer peer;
    GThreadPool *pool;
};

static void run(gpointer data, gpointer user)
{
    (void)user;
    peer_run(data);
}

static int glib_open(struct pool **out, const struct pool_config *config)
{
    struct glib_pool *pool = (struct glib_pool *)peer_new(sizeof *pool, config);
    GError *error = NULL;
    if (!pool)
        return -errno;
    g_thread_pool_set_max_unused_threads(0); /* else some stay for the next pool */
    pool->pool = g_thread_pool_new(run, NULL, config->workers, TRUE, &error);
    if (!pool->pool || error) {
        bool started = pool->pool != NULL;
        g_clear_error(&error);
        if (started)
            g_thread_pool_free(pool->pool, TRUE, TRUE);
        free(pool);
        return started ? -EAGAIN : -EINVAL;
    }
    *out = &pool->peer.base;
    return 0;
}

static int glib_submit(struct pool *pool, pool_job_fn *fn, void *arg)
{
    struct peer_box *box;
    int error = peer_box_new(pool, fn, arg, sizeof *box, &box);
    if (!error && !g_thread_pool_push(((struct glib_pool *)pool)->pool, box, NULL))
        return peer_box_refused(box, -EAGAIN);
    return error;
}

/* Drains: `immediate` would forget what is queued. */
static int64_t glib_free(struct pool *pool)
{
    g_thread_pool_free(((struct glib_pool *)pool)->pool, FALSE, TRUE);
    free(pool);
    return 0;
}

static const struct pool_reason reasons[] = {
    {"ignored-cancel", "has no cancel: g_thread_pool_free(immediate) forgets queued jobs, and ends the pool"},
    {"no-recover", "documents nothing of a job that ends its thread; GLib's own threads end by g_thread_exit"},
    {"zero-workers", "documents that 0 threads mean stopping all work (g_thread_pool_set_max_threads)"},
    {NULL, NULL},
};

static const struct pool_ops glib = {
    .abi = POOL_ABI,
    .name = "glib",
    .summary = "GLib's GThreadPool, exclusive",
    .can = PEER_CAN | POOL_KEEPS_ORDER,
    .declares = PEER_DECLARES | POOL_ZERO_STOPS,
    .version = PEER_VERSION,
    .reasons = reasons,
    .open = glib_open,
    .submit = glib_submit,
    .close = peer_close,
    .wait = peer_wait,
    .stats = peer_stats,
    .free = glib_free,
};

POOL_PLUGIN(&glib);
