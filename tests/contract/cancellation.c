/* cancellation.c - no call of a pool is a cancellation point: a thread with a pending
 * pthread_cancel makes them all, and is cancelled where it asks for it. */
#include <sched.h>
#include <string.h>

#include "tests/contract/contract.h"

/* Runs main on a thread that is cancelled before it begins, and does not notice. */
static void cancelled_thread(const struct pool_ops *ops, void *(*main)(void *), void *arg)
{
    pthread_t thread;
    void *answer;
    cr_assert(pthread_create(&thread, NULL, main, arg) == 0);
    pthread_join(thread, &answer);
    check(answer == PTHREAD_CANCELED, "was not cancelled at all");
}

static int calls_made;
#define made(call)                                                                                                     \
    do {                                                                                                               \
        (void)!(call);                                                                                                 \
        calls_made++;                                                                                                  \
    } while (0)

static int short_job(void *arg)
{
    (void)arg;
    for (int i = 0; i < 100; i++)
        sched_yield(); /* no cancellation point */
    return 0;
}

/* Full, or not: submits that wait, that drop, that run their job. */
static void submit_all_ways(struct pool *pool)
{
    struct pool_job jobs[] = {{short_job, NULL}, {short_job, NULL}, {short_job, NULL}};
    for (int i = 0; i < 4; i++)
        made(pool_submit(pool, short_job, NULL));
    made(pool_submit_batch(pool, jobs, 3));
}

static int waits_for_gate(void *gate)
{
    return gate_job(gate);
}

static void use_pool(const struct pool_ops *ops, const struct pool_config *config, struct gate *gate)
{
    struct pool_result results[4];
    struct pool_stats stats;
    struct pool *pool;
    char text[512];
    made(pool_open(&pool, ops, config));
    if (ops->can & POOL_CAN_RUN_APART) {
        made(pool_submit(pool, waits_for_gate, gate));
        while (pool_stats(pool, &stats), stats.started < 1)
            sched_yield();
    }
    submit_all_ways(pool);
    made(pool_stats(pool, &stats));
    made(pool_explain(pool, text, sizeof text));
    made(pool_cancel(pool));
    made(pool_wait(pool, ops->can & POOL_CAN_RUN_APART ? 1000000 : -1));
    made(pool_receive(pool, results, 1000000));
    made(pool_receive_batch(pool, results, 4, 0));
    made(pool_sleep(1000));
    made(pool_cancel_fd());
    gate_open(gate);
    submit_all_ways(pool);
    made(pool_close(pool));
    made(pool_close(pool));
    made(pool_free(pool));
}

static const struct pool_ops *used;
static struct gate use_gate;
static enum pool_full use_full;

static void *use_main(void *unused)
{
    int cpu = 0;
    cpu_set_t allowed;
    struct pool_config config = {.workers = 2,
                                 .capacity = 2,
                                 .full = use_full,
                                 .full_timeout_ns = 1000000,
                                 .results = used->can & POOL_CAN_RESULTS ? POOL_RESULTS_DROP : POOL_RESULTS_NONE,
                                 .discard = ledger_discard,
                                 .cpus = &cpu,
                                 .cpu_count = pool_is_added(used) && !(used->declares & POOL_PINS_ITSELF) ? 0 : 1};
    (void)unused;
    sched_getaffinity(0, sizeof allowed, &allowed);
    while (!CPU_ISSET(cpu, &allowed))
        cpu++;
    pthread_cancel(pthread_self());
    use_pool(used, &config, &use_gate);
    pthread_testcancel();
    return NULL;
}

POOL_TEST(cancellation, a_thread_with_a_pending_one_returns_from_every_call)
{
    static const enum pool_full ways[] = {POOL_TIMEOUT, POOL_REJECT, POOL_CALLER_RUNS, POOL_DROP_OLDEST};
    used = ops;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (ways[i] == POOL_DROP_OLDEST && !(ops->can & POOL_CAN_DROP))
            continue;
        if (pool_is_added(ops)) /* where it refuses this, that is said */
            pool_free(contract_open(ops, &(struct pool_config){.workers = 2, .full = ways[i]}));
        calls_made = 0;
        gate_init(&use_gate);
        use_full = ways[i];
        cancelled_thread(ops, use_main, NULL);
        equal(calls_made, 22 + (ops->can & POOL_CAN_RUN_APART ? 1 : 0));
    }
}

/* An open that fails ends the threads that it has started. */
static void *open_main(void *error)
{
    struct pool_config config = {.workers = 4, .workers_min = 3};
    struct pool *pool;
    atomic_store(&kit_threads_left, 2);
    pthread_cancel(pthread_self());
    *(int *)error = pool_open(&pool, used, &config);
    pthread_testcancel();
    return NULL;
}

POOL_TEST(cancellation, an_open_that_fails_returns)
{
    int error = 0;
    needs(POOL_CAN_RUN_APART);
    contract_must_block(ops);
    used = ops;
    cancelled_thread(ops, open_main, &error);
    atomic_store(&kit_threads_left, -1);
    check(error == -EAGAIN || (pool_is_added(ops) && !error), "%s",
          strerror(-error)); /* who does not fail is asked elsewhere */
}

/* The end of a job that asked for its descriptor, which is closed then. */
static int asks_for_descriptor(void *arg)
{
    (void)arg;
    return pool_cancel_fd() >= 0 ? 7 : -EIO;
}

static struct pool *caller_pool;
static void *run_and_end(void *arg)
{
    pthread_cancel(pthread_self());
    (void)!pool_submit(caller_pool, asks_for_descriptor, arg);
    pthread_testcancel();
    return NULL;
}

POOL_TEST(cancellation, a_job_on_its_submitters_stack_has_one_result)
{
    ours("pool_cancel_fd");
    struct pool_result results[8];
    struct gate gate;
    int count, mine = 0, before;
    bool queue = ops->can & POOL_CAN_QUEUE;
    caller_pool = contract_open(ops, &(struct pool_config){.workers = 1,
                                                           .capacity = 1,
                                                           .full = POOL_CALLER_RUNS,
                                                           .results = POOL_RESULTS_BLOCK,
                                                           .results_capacity = 8});
    gate_init(&gate);
    if (queue) {
        contract_hold(ops, caller_pool, &gate, 1);
        equal(pool_submit(caller_pool, gate_job, &gate), 0);
    }
    before = kit_descriptors();
    cancelled_thread(ops, run_and_end, &mine);
    equal(kit_descriptors(), before);
    equal(kit_stats(caller_pool).done, 1);
    equal(kit_stats(caller_pool).failed, 0);
    gate_open(&gate);
    equal(pool_wait(caller_pool, -1), 0);
    contract_law(ops, caller_pool);
    count = pool_receive_batch(caller_pool, results, 8, 0);
    equal(count, queue ? 3 : 1);
    for (int i = 0; i < count; i++)
        if (results[i].arg == &mine) {
            equal(results[i].status, 7);
            mine++;
        }
    equal(mine, 1);
    pool_free(caller_pool);
}
