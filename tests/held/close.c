/* close.c - two closes at once, and what is accepted when one of them has returned. */
#include <criterion/criterion.h>

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
