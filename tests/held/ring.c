/* ring.c - threads that stand still in the middle of the ring: a submitter between its
 * look at a slot and its swap, and a worker between its claim and its showing. */
#include <criterion/criterion.h>

#include "pools/core/inject.h"
#include "tests/core/kit.h"
#include "tests/held/held.h"

enum { SLOTS = 1024, LAPS = 1 << 17, BATCH = 64, JOBS = 2000 };

static _Atomic uint64_t ran, ran_late;

static int lap_job(void *late)
{
    atomic_fetch_add_explicit(late ? &ran_late : &ran, 1, memory_order_relaxed);
    return 0;
}

static void submit_many(struct pool *pool, uint64_t count)
{
    struct pool_job jobs[BATCH];
    for (int i = 0; i < BATCH; i++)
        jobs[i] = (struct pool_job){lap_job, NULL};
    while (count) {
        int n = count < BATCH ? (int)count : BATCH;
        cr_assert(pool_submit_batch(pool, jobs, n) == n);
        count -= (uint64_t)n;
    }
}

static const struct pool_ops *lock_free_ring(void)
{
    const struct pool_ops *ops = pool_find("ring");
    if (!(ops->can & POOL_LOCK_FREE))
        cr_skip_test("ring is not lock-free on this processor");
    return ops;
}

/* While it stands the ring goes round until the slot looks the same to somebody who
 * counts laps with 17 bits. Its job must not come in the place of one that waits. */
Test(ring, laps_do_not_come_round_while_a_submitter_stands, .timeout = 120)
{
    const uint64_t round = (uint64_t)LAPS * SLOTS;
    struct held held = HELD_AT("ring: looked at a slot");
    struct pool_config config = {.workers = 1, .capacity = SLOTS};
    struct gate gate;
    struct call late;
    struct pool *pool;
    const struct pool_ops *ops = lock_free_ring();
    gate_init(&gate);
    cr_assert(pool_open(&pool, ops, &config) == 0);
    submit_many(pool, SLOTS);
    cr_assert(pool_wait(pool, -1) == 0);
    held_arm(&held);
    kit_submit(&late, pool, lap_job, pool); /* it looks at slot 0 */
    KIT_UNTIL(held_there(&held));
    atomic_store(&pool_step_hook, NULL); /* nobody else is held: be fast */
    submit_many(pool, round - SLOTS - 1);
    cr_assert(pool_wait(pool, -1) == 0);
    cr_assert(pool_submit(pool, gate_job, &gate) == 0); /* the last slot */
    KIT_UNTIL(gate_entered(&gate) == 1);
    submit_many(pool, 1); /* slot 0, and it waits */
    held_let_go(&held);
    cr_assert(kit_join(&late) == 0);
    gate_open(&gate);
    cr_assert(pool_wait(pool, -1) == 0);
    submit_many(pool, SLOTS); /* over the slot that a late swap left behind */
    cr_assert(pool_wait(pool, -1) == 0);
    cr_assert(atomic_load(&ran_late) == 1, "%d", (int)atomic_load(&ran_late));
    cr_assert(atomic_load(&ran) == round + SLOTS);
    cr_assert(pool_free(pool) == 0);
}

/* Both workers and the queue are full; then one worker claims, and stands. */
static void others_go_on(size_t capacity, enum pool_full full)
{
    struct held held = HELD_AT("ring: claimed");
    struct pool_config config = {.workers = 2, .capacity = capacity, .full = full};
    struct gate gate;
    struct pool *pool;
    gate_init(&gate);
    cr_assert(pool_open(&pool, lock_free_ring(), &config) == 0);
    for (int i = 1; i <= 2; i++) {
        cr_assert(pool_submit(pool, gate_job, &gate) == 0);
        KIT_UNTIL(gate_entered(&gate) == i);
    }
    for (size_t i = 0; i < capacity; i++)
        cr_assert(pool_submit(pool, lap_job, NULL) == 0);
    held_arm(&held);
    gate_open(&gate);
    KIT_UNTIL(held_there(&held));
    for (int i = 0; i < JOBS; i++)
        KIT_UNTIL(pool_submit(pool, lap_job, NULL) != -EAGAIN);
    KIT_UNTIL(kit_stats(pool).waiting < capacity);
    cr_assert(held_there(&held));
    held_let_go(&held);
    cr_assert(pool_wait(pool, -1) == 0);
    cr_assert(pool_free(pool) == 0);
}

Test(ring, a_claimer_that_stands_leaves_slots_for_others, .timeout = 120)
{
    static const size_t capacities[] = {1, 2, 3, 4, 7, 8, 64};
    for (size_t i = 0; i < sizeof capacities / sizeof *capacities; i++) {
        others_go_on(capacities[i], POOL_REJECT);
        others_go_on(capacities[i], POOL_DROP_OLDEST);
    }
}
