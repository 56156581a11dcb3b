/* submit.c - capacity, the policies of a full pool, batches, order, stranded
 * jobs, and submitting from inside a job. */
#include <string.h>

#include "tests/contract/contract.h"

static const size_t capacities[] = {1, 2, 3, 7, 8, 1024};
enum { CAPACITIES = sizeof capacities / sizeof *capacities };

POOL_TEST(submit, runs_each_job_once)
{
    enum { JOBS = 20000 };
    struct pool *pool = contract_open(ops, &(struct pool_config){.workers = 4});
    ledger_clear();
    for (int i = 0; i < JOBS; i++)
        equal(pool_submit(pool, ledger_job, ledger_arg(i)), 0);
    equal(pool_wait(pool, -1), 0);
    for (int i = 0; i < JOBS; i++)
        equal(ledger_ran[i], 1);
    contract_law(ops, pool);
    equal(kit_stats(pool).accepted, JOBS);
    pool_free(pool);
}

POOL_TEST(submit, takes_a_null_argument)
{
    struct pool *pool = contract_open(ops, &(struct pool_config){.workers = 1, .capacity = 1});
    struct gate gate;
    gate_init(&gate);
    gate_open(&gate);
    equal(pool_submit(pool, gate_job, &gate), 0);
    equal(pool_wait(pool, -1), 0);
    pool_free(pool);
}

POOL_TEST(submit, refuses_a_lone_submitter_exactly_at_capacity)
{
    unless(POOL_NO_COUNTS);
    needs(POOL_CAN_QUEUE);
    for (int c = 0; c < CAPACITIES; c++) {
        for (int workers = 1; workers <= 2; workers++) {
            struct pool *pool = contract_open(
                ops, &(struct pool_config){.workers = workers, .capacity = capacities[c], .full = POOL_REJECT});
            struct gate gate;
            gate_init(&gate);
            ledger_clear();
            contract_hold(ops, pool, &gate, workers);
            for (size_t i = 0; i < capacities[c]; i++)
                check(pool_submit(pool, ledger_job, ledger_arg((int)i)) == 0, "refused at %zu of %zu", i,
                      capacities[c]);
            equal(pool_submit(pool, ledger_job, ledger_arg(5000)), -EAGAIN);
            equal(kit_stats(pool).waiting, capacities[c]);
            gate_open(&gate);
            equal(pool_wait(pool, -1), 0);
            equal(ledger_total, capacities[c]);
            equal(ledger_ran[5000], 0); /* refused: never runs */
            equal(kit_stats(pool).accepted, capacities[c] + (size_t)workers);
            contract_law(ops, pool);
            pool_free(pool);
        }
    }
}

POOL_TEST(submit, has_its_capacity_back_after_use)
{
    needs(POOL_CAN_QUEUE);
    for (int c = 0; c < CAPACITIES; c++) {
        struct pool *pool =
            contract_open(ops, &(struct pool_config){.workers = 2, .capacity = capacities[c], .full = POOL_REJECT});
        for (int turn = 0; turn < 20; turn++) {
            struct gate gate;
            gate_init(&gate);
            contract_hold(ops, pool, &gate, 2);
            for (size_t i = 0; i < capacities[c]; i++)
                equal(pool_submit(pool, ledger_job, ledger_arg((int)i)), 0);
            equal(pool_submit(pool, ledger_job, ledger_arg(0)), -EAGAIN);
            gate_open(&gate);
            equal(pool_wait(pool, -1), 0);
        }
        pool_free(pool);
    }
}

