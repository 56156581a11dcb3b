/* state.c - close, wait and free: every state, from inside and outside, with
 * callers blocked. */
#include <sched.h>
#include <string.h>

#include "tests/contract/contract.h"

static struct pool *shared_pool;
static struct gate *shared_gate;
static int64_t answers[4];

POOL_TEST(close, is_0_once_and_ealready_later)
{
    unless(POOL_NO_CLOSE);
    struct pool *pool = contract_open(ops, &(struct pool_config){.workers = 2});
    equal(pool_close(pool), 0);
    equal(pool_close(pool), -EALREADY);
    equal(pool_submit(pool, ledger_job, ledger_arg(0)), -ESHUTDOWN);
    equal(pool_submit_batch(pool, &(struct pool_job){ledger_job, ledger_arg(0)}, 1), -ESHUTDOWN);
    equal(pool_wait(pool, -1), 0);
    equal(kit_stats(pool).state, POOL_DRAINED);
    equal(pool_close(pool), -EALREADY);
    equal(pool_wait(pool, 0), 0); /* drained: quiet for ever */
    pool_free(pool);
}

POOL_TEST(close, what_was_accepted_still_runs)
{
    unless(POOL_CLOSE_CANCELS);
    unless(POOL_NO_CLOSE);
    struct pool *pool;
    struct gate gate;
    needs(POOL_CAN_QUEUE);
    pool = contract_open(ops, &(struct pool_config){.workers = 2, .capacity = 100});
    gate_init(&gate);
    ledger_clear();
    contract_hold(ops, pool, &gate, 2);
    for (int i = 0; i < 100; i++)
        equal(pool_submit(pool, ledger_job, ledger_arg(i)), 0);
    equal(pool_close(pool), 0);
    equal(kit_stats(pool).state, POOL_CLOSING);
    equal(pool_wait(pool, 0), -ETIMEDOUT);
    gate_open(&gate);
    equal(pool_wait(pool, -1), 0);
    equal(ledger_total, 100);
    KIT_UNTIL(kit_stats(pool).state == POOL_DRAINED);
    contract_law(ops, pool);
    pool_free(pool);
}

static int close_inside(void *arg)
{
    (void)arg;
    answers[0] = pool_close(shared_pool);
    answers[1] = pool_close(shared_pool);
    answers[2] = pool_submit(shared_pool, ledger_job, ledger_arg(7)); /* inside: still accepted */
    return 0;
}

POOL_TEST(close, is_allowed_inside_and_children_still_run)
{
    unless(POOL_CLOSE_CANCELS);
    unless(POOL_NO_CLOSE);
    ledger_clear();
    shared_pool = contract_open(ops, &(struct pool_config){.workers = 2});
    equal(pool_submit(shared_pool, close_inside, NULL), 0);
    equal(pool_wait(shared_pool, -1), 0);
    equal(answers[0], 0);
    equal(answers[1], -EALREADY);
    equal(answers[2], 0);
    equal(ledger_ran[7], 1);
    KIT_UNTIL(kit_stats(shared_pool).state == POOL_DRAINED);
    pool_free(shared_pool);
}

static int child_after_close(void *arg)
{
    gate_pass(shared_gate);
    answers[0] = pool_submit(shared_pool, ledger_job, arg);
    while (!atomic_load(&ledger_ran[3])) /* another worker must still be there */
        kit_nap();
    return 0;
}

/* Workers leave when the pool is drained, not when the queue is empty. */
POOL_TEST(close, keeps_workers_for_children_to_come)
{
    unless(POOL_CLOSE_CANCELS);
    unless(POOL_NO_CLOSE);
    struct gate gate;
    needs(POOL_CAN_RUN_APART);
    gate_init(&gate);
    ledger_clear();
    shared_gate = &gate;
    shared_pool = contract_open(ops, &(struct pool_config){.workers = 2});
    equal(pool_submit(shared_pool, child_after_close, ledger_arg(3)), 0);
    KIT_UNTIL(gate_entered(&gate) == 1);
    equal(pool_close(shared_pool), 0);
    for (int i = 0; i < 50; i++) /* time enough for the idle worker to leave, if it would */
        kit_nap();
    gate_open(&gate);
    equal(pool_wait(shared_pool, -1), 0);
    equal(answers[0], 0);
    pool_free(shared_pool);
}

