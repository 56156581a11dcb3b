/* quiet.c - the moment of quiet: who looks for it, who waits for it, and what
 * follows from it, the end of a closed pool; and the statistics, which read the
 * same counters.
 *
 * Order of reading: all settled counters first, then all accepted ones. Both
 * only grow, and no job settles before it is accepted; so equal sums prove that
 * nothing was open between the two readings. The other order is a race. */
#include "pools/core/machinery.h"
#include "pools/core/retire.h"

static uint64_t settled_by_callers(struct pool_head *head)
{
    return atomic_load_explicit(&head->caller_done, memory_order_acquire) +
           atomic_load_explicit(&head->caller_failed, memory_order_acquire);
}

/* All jobs ever accepted on submitters' stacks. The word counts them modulo 2^32; the
 * settled ones are counted in full, and as each open one is a call in progress, fewer
 * than 2^30 are open. So the distance is below 2^32, unless 2^31 jobs were settled
 * between the two readings: then once more. Acquire: a job seen as settled was
 * accepted before, and is seen so. */
static uint64_t accepted_by_callers(struct pool_head *head)
{
    uint64_t before, settled = settled_by_callers(head);
    uint32_t accepted;
    do {
        before = settled;
        accepted =
            (uint32_t)(atomic_load_explicit(&head->caller_word, memory_order_acquire) >> POOL_CALLER_ACCEPTED_SHIFT);
        settled = settled_by_callers(head);
    } while (settled - before >= UINT64_C(1) << 31);
    return before + (uint32_t)(accepted - (uint32_t)before);
}

static uint64_t settled_sum(struct pool_head *head)
{
    uint64_t sum = settled_by_callers(head) + atomic_load_explicit(&head->cancelled, memory_order_acquire) +
                   atomic_load_explicit(&head->dropped, memory_order_acquire);
    for (int i = 0; i < head->workers; i++) {
        struct pool_worker *worker = pool_worker_at(head, i);
        sum += atomic_load_explicit(&worker->done, memory_order_acquire) +
               atomic_load_explicit(&worker->failed, memory_order_acquire);
    }
    return sum;
}

/* Jobs begun, for the statistics, which read what was accepted afterwards. */
static uint64_t started_sum(struct pool_head *head)
{
    /* A job on a submitter's stack starts in the instant of its acceptance. */
    uint64_t sum = accepted_by_callers(head);
    for (int i = 0; i < head->workers; i++)
        sum += atomic_load_explicit(&pool_worker_at(head, i)->started, memory_order_acquire);
    return sum;
}

/* Accepted past the common queue: on submitters' and workers' own stacks. */
static uint64_t accepted_apart(struct pool_head *head)
{
    uint64_t sum = accepted_by_callers(head);
    for (int i = 0; i < head->workers; i++)
        sum += atomic_load_explicit(&pool_worker_at(head, i)->accepted, memory_order_acquire);
    return sum;
}

/* *queued: how many of the accepted ones went through the queue. */
static bool quiet_now(struct pool_head *head, uint64_t *queued)
{
    uint64_t settled = settled_sum(head);
    uint64_t apart = accepted_apart(head);
    *queued = head->design->accepted(head);
    if (POOL_DEFECT(COUNTED_LATE))
        return settled == started_sum(head);
    if (POOL_DEFECT(ONE_UNCOUNTED))
        return settled + 1 >= apart + *queued;
    return settled == apart + *queued;
}

static void cancel_became_quiet(struct pool_head *head)
{
    int64_t at = atomic_load_explicit(&head->cancel_at_ns, memory_order_relaxed);
    if (!head->cancel_watched)
        return;
    head->cancel_watched = false;
    atomic_fetch_sub_explicit(&head->watchers, 1, memory_order_relaxed);
    atomic_store_explicit(&head->cancel_quiet_ns, (uint64_t)(pool_clock_ns() - at), memory_order_relaxed);
}

