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

/* A job that breeds while a canceller, for whom its children are too young, looks through
 * its worker's deque: one more each time that one is in the canceller's hand. */

enum { FED_MOST = 300 };
static _Atomic int wanted, given;

static int breed_on_demand(void *pool)
{
    for (int n = 1; n <= FED_MOST && atomic_load(&wanted) <= FED_MOST; n++) {
        cr_assert(pool_submit(pool, nothing, NULL) == 0);
        atomic_store(&given, n);
        KIT_UNTIL(atomic_load(&wanted) > n);
    }
    return 0;
}

static bool feed(void)
{
    int n = atomic_load(&wanted) + 1;
    if (n <= FED_MOST) {
        atomic_store(&wanted, n);
        KIT_UNTIL(atomic_load(&given) == n);
    }
    return false; /* it is not kept there */
}

static void *cancel_plain(void *pool)
{
    return (void *)(intptr_t)pool_cancel(pool);
}

Test(steal, a_family_that_never_rests_does_not_hold_a_cancel, .timeout = 60)
{
    enum { LOOKS = 16 };
    struct held barred = HELD_AT("cancel: barred"), in_hand = {.step = "steal: too young, in hand", .who = feed};
    struct pool_config config = {.workers = 1, .capacity = 2 * FED_MOST, .full = POOL_REJECT};
    struct pool *pool;
    pthread_t canceller;
    atomic_store(&wanted, 1);
    atomic_store(&given, 0);
    cr_assert(pool_open(&pool, pool_find("steal"), &config) == 0);
    held_arm(&barred);
    cr_assert(pthread_create(&canceller, NULL, cancel_plain, pool) == 0);
    KIT_UNTIL(held_there(&barred));
    cr_assert(pool_submit(pool, breed_on_demand, pool) == 0); /* after that cancel's instant */
    KIT_UNTIL(atomic_load(&given) == 1);
    held_arm(&in_hand);
    held_let_go(&barred);
    pthread_join(canceller, NULL);
    held_let_go(&in_hand);
    cr_assert(atomic_load(&wanted) <= LOOKS, "it looked at %d jobs, each younger than the last", atomic_load(&wanted));
    atomic_store(&wanted, FED_MOST + 1);
    cr_assert(pool_free(pool) == 0);
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
