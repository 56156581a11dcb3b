/* cancel_meets.c - a cancel and what others do meanwhile: jobs that breed on their
 * submitters' stacks, drops, other cancels; and a discard that takes its time, which
 * holds up nobody whose job it is not. */
#include "tests/contract/contract.h"

static struct pool *shared_pool;

/* Jobs that breed, on many submitters' stacks. */

enum { BREEDERS = 24 };
static _Atomic int breeding;

static int nothing(void *arg)
{
    (void)arg;
    return 0;
}

static int breed_until_cancelled(void *arg)
{
    (void)arg;
    atomic_fetch_add(&breeding, 1);
    while (!pool_cancelled())
        (void)!pool_submit(shared_pool, nothing, NULL);
    return 0;
}

static void *submit_breeder(void *arg)
{
    (void)arg;
    (void)!pool_submit(shared_pool, breed_until_cancelled, NULL);
    return NULL;
}

POOL_TEST(cancel_meets, jobs_that_breed_on_their_submitters_stacks)
{
    ours("pool_cancelled");
    struct pool_config config = {.workers = 1, .capacity = 1, .full = POOL_CALLER_RUNS};
    pthread_t threads[BREEDERS];
    struct gate gate;
    needs(POOL_CAN_CANCEL);
    gate_init(&gate);
    shared_pool = contract_open(ops, &config);
    atomic_store(&breeding, 0);
    if (ops->can & POOL_CAN_QUEUE) {
        contract_hold(ops, shared_pool, &gate, 1);
        equal(pool_submit(shared_pool, nothing, NULL), 0); /* from now on all run here */
    }
    for (int i = 0; i < BREEDERS; i++)
        pthread_create(&threads[i], NULL, submit_breeder, NULL);
    KIT_UNTIL(atomic_load(&breeding) == BREEDERS);
    equal(pool_cancel(shared_pool), 0); /* returns: waits for what is on the move once */
    for (int i = 0; i < BREEDERS; i++)
        pthread_join(threads[i], NULL);
    gate_open(&gate);
    equal(pool_wait(shared_pool, -1), 0);
    contract_law(ops, shared_pool);
    pool_free(shared_pool);
}

/* A discard that takes its time. */

static struct gate discards;
static enum pool_why slow_why;
static _Atomic int slow_left; /* so many more are slow */

static void slow_discard(void *arg, enum pool_why why)
{
    ledger_discard(arg, why);
    if (why == slow_why && atomic_fetch_sub(&slow_left, 1) > 0)
        gate_pass(&discards);
}

static struct pool *open_slow(const struct pool_ops *ops, enum pool_why why, struct pool_config config)
{
    gate_init(&discards);
    slow_why = why;
    atomic_store(&slow_left, 1);
    ledger_clear();
    config.discard = slow_discard;
    return contract_open(ops, &config);
}

static void *cancel_main(void *pool)
{
    return (void *)(intptr_t)pool_cancel(pool);
}

static int see_cancel(void *gate)
{
    gate_pass(gate);
    while (!pool_cancelled())
        kit_nap();
    return 0;
}

POOL_TEST(cancel_meets, drops_while_its_discard_takes_its_time)
{
    unless(POOL_NO_DISCARD);
    unless(POOL_NO_COUNTS);
    enum { CAPACITY = 4, MORE = 3 * CAPACITY };
    struct gate gate;
    struct pool *pool;
    pthread_t thread;
    needs(POOL_CAN_CANCEL | POOL_CAN_DROP);
    pool = open_slow(ops, POOL_WHY_CANCELLED,
                     (struct pool_config){.workers = 1, .capacity = CAPACITY, .full = POOL_DROP_OLDEST});
    gate_init(&gate);
    contract_hold(ops, pool, &gate, 1);
    for (int i = 0; i < CAPACITY; i++)
        equal(pool_submit(pool, ledger_job, ledger_arg(i)), 0);
    pthread_create(&thread, NULL, cancel_main, pool);
    KIT_UNTIL(gate_entered(&discards) == 1); /* the canceller is in the discard of one */
    for (int i = 0; i < MORE; i++)
        equal(pool_submit(pool, ledger_job, ledger_arg(CAPACITY + i)), 0);
    gate_open(&discards);
    pthread_join(thread, NULL);
    equal(kit_stats(pool).waiting, CAPACITY); /* the youngest; those from before are settled */
    for (int i = 0; i < MORE; i++)
        equal(ledger_back[CAPACITY + i], i < MORE - CAPACITY);
    gate_open(&gate);
    equal(pool_wait(pool, -1), 0);
    for (int i = 0; i < CAPACITY + MORE; i++)
        equal(ledger_ran[i] + ledger_back[i], 1);
    contract_law(ops, pool);
    pool_free(pool);
}

/* Who drops stands in discard: a cancel takes effect all the same, but does not return,
 * because that job was accepted before it and is not settled. */