/* Gives quiet_lock back. Returns whether a look was asked for meanwhile. */
static bool quiet_unlock(struct pool_head *head)
{
    pool_unlock(&head->quiet_lock);
    pool_fence(); /* the lock before the wish: pairs with pool_quiet_look */
    return atomic_load_explicit(&head->quiet_asked, memory_order_relaxed);
}

/* Looks, and on quiet tells everybody. Lock held, given back. Returns whether quiet;
 * *asked: somebody wants another look. */
static bool look(struct pool_head *head, bool *asked)
{
    uint64_t queued;
    bool closed, quiet, ended = false;

    /* Acquire: pairs with the exchange in pool_quiet_look; the asker's counters are read. */
    atomic_exchange_explicit(&head->quiet_asked, false, memory_order_seq_cst);
    POOL_STEP("quiet: looks");
    /* Closed is read first: once it is set no submitter can accept a job on its
     * own stack, and what the queue accepts later makes the seal fail. */
    closed = atomic_load_explicit(&head->attention, memory_order_acquire) & POOL_CLOSED;
    quiet = quiet_now(head, &queued);
    if (quiet) {
        cancel_became_quiet(head);
        if (closed && !atomic_load_explicit(&head->drained, memory_order_relaxed) &&
            (POOL_DEFECT(OPEN_DOOR) || head->design->seal(head, queued))) {
            atomic_fetch_sub_explicit(&head->watchers, 1, memory_order_relaxed);
            atomic_store_explicit(&head->drained, true, memory_order_release);
            ended = true;
        }
        atomic_fetch_add_explicit(&head->quiet_seen, 1, memory_order_release);
    }
    *asked = quiet_unlock(head);
    if (quiet)
        pool_futex_wake(&head->quiet_seen, POOL_DEFECT(ONE_TOLD) ? 1 : INT_MAX);
    if (ended) {
        if (!POOL_DEFECT(END_UNCALLED))
            head->design->wake_all(head);
        pool_results_wake(head);
    }
    return quiet;
}

/* Threads: any. Never waits for another thread: a look that is under way may have read
 * its counters already, so whoever holds the lock looks once more. Returns whether it
 * was quiet, if it was this thread that looked. */
bool pool_quiet_look(struct pool_head *head)
{
    bool asked = true, quiet = false;
    /* An exchange, not a store: who reads the last of several wishes acquires what the
     * earlier ones release, too (a release sequence goes on by read-modify-writes only). */
    atomic_exchange_explicit(&head->quiet_asked, true, memory_order_seq_cst);
    pool_fence(); /* the wish before the lock: pairs with quiet_unlock */
    while (asked && pool_trylock(&head->quiet_lock))
        quiet = look(head, &asked);
    return quiet;
}

/* Adds the wait for a cancel's quiet to the watchers; it ends at the next one. */
void pool_quiet_watch_cancel(struct pool_head *head)
{
    pool_lock(&head->quiet_lock);
    if (!head->cancel_watched) {
        head->cancel_watched = true;
        atomic_fetch_add_explicit(&head->watchers, 1, memory_order_seq_cst);
    }
    if (quiet_unlock(head))
        pool_quiet_look(head);
}

/* Sleeps until quiet may have been seen. Returns false where a defect takes a signal for the end of the time. */
static bool wait_sleep(struct pool_head *head, uint32_t seen, int64_t deadline)
{
    if (POOL_DEFECT(SIGNAL_ENDS))
        errno = 0;
    if (POOL_DEFECT(WALL_CLOCK))
        pool_defect_wall_wait(&head->quiet_seen, seen, deadline);
    else
        pool_futex_wait(&head->quiet_seen, seen, deadline);
    return !(POOL_DEFECT(SIGNAL_ENDS) && errno == EINTR);
}

