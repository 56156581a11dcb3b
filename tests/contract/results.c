/* results.c - the result channel: places, who waits, what is lost. */
#include "tests/contract/contract.h"

static struct pool *shared_pool;
static int64_t answers[4];

static int return_7(void *arg)
{
    (void)arg;
    return 7;
}

POOL_TEST(results, without_a_channel_receive_is_not_supported)
{
    struct pool *pool = contract_open(ops, &(struct pool_config){.workers = 1});
    struct pool_result result;
    equal(pool_receive(pool, &result, 0), -ENOTSUP);
    pool_free(pool);
}

POOL_TEST(results, a_result_says_which_job_and_how_it_ended)
{
    needs(POOL_CAN_RESULTS);
    struct pool *pool = contract_open(ops, &(struct pool_config){.workers = 1, .results = POOL_RESULTS_BLOCK});
    struct pool_result result;
    int mark;
    equal(pool_receive(pool, &result, 0), -ETIMEDOUT);
    equal(pool_submit(pool, return_7, &mark), 0);
    equal(pool_receive(pool, &result, -1), 1);
    equal(result.status, 7);
    check(result.fn == return_7 && result.arg == &mark);
    pool_free(pool);
}

POOL_TEST(results, after_wait_all_can_be_received_at_once)
{
    needs(POOL_CAN_RESULTS);
    enum { JOBS = 64 };
    struct pool *pool = contract_open(
        ops, &(struct pool_config){.workers = 4, .results = POOL_RESULTS_BLOCK, .results_capacity = JOBS});
    for (int turn = 0; turn < 500; turn++) {
        struct pool_result results[JOBS];
        ledger_clear();
        for (int i = 0; i < JOBS; i++)
            equal(pool_submit(pool, ledger_job, ledger_arg(i)), 0);
        equal(pool_wait(pool, -1), 0);
        equal(pool_receive_batch(pool, results, JOBS, 0), JOBS);
        for (int i = 0; i < JOBS; i++)
            atomic_fetch_add(&ledger_back[ledger_number(results[i].arg)], 1);
        for (int i = 0; i < JOBS; i++)
            equal(ledger_back[i], 1);
        turn += 9; /* clearing the ledger takes longest */
    }
    pool_free(pool);
}

POOL_TEST(results, when_drained_receive_is_1_then_0_for_ever)
{
    needs(POOL_CAN_RESULTS);
    struct pool *pool = contract_open(ops, &(struct pool_config){.workers = 1, .results = POOL_RESULTS_BLOCK});
    struct pool_result result;
    equal(pool_submit(pool, return_7, NULL), 0);
    equal(pool_close(pool), 0);
    equal(pool_receive(pool, &result, -1), 1);
    equal(pool_receive(pool, &result, -1), 0);
    equal(pool_receive(pool, &result, 0), 0);
    equal(pool_free(pool), 0);
}

POOL_TEST(results, close_ends_a_receiver_that_waits)
{
    needs(POOL_CAN_RESULTS);
    unless(POOL_NO_COUNTS);
    struct pool *pool = contract_open(ops, &(struct pool_config){.workers = 1, .results = POOL_RESULTS_BLOCK});
    struct call call;
    kit_receive(&call, pool, -1);
    KIT_UNTIL(kit_stats(pool).blocked_receive == 1);
    equal(pool_close(pool), 0);
    equal(kit_join(&call), 0); /* "closed and drained" is not a made-up value */
    pool_free(pool);
}

POOL_TEST(results, block_makes_workers_wait)
{
    needs(POOL_CAN_RESULTS);
    unless(POOL_NO_COUNTS);
    struct pool *pool;
    struct pool_result result;
    needs(POOL_CAN_RUN_APART);
    pool =
        contract_open(ops, &(struct pool_config){.workers = 2, .results = POOL_RESULTS_BLOCK, .results_capacity = 1});
    for (int i = 0; i < 5; i++)
        equal(pool_submit(pool, return_7, NULL), 0);
    KIT_UNTIL(kit_stats(pool).blocked_results == 2);
    equal(pool_wait(pool, 0), -ETIMEDOUT); /* their outcome does not count yet */
    equal(pool_close(pool), 0);
    for (int i = 0; i < 5; i++)
        equal(pool_receive(pool, &result, -1), 1);
    equal(pool_receive(pool, &result, -1), 0);
    equal(kit_stats(pool).received, 5);
    equal(pool_free(pool), 0);
}