POOL_TEST(submit, block_waits_for_a_slot)
{
    unless(POOL_NO_COUNTS);
    struct pool *pool;
    struct gate gate;
    struct call call;
    needs(POOL_CAN_QUEUE);
    pool = contract_open(ops, &(struct pool_config){.workers = 1, .capacity = 1});
    gate_init(&gate);
    ledger_clear();
    contract_hold(ops, pool, &gate, 1);
    equal(pool_submit(pool, ledger_job, ledger_arg(0)), 0);
    kit_submit(&call, pool, ledger_job, ledger_arg(1));
    KIT_UNTIL(kit_stats(pool).blocked_submit == 1);
    check(!atomic_load(&call.returned), "submit returned from a full pool");
    gate_open(&gate);
    equal(kit_join(&call), 0);
    equal(pool_wait(pool, -1), 0);
    equal(ledger_ran[1], 1);
    pool_free(pool);
}

static int pass_each(void *gates)
{
    static _Atomic int next;
    struct gate *gate = (struct gate *)gates + atomic_fetch_add(&next, 1);
    gate_pass(gate);
    return 0;
}

/* Capacity 4, jobs let through one by one: a slot is free, half of them not. */
POOL_TEST(submit, a_blocked_submitter_gets_in_when_one_slot_is_free)
{
    unless(POOL_NO_COUNTS);
    static struct gate gates[8];
    struct pool *pool;
    struct call call;
    needs(POOL_CAN_QUEUE);
    pool = contract_open(ops, &(struct pool_config){.workers = 1, .capacity = 4});
    for (int i = 0; i < 8; i++)
        gate_init(&gates[i]);
    equal(pool_submit(pool, pass_each, gates), 0);
    KIT_UNTIL(gate_entered(&gates[0]) == 1);
    for (int i = 0; i < 4; i++)
        equal(pool_submit(pool, pass_each, gates), 0);
    kit_submit(&call, pool, pass_each, gates);
    KIT_UNTIL(kit_stats(pool).blocked_submit == 1);
    gate_open(&gates[0]);
    equal(kit_join(&call), 0); /* while the second job still holds the worker */
    for (int i = 1; i < 8; i++)
        gate_open(&gates[i]);
    equal(pool_wait(pool, -1), 0);
    pool_free(pool);
}

POOL_TEST(submit, timeout_gives_up)
{
    struct pool *pool;
    struct gate gate;
    needs(POOL_CAN_QUEUE);
    pool = contract_open(
        ops, &(struct pool_config){.workers = 1, .capacity = 1, .full = POOL_TIMEOUT, .full_timeout_ns = 2000000});
    gate_init(&gate);
    ledger_clear();
    contract_hold(ops, pool, &gate, 1);
    equal(pool_submit(pool, ledger_job, ledger_arg(0)), 0);
    equal(pool_submit(pool, ledger_job, ledger_arg(1)), -ETIMEDOUT);
    gate_open(&gate);
    equal(pool_wait(pool, -1), 0);
    equal(ledger_ran[0], 1);
    equal(ledger_ran[1], 0);
    equal(kit_stats(pool).accepted, 2);
    pool_free(pool);
}

static pthread_t ran_on;
static int note_thread(void *arg)
{
    (void)arg;
    ran_on = pthread_self();
    return pool_worker();
}

POOL_TEST(submit, caller_runs_runs_in_the_caller)
{
    struct pool *pool;
    struct gate gate;
    needs(POOL_CAN_QUEUE);
    pool = contract_open(ops, &(struct pool_config){.workers = 1, .capacity = 1, .full = POOL_CALLER_RUNS});
    gate_init(&gate);
    contract_hold(ops, pool, &gate, 1);
    equal(pool_submit(pool, ledger_job, ledger_arg(0)), 0);
    equal(pool_submit(pool, note_thread, NULL), 0);
    check(pthread_equal(ran_on, pthread_self()), "ran elsewhere");
    equal(kit_stats(pool).caller_runs, 1);
    equal(kit_stats(pool).failed, 1); /* it returned -1: no worker's stack */
    gate_open(&gate);
    equal(pool_wait(pool, -1), 0);
    contract_law(ops, pool);
    pool_free(pool);
}

