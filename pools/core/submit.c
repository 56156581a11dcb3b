/* submit.c - what a submit does when the fast path cannot: the queue is full,
 * the submitter is itself a job, places are reserved, the pool is closed.
 *
 * A submit from inside a job must not slip past a cancel: its child would be
 * stamped new although its parent is cancelled. So it marks itself in transit,
 * fences, looks whether a cancel began, and pushes; the canceller marks its
 * begin, fences, and waits until nobody is in transit before it takes the
 * boundary. Sequentially consistent on both sides. */
#include "pools/core/submit.h"

#include "pools/core/machinery.h"
#include "pools/core/transit.h"

enum {
    ROOM_SPIN_NS = 10000, /* a full producer polls for this long */
    ROOM_POLL_NS = 1000,  /* this often */
    ROOM_NAP_NS = 900000, /* then waits for half of the room at most so long */
    ROOM_HALF = 1,
    ROOM_ANY = 2, /* bits of head->room_wanted */
};

/* Inside: one job. Returns 1 or -errno. */
static int submit_inside(struct pool_head *head, struct pool_frame *inside, const struct pool_job *job)
{
    bool throttled = head->config.results == POOL_RESULTS_THROTTLE;
    for (;;) {
        int pushed = -ECANCELED;

        pool_transit_begin(head, inside);
        if (atomic_load_explicit(&head->cancel_begun, memory_order_seq_cst) == inside->epoch) {
            if (throttled && !pool_place_take(head, 1)) {
                pool_transit_end(head, inside);
                return -EAGAIN; /* run inline, its result would have no place */
            }
            pushed = head->design->push(head, inside, job, 1);
            if (throttled && pushed != 1)
                pool_place_give(head, 1);
        }
        pool_transit_end(head, inside);
        if (pushed == 1)
            pool_after_push(head);
        if (pushed)
            return pushed;
        if (throttled || head->config.full == POOL_REJECT)
            return -EAGAIN;
        if (head->config.full != POOL_DROP_OLDEST) {
            int error = pool_caller_run(head, inside, job->fn, job->arg);
            return error ? error : 1;
        }
        pool_drop_oldest(head);
    }
}

/* Whether a close or a cancel ends the call that began in `epoch`. */
static int submit_ends(struct pool_head *head, uint64_t epoch)
{
    if (atomic_load_explicit(&head->attention, memory_order_seq_cst) & POOL_CLOSED && !POOL_DEFECT(OPEN_DOOR))
        return -ESHUTDOWN;
    return atomic_load_explicit(&head->epoch, memory_order_seq_cst) != epoch ? -ECANCELED : 0;
}

/* One try from outside: 1, 0 (full), -errno. `epoch`: at the call's begin. */
static int submit_try(struct pool_head *head, const struct pool_job *job, uint64_t epoch)
{
    bool throttled = head->config.results == POOL_RESULTS_THROTTLE;
    int pushed = submit_ends(head, epoch);
    if (pushed)
        return pushed;
    if (throttled && !pool_place_take(head, 1))
        return 0;
    pushed = head->design->push(head, NULL, job, 1);
    if (throttled && pushed != 1)
        pool_place_give(head, 1);
    if (pushed == 1)
        pool_after_push(head);
    return pushed;
}

/* A try, if there is as much room as is wanted: half of it at first. Who
 * resumes at each slot never sleeps, and takes a CPU from the workers. */
static int submit_when(struct pool_head *head, const struct pool_job *job, uint64_t epoch, uint32_t want)
{
    if (want & ROOM_ANY || pool_room_is(head, false))
        return submit_try(head, job, epoch);
    return submit_ends(head, epoch);
}