POOL_TEST(results, throttle_makes_the_submitter_wait_and_no_worker)
{
    needs(POOL_CAN_RESULTS);
    unless(POOL_NO_COUNTS);
    struct pool *pool = contract_open(
        ops, &(struct pool_config){.workers = 2, .results = POOL_RESULTS_THROTTLE, .results_capacity = 2});
    struct pool_result result;
    struct call call;
    ledger_clear();
    equal(pool_submit(pool, ledger_job, ledger_arg(0)), 0);
    equal(pool_submit(pool, ledger_job, ledger_arg(1)), 0);
    equal(pool_wait(pool, -1), 0);
    kit_submit(&call, pool, ledger_job, ledger_arg(2));
    KIT_UNTIL(kit_stats(pool).blocked_submit == 1);
    equal(kit_stats(pool).blocked_results, 0);
    equal(pool_receive(pool, &result, -1), 1);
    equal(kit_join(&call), 0);
    equal(pool_wait(pool, -1), 0);
    equal(ledger_total, 3);
    equal(pool_free(pool), 2);
}

POOL_TEST(results, throttle_with_reject_is_full_without_a_place)
{
    needs(POOL_CAN_RESULTS);
    struct pool *pool = contract_open(
        ops, &(struct pool_config){
                 .workers = 1, .results = POOL_RESULTS_THROTTLE, .results_capacity = 1, .full = POOL_REJECT});
    struct pool_result result;
    equal(pool_submit(pool, return_7, NULL), 0);
    equal(pool_submit(pool, return_7, NULL), -EAGAIN);
    equal(pool_receive(pool, &result, -1), 1);
    equal(pool_submit(pool, return_7, NULL), 0);
    equal(pool_free(pool), 1);
}

POOL_TEST(results, throttle_with_timeout_times_out_without_a_place)
{
    needs(POOL_CAN_RESULTS);
    struct pool *pool = contract_open(ops, &(struct pool_config){.workers = 1,
                                                                 .results = POOL_RESULTS_THROTTLE,
                                                                 .results_capacity = 1,
                                                                 .full = POOL_TIMEOUT,
                                                                 .full_timeout_ns = 2000000});
    equal(pool_submit(pool, return_7, NULL), 0);
    equal(pool_submit(pool, return_7, NULL), -ETIMEDOUT);
    equal(kit_stats(pool).accepted, 1);
    equal(pool_free(pool), 1);
}

POOL_TEST(results, close_wakes_a_submitter_that_waits_for_a_place)
{
    needs(POOL_CAN_RESULTS);
    unless(POOL_NO_COUNTS);
    struct call call;
    struct pool *pool = contract_open(
        ops, &(struct pool_config){.workers = 1, .results = POOL_RESULTS_THROTTLE, .results_capacity = 1});
    equal(pool_submit(pool, return_7, NULL), 0);
    kit_submit(&call, pool, return_7, NULL);
    KIT_UNTIL(kit_stats(pool).blocked_submit == 1);
    equal(pool_close(pool), 0);
    equal(kit_join(&call), -ESHUTDOWN);
    equal(pool_free(pool), 1);
}

POOL_TEST(results, cancel_wakes_a_submitter_that_waits_for_a_place)
{
    needs(POOL_CAN_RESULTS);
    unless(POOL_NO_COUNTS);
    struct call call;
    struct pool *pool = contract_open(
        ops, &(struct pool_config){.workers = 1, .results = POOL_RESULTS_THROTTLE, .results_capacity = 1});
    equal(pool_submit(pool, return_7, NULL), 0);
    KIT_UNTIL(kit_stats(pool).pending == 1); /* or the cancel takes the job instead of the submitter */
    kit_submit(&call, pool, return_7, NULL);
    KIT_UNTIL(kit_stats(pool).blocked_submit == 1);
    equal(pool_cancel(pool), 0);
    equal(kit_join(&call), -ECANCELED);
    equal(kit_stats(pool).accepted, 1);
    equal(pool_free(pool), 1); /* the pending result stayed */
}