static void close_wakes(const struct pool_ops *ops, enum pool_full full)
{
    struct pool *pool =
        contract_open(ops, &(struct pool_config){.workers = 1, .capacity = 1, .full = full, .full_timeout_ns = HOUR});
    struct gate gate;
    struct call calls[3];
    gate_init(&gate);
    ledger_clear();
    contract_hold(ops, pool, &gate, 1);
    equal(pool_submit(pool, ledger_job, ledger_arg(0)), 0);
    for (int i = 0; i < 3; i++)
        kit_submit(&calls[i], pool, ledger_job, ledger_arg(10 + i));
    KIT_UNTIL(kit_stats(pool).blocked_submit == 3);
    equal(pool_close(pool), 0);
    for (int i = 0; i < 3; i++)
        equal(kit_join(&calls[i]), -ESHUTDOWN); /* with the gate still shut */
    gate_open(&gate);
    equal(pool_wait(pool, -1), 0);
    equal(ledger_total, 1);
    pool_free(pool);
}

POOL_TEST(close, wakes_blocked_submitters)
{
    unless(POOL_CLOSE_CANCELS);
    unless(POOL_NO_CLOSE);
    needs(POOL_CAN_QUEUE);
    close_wakes(ops, POOL_BLOCK);
}

POOL_TEST(close, wakes_submitters_with_a_long_timeout)
{
    unless(POOL_CLOSE_CANCELS);
    unless(POOL_NO_CLOSE);
    needs(POOL_CAN_QUEUE);
    close_wakes(ops, POOL_TIMEOUT);
}

POOL_TEST(close, afterwards_nothing_is_run_or_dropped_for_outsiders)
{
    unless(POOL_CLOSE_CANCELS);
    unless(POOL_NO_CLOSE);
    static const enum pool_full policies[] = {POOL_CALLER_RUNS, POOL_DROP_OLDEST};
    needs(POOL_CAN_DROP);
    for (int i = 0; i < 2; i++) {
        struct pool *pool = contract_open(ops, &(struct pool_config){.workers = 1, .capacity = 1, .full = policies[i]});
        struct gate gate;
        gate_init(&gate);
        ledger_clear();
        contract_hold(ops, pool, &gate, 1);
        equal(pool_submit(pool, ledger_job, ledger_arg(0)), 0);
        equal(pool_close(pool), 0);
        equal(pool_submit(pool, ledger_job, ledger_arg(1)), -ESHUTDOWN);
        equal(kit_stats(pool).dropped, 0);
        gate_open(&gate);
        equal(pool_wait(pool, -1), 0);
        equal(ledger_ran[0], 1);
        equal(ledger_ran[1], 0);
        pool_free(pool);
    }
}

static int caller_run_parent(void *arg)
{
    (void)arg;
    pool_close(shared_pool);
    answers[0] = pool_submit(shared_pool, ledger_job, ledger_arg(9));
    return 0;
}

POOL_TEST(close, a_caller_run_job_may_submit_children_after_it)
{
    unless(POOL_CLOSE_CANCELS);
    unless(POOL_NO_CLOSE);
    struct gate gate;
    needs(POOL_CAN_QUEUE);
    gate_init(&gate);
    ledger_clear();
    shared_pool = contract_open(ops, &(struct pool_config){.workers = 1, .capacity = 1, .full = POOL_CALLER_RUNS});
    contract_hold(ops, shared_pool, &gate, 1);
    equal(pool_submit(shared_pool, ledger_job, ledger_arg(0)), 0);
    equal(pool_submit(shared_pool, caller_run_parent, NULL), 0);
    equal(answers[0], 0);
    gate_open(&gate);
    equal(pool_wait(shared_pool, -1), 0);
    equal(ledger_ran[9], 1);
    pool_free(shared_pool);
}

static void *submit_until_closed(void *arg)
{
    int *accepted = arg;
    while (pool_submit(shared_pool, ledger_job, ledger_arg(0)) == 0)
        (*accepted)++;
    return NULL;
}