/* Waits for room: first by polling, then asleep. */
static int submit_waiting(struct pool_head *head, const struct pool_job *job, uint64_t epoch, int64_t deadline)
{
    int64_t now = pool_clock_ns(), spin_until = now + ROOM_SPIN_NS;
    /* A pool's own sleep knows of slots only, not of places. */
    bool own_sleep = head->design->room_sleep && head->config.results != POOL_RESULTS_THROTTLE;
    uint32_t want = ROOM_HALF;
    int pushed = 0;

    while (!own_sleep && now < spin_until && (deadline < 0 || now < deadline)) {
        int64_t poll_at = now + ROOM_POLL_NS;
        while ((now = pool_clock_ns()) < poll_at)
            pool_pause();
        pushed = submit_when(head, job, epoch, ROOM_HALF);
        if (pushed)
            return pushed;
    }
    for (;;) {
        /* The wish is announced before the last try: pairs with the look at
         * room_wanted in pool_room_check, after a slot was freed. */
        uint32_t seq = atomic_load_explicit(&head->room_seq, memory_order_acquire);
        int64_t nap;
        atomic_fetch_or_explicit(&head->room_wanted, want, memory_order_seq_cst);
        pool_fence();
        pushed = submit_when(head, job, epoch, own_sleep ? ROOM_ANY : want);
        if (pushed)
            return pushed;
        now = pool_clock_ns();
        if (deadline >= 0 && now >= deadline)
            return -ETIMEDOUT;
        nap = want == ROOM_HALF ? now + ROOM_NAP_NS : -1;
        if (deadline >= 0 && (nap < 0 || nap > deadline))
            nap = deadline;
        if (own_sleep)
            head->design->room_sleep(head, epoch, deadline);
        else if (pool_futex_wait(&head->room_seq, seq, nap) == -ETIMEDOUT)
            want = ROOM_HALF | ROOM_ANY;
    }
}

static int submit_blocked(struct pool_head *head, const struct pool_job *job, uint64_t epoch)
{
    int64_t timeout = head->config.full == POOL_TIMEOUT ? head->config.full_timeout_ns : -1;
    int pushed;
    if (timeout == 0)
        return -ETIMEDOUT;
    if (!pool_caller_enter(head))
        return -ESHUTDOWN;
    atomic_fetch_add_explicit(&head->blocked_submit, 1, memory_order_relaxed);
    pushed = submit_waiting(head, job, epoch, pool_deadline(timeout));
    atomic_fetch_sub_explicit(&head->blocked_submit, 1, memory_order_relaxed);
    /* A wake-up meant for several may have come to this one alone. */
    pool_room_look(head);
    pool_caller_leave(head);
    return pushed;
}

static int submit_outside(struct pool_head *head, const struct pool_job *job)
{
    uint64_t epoch = atomic_load_explicit(&head->epoch, memory_order_acquire);
    for (;;) {
        int pushed = submit_try(head, job, epoch);
        if (pushed)
            return pushed;
        switch (head->config.full) {
        case POOL_BLOCK:
        case POOL_TIMEOUT:
            return submit_blocked(head, job, epoch);
        case POOL_REJECT:
            return -EAGAIN;
        case POOL_CALLER_RUNS:
            pushed = pool_caller_run(head, NULL, job->fn, job->arg);
            return pushed ? pushed : 1;
        case POOL_DROP_OLDEST:
            if (pool_drop_oldest(head))
                pool_announce(head);
            /* Not accepted yet, so that a cancel meanwhile is none of ours. */
            epoch = atomic_load_explicit(&head->epoch, memory_order_acquire);
        }
    }
}

int pool_submit_slow(struct pool_head *head, const struct pool_job *jobs, int count)
{
    struct pool_frame *inside = pool_frame_top ? pool_inside(head) : NULL;
    int i;
    if (!pool_is_here(head))
        return -EOWNERDEAD;
    for (i = 0; i < count; i++) {
        int error = inside ? submit_inside(head, inside, &jobs[i]) : submit_outside(head, &jobs[i]);
        if (error < 0)
            return i ? i : error;
    }
    return count;
}