static int submit_inside(void *arg)
{
    (void)arg;
    answers[0] = pool_submit(shared_pool, return_7, NULL);
    return 0;
}

POOL_TEST(results, throttle_inside_without_a_place_is_eagain)
{
    needs(POOL_CAN_RESULTS);
    shared_pool = contract_open(
        ops, &(struct pool_config){.workers = 1, .results = POOL_RESULTS_THROTTLE, .results_capacity = 1});
    equal(pool_submit(shared_pool, submit_inside, NULL), 0);
    equal(pool_wait(shared_pool, -1), 0);
    equal(answers[0], -EAGAIN);
    equal(kit_stats(shared_pool).accepted, 1);
    equal(pool_free(shared_pool), 1);
}

POOL_TEST(results, drop_loses_the_new_one_and_gives_its_argument_back)
{
    unless(POOL_NO_DISCARD);
    needs(POOL_CAN_RESULTS);
    unless(POOL_NO_COUNTS);
    struct pool *pool = contract_open(
        ops, &(struct pool_config){
                 .workers = 1, .results = POOL_RESULTS_DROP, .results_capacity = 2, .discard = ledger_discard});
    struct pool_result result;
    ledger_clear();
    for (int i = 0; i < 5; i++) {
        equal(pool_submit(pool, ledger_job, ledger_arg(i)), 0);
        equal(pool_wait(pool, -1), 0);
    }
    for (int i = 0; i < 5; i++)
        equal(ledger_back[i], i < 2 ? 0 : 1);
    equal(ledger_why[4], POOL_WHY_RESULT_LOST);
    equal(kit_stats(pool).lost, 3);
    equal(kit_stats(pool).pending, 2);
    equal(pool_receive(pool, &result, 0), 1);
    equal(ledger_number(result.arg), 0);
    equal(pool_free(pool), 1);
    equal(ledger_back[1], 1); /* given up by free: comes back, too */
}

POOL_TEST(results, cancelled_and_dropped_jobs_have_none)
{
    needs(POOL_CAN_RESULTS);
    struct pool *pool;
    struct gate gate;
    struct pool_result result;
    needs(POOL_CAN_QUEUE | POOL_CAN_CANCEL);
    pool = contract_open(ops, &(struct pool_config){.workers = 1,
                                                    .capacity = 10,
                                                    .results = POOL_RESULTS_THROTTLE,
                                                    .results_capacity = 11,
                                                    .full = POOL_REJECT});
    gate_init(&gate);
    ledger_clear();
    contract_hold(ops, pool, &gate, 1);
    for (int i = 0; i < 10; i++)
        equal(pool_submit(pool, ledger_job, ledger_arg(i)), 0);
    equal(pool_cancel(pool), 0);
    for (int i = 0; i < 10; i++) /* slot and place are free at its return */
        equal(pool_submit(pool, ledger_job, ledger_arg(20 + i)), 0);
    gate_open(&gate);
    equal(pool_wait(pool, -1), 0);
    for (int i = 0; i < 11; i++)
        equal(pool_receive(pool, &result, 0), 1);
    equal(pool_receive(pool, &result, 0), -ETIMEDOUT);
    equal(pool_free(pool), 0);
}

