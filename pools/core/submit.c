/* submit.c - what a submit does when the fast path cannot: the queue is full,
 * the submitter is itself a job, places are reserved, the pool is closed.
 *
 * A submit from inside a job must not slip past a cancel: its child would be
 * stamped new although its parent is cancelled. So it marks itself in transit
 * (transit.h), looks whether a cancel began, and pushes; the canceller marks its
 * begin, fences, and waits until nobody is in transit before it takes the
 * boundary. Sequentially consistent on both sides.
 *
 * A submit that is refused has changed nothing. */
#include "pools/core/submit.h"

#include "pools/core/guard.h"
#include "pools/core/idle.h"
#include "pools/core/machinery.h"
#include "pools/core/retire.h"
#include "pools/core/transit.h"

enum {
    ROOM_SPIN_NS = 10000,  /* a full producer polls for this long */
    ROOM_POLL_NS = 1000,   /* this often */
    ROOM_HALF_NS = 900000, /* and waits for half of the room for so long in all */
};

/* A job was pushed. Its parent, if it has one, may wait for it. */
static void tell(struct pool_head *head, const struct pool_frame *inside)
{
    pool_after_push(head);
    if (inside && pool_unlikely(atomic_load_explicit(&head->child_calls, memory_order_relaxed)))
        pool_idle_wake_for_child(head);
}

/* One push from inside: 1, 0 (full), -ECANCELED. */
static int push_inside(struct pool_head *head, struct pool_frame *inside, const struct pool_job *job)
{
    int pushed;
    if (!pool_transit_begin(head, inside))
        return -ECANCELED;
    POOL_STEP("submit: in transit");
    pushed = head->design->push(head, inside, job, 1);
    pool_transit_end(head, inside);
    return pushed;
}

/* From inside under a mark, too: what is taken then was accepted before any cancel that
 * ends the epoch of this job. */
static bool take_oldest(struct pool_head *head, struct pool_frame *inside, struct pool_taken *taken)
{
    bool found;
    if (inside && !pool_transit_begin(head, inside))
        return false;
    found = pool_take_away(head, taken, UINT64_MAX);
    if (inside)
        pool_transit_end(head, inside);
    return found;
}

/* DROP_OLDEST: puts the job in the place of the oldest one. That one is settled last:
 * until then the pool is not quiet, so that the queue cannot be sealed, and a close does
 * not refuse this job any more. A cancel may, inside; then the one that was taken is one
 * of those that it cancels. Returns 1, 0 (there was none), -ECANCELED. */
static int submit_dropping(struct pool_head *head, struct pool_frame *inside, const struct pool_job *job)
{
    struct pool_taken oldest, next;
    int pushed;
    if (!take_oldest(head, inside, &oldest))
        return 0;
    POOL_STEP("submit: the oldest is taken");
    for (int turn = 0;; turn++) {
        pushed = inside ? push_inside(head, inside, job) : head->design->push(head, NULL, job, 1);
        if (pushed)
            break;
        if (take_oldest(head, inside, &next)) { /* another submitter got the slot */
            pool_drop_taken(head, &oldest);
            oldest = next;
        } else {
            pool_relax(turn);
        }
    }
    if (pushed == 1) {
        tell(head, inside);
        pool_drop_taken(head, &oldest);
    } else {
        pool_cancel_taken(head, &oldest);
    }
    pool_announce(head);
    return pushed;
}

static bool is_closed(struct pool_head *head)
{
    return atomic_load_explicit(&head->attention, memory_order_seq_cst) & POOL_CLOSED && !POOL_DEFECT(OPEN_DOOR);
}

/* Inside and full: the job is run here. Under THROTTLE its place was taken. */
static int run_here(struct pool_head *head, struct pool_frame *inside, const struct pool_job *job)
{
    int error = pool_caller_run(head, inside, job->fn, job->arg);
    if (error && head->config.results == POOL_RESULTS_THROTTLE)
        pool_place_give(head, 1);
    return error ? error : 1;
}

/* A defect: runs the oldest job that waits, whosever it is, on top of the one that submits. That one was
 * accepted by the queue, and is once more by this stack: so it counts as dropped, too. */
