/* fork.c - fork and join: see pool.h for the promise and fork.h for the lanes.
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
 * chain of waits ends at somebody who computes.
 *
 * This file is compiled with -fexceptions, so that a thread which leaves from a
 * stolen fork unwinds through run_stolen. */
#include "pools/core/fork.h"

#include <stdio.h>
#include <stdlib.h>

#include "pools/core/idle.h"

static struct pool_slot no_slot[1];
struct pool_lane pool_no_lane = {no_slot, no_slot, NULL};
__thread struct pool_lane *pool_lane = &pool_no_lane;

/* A stolen fork on its thief's stack. */
struct pool_theft {
    struct pool_frame frame;
    struct pool_forks *own;
    struct pool_slot *slot; /* in the victim's lane */
    struct pool_theft *outer;
    pool_job_fn *outer_fn; /* what pool_explain showed before */
    void *outer_arg;
};

#define TAKEN_ONE (UINT64_C(1) << 16)
#define CHANGE_ONE (UINT64_C(1) << 32)

static uint64_t word_public(uint64_t word)
{
    return word & 0xffff;
}

static uint64_t word_taken(uint64_t word)
{
    return word >> 16 & 0xffff;
}

/* The owner's next word. */
static uint64_t word_changed(uint64_t word, uint64_t taken, uint64_t public)
{
    return (word & ~(CHANGE_ONE - 1)) + CHANGE_ONE + taken * TAKEN_ONE + public;
}

static struct pool_forks *forks_of(struct pool_lane *lane)
{
    return lane == &pool_no_lane ? NULL : (struct pool_forks *)lane;
}

static uint64_t open_count(const struct pool_forks *forks)
{
    return (uint64_t)(forks->lane.top - forks->slots);
}

static enum pool_slot_state slot_state(struct pool_slot *slot)
{
    return __atomic_load_n(&slot->state, __ATOMIC_ACQUIRE);
}

static _Atomic uint32_t *slot_futex(struct pool_slot *slot)
{
    return (_Atomic uint32_t *)&slot->state;
}

/* Asking for work. */