POOL_TEST(submit, drop_oldest_drops_exactly_one)
{
    unless(POOL_NO_DISCARD);
    struct pool *pool;
    struct gate gate;
    needs(POOL_CAN_DROP);
    pool = contract_open(
        ops, &(struct pool_config){.workers = 1, .capacity = 4, .full = POOL_DROP_OLDEST, .discard = ledger_discard});
    gate_init(&gate);
    ledger_clear();
    contract_hold(ops, pool, &gate, 1);
    for (int i = 1; i <= 5; i++)
        equal(pool_submit(pool, ledger_job, ledger_arg(i)), 0);
    equal(kit_stats(pool).dropped, 1);
    equal(ledger_back_total(), 1);
    equal(ledger_back[1], 1); /* a lone producer's first, in every pool: all wait in one queue */
    equal(ledger_why[1], POOL_WHY_DROPPED);
    gate_open(&gate);
    equal(pool_wait(pool, -1), 0);
    equal(ledger_total, 4);
    contract_law(ops, pool);
    pool_free(pool);
}

static struct pool *family_pool;
static struct gate *family_gate;
static int wait_at_family_gate(void *arg)
{
    ledger_job(arg);
    gate_pass(family_gate);
    return 0;
}

/* A batch that a worker claimed: its first job blocks, the others may be dropped. */
POOL_TEST(submit, drop_oldest_reaches_what_a_worker_claimed)
{
    unless(POOL_NO_DISCARD);
    struct pool_job jobs[8];
    struct pool *pool;
    struct gate first, second;
    needs(POOL_CAN_DROP);
    pool = contract_open(
        ops, &(struct pool_config){.workers = 1, .capacity = 8, .full = POOL_DROP_OLDEST, .discard = ledger_discard});
    gate_init(&first);
    gate_init(&second);
    family_gate = &second;
    ledger_clear();
    contract_hold(ops, pool, &first, 1);
    for (int i = 0; i < 8; i++)
        jobs[i] = (struct pool_job){wait_at_family_gate, ledger_arg(i)};
    equal(pool_submit_batch(pool, jobs, 8), 8);
    gate_open(&first);
    KIT_UNTIL(gate_entered(&second) == 1); /* seven wait, in the queue or claimed */
    for (int i = 8; i < 16; i++)
        equal(pool_submit(pool, ledger_job, ledger_arg(i)), 0);
    equal(kit_stats(pool).dropped, 7);
    equal(ledger_back_total(), 7);
    gate_open(&second);
    equal(pool_wait(pool, -1), 0);
    contract_law(ops, pool);
    pool_free(pool);
}

/* Batches. */

POOL_TEST(submit, a_batch_is_so_many_single_submits)
{
    struct pool_job jobs[10];
    struct pool *pool;
    struct gate gate;
    needs(POOL_CAN_QUEUE);
    pool = contract_open(ops, &(struct pool_config){.workers = 1, .capacity = 7, .full = POOL_REJECT});
    gate_init(&gate);
    ledger_clear();
    contract_hold(ops, pool, &gate, 1);
    for (int i = 0; i < 10; i++)
        jobs[i] = (struct pool_job){ledger_job, ledger_arg(i)};
    equal(pool_submit_batch(pool, jobs, 10), 7); /* up to the first error */
    equal(pool_submit_batch(pool, jobs + 7, 3), -EAGAIN);
    gate_open(&gate);
    equal(pool_wait(pool, -1), 0);
    equal(ledger_total, 7);
    for (int i = 0; i < 7; i++)
        equal(ledger_ran[i], 1);
    pool_free(pool);
}

POOL_TEST(submit, a_batch_larger_than_the_pool_gets_through)
{
    enum { JOBS = 5000 };
    static struct pool_job jobs[JOBS];
    struct pool *pool = contract_open(ops, &(struct pool_config){.workers = 2, .capacity = 3});
    ledger_clear();
    for (int i = 0; i < JOBS; i++)
        jobs[i] = (struct pool_job){ledger_job, ledger_arg(i)};
    equal(pool_submit_batch(pool, jobs, JOBS), JOBS);
    equal(pool_wait(pool, -1), 0);
    for (int i = 0; i < JOBS; i++)
        equal(ledger_ran[i], 1);
    pool_free(pool);
}

