/* submit.c - a submitter that stands between two of its steps while the pool changes
 * under it: what it then returns is what it did. */
#include <criterion/criterion.h>

#include "tests/core/kit.h"
#include "tests/held/held.h"

static struct pool *pool;
static struct gate gate;

/* One worker, at the gate, and a full queue. */
static void open_full(const struct pool_ops *ops, struct pool_config config)
{
    config.workers = 1;
    gate_init(&gate);
    ledger_clear();
    cr_assert(pool_open(&pool, ops, &config) == 0);
    cr_assert(pool_submit(pool, gate_job, &gate) == 0);
    KIT_UNTIL(gate_entered(&gate) == 1);
    for (size_t i = 0; i < config.capacity; i++)
        cr_assert(pool_submit(pool, ledger_job, ledger_arg((int)i)) == 0);
}

/* Each job ran or came back once, `submitted` of them; the refused one neither. */
static void assert_law(const struct pool_ops *ops, int submitted)
{
    struct pool_stats s;
    gate_open(&gate);
    cr_assert(pool_wait(pool, -1) == 0);
    s = kit_stats(pool);
    cr_assert(s.accepted == s.done + s.failed + s.cancelled + s.dropped, "pool %s", ops->name);
    for (int i = 0; i < submitted; i++)
        cr_assert(ledger_ran[i] + ledger_back[i] == 1, "pool %s: job %d", ops->name, i);
    cr_assert(pool_free(pool) == 0);
}

/* Of the pools that can. */
#define EACH_POOL(ops, ability)                                                                                        \
    for (int pool_index = 0; pool_index < pool_count(); pool_index++)                                                  \
        for (const struct pool_ops *ops = pool_at(pool_index); ops && (ops->can & (ability)) == (ability); ops = NULL)

Test(submit, that_is_refused_by_a_close_has_dropped_nothing, .timeout = 60)
{
    EACH_POOL(ops, POOL_CAN_DROP)
    {
        struct pool_config config = {.capacity = 4, .full = POOL_DROP_OLDEST, .discard = ledger_discard};
        struct held held = HELD_AT("submit: the oldest is taken");
        struct call call;
        int64_t answer;
        open_full(ops, config);
        held_arm(&held);
        kit_submit(&call, pool, ledger_job, ledger_arg(4));
        KIT_UNTIL(held_there(&held));
        cr_assert(pool_close(pool) == 0);
        held_let_go(&held);
        answer = kit_join(&call);
        cr_assert(answer == 0 || answer == -ESHUTDOWN);
        cr_assert(kit_stats(pool).dropped == (answer == 0), "pool %s: answer %d", ops->name, (int)answer);
        cr_assert(pool_submit(pool, ledger_job, ledger_arg(5)) == -ESHUTDOWN);
        cr_assert(kit_stats(pool).dropped == (answer == 0));
        assert_law(ops, answer == 0 ? 5 : 4);
    }
}

static int64_t child_answer;
static int submit_child(void *arg)
{
    (void)arg;
    for (int i = 0; i < 5; i++)
        child_answer = pool_submit(pool, ledger_job, ledger_arg(i));
    return 0;
}

static void *cancel_main(void *unused)
{
    (void)unused;
    return (void *)(intptr_t)pool_cancel(pool);
}

/* Inside: the fifth child finds the queue full. What it took away was cancelled. */
Test(submit, that_is_refused_by_a_cancel_has_dropped_nothing, .timeout = 60)
{
    EACH_POOL(ops, POOL_CAN_DROP)
    {
        struct pool_config config = {.workers = 1, .capacity = 4, .full = POOL_DROP_OLDEST, .discard = ledger_discard};
        struct held held = HELD_AT("submit: the oldest is taken");
        pthread_t thread;
        gate_init(&gate);
        ledger_clear();
        cr_assert(pool_open(&pool, ops, &config) == 0);
        held_arm(&held);
        cr_assert(pool_submit(pool, submit_child, NULL) == 0);
        KIT_UNTIL(held_there(&held));
        pthread_create(&thread, NULL, cancel_main, NULL);
        KIT_UNTIL(kit_stats(pool).cancels == 1);
        held_let_go(&held);
        pthread_join(thread, NULL);
        cr_assert(pool_wait(pool, -1) == 0);
        cr_assert(child_answer == 0 || child_answer == -ECANCELED);
        cr_assert(kit_stats(pool).dropped == (child_answer == 0), "pool %s: answer %d", ops->name, (int)child_answer);
        assert_law(ops, child_answer == 0 ? 5 : 4);
    }
}

