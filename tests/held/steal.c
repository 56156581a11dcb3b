/* steal.c - what of steal's jobs and credits is in somebody's hand. */
#include <criterion/criterion.h>

#include "tests/core/kit.h"
#include "tests/held/held.h"

enum { CAPACITY = 64 };

static int nothing(void *unused)
{
    (void)unused;
    return 0;
}

/* All credits but one are in the word of the only worker, which stays at the gate; the
 * purse is empty. */
static struct pool *open_worn(enum pool_full full, struct gate *gate)
{
    struct pool_config config = {.workers = 1, .capacity = CAPACITY, .full = full};
    struct pool *pool;
    gate_init(gate);
    cr_assert(pool_open(&pool, pool_find("steal"), &config) == 0);
    for (int i = 0; i < CAPACITY - 1; i++)
        cr_assert(pool_submit(pool, nothing, NULL) == 0);
    cr_assert(pool_wait(pool, -1) == 0);
    cr_assert(pool_submit(pool, gate_job, gate) == 0);
    KIT_UNTIL(gate_entered(gate) == 1);
    return pool;
}

/* One submitter stands still while it collects; another wants a slot of the 63. */
static void both_get_in(enum pool_full full)
{
    struct held held = HELD_AT("steal: collecting");
    struct call first, second;
    struct gate gate;
    struct pool *pool = open_worn(full, &gate);
    held_arm(&held);
    kit_submit(&first, pool, nothing, NULL);
    KIT_UNTIL(held_there(&held));
    kit_submit(&second, pool, nothing, NULL);
    /* It must not be refused, nor believe that it is. */
    for (int i = 0; i < 50 && !atomic_load(&second.returned); i++)
        kit_nap();
    held_let_go(&held);
    cr_assert(kit_join(&first) == 0);
    cr_assert(kit_join(&second) == 0, "refused with 63 slots free");
    gate_open(&gate);
    cr_assert(pool_free(pool) == 0);
}

Test(steal, is_not_full_while_a_collector_stands_still, .timeout = 60)
{
    both_get_in(POOL_REJECT);
}

Test(steal, a_collector_that_stood_still_leaves_nobody_blocked, .timeout = 60)
{
    both_get_in(POOL_BLOCK);
}

static int two_children(void *pool)
{
    cr_assert(pool_submit(pool, nothing, NULL) == 0);
    cr_assert(pool_submit(pool, nothing, NULL) == 0);
    return 0;
}

static void *cancel_main(void *arg)
{
    struct call *call = arg;
    call->answer = pool_cancel(call->pool);
    atomic_store(&call->returned, true);
    return NULL;
}

/* The worker stands still with a job that it has just taken off its deque. */
Test(steal, each_slot_is_free_when_cancel_returns, .timeout = 60)
{
    struct held held = HELD_AT("steal: taken from the deque");
    struct pool_config config = {.workers = 1, .capacity = CAPACITY, .full = POOL_REJECT};
    struct call cancel;
    struct gate gate;
    struct pool *pool;
    bool early;
    gate_init(&gate);
    cr_assert(pool_open(&pool, pool_find("steal"), &config) == 0);
    held_arm(&held);
    cr_assert(pool_submit(pool, two_children, pool) == 0);
    KIT_UNTIL(held_there(&held));
    cancel.pool = pool;
    atomic_store(&cancel.returned, false);
    cr_assert(pthread_create(&cancel.thread, NULL, cancel_main, &cancel) == 0);
    for (int i = 0; i < 50 && !atomic_load(&cancel.returned); i++)
        kit_nap();
    early = atomic_load(&cancel.returned); /* then all must be free now, whoever stands still */
    if (!early) {
        held_let_go(&held);
        pthread_join(cancel.thread, NULL);
    }
    cr_assert(pool_submit(pool, gate_job, &gate) == 0);
    if (!early)
        KIT_UNTIL(gate_entered(&gate) == 1);
    for (int i = early; i < CAPACITY; i++)
        cr_assert(pool_submit(pool, nothing, NULL) == 0, "slot %d is not free", i);
    if (early) {
        held_let_go(&held);
        pthread_join(cancel.thread, NULL);
    }
    gate_open(&gate);
    cr_assert(pool_free(pool) == 0);
}
