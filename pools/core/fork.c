/* fork.c - fork and join: see pool.h for the promise and lanes.h for the lanes.
 *
 * Memory order. Slots are written by the owner and published by a release in the
 * read-modify-write of `word`; a thief's compare-and-swap acquires them. The thief
 * writes where it runs, then RUNNING (release); the owner reads it with acquire.
 * The thief's status is released by DONE. Everything between owner and thieves is
 * on the one word: a swap by one makes the other's fail.
 *
 * Why leapfrogging runs relatives only: the owner waits for a slot that thief T
 * runs since T's lane was `base` long. While that goes on, all that T forks at
 * `base` or above belongs to it. The joiner reads T's word, then sees that the slot
 * is still running, then swaps the word: had T ended, and forked something else in
 * the same place, T would have changed its word in between.
 *
 * Why nobody waits for ever: a joiner waits for a fork that is running on another
 * worker, deeper in the same tree; what it runs meanwhile is deeper still. So the
 * chain of waits ends at somebody who computes. */
#include "pools/core/fork.h"

#include <stdio.h>
#include <stdlib.h>

#include "pools/core/idle.h"

static struct pool_slot no_slot[1];
struct pool_lane pool_no_lane = {no_slot, no_slot, NULL};
__thread struct pool_lane *pool_lane = &pool_no_lane;

/* The owner's next word. */
static uint64_t word_changed(uint64_t word, uint64_t taken, uint64_t public)
{
    return (word & ~(POOL_CHANGE_ONE - 1)) + POOL_CHANGE_ONE + taken * POOL_TAKEN_ONE + public;
}

static struct pool_forks *forks_of(struct pool_lane *lane)
{
    return lane == &pool_no_lane ? NULL : (struct pool_forks *)lane;
}

/* Sharing. */

/* Lets forks go fast again. Before `hungry` is read: who asks sets that first, so
 * that its NULL comes after this store or its wish is seen. */
static void limit_lift(struct pool_forks *forks)
{
    __atomic_store_n(&forks->lane.limit, forks->slots + POOL_FORKS_MAX, __ATOMIC_SEQ_CST);
}

/* Who waits in a join for what this worker runs may help with what it forks. */
static void wake_joiners(struct pool_forks *forks)
{
    for (struct pool_theft *theft = forks->thefts; theft; theft = theft->outer) {
        uint32_t awaited = POOL_SLOT_AWAITED;
        if (__atomic_load_n(&theft->slot->state, __ATOMIC_SEQ_CST) == POOL_SLOT_AWAITED &&
            __atomic_compare_exchange_n(&theft->slot->state, &awaited, POOL_SLOT_RUNNING, false, __ATOMIC_SEQ_CST,
                                        __ATOMIC_RELAXED))
            pool_futex_wake(pool_slot_futex(theft->slot), 1);
    }
}

/* Publishes the older half of the private forks but the `kept` youngest. */
static void share(struct pool_forks *forks, uint64_t kept)
{
    uint64_t own = (uint64_t)(forks->lane.top - forks->lane.split), count;
    if (own <= kept)
        return; /* the wish stands */
    limit_lift(forks);
    atomic_exchange_explicit(&forks->hungry, 0, memory_order_seq_cst);
    count = (own - kept + 1) / 2;
    for (uint64_t i = 0; i < count; i++)
        __atomic_store_n(&forks->lane.split[i].state, POOL_SLOT_OPEN, __ATOMIC_RELAXED);
    forks->lane.split += count;
    /* Release for the slots. Then a fence, and the looks at sleepers: pairs with park
     * in idle.c and with join_sleep, who announce themselves first. */
    atomic_fetch_add_explicit(&forks->word, POOL_CHANGE_ONE + count, memory_order_seq_cst);
#if !POOL_SWAP_IS_FENCE
    pool_fence();
#endif
    wake_joiners(forks);
    pool_idle_wake_for_fork(forks->worker->pool);
}

/* The owner's slow halves. */

/* For lack of a lane or a slot: now. */
static struct pool_fork run_at_once(pool_job_fn *fn, void *arg)
{
    struct pool_fork fork = {.status = fn(arg)};
    return fork;
}

struct pool_fork pool_fork_slow(pool_job_fn *fn, void *arg)
{
    struct pool_frame *frame = pool_frame_top;
    struct pool_forks *forks = forks_of(pool_lane);
    struct pool_slot *slot;

