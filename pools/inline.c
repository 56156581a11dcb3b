/* inline.c - no pool at all: each job runs in its submitter, at once.
 *
 * The floor of every measurement: what a job costs when nothing is queued and
 * nobody is woken. The promises hold all the same (one outcome per job, close,
 * cancel, results, containment), so that what is left is the price of those.
 * It has no queue: capacity and policies mean nothing, the number of workers is
 * ignored, and the place of a result is waited for by the submitter. */
#include "pools/core/submit.h"

/* Nothing waits, so there is nothing to take away, to seal or to wake. There is
 * always a slot: what the common submit has to wait for is a place only. */
static int no_push(struct pool_head *head, struct pool_frame *inside, const struct pool_job *jobs, int count)
{
    (void)head, (void)inside, (void)jobs;
    return count;
}

static void no_wake(struct pool_head *head)
{
    (void)head;
}

static bool no_evict(struct pool_head *head, struct pool_task *task, uint64_t below)
{
    (void)head, (void)task, (void)below;
    return false;
}

static uint64_t nothing(struct pool_head *head)
{
    (void)head;
    return 0;
}

static bool seal(struct pool_head *head, uint64_t accepted)
{
    (void)head;
    return accepted == 0; /* callers are stopped by the closed bit already */
}

static int init(struct pool_head *head)
{
    head->config.workers = 0;
    return 0;
}

static void destroy(struct pool_head *head)
{
    (void)head;
}

static const struct pool_design design = {
    .name = "inline",
    .at_once = true,
    .pool_size = sizeof(struct pool_head),
    .worker_size = sizeof(struct pool_worker),
    .init = init,
    .destroy = destroy,
    .push = no_push,
    .wake = no_wake,
    .wake_all = no_wake,
    .evict = no_evict,
    .boundary = nothing,
    .accepted = nothing,
    .waiting = nothing,
    .seal = seal,
};

static inline int run(struct pool_head *head, pool_job_fn *fn, void *arg)
{
    struct pool_frame *inside = pool_frame_top ? pool_inside(head) : NULL;
    if (pool_unlikely(!pool_is_here(head)))
        return -EOWNERDEAD;
    if (pool_unlikely(inside && inside->epoch != atomic_load_explicit(&head->epoch, memory_order_acquire)))
        return -ECANCELED;
    return pool_caller_run(head, inside, fn, arg);
}

/* Then the common submit runs the job: it reserves the place of the result, and pool_free
 * knows of who waits for one. */
static inline bool waits_for_places(struct pool_head *head)
{
    return head->config.results == POOL_RESULTS_THROTTLE || head->config.results == POOL_RESULTS_BLOCK;
}

static int inline_submit_batch(struct pool *pool, const struct pool_job *jobs, int count)
{
    struct pool_head *head = pool_head_of(pool);
    if (pool_unlikely(waits_for_places(head)))
        return pool_submit_slow(head, jobs, count);
    for (int i = 0; i < count; i++) {
        int error = run(head, jobs[i].fn, jobs[i].arg);
        if (error)
            return i ? i : error;
    }
    return count;
}

static int inline_submit(struct pool *pool, pool_job_fn *fn, void *arg)
{
    struct pool_head *head = pool_head_of(pool);
    int count;
    if (pool_likely(!waits_for_places(head)))
        return run(head, fn, arg);
    count = pool_submit_slow(head, &(struct pool_job){fn, arg}, 1);
    return count == 1 ? 0 : count;
}

static int inline_open(struct pool **out, const struct pool_config *config);

static const struct pool_ops inline_ops =
    POOL_HEAD_OPS(inline, "no queue and no threads: jobs run in their submitter; the floor of every figure",
                  POOL_CAN_CANCEL | POOL_CAN_RESULTS | POOL_CAN_CONTAIN);

static int inline_open(struct pool **out, const struct pool_config *config)
{
    return pool_head_open(out, config, &design, &inline_ops);
}

POOL_REGISTER(inline_ops);
