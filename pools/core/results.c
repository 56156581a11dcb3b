/* results.c - the result channel: a locked ring between workers and receivers,
 * and the end of every job that needs more than a counter.
 *
 * A result has its place, or is lost, before the job's outcome counts; so after
 * a wait everything can be received without waiting. Under THROTTLE the place
 * was reserved at submit, and there is always room. */
#include <stdlib.h>

#include "pools/core/fork.h"
#include "pools/core/guard.h"
#include "pools/core/machinery.h"

struct pool_results_ring {
    struct pool_lock lock;
    _Atomic uint32_t arrived; /* a futex: results came, or the end */
    _Atomic uint32_t left;    /* a futex: places became free, or a cancel */
    bool given_up;            /* by pool_free, under lock */
    _Atomic uint64_t received, lost;
    _Atomic uint64_t head, tail; /* under lock; read by stats without it */
    struct pool_result slots[];
};

int pool_results_open(struct pool_head *head)
{
    size_t bytes = sizeof *head->results + head->config.results_capacity * sizeof head->results->slots[0];
    if (head->config.results == POOL_RESULTS_NONE)
        return 0;
    head->results = calloc(1, bytes);
    return head->results ? 0 : -ENOMEM;
}

void pool_results_free(struct pool_head *head)
{
    free(head->results);
}

static uint64_t pending(struct pool_results_ring *ring)
{
    return atomic_load_explicit(&ring->tail, memory_order_relaxed) -
           atomic_load_explicit(&ring->head, memory_order_relaxed);
}

static void lose(struct pool_head *head, void *arg)
{
    struct pool_results_ring *ring = head->results;
    if (head->config.results == POOL_RESULTS_THROTTLE)
        pool_place_give(head, 1);
    pool_discard(head, arg, POOL_WHY_RESULT_LOST);
    atomic_fetch_add_explicit(&ring->lost, 1, memory_order_relaxed);
}

/* Called with the lock held, which it lets go of while it sleeps. Returns
 * whether there is a place. A job of a cancelled epoch never waits. */
static bool place_wait(struct pool_head *head, struct pool_frame *frame)
{
    struct pool_results_ring *ring = head->results;
    while (pending(ring) >= head->config.results_capacity) {
        uint32_t left = atomic_load_explicit(&ring->left, memory_order_acquire);
        if (head->config.results != POOL_RESULTS_BLOCK || ring->given_up ||
            frame->epoch != atomic_load_explicit(&head->epoch, memory_order_seq_cst))
            return false;
        POOL_GUARD(pool_guard_blocked(head)); /* a submit, if the job is on a submitter's stack */
        /* Under the lock: pairs with the taker, who frees a place under it, later than this
         * look, and then reads whether somebody is to be woken. Release: pairs with the acquire
         * in pool_head_stats; who sees it, and frees the pool, waits for the submit that the
         * job is in. */
        atomic_fetch_add_explicit(&head->blocked_results, 1, memory_order_release);
        POOL_STEP("results: counted as blocked");
        pool_unlock(&ring->lock);
        pool_futex_wait(&ring->left, left, -1);
        atomic_fetch_sub_explicit(&head->blocked_results, 1, memory_order_relaxed);
        pool_lock(&ring->lock);
    }
    return true;
}

static void put(struct pool_head *head, struct pool_frame *frame, int status)
{
    struct pool_results_ring *ring = head->results;
    void *arg = atomic_load_explicit(&frame->arg, memory_order_relaxed);
    bool placed;

    pool_lock(&ring->lock);
    placed = place_wait(head, frame);
    if (placed) {
        uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
        ring->slots[tail % head->config.results_capacity] =
            (struct pool_result){atomic_load_explicit(&frame->fn, memory_order_relaxed), arg, status};
        atomic_store_explicit(&ring->tail, tail + 1, memory_order_release);
        atomic_fetch_add_explicit(&ring->arrived, 1, memory_order_seq_cst);
    }
    pool_unlock(&ring->lock);
    if (!placed)
        lose(head, arg);
    else if (atomic_load_explicit(&head->blocked_receive, memory_order_seq_cst))
        pool_futex_wake(&ring->arrived, 1);
}

/* The end of a job with chores, before its outcome counts. */
void pool_finish(struct pool_head *head, struct pool_frame *frame, int status)
{
    if (!pool_is_here(head))
        _exit(70); /* the child of a process fork in it would go on to run the parent's jobs */
    if (frame->chores & POOL_CHORE_FORKS) {
        pool_forks_end(frame->worker, status); /* it may fail the job, and come here again */
        frame->chores &= ~(uint64_t)POOL_CHORE_FORKS;
    }
    if (frame->chores & POOL_CHORE_CANCEL_FD)
        pool_cancel_fd_disarm(head, frame);
    if (frame->chores & POOL_CHORE_RESULT)
        put(head, frame, status);
}