    if (!frame || !atomic_load_explicit(&frame->fn, memory_order_relaxed))
        return (struct pool_fork){.error = -EPERM};
    if (!pool_is_here(frame->pool))
        return (struct pool_fork){.error = -EOWNERDEAD};
    if (!forks)
        return run_at_once(fn, arg);
    if (pool_forks_open(forks) == POOL_FORKS_MAX) {
        if (atomic_load_explicit(&forks->hungry, memory_order_seq_cst))
            share(forks, 0);
        return run_at_once(fn, arg);
    }
    if (!__atomic_load_n(&frame->pool->forked, __ATOMIC_RELAXED)) /* pairs with park in idle.c */
        __atomic_store_n(&frame->pool->forked, true, __ATOMIC_SEQ_CST);
    if (!forks->thefts && !(frame->chores & POOL_CHORE_FORKS)) { /* the job's first */
        frame->chores |= POOL_CHORE_FORKS;
        forks->epoch = frame->epoch;
    }
    limit_lift(forks);
    slot = forks->lane.top++;
    slot->fn = fn;
    slot->arg = arg;
    if (atomic_load_explicit(&forks->hungry, memory_order_seq_cst))
        share(forks, 0);
    return (struct pool_fork){.slot = slot};
}

/* Tries to make the youngest fork private again, with half of the public ones that
 * nobody took. False: a thief has it. */
static bool take_back(struct pool_forks *forks, struct pool_slot *slot)
{
    uint64_t at = (uint64_t)(slot - forks->slots), word = atomic_load_explicit(&forks->word, memory_order_acquire);
    while (pool_word_taken(word) <= at) {
        uint64_t split = pool_word_taken(word) + (at - pool_word_taken(word)) / 2;
        if (atomic_compare_exchange_weak_explicit(&forks->word, &word, word_changed(word, pool_word_taken(word), split),
                                                  memory_order_seq_cst, memory_order_acquire)) {
            forks->lane.split = forks->slots + split;
            /* Who was woken for these forks may come too late. */
            pool_forks_ask_for_sleepers(forks);
            return true;
        }
    }
    return false;
}

/* A stolen fork is over; it was the youngest, so nothing is public. */
static void forget_stolen(struct pool_forks *forks, struct pool_slot *slot)
{
    uint64_t at = (uint64_t)(slot - forks->slots);
    uint64_t word = atomic_load_explicit(&forks->word, memory_order_relaxed);
    forks->lane.top = forks->lane.split = slot;
    atomic_store_explicit(&forks->word, word_changed(word, at, at), memory_order_release);
}

/* Runs something that belongs to the stolen fork. Returns whether there was some. */
static bool leapfrog(struct pool_forks *own, struct pool_slot *slot)
{
    enum pool_slot_state state = pool_slot_state(slot);
    struct pool_forks *thief;
    struct pool_slot *found;
    if (state != POOL_SLOT_RUNNING && state != POOL_SLOT_AWAITED)
        return false;
    thief = (struct pool_forks *)slot->lane;
    found = pool_fork_take(thief, slot->base, slot);
    if (found)
        pool_fork_run(own, thief, found);
    return found != NULL;
}

/* Announces that the owner is about to sleep. Returns the state to sleep on, or DONE. */
static uint32_t announce(struct pool_slot *slot)
{
    uint32_t state = pool_slot_state(slot);
    for (;;) {
        uint32_t awaited = state == POOL_SLOT_OPEN      ? POOL_SLOT_CALLED
                           : state == POOL_SLOT_RUNNING ? POOL_SLOT_AWAITED
                                                        : state;
        if (awaited == state ||
            __atomic_compare_exchange_n(&slot->state, &state, awaited, false, __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE))
            return awaited;
    }
}

/* Sleeps until the fork begins, is done, or its thief has shared something. */
static void join_sleep(struct pool_worker *worker, struct pool_slot *slot)
{
    uint32_t state = announce(slot);
    struct pool_forks *thief;
    uint64_t word = 0;
    if (state == POOL_SLOT_DONE)
        return;
    if (state == POOL_SLOT_AWAITED) {
        thief = (struct pool_forks *)slot->lane;
        atomic_store_explicit(&worker->joins, thief->worker->index + 1, memory_order_relaxed);
        /* Announced, then asked, then looked: pairs with share, which publishes, then
         * looks for the announcement. */
        pool_forks_ask(thief);
        pool_fence();
        word = atomic_load_explicit(&thief->word, memory_order_seq_cst);
    }
    if (state == POOL_SLOT_CALLED || pool_word_taken(word) < slot->base ||
        pool_word_taken(word) >= pool_word_public(word))
        pool_futex_wait(pool_slot_futex(slot), state, -1);
    atomic_store_explicit(&worker->joins, 0, memory_order_relaxed);
}

