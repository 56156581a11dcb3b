/* room.c - how a submitter gets in when there is little room: by any slot in time,
 * whatever disturbs it; and what runs where it stands instead. */
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/contract/contract.h"

enum { CAPACITY = 8 };

static struct gate gates[CAPACITY + 2];

static int pass_mine(void *gate)
{
    gate_pass(gate);
    return 0;
}

/* One worker, held by the first job, and a full queue: each job has a gate of its own. */
static struct pool *open_full(const struct pool_ops *ops, struct pool_config config)
{
    struct pool *pool;
    config.workers = 1;
    config.capacity = CAPACITY;
    pool = contract_open(ops, &config);
    for (int i = 0; i < CAPACITY + 2; i++)
        gate_init(&gates[i]);
    contract_hold(ops, pool, &gates[0], 1);
    for (int i = 1; i <= CAPACITY; i++)
        equal(pool_submit(pool, pass_mine, &gates[i]), 0);
    return pool;
}

static void end(struct pool *pool)
{
    for (int i = 0; i < CAPACITY + 2; i++)
        gate_open(&gates[i]);
    cr_assert(pool_wait(pool, -1) == 0);
    pool_free(pool);
}

static _Atomic int signals;
static void on_signal(int number)
{
    (void)number;
    atomic_fetch_add(&signals, 1);
}

/* Submits one job, with a signal to this thread each 100 us. By its clock 100 us pass
 * between two looks, not more, however long it was kept off its CPU. */
static _Atomic int submitted;
static void *submit_disturbed(void *pool)
{
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1};
    struct itimerspec often = {{0, 100000}, {0, 100000}};
    timer_t timer;
    event._sigev_un._tid = (pid_t)syscall(SYS_gettid);
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) || timer_settime(timer, 0, &often, NULL))
        abort();
    kit_clock_crawls = true;
    if (pool_submit(pool, pass_mine, &gates[CAPACITY + 1]) == 0)
        atomic_store(&submitted, 1);
    kit_clock_crawls = false;
    timer_delete(timer);
    return NULL;
}

POOL_TEST(room, one_free_slot_is_enough_whatever_signals_come)
{
    unless(POOL_NO_COUNTS);
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    struct pool *pool;
    pthread_t thread;
    int seen;
    needs(POOL_CAN_QUEUE);
    sigaction(SIGUSR1, &action, NULL);
    pool = open_full(ops, (struct pool_config){0});
    atomic_store(&submitted, 0);
    pthread_create(&thread, NULL, submit_disturbed, pool);
    KIT_UNTIL(kit_stats(pool).blocked_submit == 1);
    seen = atomic_load(&signals);
    KIT_UNTIL(atomic_load(&signals) > seen + 10);
    gate_open(&gates[0]); /* one slot of eight */
    KIT_UNTIL(atomic_load(&submitted));
    pthread_join(thread, NULL);
    end(pool);
}

/* Inside. */

static struct pool *family_pool;
static int answers[2];

static int submit_two(void *arg)
{
    (void)arg;
    for (int i = 0; i < 2; i++)
        answers[i] = pool_submit(family_pool, ledger_job, ledger_arg(i));
    return 0;
}

/* A place for each result, a slot for one child: the other runs in its parent, and no
 * place is used up by it. */
static void children_under_throttle(const struct pool_ops *ops, enum pool_full full, int second)
{
    enum { ROUNDS = 50, PLACES = 3 };
    struct pool_config config = {.workers = 1,
                                 .capacity = 1,
                                 .full = full,
                                 .full_timeout_ns = HOUR,
                                 .results = POOL_RESULTS_THROTTLE,
                                 .results_capacity = PLACES};
    struct pool_result result;
    family_pool = contract_open(ops, &config);
    for (int round = 0; round < ROUNDS; round++) {
        int results = second ? 2 : 3;
        ledger_clear();
        equal(pool_submit(family_pool, submit_two, NULL), 0);
        equal(pool_wait(family_pool, -1), 0);
        equal(answers[0], 0);
        equal(answers[1], second);
        if (!second)
            equal(ledger_order[0], 1); /* in its parent, before the one that waits */
        for (int i = 0; i < results; i++)
            equal(pool_receive(family_pool, &result, 0), 1);
        equal(pool_receive(family_pool, &result, 0), -ETIMEDOUT);
    }
    contract_law(ops, family_pool);
    equal(kit_stats(family_pool).lost, 0);
    equal(pool_free(family_pool), 0);
}

POOL_TEST(room, inside_with_a_place_and_no_slot_the_job_runs_here)
{
    needs(POOL_CAN_QUEUE | POOL_CAN_RESULTS);
    children_under_throttle(ops, POOL_BLOCK, 0);
    children_under_throttle(ops, POOL_TIMEOUT, 0);
}

POOL_TEST(room, inside_with_a_place_and_no_slot_reject_refuses)
{
    needs(POOL_CAN_QUEUE | POOL_CAN_RESULTS);
    children_under_throttle(ops, POOL_REJECT, -EAGAIN);
}

static int refused_at, let_in;
static int nest(void *arg)
{
    int depth = (int)(intptr_t)arg;
    if (depth == 1)
        (void)!pool_submit(family_pool, ledger_job, ledger_arg(0)); /* takes the only slot */
    if (pool_submit(family_pool, nest, (void *)(intptr_t)(depth + 1)) == -EAGAIN)
        refused_at = depth;
    return 0;
}

static int use_all_places(void *arg)
{
    for (let_in = 0; pool_submit(family_pool, ledger_job, arg) == 0;)
        let_in++;
    return 0;
}

/* The one that is nested too deep gives its place back. */
POOL_TEST(room, inside_and_too_deep_no_place_is_lost)
{
    enum { JOBS = POOL_DEPTH_MAX + 1, PLACES = JOBS + 1 };
    struct pool_config config = {
        .workers = 1, .capacity = 1, .results = POOL_RESULTS_THROTTLE, .results_capacity = PLACES};
    struct pool_result result;
    needs(POOL_CAN_QUEUE | POOL_CAN_RESULTS);
    family_pool = contract_open(ops, &config);
    refused_at = 0;
    equal(pool_submit(family_pool, nest, (void *)(intptr_t)1), 0);
    equal(pool_wait(family_pool, -1), 0);
    equal(refused_at, POOL_DEPTH_MAX);
    for (int i = 0; i < JOBS; i++)
        equal(pool_receive(family_pool, &result, 0), 1);
    equal(pool_submit(family_pool, use_all_places, ledger_arg(0)), 0);
    equal(pool_wait(family_pool, -1), 0);
    equal(let_in, PLACES - 1);
    equal(pool_free(family_pool), PLACES);
}