POOL_TEST(cancel_meets, a_drop_whose_discard_takes_its_time)
{
    ours("pool_cancelled");
    enum { NAPS = 50 };
    struct gate open, shut;
    struct pool *pool;
    struct call drop;
    pthread_t thread;
    needs(POOL_CAN_CANCEL | POOL_CAN_DROP);
    pool =
        open_slow(ops, POOL_WHY_DROPPED, (struct pool_config){.workers = 2, .capacity = 1, .full = POOL_DROP_OLDEST});
    gate_init(&shut);
    gate_init(&open);
    gate_open(&open);
    contract_hold(ops, pool, &shut, 1);
    equal(pool_submit(pool, see_cancel, &open), 0);
    KIT_UNTIL(gate_entered(&open) == 1);
    equal(pool_submit(pool, ledger_job, ledger_arg(0)), 0);
    kit_submit(&drop, pool, ledger_job, ledger_arg(1));
    KIT_UNTIL(gate_entered(&discards) == 1);
    pthread_create(&thread, NULL, cancel_main, pool);
    KIT_UNTIL(kit_stats(pool).done == 1); /* the job saw it */
    for (int i = 0; i < NAPS; i++)
        kit_nap();
    check(kit_stats(pool).cancel_settled_ns == UINT64_MAX);
    gate_open(&discards);
    equal(kit_join(&drop), 0);
    pthread_join(thread, NULL);
    check(kit_stats(pool).cancel_settled_ns != UINT64_MAX);
    gate_open(&shut);
    equal(pool_wait(pool, -1), 0);
    equal(kit_stats(pool).dropped, 1);
    contract_law(ops, pool);
    pool_free(pool);
}

/* Many that drop: there is always one in discard, but none of them for long. */

enum { DROPPERS = 8 };
static _Atomic int dropping_ends;

static void napping_discard(void *arg, enum pool_why why)
{
    (void)arg;
    if (why == POOL_WHY_DROPPED)
        kit_nap();
}

static void *drop_until_the_end(void *pool)
{
    while (!atomic_load(&dropping_ends))
        if (pool_submit(pool, nothing, NULL))
            return (void *)1;
    return NULL;
}

POOL_TEST(cancel_meets, droppers_that_never_rest)
{
    enum { CANCELS = 20 };
    struct pool_config config = {.workers = 1, .capacity = 1, .full = POOL_DROP_OLDEST, .discard = napping_discard};
    pthread_t threads[DROPPERS];
    struct gate gate;
    struct pool *pool;
    void *failed;
    needs(POOL_CAN_CANCEL | POOL_CAN_DROP);
    gate_init(&gate);
    atomic_store(&dropping_ends, 0);
    pool = contract_open(ops, &config);
    contract_hold(ops, pool, &gate, 1);
    for (int i = 0; i < DROPPERS; i++)
        pthread_create(&threads[i], NULL, drop_until_the_end, pool);
    for (int i = 0; i < CANCELS; i++) {
        uint64_t dropped = kit_stats(pool).dropped;
        KIT_UNTIL(kit_stats(pool).dropped > dropped + DROPPERS);
        equal(pool_cancel(pool), 0);
    }
    atomic_store(&dropping_ends, 1);
    for (int i = 0; i < DROPPERS; i++) {
        pthread_join(threads[i], &failed);
        check(!failed, "a submit was refused");
    }
    gate_open(&gate);
    equal(pool_wait(pool, -1), 0);
    contract_law(ops, pool);
    pool_free(pool);
}

/* One canceller stands in discard: the next one takes effect all the same. */
POOL_TEST(cancel_meets, another_one_whose_discard_takes_its_time)
{
    ours("pool_cancelled");
    struct gate holds[2], open;
    struct pool *pool;
    pthread_t threads[2];
    needs(POOL_CAN_CANCEL | POOL_CAN_QUEUE);
    pool = open_slow(ops, POOL_WHY_CANCELLED, (struct pool_config){.workers = 2, .capacity = 4});
    gate_init(&open);
    gate_open(&open);
    for (int i = 0; i < 2; i++) {
        gate_init(&holds[i]);
        contract_hold(ops, pool, &holds[i], 1);
    }
    for (int i = 0; i < 2; i++)
        equal(pool_submit(pool, ledger_job, ledger_arg(i)), 0);
    pthread_create(&threads[0], NULL, cancel_main, pool);
    KIT_UNTIL(gate_entered(&discards) == 1);
    gate_open(&holds[1]);
    equal(pool_submit(pool, see_cancel, &open), 0); /* of the new epoch */
    KIT_UNTIL(gate_entered(&open) == 1);
    equal(kit_stats(pool).done, 1);
    pthread_create(&threads[1], NULL, cancel_main, pool);
    KIT_UNTIL(kit_stats(pool).done == 2); /* that job saw the second */
    gate_open(&discards);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    equal(kit_stats(pool).cancelled, 2);
    equal(kit_stats(pool).cancels, 2);
    gate_open(&holds[0]);
    equal(pool_wait(pool, -1), 0);
    contract_law(ops, pool);
    pool_free(pool);
}
