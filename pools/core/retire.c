/* retire.c - see retire.h.
 *
 * A mark is a word: 0, nobody's; the stamp of a job, plus 1; or TAKING and a turn, which
 * tells this taking from the thread's next one. A canceller whose look at the queue misses
 * a job that was taken acquires the swap or the lock that took it, and so sees the mark,
 * which was set before. No lock: a thread that stands still in here stops no submitter. */
#include "pools/core/retire.h"

#include "pools/core/machinery.h"
#include "pools/core/transit.h"

#define TAKING (UINT64_C(1) << 63)

void pool_discard(struct pool_head *head, void *arg, enum pool_why why)
{
    if (POOL_DEFECT(CALLS_LOCKED))
        pool_lock(&head->cancel_lock);
    if (head->config.discard)
        head->config.discard(arg, why);
    if (POOL_DEFECT(CALLS_LOCKED))
        pool_unlock(&head->cancel_lock);
}

void pool_cancel_one(struct pool_head *head, const struct pool_task *task)
{
    if (POOL_DEFECT(COUNTED_FIRST))
        atomic_fetch_add_explicit(&head->cancelled, 1, memory_order_acq_rel);
    if (head->config.results == POOL_RESULTS_THROTTLE)
        pool_place_give(head, 1);
    pool_discard(head, task->arg, POOL_WHY_CANCELLED);
    if (POOL_DEFECT(COUNTED_FIRST))
        return;
    /* Release: pairs with the acquire in quiet.c; discard happens before a wait's return. */
    atomic_fetch_add_explicit(&head->cancelled, 1, memory_order_acq_rel);
}

/* Marks. */

/* A free one, which is TAKING now; NULL: there is none, and it is counted. Threads begin
 * their search at places of their own. */
static _Atomic uint64_t *mark_set(struct pool_head *head)
{
    static __thread uint32_t turn;
    /* In schedules that are to be had again addresses must not matter. */
    uint64_t begin = POOL_SIZE(((uintptr_t)&turn >> 12) * UINT64_C(0x9e3779b97f4a7c15) >> 32, 0);
    turn++;
    for (unsigned i = 0; i < POOL_RETIRING_MAX; i++) {
        _Atomic uint64_t *mark = &head->retiring[(begin + i) % POOL_RETIRING_MAX];
        uint64_t nobody = 0;
        if (!atomic_load_explicit(mark, memory_order_relaxed) &&
            atomic_compare_exchange_strong_explicit(mark, &nobody, TAKING | turn, memory_order_seq_cst,
                                                    memory_order_relaxed))
            return mark;
    }
    atomic_fetch_add_explicit(&head->retiring_more, 1, memory_order_seq_cst);
    return NULL;
}

/* The end of what it stood for. Release: pairs with the acquire of who waits for it; the
 * outcome is seen with it. Sequentially consistent: pairs with pool_taken_wait, which says
 * that it waits, then looks at the marks. */
static void mark_clear(struct pool_head *head, _Atomic uint64_t *mark)
{
    if (mark)
        atomic_exchange_explicit(mark, 0, memory_order_seq_cst);
    else
        atomic_fetch_sub_explicit(&head->retiring_more, 1, memory_order_seq_cst);
    if (pool_likely(!atomic_load_explicit(&head->retire_waits, memory_order_seq_cst)))
        return;
    atomic_fetch_add_explicit(&head->retire_seq, 1, memory_order_release);
    pool_futex_wake(&head->retire_seq, INT_MAX);
}

/* Whether the mark has a job from before. Of one that is TAKING, which was not when it was
 * looked at first, the earlier job is settled. */
static bool is_old(uint64_t mark, uint64_t below)
{
    return mark && !(mark & TAKING) && mark - 1 < below;
}

static void mark_wait(struct pool_head *head, _Atomic uint64_t *mark, uint64_t below)
{
    uint64_t seen = atomic_load_explicit(mark, memory_order_seq_cst);
    /* A few instructions: whoever takes it says then which job it has. */
    for (int turn = 0; seen & TAKING && atomic_load_explicit(mark, memory_order_seq_cst) == seen; turn++)
        pool_relax(turn);
    for (;;) {
        uint32_t seq = atomic_load_explicit(&head->retire_seq, memory_order_acquire);
        if (!is_old(atomic_load_explicit(mark, memory_order_seq_cst), below))
            return;
        pool_futex_wait(&head->retire_seq, seq, -1);
    }
}

void pool_taken_wait(struct pool_head *head, uint64_t below)
{
    atomic_fetch_add_explicit(&head->retire_waits, 1, memory_order_seq_cst);
    for (unsigned i = 0; i < POOL_RETIRING_MAX; i++)
        mark_wait(head, &head->retiring[i], below);
    for (;;) { /* these do not say what they have */
        uint32_t seq = atomic_load_explicit(&head->retire_seq, memory_order_acquire);
        if (!atomic_load_explicit(&head->retiring_more, memory_order_seq_cst))
            break;
        pool_futex_wait(&head->retire_seq, seq, -1);
    }
    atomic_fetch_sub_explicit(&head->retire_waits, 1, memory_order_relaxed);
}

/* Jobs. */

bool pool_take_away(struct pool_head *head, struct pool_taken *taken, uint64_t below)
{
    taken->mark = mark_set(head);
    POOL_STEP("retire: about to take");
    if (!head->design->evict(head, &taken->task, below)) {
        mark_clear(head, taken->mark);
        return false;
    }
    if (taken->mark)
        atomic_store_explicit(taken->mark, taken->task.stamp + 1, memory_order_seq_cst);
    return true;
}

void pool_drop_taken(struct pool_head *head, const struct pool_taken *taken)
{
    if (!POOL_DEFECT(DROPS_UNTOLD))
        pool_discard(head, taken->task.arg, POOL_WHY_DROPPED);
    /* As in pool_cancel_one. */
    atomic_fetch_add_explicit(&head->dropped, 1, memory_order_acq_rel);
    mark_clear(head, taken->mark);
}

/* A defect: the job that one canceller has in its hand is settled by the next one, too. */
static void cancel_shared(struct pool_head *head, const struct pool_task *task)
{
    static _Atomic(const struct pool_task *) in_hand;
    const struct pool_task *other = NULL;
    bool first = atomic_compare_exchange_strong(&in_hand, &other, task);
    if (!first)
        pool_cancel_one(head, other);
    pool_cancel_one(head, task);
    if (first)
        atomic_store(&in_hand, NULL);
}

void pool_cancel_taken(struct pool_head *head, const struct pool_taken *taken)
{
    if (POOL_DEFECT(CANCEL_SHARES))
        cancel_shared(head, &taken->task);
    else if (!POOL_DEFECT(CANCEL_FORGETS) && !POOL_DEFECT(CLOSE_FORGETS))
        pool_cancel_one(head, &taken->task);
    mark_clear(head, taken->mark);
}