/* The trap: the consumer is gone, workers wait for places. */
POOL_TEST(results, close_then_cancel_frees_workers_that_wait_for_a_place)
{
    needs(POOL_CAN_RESULTS);
    unless(POOL_NO_COUNTS);
    struct pool *pool;
    struct pool_result result;
    struct pool_stats stats;
    needs(POOL_CAN_RUN_APART | POOL_CAN_CANCEL);
    pool =
        contract_open(ops, &(struct pool_config){.workers = 2, .results = POOL_RESULTS_BLOCK, .results_capacity = 1});
    for (int i = 0; i < 10; i++)
        equal(pool_submit(pool, return_7, NULL), 0);
    KIT_UNTIL(kit_stats(pool).blocked_results == 2);
    equal(pool_close(pool), 0);
    equal(pool_cancel(pool), 0);
    equal(pool_wait(pool, -1), 0);
    stats = kit_stats(pool);
    equal(stats.done, 3);
    equal(stats.lost, 2);
    equal(pool_receive(pool, &result, -1), 1); /* what was pending stays */
    equal(pool_receive(pool, &result, -1), 0);
    pool_free(pool);
}

POOL_TEST(results, free_gives_up_and_says_how_many)
{
    unless(POOL_NO_DISCARD);
    needs(POOL_CAN_RESULTS);
    static const enum pool_results kinds[] = {POOL_RESULTS_BLOCK, POOL_RESULTS_THROTTLE, POOL_RESULTS_DROP};
    for (int k = 0; k < 3; k++) {
        struct pool *pool = contract_open(
            ops,
            &(struct pool_config){.workers = 2, .results = kinds[k], .results_capacity = 8, .discard = ledger_discard});
        struct pool_result result;
        ledger_clear();
        for (int i = 0; i < 8; i++)
            equal(pool_submit(pool, ledger_job, ledger_arg(i)), 0);
        equal(pool_receive(pool, &result, -1), 1);
        equal(pool_receive(pool, &result, -1), 1);
        equal(pool_free(pool), 6);
        equal(ledger_back_total(), 6);
    }
}

POOL_TEST(results, free_needs_no_consumer)
{
    unless(POOL_NO_DISCARD);
    needs(POOL_CAN_RESULTS);
    unless(POOL_NO_COUNTS);
    struct pool *pool;
    needs(POOL_CAN_RUN_APART);
    pool = contract_open(
        ops, &(struct pool_config){
                 .workers = 2, .results = POOL_RESULTS_BLOCK, .results_capacity = 1, .discard = ledger_discard});
    ledger_clear();
    for (int i = 0; i < 100; i++)
        equal(pool_submit(pool, ledger_job, ledger_arg(i)), 0);
    KIT_UNTIL(kit_stats(pool).blocked_results == 2);
    equal(pool_free(pool), 100);
    equal(ledger_total, 100);
    equal(ledger_back_total(), 100);
}

POOL_TEST(results, free_ends_a_receiver_that_waits)
{
    needs(POOL_CAN_RESULTS);
    unless(POOL_NO_COUNTS);
    for (int turn = 0; turn < 20; turn++) {
        struct pool *pool;
        struct gate gate;
        struct call receive, freeing;
        needs(POOL_CAN_RUN_APART);
        gate_init(&gate);
        pool = contract_open(ops, &(struct pool_config){.workers = 1, .results = POOL_RESULTS_BLOCK});
        contract_hold(ops, pool, &gate, 1);
        kit_receive(&receive, pool, -1);
        KIT_UNTIL(kit_stats(pool).blocked_receive == 1);
        kit_free(&freeing, pool);
        equal(kit_join(&receive), -ESHUTDOWN);
        gate_open(&gate);
        equal(kit_join(&freeing), 1);
    }
}

static int receive_inside(void *arg)
{
    struct pool_result result;
    (void)arg;
    answers[0] = pool_receive(shared_pool, &result, -1);
    answers[1] = pool_receive(shared_pool, &result, 1000);
    answers[2] = pool_receive(shared_pool, &result, 0);
    return 0;
}

POOL_TEST(inside, receive_is_edeadlk_unless_it_does_not_wait)
{
    needs(POOL_CAN_RESULTS);
    shared_pool = contract_open(ops, &(struct pool_config){.workers = 1, .results = POOL_RESULTS_BLOCK});
    equal(pool_submit(shared_pool, receive_inside, NULL), 0);
    equal(pool_wait(shared_pool, -1), 0);
    equal(answers[0], -EDEADLK);
    equal(answers[1], -EDEADLK);
    equal(answers[2], -ETIMEDOUT);
    pool_free(shared_pool);
}
