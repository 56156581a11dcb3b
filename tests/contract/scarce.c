/* scarce.c - no thread can be had once the pool is open: what it promised still holds
 * for the workers that it said it has. */
#include <string.h>

#include "tests/contract/contract.h"

static void no_threads(bool none)
{
    atomic_store(&kit_threads_left, none ? 0 : -1);
}

static struct pool *open_then_no_threads(const struct pool_ops *ops, struct pool_config config)
{
    struct pool *pool = contract_open(ops, &config);
    no_threads(true);
    return pool;
}

/* As many jobs at once as there are workers, none of them in its submitter. */
POOL_TEST(scarce, all_workers_run_jobs_at_once)
{
    unless(POOL_NO_COUNTS);
    enum { WORKERS = 3 };
    struct gate gate;
    struct pool *pool;
    needs(POOL_CAN_RUN_APART);
    pool = open_then_no_threads(ops, (struct pool_config){.workers = WORKERS, .capacity = 8});
    if (pool_is_added(ops) && kit_stats(pool).workers != WORKERS)
        contract_not_asked("it starts its workers at another time");
    equal(kit_stats(pool).workers, WORKERS);
    gate_init(&gate);
    contract_hold(ops, pool, &gate, WORKERS);
    ledger_clear();
    for (int i = 0; i < 8; i++)
        equal(pool_submit(pool, ledger_job, ledger_arg(i)), 0);
    equal(ledger_total, 0);
    equal(kit_stats(pool).waiting, 8);
    gate_open(&gate);
    equal(pool_wait(pool, -1), 0);
    equal(ledger_total, 8);
    contract_law(ops, pool);
    equal(pool_free(pool), 0);
    no_threads(false);
}

static struct gate leave_gate;
static int leave_at_gate(void *unused)
{
    (void)unused;
    gate_pass(&leave_gate);
    pthread_exit(NULL);
}

/* The last job leaves its thread: who waits hears of it. */
POOL_TEST(scarce, a_wait_ends_when_the_last_job_leaves)
{
    unless(POOL_NO_COUNTS);
    struct call wait;
    struct pool *pool;
    needs(POOL_CAN_RUN_APART | POOL_CAN_CONTAIN);
    gate_init(&leave_gate);
    pool = open_then_no_threads(ops, (struct pool_config){.workers = 1});
    equal(pool_submit(pool, leave_at_gate, NULL), 0);
    KIT_UNTIL(gate_entered(&leave_gate) == 1);
    no_threads(false);
    kit_wait(&wait, pool, -1);
    KIT_UNTIL(kit_stats(pool).blocked_wait == 1);
    no_threads(true);
    gate_open(&leave_gate);
    equal(kit_join(&wait), 0);
    equal(kit_stats(pool).failed, 1);
    equal(pool_free(pool), 0);
    no_threads(false);
}

/* A submitter that was blocked returns, whatever its job does; and free with it. */
POOL_TEST(scarce, a_blocked_submitter_returns_when_its_job_leaves)
{
    unless(POOL_NO_COUNTS);
    struct gate gate;
    struct call submit;
    struct pool *pool;
    needs(POOL_CAN_RUN_APART | POOL_CAN_CONTAIN | POOL_CAN_QUEUE);
    gate_init(&gate);
    gate_init(&leave_gate);
    gate_open(&leave_gate);
    pool = contract_open(ops, &(struct pool_config){.workers = 1, .capacity = 1});
    contract_hold(ops, pool, &gate, 1);
    equal(pool_submit(pool, gate_job, &gate), 0);
    submit.answer = 99;
    kit_submit(&submit, pool, leave_at_gate, NULL);
    KIT_UNTIL(kit_stats(pool).blocked_submit == 1);
    no_threads(true);
    gate_open(&gate);
    equal(kit_join(&submit), 0);
    equal(pool_wait(pool, -1), 0);
    equal(kit_stats(pool).blocked_submit, 0);
    equal(kit_stats(pool).failed, 1);
    equal(pool_free(pool), 0);
    no_threads(false);
}

/* Threads come and go; no job is lost, and none runs twice. */
POOL_TEST(scarce, jobs_run_once_while_threads_come_and_go)
{
    enum { JOBS = 2000 };
    struct pool *pool;
    needs(POOL_CAN_RUN_APART);
    ledger_clear();
    gate_init(&leave_gate);
    gate_open(&leave_gate);
    pool = contract_open(ops, &(struct pool_config){.workers = 3, .capacity = 16});
    for (int i = 0; i < JOBS; i++) {
        atomic_store(&kit_threads_left, i % 7 ? i % 3 - 1 : 0);
        equal(pool_submit(pool, ledger_job, ledger_arg(i)), 0);
        if (ops->can & POOL_CAN_CONTAIN && i % 50 == 0)
            equal(pool_submit(pool, leave_at_gate, NULL), 0);
    }
    equal(pool_wait(pool, -1), 0);
    for (int i = 0; i < JOBS; i++)
        equal(ledger_ran[i], 1);
    contract_law(ops, pool);
    equal(pool_free(pool), 0);
    no_threads(false);
}

/* The next threads have this much stack. */
static void stack_bytes(size_t bytes)
{
    pthread_attr_t attributes;
    cr_assert(pthread_attr_init(&attributes) == 0 && pthread_attr_setstacksize(&attributes, bytes) == 0 &&
              pthread_setattr_default_np(&attributes) == 0);
    pthread_attr_destroy(&attributes);
}

/* Jobs that leave are many, the one thread that they leave has a small stack, and goes on. */
POOL_TEST(scarce, a_thread_is_left_more_often_than_its_stack_is_deep)
{
    enum { JOBS = 20000, STACK = 256 << 10 };
    struct pool *pool;
    needs(POOL_CAN_RUN_APART | POOL_CAN_CONTAIN);
    gate_init(&leave_gate);
    gate_open(&leave_gate);
    stack_bytes(STACK);
    pool = open_then_no_threads(ops, (struct pool_config){.workers = 1, .capacity = 16});
    for (int i = 0; i < JOBS; i++)
        equal(pool_submit(pool, leave_at_gate, NULL), 0);
    equal(pool_wait(pool, -1), 0);
    equal(kit_stats(pool).failed, JOBS);
    equal(kit_stats(pool).replaced, 0);
    no_threads(false);
    equal(pool_submit(pool, leave_at_gate, NULL), 0);
    equal(pool_wait(pool, -1), 0);
    check(kit_stats(pool).replaced > 0);
    contract_law(ops, pool);
    equal(pool_free(pool), 0);
}