/* A submit that races with close is either accepted and runs, or refused. */
POOL_TEST(close, races_with_submit_lose_nothing)
{
    unless(POOL_CLOSE_CANCELS);
    unless(POOL_NO_CLOSE);
    for (int turn = 0; turn < 100; turn++) {
        int accepted[3] = {0, 0, 0};
        pthread_t threads[3];
        ledger_clear();
        shared_pool = contract_open(ops, &(struct pool_config){.workers = 2, .capacity = 8});
        for (int i = 0; i < 3; i++)
            pthread_create(&threads[i], NULL, submit_until_closed, &accepted[i]);
        for (int i = 0; i < turn % 7; i++)
            sched_yield();
        pool_close(shared_pool);
        for (int i = 0; i < 3; i++)
            pthread_join(threads[i], NULL);
        equal(pool_wait(shared_pool, -1), 0);
        equal(ledger_total, accepted[0] + accepted[1] + accepted[2]);
        equal(kit_stats(shared_pool).accepted, accepted[0] + accepted[1] + accepted[2]);
        pool_free(shared_pool);
    }
}

/* Wait. */

POOL_TEST(wait, is_0_on_a_fresh_pool_and_times_out_on_a_busy_one)
{
    unless(POOL_NO_WAIT);
    struct pool *pool = contract_open(ops, &(struct pool_config){.workers = 1});
    struct gate gate;
    equal(pool_wait(pool, 0), 0);
    if (ops->can & POOL_CAN_RUN_APART) {
        gate_init(&gate);
        contract_hold(ops, pool, &gate, 1);
        equal(pool_wait(pool, 0), -ETIMEDOUT);
        equal(pool_wait(pool, 3000000), -ETIMEDOUT);
        gate_open(&gate);
        equal(pool_wait(pool, -1), 0);
    }
    pool_free(pool);
}

POOL_TEST(wait, all_waiters_see_quiet)
{
    unless(POOL_NO_WAIT);
    unless(POOL_NO_COUNTS);
    enum { WAITERS = 8 };
    struct pool *pool;
    struct gate gate;
    struct call calls[WAITERS];
    needs(POOL_CAN_RUN_APART);
    pool = contract_open(ops, &(struct pool_config){.workers = 2});
    for (int turn = 0; turn < 20; turn++) {
        gate_init(&gate);
        contract_hold(ops, pool, &gate, 1);
        for (int i = 0; i < WAITERS; i++)
            kit_wait(&calls[i], pool, i % 2 ? -1 : HOUR);
        KIT_UNTIL(kit_stats(pool).blocked_wait == WAITERS);
        gate_open(&gate);
        for (int i = 0; i < WAITERS; i++)
            equal(kit_join(&calls[i]), 0);
    }
    pool_free(pool);
}

static int generations(void *arg)
{
    intptr_t left = (intptr_t)arg;
    atomic_fetch_add(&ledger_total, 1);
    if (left > 0)
        while (pool_submit(shared_pool, generations, (void *)(left - 1)) == -EAGAIN)
            return 0;
    return 0;
}

POOL_TEST(wait, waits_for_children_of_children)
{
    unless(POOL_NO_WAIT);
    for (int turn = 0; turn < 20; turn++) {
        ledger_clear();
        shared_pool = contract_open(ops, &(struct pool_config){.workers = 3});
        equal(pool_submit(shared_pool, generations, (void *)(intptr_t)50), 0);
        equal(pool_wait(shared_pool, -1), 0);
        equal(ledger_total, 51);
        pool_free(shared_pool);
    }
}

/* From inside, all that would wait for oneself is refused, and nothing changes. */
static int deadlocks(void *arg)
{
    (void)arg;
    answers[0] = pool_wait(shared_pool, -1);
    answers[1] = pool_wait(shared_pool, 0);
    answers[2] = pool_free(shared_pool);
    return 0;
}

static void check_deadlocks(const struct pool_ops *ops)
{
    equal(answers[0], -EDEADLK);
    equal(answers[1], -EDEADLK);
    equal(answers[2], -EDEADLK);
    memset(answers, 0, sizeof answers);
}

POOL_TEST(inside, wait_and_free_are_edeadlk)
{
    unless(POOL_NO_WAIT);
    shared_pool = contract_open(ops, &(struct pool_config){.workers = 2});
    equal(pool_submit(shared_pool, deadlocks, NULL), 0);
    equal(pool_wait(shared_pool, -1), 0);
    check_deadlocks(ops);
    equal(pool_submit(shared_pool, ledger_job, ledger_arg(0)), 0); /* still works */
    pool_free(shared_pool);
}

