/* spawn.c - threads of `spawn` that cannot be had just when they are wanted. */
#include <criterion/criterion.h>
#include <sched.h>

#include "pools/core/head.h"
#include "tests/core/kit.h"
#include "tests/held/held.h"

/* Others run its job meanwhile, and the pool ends, with it the slot's keeper: nobody
 * is left to serve the slot, and nobody must wait for that. */
Test(spawn, ends_though_a_slot_was_taken, .timeout = 60)
{
    struct held held = HELD_AT("spawn: took a slot");
    struct pool_config config = {.workers = 2, .capacity = 4};
    struct pool *pool;
    struct call submit;
    cr_assert(pool_open(&pool, pool_find("spawn"), &config) == 0);
    KIT_UNTIL(kit_stats(pool).parked == 2);
    ledger_clear();
    held_arm(&held);
    kit_submit(&submit, pool, ledger_job, ledger_arg(0));
    KIT_UNTIL(held_there(&held));
    atomic_store(&kit_threads_left, 0);
    cr_assert(pool_submit(pool, ledger_job, ledger_arg(1)) == 0);
    KIT_UNTIL(atomic_load(&ledger_total) == 2);
    cr_assert(pool_close(pool) == 0);
    cr_assert(pool_wait(pool, -1) == 0);
    KIT_UNTIL(kit_stats(pool).state == POOL_DRAINED);
    held_let_go(&held);
    cr_assert(kit_join(&submit) == 0);
    cr_assert(pool_free(pool) == 0);
    atomic_store(&kit_threads_left, -1);
}

/* Two submitters find no thread at once: the jobs of both run. */
Test(spawn, two_that_find_no_thread_lose_no_job, .timeout = 60)
{
    struct held one = HELD_AT("spawn: took a slot"), other = HELD_AT("spawn: took a slot");
    struct pool_config config = {.workers = 2, .capacity = 4};
    struct pool *pool;
    struct call calls[2];
    cr_assert(pool_open(&pool, pool_find("spawn"), &config) == 0);
    KIT_UNTIL(kit_stats(pool).parked == 2);
    ledger_clear();
    held_arm(&one);
    kit_submit(&calls[0], pool, ledger_job, ledger_arg(0));
    KIT_UNTIL(held_there(&one));
    held_arm(&other);
    kit_submit(&calls[1], pool, ledger_job, ledger_arg(1));
    KIT_UNTIL(held_there(&other));
    atomic_store(&kit_threads_left, 0);
    held_let_go(&one);
    held_let_go(&other);
    cr_assert(kit_join(&calls[0]) == 0 && kit_join(&calls[1]) == 0);
    cr_assert(pool_wait(pool, -1) == 0);
    cr_assert(atomic_load(&ledger_total) == 2);
    cr_assert(pool_free(pool) == 0);
    atomic_store(&kit_threads_left, -1);
}

static int leaves_job(void *arg)
{
    (void)arg;
    pthread_exit(NULL);
}

static int fails_later_job(void *gate)
{
    gate_pass(gate);
    pool_fail(-EIO);
}

/* A keeper whose thread was lost and could not be replaced at once is replaced while a
 * thread of the slot runs a job: that one still comes back to itself when it fails. */
Test(spawn, a_job_fails_in_its_own_thread_though_a_keeper_comes, .timeout = 60)
{
    struct held held = HELD_AT("replace: idle");
    struct pool_config config = {.workers = 1, .capacity = 4};
    struct pool *pool;
    struct gate gate;
    gate_init(&gate);
    cr_assert(pool_open(&pool, pool_find("spawn"), &config) == 0);
    KIT_UNTIL(kit_stats(pool).parked == 1);
    held_arm(&held);
    atomic_store(&kit_threads_left, 0);
    cr_assert(pool_submit(pool, leaves_job, NULL) == 0);
    KIT_UNTIL(held_there(&held));
    atomic_store(&kit_threads_left, -1);
    cr_assert(pool_submit(pool, fails_later_job, &gate) == 0);
    KIT_UNTIL(gate_entered(&gate));
    held_count_from("spawn: the keeper sleeps");
    held_let_go(&held);
    KIT_UNTIL(held_count() == 1);
    gate_open(&gate);
    cr_assert(pool_wait(pool, -1) == 0);
    cr_assert(kit_stats(pool).failed == 2 && kit_stats(pool).replaced == 1);
    cr_assert(pool_free(pool) == 0);
}

static bool has_thread(struct pool *pool, int slot)
{
    return !atomic_load(&pool_worker_at(pool_head_of(pool), slot)->park);
}

/* A submitter that is bound to the CPU of this slot starts its first thread on the other. */
static void starts_elsewhere(const int cpus[2], int slot)
{
    struct held held = HELD_AT("spawn: took a slot");
    struct pool_config config = {.workers = 2, .capacity = 4, .cpus = cpus, .cpu_count = 2};
    struct pool *pool;
    struct call submit;
    cpu_set_t all, one;
    cr_assert(pool_open(&pool, pool_find("spawn"), &config) == 0);
    KIT_UNTIL(kit_stats(pool).parked == 2);
    sched_getaffinity(0, sizeof all, &all);
    CPU_ZERO(&one);
    CPU_SET((size_t)cpus[slot], &one);
    sched_setaffinity(0, sizeof one, &one);
    held_arm(&held);
    kit_submit(&submit, pool, ledger_job, ledger_arg(0));
    KIT_UNTIL(held_there(&held));
    sched_setaffinity(0, sizeof all, &all);
    cr_assert(has_thread(pool, !slot) && !has_thread(pool, slot), "slot %d", slot);
    held_let_go(&held);
    cr_assert(kit_join(&submit) == 0);
    cr_assert(pool_free(pool) == 0);
}

/* It may keep its CPU to itself. Whichever slot became free last: that is one of the two. */
Test(spawn, starts_its_thread_where_the_submitter_is_not, .timeout = 60)
{
    cpu_set_t all;
    int cpus[2], count = 0;
    sched_getaffinity(0, sizeof all, &all);
    for (int i = 0; i < CPU_SETSIZE && count < 2; i++)
        if (CPU_ISSET((size_t)i, &all))
            cpus[count++] = i;
    if (count < 2)
        cr_skip_test("this process has one CPU");
    starts_elsewhere(cpus, 0);
    starts_elsewhere(cpus, 1);
}