/* Takes up to `count`; *last: they are given up. */
static int take(struct pool_head *head, struct pool_result *out, int count, bool *given_up)
{
    struct pool_results_ring *ring = head->results;
    uint64_t first, n;

    pool_lock(&ring->lock);
    *given_up = ring->given_up;
    n = pending(ring);
    if (n > (uint64_t)count)
        n = (uint64_t)count;
    if (ring->given_up)
        n = 0;
    first = atomic_load_explicit(&ring->head, memory_order_relaxed);
    for (uint64_t i = 0; i < n; i++)
        out[i] = ring->slots[(first + i) % head->config.results_capacity];
    atomic_fetch_add_explicit(&ring->received, n, memory_order_relaxed);
    atomic_store_explicit(&ring->head, first + n, memory_order_release);
    pool_unlock(&ring->lock);
    if (!n)
        return 0;
    if (head->config.results == POOL_RESULTS_THROTTLE)
        pool_place_give(head, (int64_t)n);
    atomic_fetch_add_explicit(&ring->left, 1, memory_order_seq_cst);
    if (atomic_load_explicit(&head->blocked_results, memory_order_seq_cst))
        pool_futex_wake(&ring->left, (int)n);
    return (int)n;
}

static int receive_waiting(struct pool_head *head, struct pool_result *out, int count, int64_t deadline)
{
    struct pool_results_ring *ring = head->results;
    for (;;) {
        uint32_t arrived = atomic_load_explicit(&ring->arrived, memory_order_acquire);
        /* Drained is read before the ring: results come before the end. */
        bool drained = atomic_load_explicit(&head->drained, memory_order_acquire), given_up;
        int got = take(head, out, count, &given_up);
        if (got)
            return got;
        if (given_up)
            return -ESHUTDOWN;
        if (drained && POOL_DEFECT(CLOSED_IS_RESULT)) {
            *out = (struct pool_result){NULL, NULL, 0};
            return 1;
        }
        if (drained && !POOL_DEFECT(END_UNTOLD))
            return 0;
        if (deadline >= 0 && pool_clock_ns() >= deadline)
            return -ETIMEDOUT;
        pool_futex_wait(&ring->arrived, arrived, deadline);
    }
}

int pool_head_receive(struct pool *pool, struct pool_result *results, int count, int64_t timeout_ns)
{
    struct pool_head *head = pool_head_of(pool);
    int got;
    if (!pool_is_here(head))
        return -EOWNERDEAD;
    if (!head->results)
        return -ENOTSUP;
    if (timeout_ns != 0 && pool_inside(head))
        return -EDEADLK;
    if (!pool_caller_enter(head))
        return -ESHUTDOWN;
    atomic_fetch_add_explicit(&head->blocked_receive, 1, memory_order_seq_cst);
    got = receive_waiting(head, results, count, POOL_DEFECT(ENDLESS_RECEIVE) ? -1 : pool_deadline(timeout_ns));
    atomic_fetch_sub_explicit(&head->blocked_receive, 1, memory_order_relaxed);
    pool_caller_leave(head);
    return got;
}

/* A cancel, or the end: everybody looks again. */
void pool_results_wake(struct pool_head *head)
{
    struct pool_results_ring *ring = head->results;
    if (!ring)
        return;
    atomic_fetch_add_explicit(&ring->left, 1, memory_order_seq_cst);
    atomic_fetch_add_explicit(&ring->arrived, 1, memory_order_seq_cst);
    pool_futex_wake(&ring->left, INT_MAX);
    pool_futex_wake(&ring->arrived, INT_MAX);
}

/* pool_free begins: nobody will receive. Returns what was lost before. */
int64_t pool_results_give_up(struct pool_head *head)
{
    int64_t lost;
    if (!head->results)
        return 0;
    pool_lock(&head->results->lock);
    head->results->given_up = true;
    lost = (int64_t)atomic_load_explicit(&head->results->lost, memory_order_relaxed);
    pool_unlock(&head->results->lock);
    pool_results_wake(head);
    return lost;
}

/* pool_free ends: hands the pending ones back. Returns all that was ever lost. */
int64_t pool_results_leave(struct pool_head *head)
{
    struct pool_results_ring *ring = head->results;
    uint64_t first, last;
    if (!ring || POOL_DEFECT(SILENT_LOSS))
        return 0;
    first = atomic_load_explicit(&ring->head, memory_order_relaxed);
    last = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    for (; first != last; first++)
        lose(head, ring->slots[first % head->config.results_capacity].arg);
    return (int64_t)atomic_load_explicit(&ring->lost, memory_order_relaxed);
}

void pool_results_stats(struct pool_head *head, struct pool_stats *stats)
{
    struct pool_results_ring *ring = head->results;
    uint64_t first, pending;
    if (!ring)
        return;
    first = atomic_load_explicit(&ring->head, memory_order_acquire);
    pending = atomic_load_explicit(&ring->tail, memory_order_acquire) - first;
    /* Some may have been received between the two readings, and others have come. */
    stats->pending = pending < head->config.results_capacity ? pending : head->config.results_capacity;
    stats->received = atomic_load_explicit(&ring->received, memory_order_relaxed);
    stats->lost = atomic_load_explicit(&ring->lost, memory_order_relaxed);
}