POOL_TEST(submit, keeps_one_producers_order_where_promised)
{
    enum { JOBS = 2000 };
    struct pool *pool;
    struct gate gate;
    unless(POOL_WAIT_HELPS);
    if (!(ops->can & (POOL_CAN_KEEP_ORDER | POOL_KEEPS_ORDER)))
        cr_skip_test("pool %s: not supported: order", ops->name);
    pool = contract_open(ops, &(struct pool_config){.workers = 1, .capacity = JOBS, .flags = POOL_KEEP_ORDER});
    gate_init(&gate);
    ledger_clear();
    contract_hold(ops, pool, &gate, 1);
    for (int i = 0; i < JOBS; i++)
        equal(pool_submit(pool, ledger_job, ledger_arg(i)), 0);
    gate_open(&gate);
    equal(pool_wait(pool, -1), 0);
    for (int i = 0; i < JOBS; i++)
        equal(ledger_order[i], i);
    pool_free(pool);
}

/* Stranded jobs. */

static _Atomic int last_of_batch;
static int wait_for_last(void *arg)
{
    (void)arg;
    while (!atomic_load(&last_of_batch))
        kit_nap();
    return 0;
}
static int be_last(void *arg)
{
    (void)arg;
    atomic_store(&last_of_batch, 1);
    return 0;
}

/* The first of a batch waits for the last; both may have been claimed by one
 * worker, and the other one must find it there. */
POOL_TEST(submit, strands_no_job_behind_a_running_one)
{
    needs(POOL_CAN_RUN_APART);
    for (int size = 2; size <= 64; size *= 2) {
        struct pool *pool = contract_open(ops, &(struct pool_config){.workers = 2});
        for (int turn = 0; turn < 30; turn++) {
            struct pool_job jobs[64];
            atomic_store(&last_of_batch, 0);
            for (int i = 0; i < size; i++)
                jobs[i] = (struct pool_job){i == 0          ? wait_for_last
                                            : i == size - 1 ? be_last
                                                            : ledger_job,
                                            ledger_arg(i)};
            equal(pool_submit_batch(pool, jobs, size), size);
            equal(pool_wait(pool, -1), 0);
        }
        pool_free(pool);
    }
}

static int child_for_parent(void *arg)
{
    (void)arg;
    atomic_store(&last_of_batch, 1);
    return 0;
}
static int wait_for_child(void *arg)
{
    (void)arg;
    if (pool_submit(family_pool, child_for_parent, NULL) == 0)
        wait_for_last(NULL);
    return 0;
}

/* Capacity 1, two workers: a job that waits for its child. */
POOL_TEST(submit, strands_no_child_at_capacity_one)
{
    for (int turn = 0; turn < 200; turn++) {
        family_pool = contract_open(ops, &(struct pool_config){.workers = 2, .capacity = 1});
        atomic_store(&last_of_batch, 0);
        equal(pool_submit(family_pool, wait_for_child, NULL), 0);
        equal(pool_wait(family_pool, -1), 0);
        equal(atomic_load(&last_of_batch), 1);
        pool_free(family_pool);
    }
}

/* One worker streams for ever; what another one holds must still be found. */
static _Atomic int stream_stops;
static int stream(void *arg)
{
    if (atomic_load(&stream_stops))
        return 0;
    (void)!pool_submit(family_pool, stream, arg);
    return 0;
}
POOL_TEST(submit, strands_no_job_beside_an_endless_stream)
{
    struct pool_job jobs[32];
    needs(POOL_CAN_RUN_APART);
    family_pool = contract_open(ops, &(struct pool_config){.workers = 2, .capacity = 64});
    atomic_store(&last_of_batch, 0);
    atomic_store(&stream_stops, 0);
    for (int i = 0; i < 32; i++)
        jobs[i] = (struct pool_job){i == 0 ? wait_for_last : i == 31 ? be_last : ledger_job, ledger_arg(i)};
    equal(pool_submit(family_pool, stream, NULL), 0);
    equal(pool_submit_batch(family_pool, jobs, 32), 32);
    KIT_UNTIL(atomic_load(&last_of_batch));
    atomic_store(&stream_stops, 1);
    equal(pool_wait(family_pool, -1), 0);
    pool_free(family_pool);
}

