/* discards.c - discards that take their time, several at once, each at a gate of its own:
 * whom they hold up, and whom they do not. */
#include "tests/contract/contract.h"

enum { SLOW = 2, NAPS = 50 };

/* The n-th slow discard waits at slow_gates[n]. */
static struct gate slow_gates[SLOW];
static _Atomic int slow_count;
static enum pool_why slow_why;

static void slow_discard(void *arg, enum pool_why why)
{
    int n = why == slow_why ? atomic_fetch_add(&slow_count, 1) : SLOW;
    ledger_discard(arg, why);
    if (n < SLOW)
        gate_pass(&slow_gates[n]);
}

/* One worker, at the gate, and a full queue of jobs 0, 1, ... */
static struct pool *open_full(const struct pool_ops *ops, enum pool_why why, struct gate *gate,
                              struct pool_config config)
{
    struct pool *pool;
    gate_init(gate);
    for (int i = 0; i < SLOW; i++)
        gate_init(&slow_gates[i]);
    atomic_store(&slow_count, 0);
    slow_why = why;
    ledger_clear();
    config.workers = 1;
    config.discard = slow_discard;
    pool = contract_open(ops, &config);
    contract_hold(ops, pool, gate, 1);
    for (size_t i = 0; i < config.capacity; i++)
        equal(pool_submit(pool, ledger_job, ledger_arg((int)i)), 0);
    return pool;
}

static void end(const struct pool_ops *ops, struct pool *pool, struct gate *gate)
{
    gate_open(gate);
    equal(pool_wait(pool, -1), 0);
    contract_law(ops, pool);
    pool_free(pool);
}

static void *cancel_main(void *pool)
{
    return (void *)(intptr_t)pool_cancel(pool);
}

/* The slot is free while its job's discard takes its time: a submitter who came after the
 * cancel's instant gets in. */
POOL_TEST(discards, of_a_cancel_hold_up_no_submitter_that_waits_for_a_slot)
{
    ours("a slot that is free during its discard");
    struct gate gate;
    struct pool *pool;
    struct call late;
    pthread_t thread;
    needs(POOL_CAN_CANCEL | POOL_CAN_QUEUE);
    pool = open_full(ops, POOL_WHY_CANCELLED, &gate, (struct pool_config){.capacity = 2});
    pthread_create(&thread, NULL, cancel_main, pool);
    KIT_UNTIL(gate_entered(&slow_gates[0]) == 1);
    equal(pool_submit(pool, ledger_job, ledger_arg(2)), 0); /* in the first one's slot */
    kit_submit(&late, pool, ledger_job, ledger_arg(3));
    KIT_UNTIL(kit_stats(pool).blocked_submit == 1);
    for (int i = 0; i < NAPS; i++)
        kit_nap(); /* so that it sleeps, until it is told */
    gate_open(&slow_gates[0]);
    KIT_UNTIL(gate_entered(&slow_gates[1]) == 1); /* the second one's slot is free */
    equal(kit_join(&late), 0);
    gate_open(&slow_gates[1]);
    pthread_join(thread, NULL);
    equal(kit_stats(pool).cancelled, 2);
    end(ops, pool, &gate);
}

/* A cancel waits for the discard of a job that was accepted before it, and not for that of
 * one which was accepted later. */
POOL_TEST(discards, of_later_jobs_that_are_dropped_hold_up_no_cancel)
{
    ours("whose discard a cancel waits for");
    struct gate gate;
    struct pool *pool;
    struct call earlier, later;
    pthread_t thread;
    needs(POOL_CAN_CANCEL | POOL_CAN_DROP);
    pool = open_full(ops, POOL_WHY_DROPPED, &gate, (struct pool_config){.capacity = 1, .full = POOL_DROP_OLDEST});
    kit_submit(&earlier, pool, ledger_job, ledger_arg(1));
    KIT_UNTIL(gate_entered(&slow_gates[0]) == 1); /* job 0 */
    pthread_create(&thread, NULL, cancel_main, pool);
    KIT_UNTIL(kit_stats(pool).cancelled == 1); /* job 1 */
    equal(pool_submit(pool, ledger_job, ledger_arg(2)), 0);
    kit_submit(&later, pool, ledger_job, ledger_arg(3));
    KIT_UNTIL(gate_entered(&slow_gates[1]) == 1); /* job 2 */
    for (int i = 0; i < NAPS; i++)
        kit_nap();
    check(kit_stats(pool).cancel_settled_ns == UINT64_MAX, "it did not wait for a job from before");
    gate_open(&slow_gates[0]);
    pthread_join(thread, NULL); /* with the other gate still shut */
    check(kit_stats(pool).cancel_settled_ns != UINT64_MAX);
    equal(kit_join(&earlier), 0);
    gate_open(&slow_gates[1]);
    equal(kit_join(&later), 0);
    equal(kit_stats(pool).dropped, 2);
    end(ops, pool, &gate);
}
