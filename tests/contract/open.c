/* open.c - what pool_open refuses, and what it opens with. */
#include <sched.h>

#include "tests/contract/contract.h"

static int open_with(const struct pool_ops *ops, struct pool_config config)
{
    struct pool *pool = NULL;
    int error = pool_open(&pool, ops, &config);
    if (!error)
        pool_free(pool);
    else
        check(pool == NULL, "a failed open left a pool");
    return error;
}

POOL_TEST(open, refuses_a_pool_of_zero_or_too_many_workers)
{
    if (pool_is_added(ops) && !(ops->can & POOL_CAN_RUN_APART))
        contract_not_asked("it has no workers: their number says nothing");
    contract_must_block(ops);
    if (!(ops->declares & (POOL_ZERO_IS_AUTO | POOL_ZERO_STOPS)))
        equal(open_with(ops, (struct pool_config){.workers = 0}), -EINVAL);
    equal(open_with(ops, (struct pool_config){.workers = -1}), -EINVAL);
    equal(open_with(ops, (struct pool_config){.workers = POOL_WORKERS_MAX + 1}), -EINVAL);
    equal(open_with(ops, (struct pool_config){.workers = 1}), 0);
}

POOL_TEST(open, refuses_what_makes_no_sense)
{
    equal(open_with(ops, (struct pool_config){.workers = 2, .workers_min = 3}), -EINVAL);
    equal(open_with(ops, (struct pool_config){.workers = 2, .workers_min = -1}), -EINVAL);
    equal(open_with(ops, (struct pool_config){.workers = 1, .capacity = POOL_CAPACITY_MAX + 1}), -EINVAL);
    equal(open_with(ops, (struct pool_config){.workers = 1, .full = (enum pool_full)99}), -EINVAL);
    equal(open_with(ops, (struct pool_config){.workers = 1, .results = (enum pool_results)99}), -EINVAL);
    equal(open_with(ops, (struct pool_config){.workers = 1, .full = POOL_TIMEOUT, .full_timeout_ns = -5}), -EINVAL);
    equal(open_with(ops, (struct pool_config){.workers = 1, .spin_ns = -2}), -EINVAL);
    equal(open_with(ops, (struct pool_config){.workers = 1, .flags = 1u << 30}), -EINVAL);
    equal(open_with(ops, (struct pool_config){.workers = 1, .cpu_count = 1}), -EINVAL);
}

POOL_TEST(open, refuses_throttle_with_caller_runs_or_drop_oldest)
{
    equal(
        open_with(ops, (struct pool_config){.workers = 1, .results = POOL_RESULTS_THROTTLE, .full = POOL_CALLER_RUNS}),
        -EINVAL);
    equal(
        open_with(ops, (struct pool_config){.workers = 1, .results = POOL_RESULTS_THROTTLE, .full = POOL_DROP_OLDEST}),
        -EINVAL);
}

POOL_TEST(open, says_not_supported_for_abilities_it_lacks)
{
    int order = ops->can & (POOL_CAN_KEEP_ORDER | POOL_KEEPS_ORDER) ? 0 : -ENOTSUP;
    int drop = ops->can & POOL_CAN_DROP ? 0 : -ENOTSUP;
    int results = ops->can & POOL_CAN_RESULTS ? 0 : -ENOTSUP;
    equal(open_with(ops, (struct pool_config){.workers = 1, .flags = POOL_KEEP_ORDER}), order);
    equal(open_with(ops, (struct pool_config){.workers = 1, .full = POOL_DROP_OLDEST}), drop);
    equal(open_with(ops, (struct pool_config){.workers = 1, .results = POOL_RESULTS_BLOCK}), results);
}

POOL_TEST(open, refuses_null_and_another_abi)
{
    struct pool_config config = {.workers = 1};
    struct pool *pool = NULL;
    struct pool_ops other = *ops;
    other.abi++;
    equal(pool_open(NULL, ops, &config), -EINVAL);
    equal(pool_open(&pool, NULL, &config), -EINVAL);
    equal(pool_open(&pool, ops, NULL), -EINVAL);
    equal(pool_open(&pool, &other, &config), -EPROTO);
}

