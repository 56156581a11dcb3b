/* retire.c - see retire.h. */
#include "pools/core/retire.h"

#include "pools/core/machinery.h"

/* In head->retiring: somebody sleeps until the count is 0. */
#define WAITED (UINT32_C(1) << 31)

void pool_discard(struct pool_head *head, void *arg, enum pool_why why)
{
    if (head->config.discard)
        head->config.discard(arg, why);
}

void pool_cancel_one(struct pool_head *head, const struct pool_task *task)
{
    if (head->config.results == POOL_RESULTS_THROTTLE)
        pool_place_give(head, 1);
    pool_discard(head, task->arg, POOL_WHY_CANCELLED);
    /* Release: pairs with the acquire in quiet.c; discard happens before a wait's return. */
    atomic_fetch_add_explicit(&head->cancelled, 1, memory_order_acq_rel);
}

void pool_drop_one(struct pool_head *head, const struct pool_task *task)
{
    pool_discard(head, task->arg, POOL_WHY_DROPPED);
    /* As above; the caller announces it. */
    atomic_fetch_add_explicit(&head->dropped, 1, memory_order_acq_rel);
}

unsigned pool_retire_begin(struct pool_head *head)
{
    unsigned phase = atomic_load_explicit(&head->retire_phase, memory_order_seq_cst) & 1;
    /* Before the taking, whose swap or lock releases it: a canceller whose look at the
     * queue misses what was taken acquires that, and sees the mark in wait_out. */
    atomic_fetch_add_explicit(&head->retiring[phase], 1, memory_order_seq_cst);
    return phase;
}

void pool_retire_end(struct pool_head *head, unsigned mark)
{
    /* Release: pairs with the acquire in wait_out; the outcomes are seen with it. */
    if (atomic_fetch_sub_explicit(&head->retiring[mark], 1, memory_order_seq_cst) & WAITED)
        pool_futex_wake(&head->retiring[mark], INT_MAX);
}

static void wait_out(_Atomic uint32_t *marks)
{
    uint32_t seen;
    while ((seen = atomic_fetch_or_explicit(marks, WAITED, memory_order_seq_cst) | WAITED) != WAITED)
        pool_futex_wait(marks, seen, -1);
    atomic_fetch_and_explicit(marks, ~WAITED, memory_order_relaxed);
}

/* Twice, so that both counts were seen at 0: who reads the phase and sleeps before it
 * counts itself may do so in the old one. There are at most as many of these as there are
 * threads, and what they take afterwards is nothing that the caller missed. */
void pool_retire_wait(struct pool_head *head)
{
    pool_lock(&head->retire_turn);
    for (int i = 0; i < 2; i++)
        wait_out(&head->retiring[atomic_fetch_add_explicit(&head->retire_phase, 1, memory_order_seq_cst) & 1]);
    pool_unlock(&head->retire_turn);
}