/* Waits for the thief, without running anything: for exit handlers, too, whose
 * stack is short. */
static void await_stolen(struct pool_slot *slot)
{
    enum { PAUSES = 100 };
    for (int turn = 0; pool_slot_state(slot) != POOL_SLOT_DONE; turn++) {
        uint32_t state;
        if (turn < PAUSES) {
            pool_pause();
            continue;
        }
        state = announce(slot);
        if (state != POOL_SLOT_DONE)
            pool_futex_wait(pool_slot_futex(slot), state, -1);
    }
}

static void join_wait(struct pool_forks *forks, struct pool_slot *slot)
{
    enum { PAUSES = 8 };
    struct pool_worker *worker = forks->worker;
    int64_t spin_ns = worker->pool->config.spin_ns, until = spin_ns < 0 ? 0 : pool_deadline(spin_ns);
    while (pool_slot_state(slot) != POOL_SLOT_DONE) {
        if (leapfrog(forks, slot)) {
            until = spin_ns < 0 ? 0 : pool_deadline(spin_ns);
            continue;
        }
        if (pool_clock_ns() >= until)
            join_sleep(worker, slot);
        for (int i = 0; i < PAUSES; i++)
            pool_pause();
    }
}

int pool_join_slow(struct pool_fork fork)
{
    struct pool_forks *forks = forks_of(pool_lane);
    struct pool_slot *slot = fork.slot;
    int status;

    if (!slot) {
        if (fork.error)
            return fork.error;
        if (fork.status < 0)
            pool_fail(fork.status);
        return fork.status;
    }
    if (pool_frame_top && !pool_is_here(pool_frame_top->pool))
        return -EOWNERDEAD;
    if (!forks || slot + 1 != forks->lane.top) {
        fprintf(stderr, "pool_join: not the youngest open fork of this job\n");
        abort();
    }
    if (!__atomic_load_n(&forks->lane.limit, __ATOMIC_RELAXED) &&
        atomic_load_explicit(&forks->hungry, memory_order_seq_cst))
        share(forks, 1);
    if (slot >= forks->lane.split || take_back(forks, slot)) {
        forks->lane.top = slot;
        status = slot->fn(slot->arg);
        return status < 0 || forks->lane.top != slot ? pool_join_ends(slot, status) : status;
    }
    join_wait(forks, slot);
    status = slot->status;
    forget_stolen(forks, slot);
    if (status < 0)
        pool_fail(status);
    return status;
}

/* A function that ran in its join: with forks of its own still open, or failed. */
int pool_join_ends(struct pool_slot *slot, int status)
{
    struct pool_forks *forks = forks_of(pool_lane);
    if (!forks || !pool_is_here(pool_frame_top->pool)) /* the child of a process fork: it ends where the job does */
        return status;
    if (status < 0)
        pool_fail(status);
    pool_forks_join(forks->worker, (uint64_t)(slot - forks->slots));
    return status;
}

void pool_forks_join(struct pool_worker *worker, uint64_t base)
{
    while (pool_forks_open(worker->forks) > base) {
        struct pool_fork youngest = {.slot = worker->forks->lane.top - 1};
        pool_join(&youngest);
    }
}

void pool_forks_drop(struct pool_worker *worker, uint64_t base)
{
    struct pool_forks *forks = worker->forks;
    while (pool_forks_open(forks) > base) {
        struct pool_slot *slot = forks->lane.top - 1;
        if (slot >= forks->lane.split || take_back(forks, slot)) {
            forks->lane.top = slot;
            continue;
        }
        await_stolen(slot);
        forget_stolen(forks, slot);
    }
}

void pool_forks_end(struct pool_worker *worker, int status)
{
    if (status < 0)
        pool_forks_drop(worker, 0);
    else
        pool_forks_join(worker, 0);
    pool_forks_rest(worker->forks);
}

void pool_forks_fail(struct pool_frame *frame)
{
    struct pool_forks *forks = forks_of(pool_lane);
    if (!pool_is_here(frame->pool)) /* its thieves are not */
        return;
    if (forks && frame->worker && frame->worker->forks == forks) /* else: forks of this frame run at once */
        pool_forks_drop(frame->worker, frame->forks_base);
}

int pool_fork_call(pool_job_fn *fn, void *arg)
{
    int status;
    POOL_EXIT_APART();
    status = fn(arg);
    POOL_EXIT_STILL_APART();
    return status;
}