static int seed_two(void *arg)
{
    (void)!pool_submit(family_pool, be_last, arg);
    (void)!pool_submit(family_pool, stream, arg);
    return 0;
}

/* One worker, an older child, and a younger one whose children are endless. */
POOL_TEST(submit, strands_no_older_child_beside_an_endless_stream)
{
    needs(POOL_CAN_RUN_APART);
    family_pool = contract_open(ops, &(struct pool_config){.workers = 1, .capacity = 64});
    atomic_store(&last_of_batch, 0);
    atomic_store(&stream_stops, 0);
    equal(pool_submit(family_pool, seed_two, NULL), 0);
    KIT_UNTIL(atomic_load(&last_of_batch));
    atomic_store(&stream_stops, 1);
    equal(pool_wait(family_pool, -1), 0);
    pool_free(family_pool);
}

static int meet(void *arg)
{
    struct gate *gate = arg;
    gate_pass(gate);
    return 0;
}

POOL_TEST(submit, brings_all_workers_to_work)
{
    enum { WORKERS = 8 };
    struct pool *pool;
    needs(POOL_CAN_RUN_APART);
    pool = contract_open(ops, &(struct pool_config){.workers = WORKERS, .capacity = WORKERS});
    for (int turn = 0; turn < 50; turn++) {
        struct gate gate;
        gate_init(&gate);
        for (int i = 0; i < WORKERS; i++)
            equal(pool_submit(pool, meet, &gate), 0);
        KIT_UNTIL(gate_entered(&gate) == WORKERS); /* all at once */
        gate_open(&gate);
        equal(pool_wait(pool, -1), 0);
    }
    pool_free(pool);
}

/* Inside. */

static int submit_answers[4];
static int submit_two(void *arg)
{
    (void)arg;
    for (int i = 0; i < 2; i++)
        submit_answers[i] = pool_submit(family_pool, ledger_job, ledger_arg(i));
    return 0;
}

/* One worker, capacity 1: a job submits two children. */
static void inside_full(const struct pool_ops *ops, enum pool_full full, int second)
{
    ledger_clear();
    family_pool = contract_open(
        ops, &(struct pool_config){
                 .workers = 1, .capacity = 1, .full = full, .full_timeout_ns = HOUR, .discard = ledger_discard});
    equal(pool_submit(family_pool, submit_two, NULL), 0);
    equal(pool_wait(family_pool, -1), 0);
    equal(submit_answers[0], 0);
    equal(submit_answers[1], second);
    contract_law(ops, family_pool);
}

POOL_TEST(inside, with_no_room_the_job_runs_here)
{
    static const enum pool_full policies[] = {POOL_BLOCK, POOL_TIMEOUT, POOL_CALLER_RUNS};
    needs(POOL_CAN_QUEUE);
    for (int i = 0; i < 3; i++) {
        inside_full(ops, policies[i], 0);
        equal(ledger_total, 2);
        equal(ledger_order[0], 1); /* the second ran in its parent, the first waited */
        pool_free(family_pool);
    }
}

POOL_TEST(inside, with_no_room_reject_refuses)
{
    needs(POOL_CAN_QUEUE);
    inside_full(ops, POOL_REJECT, -EAGAIN);
    equal(ledger_total, 1);
    pool_free(family_pool);
}