POOL_TEST(inside, wait_and_free_are_edeadlk_in_a_caller_run_job)
{
    struct gate gate;
    needs(POOL_CAN_QUEUE);
    gate_init(&gate);
    shared_pool = contract_open(ops, &(struct pool_config){.workers = 1, .capacity = 1, .full = POOL_CALLER_RUNS});
    contract_hold(ops, shared_pool, &gate, 1);
    equal(pool_submit(shared_pool, ledger_job, ledger_arg(0)), 0);
    equal(pool_submit(shared_pool, deadlocks, NULL), 0);
    check_deadlocks(ops);
    gate_open(&gate);
    pool_free(shared_pool);
}

static int deadlocks_below(void *inner)
{
    (void)!pool_submit(inner, deadlocks, NULL); /* an inline pool inside a job of shared_pool */
    return 0;
}

POOL_TEST(inside, wait_and_free_are_edeadlk_below_another_pools_job)
{
    struct pool *inner;
    unless(POOL_NO_WAIT);
    inner = contract_open(pool_find("inline"), &(struct pool_config){.workers = 1});
    shared_pool = contract_open(ops, &(struct pool_config){.workers = 1});
    equal(pool_submit(shared_pool, deadlocks_below, inner), 0);
    equal(pool_wait(shared_pool, -1), 0);
    check_deadlocks(ops);
    pool_free(inner);
    pool_free(shared_pool);
}

static int wait_for_other(void *other)
{
    answers[0] = pool_wait(other, -1);
    return 0;
}

POOL_TEST(inside, waiting_for_another_pool_is_allowed)
{
    struct pool *other = contract_open(ops, &(struct pool_config){.workers = 1});
    shared_pool = contract_open(ops, &(struct pool_config){.workers = 1});
    answers[0] = -1;
    equal(pool_submit(other, ledger_job, ledger_arg(0)), 0);
    equal(pool_submit(shared_pool, wait_for_other, other), 0);
    equal(pool_wait(shared_pool, -1), 0);
    equal(answers[0], 0);
    pool_free(other);
    pool_free(shared_pool);
}

/* Free. */

POOL_TEST(free, drains_children_too)
{
    unless(POOL_CLOSE_CANCELS);
    for (int turn = 0; turn < 20; turn++) {
        ledger_clear();
        shared_pool = contract_open(ops, &(struct pool_config){.workers = 2});
        equal(pool_submit(shared_pool, generations, (void *)(intptr_t)30), 0);
        equal(pool_free(shared_pool), 0);
        equal(ledger_total, 31);
    }
}

POOL_TEST(free, wakes_and_awaits_a_blocked_submitter)
{
    unless(POOL_NO_COUNTS);
    for (int turn = 0; turn < 20; turn++) {
        struct pool *pool;
        struct gate gate;
        struct call submit, freeing;
        needs(POOL_CAN_QUEUE);
        gate_init(&gate);
        pool = contract_open(ops, &(struct pool_config){.workers = 1, .capacity = 1});
        contract_hold(ops, pool, &gate, 1);
        equal(pool_submit(pool, ledger_job, ledger_arg(0)), 0);
        kit_submit(&submit, pool, ledger_job, ledger_arg(1));
        KIT_UNTIL(kit_stats(pool).blocked_submit == 1);
        kit_free(&freeing, pool);
        equal(kit_join(&submit), -ESHUTDOWN);
        check(!atomic_load(&freeing.returned), "free returned while a job runs");
        gate_open(&gate);
        equal(kit_join(&freeing), 0);
    }
}

POOL_TEST(free, lets_a_blocked_wait_return_at_quiet)
{
    unless(POOL_NO_COUNTS);
    for (int turn = 0; turn < 20; turn++) {
        struct pool *pool;
        struct gate gate;
        struct call wait, freeing;
        needs(POOL_CAN_RUN_APART);
        gate_init(&gate);
        pool = contract_open(ops, &(struct pool_config){.workers = 1});
        contract_hold(ops, pool, &gate, 1);
        kit_wait(&wait, pool, -1);
        KIT_UNTIL(kit_stats(pool).blocked_wait == 1);
        kit_free(&freeing, pool);
        gate_open(&gate);
        equal(kit_join(&wait), 0);
        equal(kit_join(&freeing), 0);
    }
}

POOL_TEST(free, who_returns_from_wait_may_free_at_once)
{
    for (int turn = 0; turn < 300; turn++) {
        struct pool *pool = contract_open(ops, &(struct pool_config){.workers = 3});
        for (int i = 0; i < 5; i++)
            equal(pool_submit(pool, ledger_job, ledger_arg(i)), 0);
        equal(pool_wait(pool, -1), 0);
        equal(pool_free(pool), 0);
    }
}