static int pass_any(void *unused)
{
    (void)unused;
    gate_pass(&gate);
    return 0;
}

/* One slot of eight is free when the time is out. */
Test(submit, that_is_out_of_time_takes_any_slot, .timeout = 60)
{
    EACH_POOL(ops, POOL_CAN_QUEUE)
    {
        struct pool_config config = {.workers = 1, .capacity = 8, .full = POOL_TIMEOUT, .full_timeout_ns = 1};
        struct held held = HELD_AT("submit: full");
        struct gate first;
        struct call call;
        gate_init(&gate);
        gate_init(&first);
        ledger_clear();
        cr_assert(pool_open(&pool, ops, &config) == 0);
        cr_assert(pool_submit(pool, gate_job, &first) == 0);
        KIT_UNTIL(gate_entered(&first) == 1);
        for (int i = 0; i < 8; i++)
            cr_assert(pool_submit(pool, pass_any, NULL) == 0);
        cr_assert(pool_submit(pool, ledger_job, ledger_arg(1)) == -ETIMEDOUT);
        held_arm(&held);
        kit_submit(&call, pool, ledger_job, ledger_arg(0));
        KIT_UNTIL(held_there(&held));
        gate_open(&first);
        KIT_UNTIL(kit_stats(pool).waiting == 7);
        held_let_go(&held);
        cr_assert(kit_join(&call) == 0, "pool %s", ops->name);
        assert_law(ops, 1);
    }
}

/* A batch, free begins while it stands between two of its jobs. */

static _Atomic int batch_returned;
static void *submit_two(void *unused)
{
    struct pool_job jobs[2] = {{ledger_job, ledger_arg(0)}, {ledger_job, ledger_arg(1)}};
    int count;
    (void)unused;
    count = pool_submit_batch(pool, jobs, 2);
    atomic_store(&batch_returned, 1);
    return (void *)(intptr_t)count;
}

static int do_nothing(void *unused)
{
    (void)unused;
    return 0;
}

/* It blocked for its first job, and got in: room_comes gave it that. It counts as blocked
 * until it returns, and free waits for it. */
static void a_batch_stands(const struct pool_ops *ops, void (*room_comes)(void))
{
    enum { NAPS = 100 };
    struct held held = HELD_AT("submit: one job is in");
    struct call freed;
    pthread_t thread;
    void *count;
    atomic_store(&batch_returned, 0);
    pthread_create(&thread, NULL, submit_two, NULL);
    KIT_UNTIL(kit_stats(pool).blocked_submit == 1);
    held_arm(&held);
    room_comes();
    KIT_UNTIL(held_there(&held));
    cr_assert(kit_stats(pool).blocked_submit == 1, "pool %s: not blocked between its jobs", ops->name);
    kit_free(&freed, pool);
    for (int i = 0; i < NAPS; i++)
        kit_nap();
    cr_assert(!atomic_load(&freed.returned), "pool %s: freed under a submitter", ops->name);
    held_let_go(&held);
    pthread_join(thread, &count);
    kit_join(&freed);
    cr_assert((int)(intptr_t)count == 1 || (int)(intptr_t)count == 2, "pool %s", ops->name);
    cr_assert(ledger_ran[0] == 1 && ledger_ran[1] == ((int)(intptr_t)count == 2), "pool %s", ops->name);
}

