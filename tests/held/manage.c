/* manage.c - workers that could run jobs and must not be kept from it: by one who stands
 * still while he looks for quiet, or by a sentry that thinks that others manage. */
#include <criterion/criterion.h>

#include "tests/core/kit.h"
#include "tests/held/held.h"

static const char *const names[] = {"ring", "mutex", "steal"};
enum { NAMES = sizeof names / sizeof *names, JOBS = 1000 };

static _Atomic uint64_t ran;

static int count_job(void *unused)
{
    (void)unused;
    atomic_fetch_add(&ran, 1);
    return 0;
}

/* Somebody waits for quiet. Of the workers that run dry one looks, and stands. */
Test(manage, whoever_looks_for_quiet_the_others_run_jobs, .timeout = 60)
{
    for (int i = 0; i < NAMES; i++) {
        struct held held = HELD_AT("quiet: looks");
        struct pool_config config = {.workers = 3, .capacity = 64, .full = POOL_REJECT, .spin_ns = POOL_NO_SPIN};
        struct gate gate;
        struct call call;
        struct pool *pool;
        gate_init(&gate);
        cr_assert(pool_open(&pool, pool_find(names[i]), &config) == 0);
        cr_assert(pool_submit(pool, gate_job, &gate) == 0);
        KIT_UNTIL(gate_entered(&gate) == 1);
        kit_wait(&call, pool, -1);
        KIT_UNTIL(kit_stats(pool).blocked_wait == 1);
        held_arm(&held);
        atomic_store(&ran, 0);
        while (atomic_load(&ran) < JOBS) {
            int error = pool_submit(pool, count_job, NULL);
            cr_assert(error == 0 || error == -EAGAIN);
            kit_nap(); /* so that they run dry */
        }
        cr_assert(held_there(&held), "pool %s", names[i]);
        gate_open(&gate);
        held_let_go(&held);
        cr_assert(kit_join(&call) == 0);
        cr_assert(pool_free(pool) == 0);
    }
}

static _Atomic bool over;

static void *submit_main(void *pool)
{
    while (!atomic_load(&over))
        cr_assert(pool_submit(pool, count_job, NULL) == 0);
    return NULL;
}

/* One worker is busy; the other finds nothing for a moment, for there is one slot only,
 * and becomes the sentry. Then jobs go by in great numbers, but because they are dropped. */
Test(manage, jobs_that_are_dropped_do_not_keep_a_worker_asleep, .timeout = 60)
{
    for (int i = 0; i < NAMES; i++) {
        struct pool_config config = {.workers = 2, .capacity = 1, .full = POOL_DROP_OLDEST, .spin_ns = POOL_NO_SPIN};
        pthread_t submitters[3];
        struct gate gate;
        struct pool *pool;
        gate_init(&gate);
        atomic_store(&over, false);
        cr_assert(pool_open(&pool, pool_find(names[i]), &config) == 0);
        cr_assert(pool_submit(pool, gate_job, &gate) == 0);
        KIT_UNTIL(gate_entered(&gate) == 1);
        atomic_store(&ran, 0);
        for (int s = 0; s < 3; s++)
            cr_assert(pthread_create(&submitters[s], NULL, submit_main, pool) == 0);
        KIT_UNTIL(atomic_load(&ran) >= 20 * JOBS);
        atomic_store(&over, true);
        for (int s = 0; s < 3; s++)
            pthread_join(submitters[s], NULL);
        gate_open(&gate);
        cr_assert(pool_wait(pool, -1) == 0);
        cr_assert(pool_free(pool) == 0);
    }
}
