/* close.c - two closes at once, and what is accepted when one of them has returned; and
 * what is accepted, and does, while the pool is being freed. */
#include <criterion/criterion.h>

#include "pools/core/head.h"
#include "tests/core/kit.h"
#include "tests/held/held.h"

static void *close_main(void *pool)
{
    return (void *)(intptr_t)pool_close(pool);
}

/* The one stands between its steps; whatever the other returns meanwhile, the pool is
 * closed then. */
Test(close, returns_only_when_no_outside_submit_is_accepted_any_more, .timeout = 60)
{
    for (int i = 0; i < pool_count(); i++) {
        struct held held = HELD_AT("close: caller-run jobs stopped");
        struct pool_config config = {.workers = 1, .capacity = 4};
        struct pool_job job = {ledger_job, ledger_arg(0)};
        struct pool *pool;
        pthread_t thread;
        void *first;
        int second;
        cr_assert(pool_open(&pool, pool_at(i), &config) == 0);
        held_arm(&held);
        pthread_create(&thread, NULL, close_main, pool);
        KIT_UNTIL(held_there(&held));
        second = pool_close(pool);
        cr_assert(pool_submit(pool, ledger_job, ledger_arg(0)) == -ESHUTDOWN, "pool %s", pool_at(i)->name);
        cr_assert(pool_submit_batch(pool, &job, 1) == -ESHUTDOWN, "pool %s", pool_at(i)->name);
        held_let_go(&held);
        pthread_join(thread, &first);
        cr_assert(second + (int)(intptr_t)first == -EALREADY, "pool %s: %d and %d", pool_at(i)->name, second,
                  (int)(intptr_t)first);
        cr_assert(pool_wait(pool, -1) == 0 && kit_stats(pool).state == POOL_DRAINED);
        cr_assert(pool_free(pool) == 0);
    }
}

static struct pool *freed_pool;
static bool saw_cancel;

static int cancel_and_look(void *unused)
{
    (void)unused;
    cr_assert(pool_cancel(freed_pool) == 0);
    saw_cancel = pool_cancelled();
    return 0;
}

/* A blocked submitter has found the pool open, and stands before its push; free closes it,
 * and stands before its wait. Then the last job is settled, and its worker stands before it
 * tells so: free, who sees that it is quiet, must not take it for the end while a job can
 * still come; or else what such a job calls works. */
Test(close, leaves_the_last_job_all_its_calls, .timeout = 60)
{
    for (int i = 0; i < pool_count(); i++) {
        const struct pool_ops *ops = pool_at(i);
        struct pool_config config = {.workers = 1, .capacity = 1};
        struct held submitter = HELD_AT("submit: not closed"), freer = HELD_AT("wait: counted"),
                    worker = HELD_AT("head: settled");
        struct call late, freed;
        struct gate gates[2];
        int64_t answer;
        if (!(ops->can & POOL_CAN_QUEUE))
            continue;
        saw_cancel = false;
        cr_assert(pool_open(&freed_pool, ops, &config) == 0);
        for (int g = 0; g < 2; g++) {
            gate_init(&gates[g]);
            cr_assert(pool_submit(freed_pool, gate_job, &gates[g]) == 0);
            KIT_UNTIL(gate_entered(&gates[0]) == 1);
        }
        kit_submit(&late, freed_pool, cancel_and_look, NULL);
        KIT_UNTIL(kit_stats(freed_pool).blocked_submit == 1);
        held_arm(&submitter);
        gate_open(&gates[0]);
        KIT_UNTIL(held_there(&submitter) && gate_entered(&gates[1]) == 1);
        held_arm(&freer);
        kit_free(&freed, freed_pool);
        KIT_UNTIL(held_there(&freer));
        held_arm(&worker);
        gate_open(&gates[1]);
        KIT_UNTIL(held_there(&worker));
        held_let_go(&freer);
        KIT_UNTIL(atomic_load(&pool_head_of(freed_pool)->caller_word) & POOL_CALLER_FREEING);
        held_let_go(&submitter);
        answer = kit_join(&late);
        held_let_go(&worker);
        cr_assert(kit_join(&freed) == 0);
        cr_assert(answer == -ESHUTDOWN || (answer == 0 && saw_cancel), "pool %s: answer %d", ops->name, (int)answer);
    }
}