static void slot_comes(void)
{
    gate_open(&gate);
}

static void place_comes(void)
{
    struct pool_result result;
    cr_assert(pool_receive(pool, &result, 0) == 1);
}

Test(submit, of_a_batch_stays_counted_between_its_jobs, .timeout = 60)
{
    EACH_POOL(ops, POOL_CAN_QUEUE)
    {
        struct pool_config config = {.workers = 1, .capacity = 1};
        gate_init(&gate);
        ledger_clear();
        cr_assert(pool_open(&pool, ops, &config) == 0);
        cr_assert(pool_submit(pool, gate_job, &gate) == 0);
        KIT_UNTIL(gate_entered(&gate) == 1);
        cr_assert(pool_submit(pool, do_nothing, NULL) == 0);
        a_batch_stands(ops, slot_comes);
    }
}

/* A place is what it blocked for; where there is no queue, the job has run. */
Test(submit, of_a_batch_under_throttle_stays_counted_between_its_jobs, .timeout = 60)
{
    EACH_POOL(ops, POOL_CAN_RESULTS)
    {
        struct pool_config config = {
            .workers = 1, .capacity = 8, .results = POOL_RESULTS_THROTTLE, .results_capacity = 1};
        ledger_clear();
        cr_assert(pool_open(&pool, ops, &config) == 0);
        cr_assert(pool_submit(pool, do_nothing, NULL) == 0);
        KIT_UNTIL(kit_stats(pool).pending == 1);
        a_batch_stands(ops, place_comes);
    }
}

/* A batch whose jobs run on its own stack, and wait there for places for their results.
 * Statistics count the job that waits: free gives the results up, and awaits the batch. */

static void *submit_three(void *unused)
{
    struct pool_job jobs[] = {{ledger_job, ledger_arg(0)}, {ledger_job, ledger_arg(1)}, {ledger_job, ledger_arg(2)}};
    int count;
    (void)unused;
    count = pool_submit_batch(pool, jobs, 3);
    atomic_store(&batch_returned, 1);
    return (void *)(intptr_t)count;
}

Test(submit, of_a_batch_whose_jobs_wait_for_places_is_awaited, .timeout = 60)
{
    EACH_POOL(ops, POOL_CAN_RESULTS)
    {
        enum { NAPS = 100 };
        struct pool_config config = {.workers = 1,
                                     .capacity = 1,
                                     .full = POOL_CALLER_RUNS,
                                     .results = POOL_RESULTS_BLOCK,
                                     .results_capacity = 1};
        struct held held = HELD_AT("submit: one job is in");
        struct call freed;
        pthread_t thread;
        void *count;
        gate_init(&gate);
        ledger_clear();
        atomic_store(&batch_returned, 0);
        cr_assert(pool_open(&pool, ops, &config) == 0);
        if (ops->can & POOL_CAN_QUEUE) {
            cr_assert(pool_submit(pool, gate_job, &gate) == 0);
            KIT_UNTIL(gate_entered(&gate) == 1);
            cr_assert(pool_submit(pool, do_nothing, NULL) == 0);
        }
        pthread_create(&thread, NULL, submit_three, NULL);
        KIT_UNTIL(kit_stats(pool).blocked_results == 1); /* the second of them */
        held_arm(&held);
        kit_free(&freed, pool);
        KIT_UNTIL(held_there(&held) || atomic_load(&batch_returned));
        gate_open(&gate);
        for (int i = 0; i < NAPS; i++)
            kit_nap();
        cr_assert(held_there(&held) && !atomic_load(&freed.returned), "pool %s: freed under a submitter", ops->name);
        held_let_go(&held);
        pthread_join(thread, &count);
        cr_assert(kit_join(&freed) >= 0);
        cr_assert((int)(intptr_t)count == 2 && ledger_total == 2, "pool %s: %d jobs, %d ran", ops->name,
                  (int)(intptr_t)count, (int)ledger_total);
    }
}