POOL_TEST(open, every_call_refuses_null_first)
{
    struct pool_config config = {.workers = 1};
    struct pool *pool = contract_open(ops, &config);
    struct pool_job jobs[2] = {{ledger_job, ledger_arg(0)}, {NULL, NULL}};
    struct pool_result result;
    struct pool_stats stats;
    char text[16];
    equal(pool_submit(NULL, ledger_job, NULL), -EINVAL);
    equal(pool_submit(pool, NULL, NULL), -EINVAL);
    equal(pool_submit_batch(NULL, jobs, 1), -EINVAL);
    equal(pool_submit_batch(pool, jobs, 2), -EINVAL);
    equal(pool_submit_batch(pool, jobs, -1), -EINVAL);
    equal(pool_submit_batch(pool, NULL, 1), -EINVAL);
    equal(pool_submit_batch(pool, NULL, 0), 0);
    equal(pool_close(NULL), -EINVAL);
    equal(pool_cancel(NULL), -EINVAL);
    equal(pool_wait(NULL, 0), -EINVAL);
    equal(pool_receive(NULL, &result, 0), -EINVAL);
    equal(pool_receive(pool, NULL, 0), -EINVAL);
    equal(pool_receive_batch(pool, &result, 0, 0), -EINVAL);
    equal(pool_stats(NULL, &stats), -EINVAL);
    equal(pool_stats(pool, NULL), -EINVAL);
    equal(pool_explain(NULL, text, sizeof text), -EINVAL);
    equal(pool_explain(pool, NULL, 1), -EINVAL);
    equal(pool_explain(pool, text, 0), -EINVAL);
    equal(pool_free(NULL), 0);
    equal(kit_stats(pool).accepted, 0);
    pool_close(pool);
    equal(pool_submit(pool, NULL, NULL), -EINVAL); /* before -ESHUTDOWN */
    pool_free(pool);
}

POOL_TEST(open, refuses_a_cpu_that_is_not_allowed_here)
{
    int cpus[] = {CPU_SETSIZE - 1}, negative[] = {-1};
    equal(open_with(ops, (struct pool_config){.workers = 1, .cpus = cpus, .cpu_count = 1}), -EINVAL);
    equal(open_with(ops, (struct pool_config){.workers = 1, .cpus = negative, .cpu_count = 1}), -EINVAL);
}

static _Atomic int seen_cpu;
static int look_at_cpu(void *arg)
{
    cpu_set_t set;
    (void)arg;
    sched_getaffinity(0, sizeof set, &set);
    atomic_store(&seen_cpu, CPU_COUNT(&set) == 1 ? sched_getcpu() : -2);
    return 0;
}

POOL_TEST(open, pins_workers_to_the_cpus_of_the_list)
{
    only_if(POOL_PINS_ITSELF);
    cpu_set_t allowed;
    int cpu = 0;
    struct pool *pool;
    needs(POOL_CAN_RUN_APART);
    sched_getaffinity(0, sizeof allowed, &allowed);
    while (!CPU_ISSET(cpu, &allowed))
        cpu++;
    pool = contract_open(ops, &(struct pool_config){.workers = 2, .cpus = &cpu, .cpu_count = 1});
    atomic_store(&seen_cpu, -1);
    equal(pool_submit(pool, look_at_cpu, NULL), 0);
    equal(pool_wait(pool, -1), 0);
    equal(atomic_load(&seen_cpu), cpu);
    check(kit_stats(pool).pinned);
    pool_free(pool);
}

POOL_TEST(open, opens_with_the_threads_that_started)
{
    struct gate gate;
    struct pool *pool;
    needs(POOL_CAN_RUN_APART);
    atomic_store(&kit_threads_left, 2);
    pool = contract_open(ops, &(struct pool_config){.workers = 4, .capacity = 8});
    atomic_store(&kit_threads_left, -1);
    if (pool_is_added(ops) && kit_stats(pool).workers != 2)
        contract_not_asked("it starts its workers at another time");
    equal(kit_stats(pool).workers, 2);
    gate_init(&gate);
    contract_hold(ops, pool, &gate, 2); /* and they work */
    gate_open(&gate);
    equal(pool_wait(pool, -1), 0);
    pool_free(pool);
}

POOL_TEST(open, fails_cleanly_below_workers_min)
{
    struct pool *pool = NULL;
    needs(POOL_CAN_RUN_APART);
    contract_must_block(ops);
    atomic_store(&kit_threads_left, 2);
    equal(pool_open(&pool, ops, &(struct pool_config){.workers = 4, .workers_min = 3}), -EAGAIN);
    atomic_store(&kit_threads_left, 0);
    equal(pool_open(&pool, ops, &(struct pool_config){.workers = 4}), -EAGAIN);
    atomic_store(&kit_threads_left, -1);
    check(pool == NULL);
}

POOL_TEST(open, says_how_many_workers_run)
{
    struct pool *pool = contract_open(ops, &(struct pool_config){.workers = 3});
    if (pool_is_added(ops)) /* it may start them when jobs come, and have them from before */
        check(kit_stats(pool).workers >= 0 && kit_stats(pool).workers <= POOL_WORKERS_MAX);
    else
        equal(kit_stats(pool).workers, ops->can & POOL_CAN_RUN_APART ? 3 : 0);
    equal(kit_stats(pool).state, POOL_OPEN);
    pool_free(pool);
}