static int wait_quiet(struct pool_head *head, int64_t deadline)
{
    uint32_t seen;
    uint64_t queued;
    /* Under the lock: who looks for quiet now, in pool_quiet_look, may have read
     * its counters before this call began, and must not be believed. */
    pool_lock(&head->quiet_lock);
    seen = atomic_load_explicit(&head->quiet_seen, memory_order_relaxed);
    if (quiet_unlock(head))
        pool_quiet_look(head);
    for (;;) {
        if (atomic_load_explicit(&head->quiet_seen, memory_order_acquire) != seen ||
            (!POOL_DEFECT(ASLEEP_FIRST) && quiet_now(head, &queued)))
            return 0;
        if (deadline >= 0 && pool_clock_ns() >= deadline)
            return -ETIMEDOUT;
        if (!wait_sleep(head, seen, deadline))
            return -ETIMEDOUT;
        if (POOL_DEFECT(WAIT_TRUSTS))
            return 0;
    }
}

int pool_head_wait(struct pool *pool, int64_t timeout_ns)
{
    struct pool_head *head = pool_head_of(pool);
    int error;
    if (!pool_is_here(head))
        return -EOWNERDEAD;
    if ((pool_inside(head) && !POOL_DEFECT(INSIDE_UNSEEN)) || (POOL_DEFECT(ANY_POOL) && pool_frame_top))
        return -EDEADLK;
    if (!pool_caller_enter(head))
        return 0; /* free has begun, and it was quiet before that */
    /* Release: pairs with the acquire in pool_head_stats; who sees it, and frees the pool,
     * waits for this call. */
    atomic_fetch_add_explicit(&head->blocked_wait, 1, memory_order_release);
    /* Then the counters: pairs with the fence in pool_announce. */
    atomic_fetch_add_explicit(&head->watchers, 1, memory_order_seq_cst);
    pool_fence();
    POOL_STEP("wait: counted");
    error = wait_quiet(head, pool_deadline(pool_defect_time(POOL_DEFECT(ENDLESS_RECEIVE) ? -1 : timeout_ns)));
    if (POOL_DEFECT(LINGER))
        pool_futex_wait(&head->quiet_seen, atomic_load(&head->quiet_seen), pool_deadline(1000000));
    atomic_fetch_sub_explicit(&head->watchers, 1, memory_order_relaxed);
    atomic_fetch_sub_explicit(&head->blocked_wait, 1, memory_order_relaxed);
    pool_caller_leave(head);
    return error;
}

/* A defect: empties the queue, and tells nobody. */
static void close_forgets(struct pool_head *head)
{
    struct pool_taken taken;
    while (pool_take_away(head, &taken, UINT64_MAX))
        pool_cancel_taken(head, &taken);
}

int pool_head_close(struct pool *pool)
{
    struct pool_head *head = pool_head_of(pool);
    if (!pool_is_here(head))
        return -EOWNERDEAD;
    if (!pool_caller_enter(head))
        return -EALREADY;
    /* Every close takes all the steps, so that each returns when outside submits are
     * stopped: on their own stacks by the bit in caller_word, at the queue by that in
     * attention. The last step decides which close is the first, whose watcher stays
     * until the pool is drained: it is counted by then. */
    atomic_fetch_or_explicit(&head->caller_word, POOL_CALLER_CLOSED, memory_order_seq_cst);
    POOL_STEP("close: caller-run jobs stopped");
    atomic_fetch_add_explicit(&head->watchers, 1, memory_order_seq_cst);
    if (atomic_fetch_or_explicit(&head->attention, POOL_CLOSED, memory_order_seq_cst) & POOL_CLOSED &&
        !POOL_DEFECT(EVERY_CLOSE)) {
        atomic_fetch_sub_explicit(&head->watchers, 1, memory_order_relaxed);
        pool_caller_leave(head);
        return -EALREADY;
    }
    if (POOL_DEFECT(CLOSE_FORGETS))
        close_forgets(head);
    if (!POOL_DEFECT(BLOCKED_UNTOLD))
        pool_room_wake(head);
    pool_announce(head);
    pool_caller_leave(head);
    return 0;
}