static bool help(struct pool_head *head, struct pool_frame *inside)
{
    struct pool_task oldest;
    if (!head->design->evict(head, &oldest, UINT64_MAX))
        return false;
    pool_caller_run(head, inside, oldest.fn, oldest.arg);
    atomic_fetch_add_explicit(&head->dropped, 1, memory_order_acq_rel);
    return true;
}

/* Inside: one job. Returns 1 or -errno. */
static int submit_inside(struct pool_head *head, struct pool_frame *inside, const struct pool_job *job)
{
    bool throttled = head->config.results == POOL_RESULTS_THROTTLE;
    if (POOL_DEFECT(CHILD_LOST) && is_closed(head))
        return 1;
    for (int turn = 0;; turn++) {
        int pushed;
        if (throttled && !pool_place_take(head, 1))
            return pool_transit_over(head, inside) ? -ECANCELED : -EAGAIN; /* run here, it would have none either */
        pushed = push_inside(head, inside, job);
        if (pushed == 1)
            tell(head, inside);
        if (POOL_DEFECT(HELPS_OTHERS) && !pushed && !throttled && help(head, inside))
            continue;
        if (!pushed && head->config.full != POOL_REJECT && head->config.full != POOL_DROP_OLDEST)
            return run_here(head, inside, job);
        if (throttled && pushed != 1)
            pool_place_give(head, 1);
        if (!pushed && head->config.full == POOL_DROP_OLDEST)
            pushed = submit_dropping(head, inside, job);
        else if (!pushed)
            return -EAGAIN;
        if (pushed)
            return pushed;
        pool_relax(turn); /* full, and all of it in the hands of workers that take it */
    }
}

/* One try from outside: 1, 0 (full), -ESHUTDOWN. */
static int submit_try(struct pool_head *head, const struct pool_job *job)
{
    bool throttled = head->config.results == POOL_RESULTS_THROTTLE;
    int pushed;
    if (is_closed(head))
        return -ESHUTDOWN;
    POOL_STEP("submit: not closed");
    if (throttled && !pool_place_take(head, 1))
        return 0;
    pushed = head->design->push(head, NULL, job, 1);
    if (throttled && pushed != 1)
        pool_place_give(head, 1);
    if (pushed == 1)
        pool_after_push(head);
    return pushed;
}

/* A try of a blocked call, if no cancel ended it since `epoch`, and if there is as much
 * room as is wanted: half of it at first. Who resumes at each slot never sleeps, and
 * takes a CPU from the workers. */
static int submit_when(struct pool_head *head, const struct pool_job *job, uint64_t epoch, uint32_t want)
{
    if (is_closed(head))
        return -ESHUTDOWN;
    if (atomic_load_explicit(&head->epoch, memory_order_seq_cst) != epoch)
        return -ECANCELED;
    return want == 1 || pool_room(head) >= (int64_t)want ? submit_try(head, job) : 0;
}

/* Before the first sleep: looks for room a little while. 1, 0, -errno. */
static int submit_polling(struct pool_head *head, const struct pool_job *job, uint64_t epoch, int64_t deadline)
{
    int64_t now = pool_clock_ns(), until = now + ROOM_SPIN_NS;
    int pushed = 0;
    while (!pushed && now < until && (deadline < 0 || now < deadline)) {
        int64_t poll_at = now + ROOM_POLL_NS;
        while ((now = pool_clock_ns()) < poll_at)
            pool_pause();
        pushed = submit_when(head, job, epoch, pool_room_half(head));
    }
    return pushed;
}

/* Waits for room: first by polling, then asleep. One moment ends the waiting for half of
 * it, whatever wakes this thread before; and who is out of time looks once more. */
