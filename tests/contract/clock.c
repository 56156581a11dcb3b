/* clock.c - a wall clock that jumps by an hour, back and forth, harms no time-out: who
 * reckoned with it would return too early, or an hour late, which this test's own
 * limit would end. */
#include <sys/time.h>

#include "tests/contract/contract.h"

enum { TIMEOUT_NS = 2000000 };

/* Whether it really jumps here. */
static void expect_jumps(const struct pool_ops *ops)
{
    int before = atomic_load(&kit_clock_looks);
    time_t first = time(NULL), second = time(NULL);
    check(first - second > 1800 || second - first > 1800, "the clock does not jump");
    equal(atomic_load(&kit_clock_looks), before + 2);
}

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * SECOND + now.tv_nsec;
}

/* Nothing may return before its time; how much later is no matter of right and wrong. */
static void not_early(const struct pool_ops *ops, int64_t begin)
{
    check(now_ns() - begin >= TIMEOUT_NS, "returned early");
}

static int sleeps(void *arg)
{
    (void)arg;
    return pool_sleep(TIMEOUT_NS);
}

POOL_TEST(clock, that_jumps_harms_no_wait)
{
    struct pool *pool;
    struct gate gate;
    int64_t begin;
    needs(POOL_CAN_RUN_APART);
    atomic_store(&kit_clock_jumps, true);
    expect_jumps(ops);
    pool = contract_open(ops, &(struct pool_config){.workers = 1, .capacity = 1});
    gate_init(&gate);
    contract_hold(ops, pool, &gate, 1);
    begin = now_ns();
    equal(pool_wait(pool, TIMEOUT_NS), -ETIMEDOUT);
    not_early(ops, begin);
    gate_open(&gate);
    equal(pool_wait(pool, HOUR), 0);
    pool_free(pool);
}

POOL_TEST(clock, that_jumps_harms_no_submit)
{
    unless(POOL_NO_COUNTS);
    struct pool *pool;
    struct gate gate;
    struct call blocked;
    int64_t begin;
    needs(POOL_CAN_QUEUE);
    atomic_store(&kit_clock_jumps, true);
    expect_jumps(ops);
    pool = contract_open(
        ops, &(struct pool_config){.workers = 1, .capacity = 1, .full = POOL_TIMEOUT, .full_timeout_ns = TIMEOUT_NS});
    gate_init(&gate);
    contract_hold(ops, pool, &gate, 1);
    equal(pool_submit(pool, ledger_job, ledger_arg(0)), 0);
    begin = now_ns();
    equal(pool_submit(pool, ledger_job, ledger_arg(1)), -ETIMEDOUT);
    not_early(ops, begin);
    gate_open(&gate);
    pool_free(pool);
    equal(ledger_total, 1);

    /* And one that has an hour gets in when there is room. */
    pool = contract_open(
        ops, &(struct pool_config){.workers = 1, .capacity = 1, .full = POOL_TIMEOUT, .full_timeout_ns = HOUR});
    gate_init(&gate);
    contract_hold(ops, pool, &gate, 1);
    equal(pool_submit(pool, ledger_job, ledger_arg(2)), 0);
    kit_submit(&blocked, pool, ledger_job, ledger_arg(3));
    KIT_UNTIL(kit_stats(pool).blocked_submit == 1);
    gate_open(&gate);
    equal(kit_join(&blocked), 0);
    pool_free(pool);
    equal(ledger_total, 3);
}

POOL_TEST(clock, that_jumps_harms_no_receive)
{
    struct pool *pool;
    struct pool_result result;
    int64_t begin;
    needs(POOL_CAN_RESULTS);
    atomic_store(&kit_clock_jumps, true);
    expect_jumps(ops);
    pool =
        contract_open(ops, &(struct pool_config){.workers = 1, .results = POOL_RESULTS_BLOCK, .results_capacity = 1});
    begin = now_ns();
    equal(pool_receive(pool, &result, TIMEOUT_NS), -ETIMEDOUT);
    not_early(ops, begin);
    begin = now_ns();
    equal(pool_submit(pool, sleeps, NULL), 0);
    equal(pool_receive(pool, &result, HOUR), 1);
    equal(result.status, 0);
    not_early(ops, begin); /* pool_sleep sleeps by the same clock */
    pool_free(pool);
}
