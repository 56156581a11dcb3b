/* sleep.c - a worker that can take nothing sleeps, whoever stands still with jobs in
 * his hand. */
#include <criterion/criterion.h>

#include "tests/core/kit.h"
#include "tests/held/held.h"

enum { LOOKS = 200 };

/* One worker sleeps, and goes on sleeping. */
static void assert_asleep(struct pool *pool, const char *step)
{
    uint64_t parks;
    KIT_UNTIL(kit_stats(pool).parked == 1);
    parks = kit_stats(pool).parks;
    for (int i = 0; i < LOOKS; i++)
        kit_nap();
    cr_assert(kit_stats(pool).parks <= parks + 1, "%s: slept %llu times more", step,
              (unsigned long long)(kit_stats(pool).parks - parks));
}

/* A worker that took a share of the queue and did not show it yet. */
static void a_claimer_stands(const char *name, const char *step)
{
    struct held held = HELD_AT(step);
    struct pool_config config = {.workers = 2, .capacity = 64};
    struct gate gate;
    struct pool *pool;
    gate_init(&gate);
    cr_assert(pool_open(&pool, pool_find(name), &config) == 0);
    for (int i = 0; i < 2; i++)
        cr_assert(pool_submit(pool, gate_job, &gate) == 0);
    KIT_UNTIL(gate_entered(&gate) == 2);
    for (int i = 0; i < 16; i++)
        cr_assert(pool_submit(pool, ledger_job, ledger_arg(i)) == 0);
    held_arm(&held);
    gate_open(&gate);
    KIT_UNTIL(held_there(&held));
    assert_asleep(pool, step);
    held_let_go(&held);
    cr_assert(pool_wait(pool, -1) == 0);
    cr_assert(kit_stats(pool).done == 18);
    cr_assert(pool_free(pool) == 0);
}

/* A submitter that took the oldest job away and did not count its slot yet. */
static void a_dropper_stands(const char *name, const char *step)
{
    struct held held = HELD_AT(step);
    struct pool_config config = {.workers = 1, .capacity = 1, .full = POOL_DROP_OLDEST};
    struct gate gate;
    struct call call;
    struct pool *pool;
    gate_init(&gate);
    cr_assert(pool_open(&pool, pool_find(name), &config) == 0);
    cr_assert(pool_submit(pool, gate_job, &gate) == 0);
    KIT_UNTIL(gate_entered(&gate) == 1);
    cr_assert(pool_submit(pool, ledger_job, ledger_arg(0)) == 0);
    held_arm(&held);
    kit_submit(&call, pool, ledger_job, ledger_arg(1));
    KIT_UNTIL(held_there(&held));
    gate_open(&gate);
    assert_asleep(pool, step);
    held_let_go(&held);
    cr_assert(kit_join(&call) == 0);
    cr_assert(pool_wait(pool, -1) == 0);
    cr_assert(kit_stats(pool).dropped == 1 && kit_stats(pool).done == 2);
    cr_assert(pool_free(pool) == 0);
}

static void *cancel(void *pool)
{
    return (void *)(intptr_t)pool_cancel(pool);
}

/* So did a canceller: the one worker that there is looks meanwhile, and finds nothing. */
static void a_canceller_stands(const char *name, const char *step)
{
    struct held held = HELD_AT(step);
    struct pool_config config = {.workers = 1, .capacity = 4};
    struct gate gate;
    struct pool *pool;
    pthread_t thread;
    void *answer;
    gate_init(&gate);
    cr_assert(pool_open(&pool, pool_find(name), &config) == 0);
    cr_assert(pool_submit(pool, gate_job, &gate) == 0);
    KIT_UNTIL(gate_entered(&gate) == 1);
    cr_assert(pool_submit(pool, ledger_job, ledger_arg(0)) == 0);
    held_arm(&held);
    cr_assert(pthread_create(&thread, NULL, cancel, pool) == 0);
    KIT_UNTIL(held_there(&held));
    gate_open(&gate);
    assert_asleep(pool, step);
    held_let_go(&held);
    cr_assert(pthread_join(thread, &answer) == 0 && !answer);
    cr_assert(pool_wait(pool, -1) == 0);
    cr_assert(kit_stats(pool).cancelled == 1 && kit_stats(pool).done == 1);
    cr_assert(pool_free(pool) == 0);
}

Test(sleep, is_not_disturbed_by_jobs_on_the_move, .timeout = 60)
{
    a_claimer_stands("ring", "ring: claimed");
    a_claimer_stands("mutex", "mutex: claimed");
    a_dropper_stands("ring", "ring: evicted");
    a_dropper_stands("mutex", "mutex: evicted");
    a_canceller_stands("ring", "ring: evicted");
    a_canceller_stands("mutex", "mutex: evicted");
}
