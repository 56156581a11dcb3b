/* explain.c - who waits for what, in a few lines of text, from counters and
 * from what each worker says it runs. It takes no lock and waits for nobody,
 * so that it works on a pool that hangs; the picture is of about one moment. */
#include <stdarg.h>
#include <stdio.h>

#include "pools/core/head.h"
#include "pools/core/symbol.h"

struct text {
    char *at;
    size_t left;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *text, const char *format, ...)
{
    va_list arguments;
    int length;
    va_start(arguments, format);
    length = vsnprintf(text->at, text->left, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    if ((size_t)length >= text->left)
        length = (int)text->left - 1;
    text->at += length;
    text->left -= (size_t)length;
}

static void add_job(struct text *text, const char *what, pool_job_fn *fn, void *arg)
{
    struct pool_symbol symbol = pool_symbol_of((uintptr_t)fn);
    if (symbol.name)
        add(text, "%s %s(%p)", what, symbol.name, arg);
    else
        add(text, "%s %s%s0x%lx(%p)", what, symbol.file ? symbol.file : "", symbol.file ? "+" : "",
            (unsigned long)symbol.offset, arg);
}

static void add_worker(struct text *text, struct pool_worker *worker, bool drained)
{
    pool_job_fn *fn = atomic_load_explicit(&worker->frame.fn, memory_order_relaxed);
    pool_job_fn *fork_fn = atomic_load_explicit(&worker->fork_fn, memory_order_relaxed);
    int joins = atomic_load_explicit(&worker->joins, memory_order_relaxed);
    add(text, "  worker %d  ", worker->index);
    if (fn)
        add_job(text, "runs", fn, atomic_load_explicit(&worker->frame.arg, memory_order_relaxed));
    if (fork_fn)
        add_job(text, fn ? ", in it the fork" : "runs the fork", fork_fn,
                atomic_load_explicit(&worker->fork_arg, memory_order_relaxed));
    if (joins)
        add(text, ", waits in pool_join for a fork on worker %d", joins - 1);
    if (!fn && !fork_fn)
        add(text, "%s",
            drained                                                     ? "ended"
            : atomic_load_explicit(&worker->park, memory_order_relaxed) ? "parked"
                                                                        : "looks for work");
    add(text, "\n");
}

static void add_workers(struct text *text, struct pool_head *head)
{
    enum { LINES_MAX = 64 };
    bool drained = atomic_load_explicit(&head->drained, memory_order_acquire);
    for (int i = 0; i < head->workers && i < LINES_MAX; i++)
        add_worker(text, pool_worker_at(head, i), drained);
    if (head->workers > LINES_MAX)
        add(text, "  and %d workers more\n", head->workers - LINES_MAX);
}

/* What the counts say when the client is at fault, which they often show. */
static void add_verdict(struct text *text, struct pool_head *head, const struct pool_stats *stats)
{
    uint64_t open = stats->accepted - stats->done - stats->failed - stats->cancelled - stats->dropped;
    if (stats->blocked_results)
        add(text, "  bound by the consumer: %d of %d workers blocked by a full result channel%s\n",
            stats->blocked_results, head->workers, stats->blocked_receive ? "" : ", and nobody receives");
    if (stats->state == POOL_OPEN && !open && !stats->blocked_submit)
        add(text, "  open and empty, %d of %d workers parked: it waits for a submit, or for a close\n", stats->parked,
            head->workers);
}

static const char *state_name(enum pool_state state)
{
    return state == POOL_OPEN ? "open" : state == POOL_CLOSING ? "closing" : "drained";
}

int pool_head_explain(struct pool *pool, char *buffer, size_t size)
{
    struct pool_head *head = pool_head_of(pool);
    struct text text = {buffer, size};
    struct pool_stats stats;
    int error = pool_head_stats(pool, &stats);
    if (error)
        return error;
    add(&text,
        "pool %s, %s: %llu accepted, %llu waiting of %zu, %llu started, %llu done, %llu failed, %llu cancelled, %llu "
        "dropped\n",
        head->design->name, state_name(stats.state), (unsigned long long)stats.accepted,
        (unsigned long long)stats.waiting, head->config.capacity, (unsigned long long)stats.started,
        (unsigned long long)stats.done, (unsigned long long)stats.failed, (unsigned long long)stats.cancelled,
        (unsigned long long)stats.dropped);
    if (stats.blocked_submit)
        add(&text, "  %d submitters wait for a slot%s\n", stats.blocked_submit,
            head->config.results == POOL_RESULTS_THROTTLE ? " or a place" : "");
    if (stats.blocked_wait)
        add(&text, "  %d callers wait for quiet\n", stats.blocked_wait);
    if (head->results)
        add(&text, "  %llu results pending of %zu: %d workers wait for a place, %d callers for a result\n",
            (unsigned long long)stats.pending, head->config.results_capacity, stats.blocked_results,
            stats.blocked_receive);
    add_verdict(&text, head, &stats);
    add_workers(&text, head);
    return 0;
}
