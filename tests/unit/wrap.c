/* wrap.c - counters near their wrap: 48-bit counts of freed slots, of which only
 * differences mean something. Reaching them honestly would take weeks, so that
 * an idle pool's counters are set there. */
#include <criterion/criterion.h>

#include "pools/core/claims.h"
#include "tests/core/kit.h"

#define WRAP (UINT64_C(1) << (64 - CLAIM_COUNT_BITS))

Test(wrap, differences_hold_across_it, .timeout = 10)
{
    cr_assert(claim_difference(5, 3) == 2);
    cr_assert(claim_difference(WRAP + 5, WRAP + 3) == 2);
    cr_assert(claim_difference(WRAP + 2, WRAP - 3) == 5);
    cr_assert(claim_difference(2, WRAP - 3) == 5); /* the sum wrapped, the tail did not */
    cr_assert(claim_difference(3 * WRAP + 7, 7) == 0);
}

Test(wrap, the_limit_is_as_far_on_either_side, .timeout = 10)
{
    struct pool_head head = {.config = {.capacity = 8}};
    cr_assert(claim_limit(&head, 100, 103) == 108);
    cr_assert(claim_limit(&head, (WRAP + 100) & (WRAP - 1), WRAP + 103) == WRAP + 108);
    cr_assert(claim_limit(&head, WRAP - 1, WRAP + 1) == WRAP + 7);
}

/* A pool whose worker is about to free its 2^48-th slot. */
static void run_over(const char *name)
{
    enum { CAPACITY = 8, BEFORE = 20 };
    struct pool *pool;
    struct pool_head *head;
    struct gate gate;
    cr_assert(pool_open(&pool, pool_find(name),
                        &(struct pool_config){.workers = 1, .capacity = CAPACITY, .full = POOL_REJECT}) == 0);
    KIT_UNTIL(kit_stats(pool).parked == 1);
    head = pool_head_of(pool);
    atomic_store(&claim_worker_at(head, 0)->word, (WRAP - BEFORE) << CLAIM_COUNT_BITS);
    atomic_store(&head->released, BEFORE); /* together: nothing was freed */
    ledger_clear();
    for (int turn = 0; turn < 10; turn++) {
        gate_init(&gate);
        cr_assert(pool_submit(pool, gate_job, &gate) == 0);
        KIT_UNTIL(gate_entered(&gate) == 1);
        for (int i = 0; i < CAPACITY; i++)
            cr_assert(pool_submit(pool, ledger_job, ledger_arg(turn * CAPACITY + i)) == 0, "%s, turn %d, job %d", name,
                      turn, i);
        cr_assert(pool_submit(pool, ledger_job, ledger_arg(0)) == -EAGAIN, "%s, turn %d", name, turn);
        cr_assert(kit_stats(pool).waiting == CAPACITY);
        gate_open(&gate);
        cr_assert(pool_wait(pool, -1) == 0);
    }
    cr_assert(ledger_total == 10 * CAPACITY);
    cr_assert(kit_stats(pool).waiting == 0 && kit_stats(pool).done == 10 * (CAPACITY + 1));
    cr_assert(pool_free(pool) == 0);
}

Test(wrap, mutex_runs_over_it, .timeout = 30)
{
    run_over("mutex");
}

Test(wrap, ring_runs_over_it, .timeout = 30)
{
    run_over("ring");
}
