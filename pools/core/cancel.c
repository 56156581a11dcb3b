/* cancel.c - cancellation: the epoch, the queued jobs, the running ones.
 *
 * A cancel waits out those who have jobs on the move, takes a boundary (a stamp
 * that all jobs accepted before it lie below), publishes it, then the new
 * epoch: that is its instant, and there is one at a time. Then, with no lock, it
 * settles what lies below, and waits for what others are settling. While it is
 * under way a thief takes one job and runs it, and moves none; so the canceller,
 * who acts as a thief of everybody, finds the rest where they were. Workers compare
 * each job's stamp with the boundary once more when they take it, so that no job
 * below is started late.
 * Running jobs see the epoch (one load), wake from pool_sleep, or find their
 * descriptor readable. */
#include <sched.h>
#include <sys/eventfd.h>

#include "pools/core/idle.h"
#include "pools/core/machinery.h"
#include "pools/core/retire.h"
#include "pools/core/transit.h"

void pool_relax(int turn)
{
    enum { PAUSES = 100, YIELDS = 20, NAP_NS = 20000 };
    static _Atomic uint32_t never;
    if (turn < PAUSES)
        pool_pause();
    else if (turn < PAUSES + YIELDS)
        sched_yield();
    else
        pool_futex_wait(&never, 0, pool_clock_ns() + NAP_NS);
}

void pool_transit_wait_workers(struct pool_head *head)
{
    for (int i = 0; i < head->workers; i++) {
        struct pool_worker *worker = pool_worker_at(head, i);
        uint32_t word = atomic_load_explicit(&worker->transit, memory_order_seq_cst);
        for (int turn = 0; word & 1 && atomic_load_explicit(&worker->transit, memory_order_acquire) == word; turn++)
            pool_relax(turn);
    }
}

void pool_transit_wait(struct pool_head *head)
{
    pool_transit_wait_workers(head);
    /* Acquire, as above: pairs with the release in pool_transit_end. */
    for (int turn = 0; atomic_load_explicit(&head->caller_transit, memory_order_seq_cst); turn++)
        pool_relax(turn);
}

/* Wakes what waits inside jobs: sleeps, polls, waits for a place; and submitters. A job that
 * came after the cancel's instant may have armed its descriptor by now: it is not told. */
static void cancel_wake(struct pool_head *head)
{
    uint64_t one = 1, epoch = atomic_load_explicit(&head->epoch, memory_order_seq_cst);
    atomic_fetch_add_explicit(&head->cancel_seq, 1, memory_order_release);
    pool_futex_wake(&head->cancel_seq, INT_MAX);
    pool_lock(&head->fd_lock);
    for (struct pool_frame *frame = head->armed; frame; frame = frame->armed_next)
        if (frame->epoch != epoch && syscall(SYS_write, frame->cancel_fd, &one, sizeof one) < 0)
            continue; /* readable already */
    pool_unlock(&head->fd_lock);
    pool_results_wake(head);
    if (!POOL_DEFECT(BLOCKED_UNTOLD))
        pool_room_wake(head);
}

static void cancel_pass(struct pool_head *head, uint64_t below)
{
    struct pool_taken taken;
    while (pool_take_away(head, &taken, below)) {
        /* Submits of the new epoch may wait for the slot, and discard may take its time. */
        pool_fence(); /* the slot before the wish: pairs with submit_waiting */
        pool_slot_freed(head);
        pool_cancel_taken(head, &taken);
    }
}

/* Once more, because a worker may have claimed old jobs from the queue just before the
 * first pass had emptied that, and shown them after its buffer was looked at. And once
 * more, because an earlier canceller, for whom a job was too young, may have had it in its
 * hand and put it back. What others take away meanwhile, to settle it, is waited for. */
static void cancel_queued(struct pool_head *head, uint64_t below)
{
    cancel_pass(head, below);
    pool_transit_wait_workers(head);
    cancel_pass(head, below);
    POOL_STEP("cancel: looked twice");
    pool_taken_wait(head, below);
    POOL_STEP("cancel: others have settled");
    cancel_pass(head, below);
    pool_taken_wait(head, below); /* they may have been quicker with what was put back */
}

/* The instant of the cancel: returns the boundary. One canceller at a time, and none of
 * the user's code: what it waits for are a few instructions of each submitting job. */
static uint64_t cancel_begins(struct pool_head *head, int64_t begin, uint64_t *epoch)
{
    uint64_t below;
    pool_lock(&head->cancel_lock);
    *epoch = atomic_load_explicit(&head->epoch, memory_order_relaxed) + 1;
    atomic_store_explicit(&head->cancel_at_ns, begin, memory_order_relaxed);
    atomic_store_explicit(&head->cancel_quiet_ns, UINT64_MAX, memory_order_relaxed);
    atomic_store_explicit(&head->cancel_settled_ns, UINT64_MAX, memory_order_relaxed);
    atomic_fetch_add_explicit(&head->cancelling, 1, memory_order_seq_cst);
    atomic_store_explicit(&head->cancel_begun, *epoch, memory_order_seq_cst);
    POOL_STEP("cancel: begun");
    pool_fence();            /* before the marks: pairs with pool_transit_begin and pool_transit_ask */
    pool_transit_wait(head); /* who did not see it has queued its jobs now */
    below = POOL_DEFECT(CANCEL_STICKS) ? UINT64_MAX : head->design->boundary(head);
    if (!POOL_DEFECT(CANCEL_UNSEEN))
        atomic_store_explicit(&head->stale_below, below, memory_order_release);
    atomic_store_explicit(&head->epoch, *epoch, memory_order_seq_cst);
    atomic_store_explicit(&head->cancel_barred_ns, (uint64_t)(pool_clock_ns() - begin), memory_order_relaxed);
    pool_quiet_watch_cancel(head);
    pool_unlock(&head->cancel_lock);
    return below;
}

