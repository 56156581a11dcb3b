/* caller_run.c - a job run on its submitter's stack: the policy caller-runs, a
 * worker whose own pool is full, and every job of `inline`.
 *
 * Each has a containment point of its own: pool_fail comes back here and fails
 * this job only; pthread_exit unwinds through here and fails each job on the
 * stack on its way. This file is compiled with -fexceptions, which makes that
 * cleanup free unless it is used. */
#include "pools/core/machinery.h"

/* Accepts one job to be run here at once. Outside: not once closed, which is
 * decided in the same word that counts it, so that no job is accepted after
 * the end was seen. Returns 0, -ESHUTDOWN, -EAGAIN (too deep). */
static int accept_caller_run(struct pool_head *head, struct pool_frame *inside)
{
    uint64_t word;
    if (inside && inside->depth >= POOL_DEPTH_MAX)
        return -EAGAIN;
    if (inside && inside->worker) {
        pool_count_own(&inside->worker->accepted, 1, memory_order_release);
        /* Release: as in pool_run. And those of started after it, for the statistics. */
        pool_count_own(&inside->worker->started, 1, memory_order_release);
        pool_count_own(&inside->worker->nested, 1, memory_order_release);
        return 0;
    }
    word = atomic_load_explicit(&head->caller_word, memory_order_relaxed);
    do {
        if (!inside && word & POOL_CALLER_CLOSED && !POOL_DEFECT(OPEN_DOOR))
            return -ESHUTDOWN;
    } while (!atomic_compare_exchange_weak_explicit(&head->caller_word, &word,
                                                    word + POOL_CALLER_ENTER + POOL_CALLER_ACCEPT, memory_order_acq_rel,
                                                    memory_order_relaxed));
    return 0;
}

static void settle_caller_run(struct pool_frame *frame, int status)
{
    struct pool_head *head = frame->pool;
    struct pool_worker *worker = frame->worker;
    if (pool_unlikely(pool_has_chores(frame)))
        pool_finish(head, frame, status);
    pool_cancel_fd_close(frame);
    atomic_store_explicit(&frame->fn, NULL, memory_order_relaxed);
    pool_frame_top = frame->below;
    pool_lane = frame->lane_below;
    if (worker) {
        pool_count_own(status >= 0 ? &worker->done : &worker->failed, 1, memory_order_release);
        return; /* the worker runs dry some day, and announces it */
    }
    if (POOL_DEFECT(TORN_COUNTER))
        pool_count_torn(&head->caller_done);
    else
        atomic_fetch_add_explicit(status >= 0 ? &head->caller_done : &head->caller_failed, 1, memory_order_seq_cst);
    POOL_STEP("caller run: settled");
    pool_announce_counted(head);
    pool_caller_leave(head);
}

/* Runs when the frame goes: nothing is left to do, unless the thread leaves. */
static void frame_gone(struct pool_frame *frame)
{
    if (pool_unlikely(atomic_load_explicit(&frame->fn, memory_order_relaxed) != NULL)) {
        pool_frame_top = frame; /* frames above it are gone */
        settle_caller_run(frame, -EOWNERDEAD);
    }
}

/* Accepts and runs one job on this stack. `inside`: the innermost frame of
 * this pool on it, whose epoch the job inherits, or NULL. Returns 0 once the
 * job has its outcome; -ESHUTDOWN; -EAGAIN when nested too deep. */
int pool_caller_run(struct pool_head *head, struct pool_frame *inside, pool_job_fn *fn, void *arg)
{
    struct pool_frame frame __attribute__((cleanup(frame_gone)));
    /* Before it is accepted: a cancel that begins later is one of this job, which runs then. */
    uint64_t epoch = inside ? inside->epoch : atomic_load_explicit(&head->epoch, memory_order_acquire);
    int error = accept_caller_run(head, inside);
    atomic_init(&frame.fn, NULL);
    if (error)
        return error;
    POOL_STEP("caller run: accepted");
    frame.below = pool_frame_top;
    frame.pool = head;
    frame.worker = inside ? inside->worker : NULL;
    frame.epoch = epoch;
    frame.depth = inside ? inside->depth + 1 : 1;
    frame.chores = head->chores;
    frame.cancel_fd = -1;
    atomic_store_explicit(&frame.arg, arg, memory_order_relaxed);
    atomic_store_explicit(&frame.fn, fn, memory_order_relaxed);
    pool_frame_top = &frame;
    frame.lane_below = pool_lane;
    pool_lane = &pool_no_lane; /* its forks would be told from the outer job's by nobody */
    if (sigsetjmp(frame.env, 0) == 0)
        frame.status = fn(arg);
    settle_caller_run(&frame, frame.status);
    return 0;
}