/* That run, but for defects. */
static int workers_said(struct pool_head *head)
{
    return head->workers + (POOL_DEFECT(ONE_FEWER) ? 1 : 0) - (POOL_DEFECT(ONE_MORE) ? 1 : 0);
}

int pool_head_stats(struct pool *pool, struct pool_stats *stats)
{
    struct pool_head *head = pool_head_of(pool);
    if (!pool_is_here(head))
        return -EOWNERDEAD;
    if (POOL_DEFECT(CALLS_LOCKED)) { /* as if the times of the last cancel were to fit each other */
        pool_lock(&head->cancel_lock);
        pool_unlock(&head->cancel_lock);
    }
    *stats = (struct pool_stats){.workers = workers_said(head), .pinned = head->workers > 0};
    /* Outcomes before starts before accepts, so that the inequalities hold. */
    pool_results_stats(head, stats);
    stats->done = atomic_load_explicit(&head->caller_done, memory_order_acquire);
    stats->failed = atomic_load_explicit(&head->caller_failed, memory_order_acquire);
    stats->cancelled = POOL_DEFECT(UNCOUNTED) ? 0 : atomic_load_explicit(&head->cancelled, memory_order_acquire);
    stats->dropped = atomic_load_explicit(&head->dropped, memory_order_acquire);
    for (int i = 0; i < head->workers; i++) {
        struct pool_worker *worker = pool_worker_at(head, i);
        stats->done += atomic_load_explicit(&worker->done, memory_order_acquire);
        stats->failed += atomic_load_explicit(&worker->failed, memory_order_acquire);
        stats->steals += atomic_load_explicit(&worker->steals, memory_order_relaxed);
        stats->forks_stolen += atomic_load_explicit(&worker->forks_stolen, memory_order_relaxed);
        stats->parks += atomic_load_explicit(&worker->parks, memory_order_relaxed);
        stats->pinned = stats->pinned && worker->pinned;
    }
    /* And those of started before it. Acquire: pairs with the release in accept_caller_run. */
    stats->caller_runs = accepted_by_callers(head);
    for (int i = 0; i < head->workers; i++)
        stats->caller_runs += atomic_load_explicit(&pool_worker_at(head, i)->nested, memory_order_acquire);
    stats->started = started_sum(head);
    POOL_STEP("stats: jobs begun are counted");
    stats->waiting = head->design->waiting(head);
    stats->accepted = accepted_apart(head) + head->design->accepted(head);
    stats->wakes_vain = atomic_load_explicit(&head->wakes_vain, memory_order_acquire);
    stats->wakes = atomic_load_explicit(&head->wakes, memory_order_relaxed);
    stats->replaced = atomic_load_explicit(&head->replaced, memory_order_relaxed);
    stats->cancels = atomic_load_explicit(&head->epoch, memory_order_relaxed);
    stats->parked = pool_parked(head) + atomic_load_explicit(&head->parked_now, memory_order_relaxed);
    stats->blocked_submit = (int)atomic_load_explicit(&head->blocked_submit, memory_order_acquire);
    stats->blocked_wait = (int)atomic_load_explicit(&head->blocked_wait, memory_order_acquire);
    stats->blocked_receive = (int)atomic_load_explicit(&head->blocked_receive, memory_order_acquire);
    stats->blocked_results = (int)atomic_load_explicit(&head->blocked_results, memory_order_acquire);
    stats->cancel_barred_ns = atomic_load_explicit(&head->cancel_barred_ns, memory_order_relaxed);
    stats->cancel_settled_ns = atomic_load_explicit(&head->cancel_settled_ns, memory_order_relaxed);
    stats->cancel_quiet_ns = atomic_load_explicit(&head->cancel_quiet_ns, memory_order_relaxed);
    stats->state = atomic_load_explicit(&head->drained, memory_order_acquire)                   ? POOL_DRAINED
                   : atomic_load_explicit(&head->attention, memory_order_relaxed) & POOL_CLOSED ? POOL_CLOSING
                                                                                                : POOL_OPEN;
    return 0;
}