POOL_TEST(inside, with_no_room_drop_oldest_drops)
{
    unless(POOL_NO_DISCARD);
    needs(POOL_CAN_DROP);
    inside_full(ops, POOL_DROP_OLDEST, 0);
    equal(ledger_total, 1);
    equal(ledger_back[0], 1);
    equal(ledger_ran[1], 1);
    pool_free(family_pool);
}

static int deepest, refused_at;
static int nest(void *arg)
{
    int depth = (int)(intptr_t)arg, answer;
    if (depth > deepest)
        deepest = depth;
    answer = pool_submit(family_pool, nest, (void *)(intptr_t)(depth + 1));
    if (answer == -EAGAIN)
        refused_at = depth;
    return 0;
}
static int fill_and_nest(void *arg)
{
    (void)!pool_submit(family_pool, ledger_job, ledger_arg(0)); /* takes the only slot */
    return nest(arg);
}

POOL_TEST(inside, sixty_four_levels_then_eagain)
{
    unless(POOL_UNBOUNDED); /* never full, so that no job has to run in another one */
    deepest = refused_at = 0;
    ledger_clear();
    family_pool = contract_open(ops, &(struct pool_config){.workers = 1, .capacity = 1});
    equal(pool_submit(family_pool, fill_and_nest, (void *)(intptr_t)1), 0);
    equal(pool_wait(family_pool, -1), 0);
    equal(refused_at, POOL_DEPTH_MAX);
    equal(deepest, POOL_DEPTH_MAX);
    contract_law(ops, family_pool);
    pool_free(family_pool);
}

static _Atomic int chain_length, chain_refused;
static int chain(void *arg)
{
    int answer;
    if (atomic_fetch_add(&chain_length, 1) >= 100000)
        return 0;
    answer = pool_submit(family_pool, chain, arg);
    if (answer == -EAGAIN)
        atomic_fetch_add(&chain_refused, 1);
    return 0;
}
static void *chain_main(void *arg)
{
    (void)arg;
    for (int i = 0; i < 3000 && atomic_load(&chain_length) < 100000; i++)
        (void)!pool_submit(family_pool, chain, NULL);
    return NULL;
}

/* A job that submits itself for ever must not use up a stack. */
POOL_TEST(inside, a_long_chain_of_self_submits_needs_little_stack)
{
    unless(POOL_CALLER_MAY_RUN); /* such a chain may nest: check says so, and does not judge it */
    pthread_attr_t small;
    pthread_t thread;
    atomic_store(&chain_length, 0);
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 256 * 1024);
    family_pool = contract_open(ops, &(struct pool_config){.workers = 1, .capacity = 1});
    pthread_create(&thread, &small, chain_main, NULL);
    pthread_join(thread, NULL);
    equal(pool_wait(family_pool, -1), 0);
    check(atomic_load(&chain_length) >= 100000 || atomic_load(&chain_refused) > 0);
    contract_law(ops, family_pool);
    pool_free(family_pool);
}

static _Atomic int child_answer; /* of the submits the last that was not 0 */

static int many_children(void *arg)
{
    for (int i = 0; i < 1000; i++) {
        int answer = pool_submit(family_pool, ledger_job, ledger_arg((int)(intptr_t)arg * 1000 + i));
        if (answer)
            atomic_store(&child_answer, answer);
    }
    return 0;
}

POOL_TEST(inside, children_run_once_each)
{
    ledger_clear();
    atomic_store(&child_answer, 0);
    family_pool = contract_open(ops, &(struct pool_config){.workers = 4, .capacity = 5000});
    for (intptr_t i = 0; i < 20; i++)
        equal(pool_submit(family_pool, many_children, (void *)i), 0);
    equal(pool_wait(family_pool, -1), 0);
    equal(atomic_load(&child_answer), 0); /* with no room it runs at once */
    for (int i = 0; i < 20000; i++)
        equal(ledger_ran[i], 1);
    equal(kit_stats(family_pool).failed, 0);
    contract_law(ops, family_pool);
    pool_free(family_pool);
}
