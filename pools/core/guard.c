/* guard.c - see guard.h. Compiled with -fexceptions: a job on its submitter's stack may
 * end the thread, and with it the call. */
#include "pools/core/guard.h"

#ifdef POOL_INJECT

#include <stdio.h>
#include <stdlib.h>

#include "pools/core/head.h"

enum { GUARD_KEPT = 64 };

/* What stands in pool->ops of a guarded pool. */
struct guard {
    struct pool_ops ops; /* first: the table that callers see */
    const struct pool_ops *own;
    _Atomic int unreturned; /* submits from outside that were never counted as blocked */
    _Atomic bool freed;
};

/* A submit on this stack. */
struct guarded {
    struct guard *guard; /* NULL: it is not counted, or not any more */
    struct guarded *below;
};

static __thread struct guarded *innermost;
static pthread_mutex_t kept_lock = PTHREAD_MUTEX_INITIALIZER;
static struct pool_head *kept[GUARD_KEPT];
static unsigned kept_next;

/* The guard of a pool, which must not have been freed. */
static struct guard *guard_of(struct pool *pool, const char *call)
{
    struct guard *guard = (struct guard *)pool->ops;
    if (atomic_load_explicit(&guard->freed, memory_order_acquire)) {
        fprintf(stderr, "%s: pool %s was freed already: no call may begin after pool_free\n", call, guard->ops.name);
        abort();
    }
    return guard;
}

static void submit_ends(struct guarded *call)
{
    innermost = call->below;
    if (call->guard)
        atomic_fetch_sub_explicit(&call->guard->unreturned, 1, memory_order_release);
}

static void submit_begins(struct guarded *call, struct guard *guard, struct pool *pool)
{
    call->guard = pool_inside(pool_head_of(pool)) ? NULL : guard; /* a job's submits are covered by it */
    call->below = innermost;
    innermost = call;
    if (call->guard)
        atomic_fetch_add_explicit(&guard->unreturned, 1, memory_order_relaxed);
}

/* In a job that a submit runs a child may be the one that waits: the outer submit, too. */
void pool_guard_blocked(struct pool_head *head)
{
    for (struct guarded *call = innermost; call; call = call->below) {
        if (!call->guard || &call->guard->ops != head->base.ops)
            continue;
        atomic_fetch_sub_explicit(&call->guard->unreturned, 1, memory_order_release);
        call->guard = NULL;
    }
}

static int guard_submit(struct pool *pool, pool_job_fn *fn, void *arg)
{
    struct guard *guard = guard_of(pool, "pool_submit");
    struct guarded call __attribute__((cleanup(submit_ends)));
    submit_begins(&call, guard, pool);
    return guard->own->submit(pool, fn, arg);
}

static int guard_submit_batch(struct pool *pool, const struct pool_job *jobs, int count)
{
    struct guard *guard = guard_of(pool, "pool_submit_batch");
    struct guarded call __attribute__((cleanup(submit_ends)));
    submit_begins(&call, guard, pool);
    return guard->own->submit_batch(pool, jobs, count);
}

static int guard_close(struct pool *pool)
{
    return guard_of(pool, "pool_close")->own->close(pool);
}

static int guard_cancel(struct pool *pool)
{
    return guard_of(pool, "pool_cancel")->own->cancel(pool);
}

static int guard_wait(struct pool *pool, int64_t timeout_ns)
{
    return guard_of(pool, "pool_wait")->own->wait(pool, timeout_ns);
}

static int guard_receive(struct pool *pool, struct pool_result *results, int count, int64_t timeout_ns)
{
    return guard_of(pool, "pool_receive")->own->receive(pool, results, count, timeout_ns);
}

static int guard_stats(struct pool *pool, struct pool_stats *stats)
{
    return guard_of(pool, "pool_stats")->own->stats(pool, stats);
}

static int guard_explain(struct pool *pool, char *text, size_t size)
{
    return guard_of(pool, "pool_explain")->own->explain(pool, text, size);
}

/* In the child of a fork, and inside, it is refused, and changes nothing. */
static int64_t guard_free(struct pool *pool)
{
    struct guard *guard = guard_of(pool, "pool_free");
    struct pool_head *head = pool_head_of(pool);
    /* Acquire: pairs with the release of who returned, or was counted as blocked. */
    int unreturned = atomic_load_explicit(&guard->unreturned, memory_order_acquire);
    if (unreturned && pool_is_here(head) && !pool_inside(head)) {
        fprintf(stderr, "pool_free: pool %s: %d submit%s not returned, nor counted as blocked\n", guard->ops.name,
                unreturned, unreturned == 1 ? " has" : "s have");
        abort();
    }
    return guard->own->free(pool);
}

void pool_guard_opened(struct pool_head *head)
{
    struct guard *guard = malloc(sizeof *guard);
    if (!guard)
        return;
    guard->own = head->base.ops;
    guard->ops = *guard->own;
    guard->ops.submit = guard_submit;
    guard->ops.submit_batch = guard_submit_batch;
    guard->ops.close = guard_close;
    guard->ops.cancel = guard_cancel;
    guard->ops.wait = guard_wait;
    guard->ops.receive = guard_receive;
    guard->ops.free = guard_free;
    guard->ops.stats = guard_stats;
    guard->ops.explain = guard_explain;
    atomic_init(&guard->unreturned, 0);
    atomic_init(&guard->freed, false);
    head->base.ops = &guard->ops;
}

struct pool_head *pool_guard_freed(struct pool_head *head)
{
    struct pool_head *oldest;
    if (head->base.ops->submit != guard_submit)
        return head; /* its open failed */
    atomic_store_explicit(&((struct guard *)head->base.ops)->freed, true, memory_order_release);
    pthread_mutex_lock(&kept_lock);
    oldest = kept[kept_next];
    kept[kept_next] = head;
    kept_next = (kept_next + 1) % GUARD_KEPT;
    pthread_mutex_unlock(&kept_lock);
    if (oldest)
        free((struct guard *)oldest->base.ops);
    return oldest;
}

#endif