static void ask(struct pool_forks *forks)
{
    if (!atomic_load_explicit(&forks->hungry, memory_order_relaxed))
        atomic_store_explicit(&forks->hungry, 1, memory_order_seq_cst);
    if (__atomic_load_n(&forks->lane.limit, __ATOMIC_RELAXED))
        __atomic_store_n(&forks->lane.limit, NULL, __ATOMIC_SEQ_CST);
}

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
        if (slot_state(theft->slot) == POOL_SLOT_AWAITED &&
            __atomic_compare_exchange_n(&theft->slot->state, &awaited, POOL_SLOT_RUNNING, false, __ATOMIC_SEQ_CST,
                                        __ATOMIC_RELAXED))
            pool_futex_wake(slot_futex(theft->slot), 1);
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
    /* Release for the slots; and the fence before the looks at sleepers: pairs with
     * look_again in idle.c and with join_sleep, who announce themselves first. */
    atomic_fetch_add_explicit(&forks->word, CHANGE_ONE + count, memory_order_seq_cst);
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
    if (frame->pool->generation != pool_generation)
        return (struct pool_fork){.error = -EOWNERDEAD};
    if (!forks || open_count(forks) == POOL_FORKS_MAX)
        return run_at_once(fn, arg);
    if (!__atomic_load_n(&frame->pool->forked, __ATOMIC_RELAXED))
        __atomic_store_n(&frame->pool->forked, true, __ATOMIC_RELAXED);
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
    while (word_taken(word) <= at) {
        uint64_t split = word_taken(word) + (at - word_taken(word)) / 2;
        if (atomic_compare_exchange_weak_explicit(&forks->word, &word, word_changed(word, word_taken(word), split),
                                                  memory_order_seq_cst, memory_order_acquire)) {
            forks->lane.split = forks->slots + split;
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

static void run_stolen(struct pool_forks *own, struct pool_forks *victim, struct pool_slot *slot);

/* Takes the oldest public fork at `base` or above; `of`: only while that slot of
 * another lane runs. NULL: there is none. */
static struct pool_slot *take_oldest(struct pool_forks *victim, uint64_t base, struct pool_slot *of)
{
    uint64_t word = atomic_load_explicit(&victim->word, memory_order_seq_cst);
    while (word_taken(word) >= base && word_taken(word) < word_public(word)) {
        if (of && slot_state(of) == POOL_SLOT_DONE)
            return NULL;
        if (atomic_compare_exchange_weak_explicit(&victim->word, &word, word + TAKEN_ONE, memory_order_seq_cst,
                                                  memory_order_acquire))
            return &victim->slots[word_taken(word)];
    }
    return NULL;
}

/* Runs something that belongs to the stolen fork. Returns whether there was some. */
static bool leapfrog(struct pool_forks *own, struct pool_slot *slot)
{
    enum pool_slot_state state = slot_state(slot);
    struct pool_forks *thief;
    struct pool_slot *found;
    if (state != POOL_SLOT_RUNNING && state != POOL_SLOT_AWAITED)
        return false;
    thief = (struct pool_forks *)slot->lane;
    found = take_oldest(thief, slot->base, slot);
    if (found)
        run_stolen(own, thief, found);
    return found != NULL;
}

/* Announces that the owner is about to sleep. Returns the state to sleep on, or DONE. */
static uint32_t announce(struct pool_slot *slot)
{
    uint32_t state = slot_state(slot);
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
        ask(thief);
        pool_fence();
        word = atomic_load_explicit(&thief->word, memory_order_seq_cst);
    }
    if (state == POOL_SLOT_CALLED || word_taken(word) < slot->base || word_taken(word) >= word_public(word))
        pool_futex_wait(slot_futex(slot), state, -1);
    atomic_store_explicit(&worker->joins, 0, memory_order_relaxed);
}

/* Waits for the thief, without running anything: for exit handlers, too, whose
 * stack is short. */
static void await_stolen(struct pool_slot *slot)
{
    enum { PAUSES = 100 };
    for (int turn = 0; slot_state(slot) != POOL_SLOT_DONE; turn++) {
        uint32_t state;
        if (turn < PAUSES) {
            pool_pause();
            continue;
        }
        state = announce(slot);
        if (state != POOL_SLOT_DONE)
            pool_futex_wait(slot_futex(slot), state, -1);
    }
}

static void join_wait(struct pool_forks *forks, struct pool_slot *slot)
{
    enum { PAUSES = 8 };
    struct pool_worker *worker = forks->worker;
    int64_t spin_ns = worker->pool->config.spin_ns, until = spin_ns < 0 ? 0 : pool_clock_ns() + spin_ns;
    while (slot_state(slot) != POOL_SLOT_DONE) {
        if (leapfrog(forks, slot)) {
            until = spin_ns < 0 ? 0 : pool_clock_ns() + spin_ns;
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
    if (pool_frame_top && pool_frame_top->pool->generation != pool_generation)
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
    if (status < 0)
        pool_fail(status);
    pool_forks_join(forks->worker, (uint64_t)(slot - forks->slots));
    return status;
}

void pool_forks_join(struct pool_worker *worker, uint64_t base)
{
    while (open_count(worker->forks) > base) {
        struct pool_fork youngest = {.slot = worker->forks->lane.top - 1};
        pool_join(&youngest);
    }
}

void pool_forks_drop(struct pool_worker *worker, uint64_t base)
{
    struct pool_forks *forks = worker->forks;
    while (open_count(forks) > base) {
        struct pool_slot *slot = forks->lane.top - 1;
        if (slot >= forks->lane.split || take_back(forks, slot)) {
            forks->lane.top = slot;
            continue;
        }
        await_stolen(slot);
        forget_stolen(forks, slot);
    }
}

/* Between jobs: the next job's first fork comes by pool_fork_slow. */
static void rest(struct pool_forks *forks)
{
    __atomic_store_n(&forks->lane.limit, NULL, __ATOMIC_RELAXED);
}

void pool_forks_end(struct pool_worker *worker, int status)
{
    if (status < 0)
        pool_forks_drop(worker, 0);
    else
        pool_forks_join(worker, 0);
    rest(worker->forks);
}

void pool_forks_fail(struct pool_frame *frame)
{
    if (forks_of(pool_lane)) /* else: forks of this frame run at once */
        pool_forks_drop(frame->worker, frame->forks_base);
}

/* The thief. */

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
    _Atomic uint32_t *futex = slot_futex(slot);
    if (theft->frame.chores)
        pool_finish(theft->frame.pool, &theft->frame, status);
    if (theft->frame.cancel_fd >= 0)
        close(theft->frame.cancel_fd);
    atomic_store_explicit(&theft->frame.fn, NULL, memory_order_relaxed);
    pool_frame_top = theft->frame.below;
    own->thefts = theft->outer;
    show(own->worker, theft->outer_fn, theft->outer_arg);
    slot->status = status;
    if (__atomic_exchange_n(&slot->state, POOL_SLOT_DONE, __ATOMIC_ACQ_REL) == POOL_SLOT_AWAITED)
        pool_futex_wake(futex, 1);
}

/* Runs when the frame goes: nothing is left to do, unless the thread leaves. */
static void theft_gone(struct pool_theft *theft)
{
    if (pool_likely(!atomic_load_explicit(&theft->frame.fn, memory_order_relaxed)))
        return;
    /* Its job may end now, and with it the pool: not before this slot has its next
     * thread. As a call in progress; worker_left ends it. */
    if (!theft->own->worker->leaving)
        theft->own->worker->leaving = pool_caller_enter(theft->frame.pool);
    pool_frame_top = &theft->frame; /* frames above it are gone */
    pool_forks_drop(theft->own->worker, theft->frame.forks_base);
    theft_ends(theft, -EOWNERDEAD);
}

/* Its frames lie apart from run_stolen's: see POOL_EXIT_PAD. */
static __attribute__((noinline)) int call_apart(pool_job_fn *fn, void *arg)
{
    int status;
    POOL_EXIT_APART();
    status = fn(arg);
    POOL_EXIT_STILL_APART();
    return status;
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
    frame->epoch = own->epoch = victim->epoch;
    frame->depth = inside ? inside->depth : 1;
    frame->chores = 0;
    frame->cancel_fd = -1;
    frame->forks_base = open_count(own);
    atomic_store_explicit(&frame->arg, slot->arg, memory_order_relaxed);
    atomic_store_explicit(&frame->fn, slot->fn, memory_order_relaxed);
    own->thefts = theft;
    pool_frame_top = frame;
    show(worker, slot->fn, slot->arg);
    slot->lane = &own->lane;
    slot->base = frame->forks_base;
    /* Release: pairs with slot_state in leapfrog, which then reads lane and base. */
    if (__atomic_exchange_n(&slot->state, POOL_SLOT_RUNNING, __ATOMIC_ACQ_REL) == POOL_SLOT_CALLED)
        pool_futex_wake(slot_futex(slot), 1);
    pool_count_own(&worker->forks_stolen, 1, memory_order_relaxed);
}

static void run_stolen(struct pool_forks *own, struct pool_forks *victim, struct pool_slot *slot)
{
    struct pool_theft theft __attribute__((cleanup(theft_gone)));
    theft_begins(&theft, own, victim, slot);
    if (sigsetjmp(theft.frame.env, 0) == 0) {
        theft.frame.status = call_apart(slot->fn, slot->arg);
        pool_forks_join(own->worker, theft.frame.forks_base);
    }
    theft_ends(&theft, theft.frame.status);
}

bool pool_forks_waiting(struct pool_head *head)
{
    if (!__atomic_load_n(&head->forked, __ATOMIC_RELAXED))
        return false;
    for (int i = 0; i < head->workers; i++) {
        struct pool_forks *forks = pool_worker_at(head, i)->forks;
        uint64_t word = atomic_load_explicit(&forks->word, memory_order_seq_cst);
        if (word_taken(word) < word_public(word))
            return true;
    }
    return false;
}

bool pool_fork_steal(struct pool_worker *worker)
{
    struct pool_head *head = worker->pool;
    if (pool_likely(!__atomic_load_n(&head->forked, __ATOMIC_RELAXED)))
        return false;
    for (int i = 0; i < head->workers - 1; i++) {
        struct pool_forks *victim = pool_worker_at(head, worker->victims[i])->forks;
        struct pool_slot *slot = take_oldest(victim, 0, NULL);
        if (!slot)
            continue;
        /* Others sleep: the victim has more for them. */
        if (atomic_load_explicit(&head->parked_now, memory_order_relaxed))
            ask(victim);
        if (worker->searching)
            pool_search_ends(worker);
        run_stolen(worker->forks, victim, slot);
        rest(worker->forks);
        return true;
    }
    for (int i = 0; i < head->workers - 1; i++)
        ask(pool_worker_at(head, worker->victims[i])->forks);
    return false;
}

int pool_forks_init(struct pool_head *head)
{
    size_t workers = (size_t)head->config.workers;
    head->lanes = aligned_alloc(POOL_CACHE_LINE, workers * sizeof *head->lanes);
    if (!head->lanes)
        return -ENOMEM;
    for (size_t i = 0; i < workers; i++) {
        struct pool_forks *forks = &head->lanes[i];
        /* Slots are written before they are read: pages of deep ones stay untouched. */
        forks->lane = (struct pool_lane){forks->slots, forks->slots, NULL};
        forks->worker = pool_worker_at(head, (int)i);
        forks->thefts = NULL;
        forks->epoch = 0;
        atomic_init(&forks->hungry, 1);
        atomic_init(&forks->word, 0);
        forks->worker->forks = forks;
    }
    return 0;
}
