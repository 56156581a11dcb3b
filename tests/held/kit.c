/* kit.c - the holding itself: a thread that comes to an armed step stands there, the
 * others pass, and it goes on when it is let. */
#include <criterion/criterion.h>

#include "pools/core/inject.h"
#include "tests/core/kit.h"
#include "tests/held/held.h"

static int step_job(void *unused)
{
    (void)unused;
    POOL_STEP("kit: a job");
    return 0;
}

Test(held, a_thread_stands_at_its_step_while_others_pass, .timeout = 60)
{
    struct held held = HELD_AT("kit: a job");
    struct pool_config config = {.workers = 2, .capacity = 8};
    struct pool *pool;
    cr_assert(pool_open(&pool, pool_find("mutex"), &config) == 0);
    held_arm(&held);
    cr_assert(pool_submit(pool, step_job, NULL) == 0);
    KIT_UNTIL(held_there(&held));
    for (int i = 0; i < 4; i++)
        cr_assert(pool_submit(pool, step_job, NULL) == 0);
    KIT_UNTIL(kit_stats(pool).done == 4);
    cr_assert(held_there(&held));
    held_let_go(&held);
    cr_assert(pool_wait(pool, -1) == 0);
    cr_assert(kit_stats(pool).done == 5);
    cr_assert(pool_free(pool) == 0);
}