/* All that it had to settle is settled. The times are those of the last cancel. */
static void cancel_ends(struct pool_head *head, int64_t begin, uint64_t epoch)
{
    pool_lock(&head->cancel_lock);
    if (atomic_load_explicit(&head->epoch, memory_order_relaxed) == epoch)
        atomic_store_explicit(&head->cancel_settled_ns, (uint64_t)(pool_clock_ns() - begin), memory_order_relaxed);
    pool_unlock(&head->cancel_lock);
    atomic_fetch_sub_explicit(&head->cancelling, 1, memory_order_release);
}

int pool_head_cancel(struct pool *pool)
{
    struct pool_head *head = pool_head_of(pool);
    uint64_t below, epoch;
    int64_t begin;

    if (!pool_is_here(head))
        return -EOWNERDEAD;
    if (!pool_caller_enter(head))
        return 0;
    begin = pool_clock_ns();
    below = cancel_begins(head, begin, &epoch);
    POOL_STEP("cancel: barred");
    cancel_wake(head);
    if (!POOL_DEFECT(CANCEL_UNSEEN) && !POOL_DEFECT(CANCEL_BY_CHANCE))
        cancel_queued(head, below);
    cancel_ends(head, begin, epoch);
    if (!POOL_DEFECT(BLOCKED_UNTOLD))
        pool_room_wake(head); /* slots are free */
    pool_announce(head);
    pool_caller_leave(head);
    return 0;
}

/* For code inside a job. */

bool pool_cancelled(void)
{
    struct pool_frame *frame = pool_frame_top;
    /* Relaxed: the job looks again; what it does on true needs no order. */
    return frame && atomic_load_explicit(&frame->fn, memory_order_relaxed) &&
           frame->epoch != atomic_load_explicit(&frame->pool->epoch, memory_order_relaxed);
}

int pool_sleep(int64_t ns)
{
    struct pool_frame *frame = pool_frame_top;
    static _Atomic uint32_t never;
    int64_t deadline = pool_deadline(ns < 0 ? 0 : ns);
    bool inside = frame && atomic_load_explicit(&frame->fn, memory_order_relaxed);
    for (;;) {
        uint32_t seq = inside ? atomic_load_explicit(&frame->pool->cancel_seq, memory_order_acquire) : 0;
        if (inside && frame->epoch != atomic_load_explicit(&frame->pool->epoch, memory_order_seq_cst))
            return -ECANCELED;
        if (pool_clock_ns() >= deadline)
            return 0;
        pool_futex_wait(inside ? &frame->pool->cancel_seq : &never, seq, deadline);
    }
}

/* All jobs of one pool on one stack belong to one epoch (a child has its
 * parent's), so that the outermost frame's descriptor serves them all. */
static struct pool_frame *outermost(struct pool_frame *top)
{
    struct pool_frame *found = top;
    for (struct pool_frame *frame = top->below; frame; frame = frame->below)
        if (frame->pool == top->pool && atomic_load_explicit(&frame->fn, memory_order_relaxed))
            found = frame;
    return found;
}

int pool_cancel_fd(void)
{
    struct pool_frame *frame = pool_frame_top;
    struct pool_head *head;
    uint64_t one = 1;
    if (!frame || !atomic_load_explicit(&frame->fn, memory_order_relaxed))
        return -EPERM;
    head = frame->pool;
    if (!pool_is_here(head))
        return -EOWNERDEAD;
    frame = outermost(frame);
    if (frame->cancel_fd < 0) {
        frame->cancel_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        if (frame->cancel_fd < 0)
            return -errno;
    }
    pool_lock(&head->fd_lock);
    if (!(frame->chores & POOL_CHORE_CANCEL_FD)) {
        frame->chores |= POOL_CHORE_CANCEL_FD;
        frame->armed_next = head->armed;
        head->armed = frame;
        /* Under the lock: a cancel either finds the frame in the list, or its
         * epoch is seen here. */
        if (frame->epoch != atomic_load_explicit(&head->epoch, memory_order_seq_cst) &&
            syscall(SYS_write, frame->cancel_fd, &one, sizeof one) < 0)
            frame->status = -errno; /* cannot be: the counter is 0 */
    }
    pool_unlock(&head->fd_lock);
    return frame->cancel_fd;
}

/* At the job's end: takes the frame off the list and empties the descriptor. */
void pool_cancel_fd_disarm(struct pool_head *head, struct pool_frame *frame)
{
    uint64_t count;
    pool_lock(&head->fd_lock);
    for (struct pool_frame **link = &head->armed; *link; link = &(*link)->armed_next) {
        if (*link == frame) {
            *link = frame->armed_next;
            break;
        }
    }
    if (syscall(SYS_read, frame->cancel_fd, &count, sizeof count) < 0)
        count = 0; /* was clean */
    pool_unlock(&head->fd_lock);
    frame->chores &= ~(uint64_t)POOL_CHORE_CANCEL_FD;
}
