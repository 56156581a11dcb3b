/* theft.c - a stolen fork on its thief's stack.
 *
 * It has a containment point of its own: pool_fail comes back here and fails this
 * fork only, which then fails the job that joins it; pthread_exit unwinds through
 * here. This file is compiled with -fexceptions, which makes that cleanup free
 * unless it is used; nothing else is in it that user code runs above, because the
 * cleanups that a sanitizer adds to such functions would run over frames that
 * thieves still use. */
#include "pools/core/fork.h"
#include "pools/core/idle.h"
#include "pools/core/machinery.h"

static void show(struct pool_worker *worker, pool_job_fn *fn, void *arg)
{
    atomic_store_explicit(&worker->fork_arg, arg, memory_order_relaxed);
    atomic_store_explicit(&worker->fork_fn, fn, memory_order_relaxed);
}

/* Nothing of the fork runs any more. The swap is the last touch of the slot: its
 * owner goes on, and the wake-up uses the address only. */
static void theft_ends(struct pool_theft *theft, int status)
{
    struct pool_forks *own = theft->own;
    struct pool_slot *slot = theft->slot;
    _Atomic uint32_t *futex = pool_slot_futex(slot);
    if (pool_has_chores(&theft->frame))
        pool_finish(theft->frame.pool, &theft->frame, status);
    pool_cancel_fd_close(&theft->frame);
    atomic_store_explicit(&theft->frame.fn, NULL, memory_order_relaxed);
    pool_frame_top = theft->frame.below;
    own->thefts = theft->outer;
    show(own->worker, theft->outer_fn, theft->outer_arg);
    slot->status = status;
    if (__atomic_exchange_n(&slot->state, POOL_SLOT_DONE, __ATOMIC_ACQ_REL) == POOL_SLOT_AWAITED)
        pool_futex_wake(futex, 1);
}

/* The child of a process fork in it must not wait for thieves, who are not there. */
static void end_child(const struct pool_theft *theft)
{
    if (pool_unlikely(!pool_is_here(theft->frame.pool)))
        _exit(70);
}

/* Runs when the frame goes: nothing is left to do, unless the thread leaves. */
static void theft_gone(struct pool_theft *theft)
{
    if (pool_likely(!atomic_load_explicit(&theft->frame.fn, memory_order_relaxed)))
        return;
    end_child(theft);
    /* Its job may end now, and with it the pool: not before this slot has its next
     * thread. As a call in progress; worker_left ends it. */
    if (!theft->own->worker->leaving)
        theft->own->worker->leaving = pool_caller_enter(theft->frame.pool);
    pool_frame_top = &theft->frame; /* frames above it are gone */
    pool_forks_drop(theft->own->worker, theft->frame.forks_base);
    theft_ends(theft, -EOWNERDEAD);
}

static void theft_begins(struct pool_theft *theft, struct pool_forks *own, struct pool_forks *victim,
                         struct pool_slot *slot)
{
    struct pool_worker *worker = own->worker;
    struct pool_frame *frame = &theft->frame, *inside = pool_inside(worker->pool);
    theft->own = own;
    theft->slot = slot;
    theft->outer = own->thefts;
    theft->outer_fn = atomic_load_explicit(&worker->fork_fn, memory_order_relaxed);
    theft->outer_arg = atomic_load_explicit(&worker->fork_arg, memory_order_relaxed);
    frame->below = pool_frame_top;
    frame->pool = worker->pool;
    frame->worker = worker;
    frame->depth = inside ? inside->depth : 1;
    frame->chores = worker->pool->process;
    frame->cancel_fd = -1;
    frame->forks_base = pool_forks_open(own);
    if (!frame->forks_base) /* else it is a relative, of the same job */
        own->epoch = victim->epoch;
    frame->epoch = own->epoch;
    atomic_store_explicit(&frame->arg, slot->arg, memory_order_relaxed);
    atomic_store_explicit(&frame->fn, slot->fn, memory_order_relaxed);
    own->thefts = theft;
    pool_frame_top = frame;
    show(worker, slot->fn, slot->arg);
    slot->lane = &own->lane;
    slot->base = frame->forks_base;
    /* Release: pairs with pool_slot_state in leapfrog, which then reads lane and base. */
    if (__atomic_exchange_n(&slot->state, POOL_SLOT_RUNNING, __ATOMIC_ACQ_REL) == POOL_SLOT_CALLED)
        pool_futex_wake(pool_slot_futex(slot), 1);
    pool_count_own(&worker->forks_stolen, 1, memory_order_relaxed);
}

void pool_fork_run(struct pool_forks *own, struct pool_forks *victim, struct pool_slot *slot)
{
    struct pool_theft theft __attribute__((cleanup(theft_gone)));
    theft_begins(&theft, own, victim, slot);
    if (sigsetjmp(theft.frame.env, 0) == 0) {
        theft.frame.status = pool_fork_call(slot->fn, slot->arg);
        end_child(&theft);
        pool_forks_join(own->worker, theft.frame.forks_base);
    }
    theft_ends(&theft, theft.frame.status);
}

bool pool_fork_steal(struct pool_worker *worker)
{
    struct pool_head *head = worker->pool;
    if (pool_likely(!__atomic_load_n(&head->forked, __ATOMIC_RELAXED)))
        return false;
    for (int i = 0; i < head->workers - 1; i++) {
        struct pool_forks *victim = pool_worker_at(head, worker->victims[i])->forks;
        struct pool_slot *slot = pool_fork_take(victim, 0, NULL);
        if (!slot)
            continue;
        if (worker->searching)
            pool_search_ends(worker);
        pool_fork_run(worker->forks, victim, slot);
        pool_forks_rest(worker->forks);
        return true;
    }
    pool_forks_ask_all(worker);
    return false;
}