static int submit_waiting(struct pool_head *head, const struct pool_job *job, uint64_t epoch, int64_t deadline)
{
    int64_t half_until =
        pool_clock_ns() +
        (POOL_DEFECT(BLOCKED_UNTOLD) || POOL_DEFECT(SUBMIT_TRUSTS) || POOL_DEFECT(WALL_CLOCK) ? 0 : ROOM_HALF_NS);
    /* A pool's own sleep knows of slots only, not of places. */
    bool own_sleep = head->design->room_sleep && head->config.results != POOL_RESULTS_THROTTLE &&
                     !POOL_DEFECT(SIGNAL_ENDS) /* that of pthread_cond_wait no signal ends */ &&
                     !POOL_DEFECT(WALL_CLOCK);
    int pushed = own_sleep ? 0 : submit_polling(head, job, epoch, deadline), turn = 0;

    while (!pushed) {
        uint32_t seq = atomic_load_explicit(&head->room_seq, memory_order_acquire);
        int64_t now = pool_clock_ns();
        bool late = deadline >= 0 && now >= deadline, any = late || own_sleep || now >= half_until;
        uint32_t want = any ? 1 : pool_room_half(head);
        if (POOL_DEFECT(SIGNAL_ENDS))
            errno = 0;
        /* The wish is announced before the last try: pairs with the look at
         * room_wanted in pool_room_look, after a slot was freed. */
        if (!late)
            pool_room_want(head, want);
        pool_fence();
        pushed = submit_when(head, job, epoch, want);
        if (late && !pushed)
            pushed = -ETIMEDOUT;
        if (!pushed && own_sleep)
            head->design->room_sleep(head, epoch, deadline);
        else if (!pushed && atomic_load_explicit(&head->room_seq, memory_order_relaxed) != seq)
            pool_relax(turn++); /* told of room, maybe by what its own try gave back: a worker has the slot in hand */
        else if (!pushed && POOL_DEFECT(WALL_CLOCK))
            pool_defect_wall_wait(&head->room_seq, seq, deadline);
        else if (!pushed)
            pool_futex_wait(&head->room_seq, seq,
                            any || (deadline >= 0 && deadline < half_until) ? deadline : half_until);
        if (!pushed && POOL_DEFECT(SIGNAL_ENDS) && errno == EINTR)
            pushed = -EINTR;
        if (!pushed && POOL_DEFECT(SUBMIT_TRUSTS) && !(pushed = submit_when(head, job, epoch, 1)))
            pushed = -EAGAIN;
    }
    return pushed;
}

/* A call from outside. From the first time that it blocks until it returns it is counted,
 * between the jobs of a batch as well: as in progress, for pool_free, and as blocked. One
 * whose jobs may wait here for a place for their results is in progress from the first of
 * them on: while they do, statistics count those. */
struct call {
    struct pool_head *head;
    bool counted;
    uint32_t blocked; /* 1: in head->blocked_submit */
};

/* False once pool_free has begun. */
static bool call_begins(struct call *call)
{
    call->counted = call->counted || pool_caller_enter(call->head);
    return call->counted;
}

static void call_blocked(struct call *call, uint32_t blocked)
{
    /* Release: pairs with the acquire in pool_head_stats; who sees that it is blocked, and
     * frees the pool, waits for this call. */
    atomic_fetch_add_explicit(&call->head->blocked_submit, blocked - call->blocked, memory_order_release);
    call->blocked = blocked;
}

/* Also when a job that runs on this stack ends the thread. */
static void call_ends(struct call *call)
{
    if (pool_likely(!call->counted))
        return;
    if (call->blocked)
        call_blocked(call, 0);
    pool_caller_leave(call->head);
}

static int submit_blocked(struct call *call, const struct pool_job *job, uint64_t epoch)
{
    struct pool_head *head = call->head;
    int64_t timeout = head->config.full == POOL_TIMEOUT ? head->config.full_timeout_ns : -1;
    int pushed;
    if (timeout == 0)
        return -ETIMEDOUT;
    if (!call_begins(call))
        return -ESHUTDOWN;
    if (!call->blocked) {
        POOL_GUARD(pool_guard_blocked(head));
        call_blocked(call, 1);
    }
    pushed = submit_waiting(head, job, epoch, pool_deadline(pool_defect_time(timeout)));
    /* A wake-up meant for several may have come to this one alone. */
    pool_room_look(head);
    return pushed;
}

/* Full: the submitter runs it. Returns 1 or -errno. */
static int submit_running(struct call *call, const struct pool_job *job)
{
    int error;
    if (call->head->config.results == POOL_RESULTS_BLOCK && !call_begins(call))
        return -ESHUTDOWN;
    if (POOL_DEFECT(CALLS_LOCKED))
        pool_lock(&call->head->cancel_lock);
    error = pool_caller_run(call->head, NULL, job->fn, job->arg);
    if (POOL_DEFECT(CALLS_LOCKED))
        pool_unlock(&call->head->cancel_lock);
    return error ? error : 1;
}

/* Defects: what is dropped is the new job, as if it had been put in and taken out at the wrong end; or the oldest,
 * and then, for the place, the next one. */
static void drop_wrongly(struct pool_head *head, const struct pool_job *job)
{
    struct pool_taken oldest;
    if (POOL_DEFECT(DROPS_NEWEST))
        pool_discard(head, job->arg, POOL_WHY_DROPPED);
    else if (pool_take_away(head, &oldest, UINT64_MAX))
        pool_drop_taken(head, &oldest);
}

static int submit_outside(struct call *call, const struct pool_job *job)
{
    struct pool_head *head = call->head;
    for (int turn = 0;; turn++) {
        /* A cancel from here on ends it, if it blocks. */
        uint64_t epoch = atomic_load_explicit(&head->epoch, memory_order_acquire);
        int pushed = submit_try(head, job);
        if (POOL_DEFECT(DROPS_CLOSED) && pushed == -ESHUTDOWN && !pool_room(head))
            drop_wrongly(head, job);
        if (pushed)
            return pushed;
        POOL_STEP("submit: full");
        switch (head->config.full) {
        case POOL_BLOCK:
        case POOL_TIMEOUT:
            return submit_blocked(call, job, epoch);
        case POOL_REJECT:
            return POOL_DEFECT(FULL_SWALLOWS) ? 1 : -EAGAIN;
        case POOL_CALLER_RUNS:
            return POOL_DEFECT(FULL_SWALLOWS) ? 1 : submit_running(call, job);
        case POOL_DROP_OLDEST:
            if (POOL_DEFECT(DROPS_NEWEST) || POOL_DEFECT(DROPS_TWO))
                drop_wrongly(head, job);
            if (POOL_DEFECT(DROPS_NEWEST))
                return 1;
            pushed = submit_dropping(head, NULL, job);
            if (pushed)
                return pushed;
            pool_relax(turn); /* full, and all of it in the hands of workers that take it */
        }
    }
}

/* A pool without a queue: the job has what it needs, and runs. Not blocked meanwhile. */
static int run_at_once(struct call *call, struct pool_frame *inside, const struct pool_job *job)
{
    uint32_t blocked = call->blocked;
    int error;
    if (!inside && call->head->config.results == POOL_RESULTS_BLOCK && !call_begins(call))
        return -ESHUTDOWN;
    if (blocked)
        call_blocked(call, 0);
    error = run_here(call->head, inside, job);
    if (blocked)
        call_blocked(call, 1);
    return error;
}

/* A defect: the answer is for all. */
static int submit_what_fits(struct pool_head *head, const struct pool_job *jobs, int count)
{
    for (int i = 0; i < count && submit_try(head, &jobs[i]) == 1; i++)
        ;
    return count;
}

int pool_submit_slow(struct pool_head *head, const struct pool_job *jobs, int count)
{
    struct pool_frame *inside = pool_frame_top ? pool_inside(head) : NULL;
    struct call call __attribute__((cleanup(call_ends))) = {.head = head};
    if (!pool_is_here(head))
        return -EOWNERDEAD;
    if (POOL_DEFECT(BATCH_TAIL) && count > 1 && !inside)
        return submit_what_fits(head, jobs, count);
    for (int i = 0; i < count; i++) {
        int error = inside ? submit_inside(head, inside, &jobs[i]) : submit_outside(&call, &jobs[i]);
        if (error > 0 && head->design->at_once)
            error = run_at_once(&call, inside, &jobs[i]);
        if (error < 0)
            return i ? i : error;
        POOL_STEP("submit: one job is in");
    }
    return count;
}
