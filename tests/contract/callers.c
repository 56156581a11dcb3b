/* callers.c - many jobs at once on the stacks of their submitters. */
#include "tests/contract/contract.h"

enum { THREADS = 1025, DEEP = POOL_DEPTH_MAX }; /* 65,600 jobs: more than 16 bits count */

static struct pool *deep_pool;
static struct gate deep_gate;

static int nest(void *depth)
{
    if ((intptr_t)depth > 1)
        return pool_submit(deep_pool, nest, (void *)((intptr_t)depth - 1));
    return gate_job(&deep_gate);
}

static void *nest_main(void *answer)
{
    *(int *)answer = pool_submit(deep_pool, nest, (void *)(intptr_t)DEEP);
    return NULL;
}

/* Returns how many there are. */
static int start_threads(pthread_t *threads, int *answers)
{
    pthread_attr_t small;
    int i;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 256 << 10);
    for (i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], &small, nest_main, &answers[i]))
            break;
    pthread_attr_destroy(&small);
    return i;
}

/* Nobody's count runs into another one's: it is not quiet, and not closed. */
POOL_TEST(callers, of_65600_jobs_on_1025_stacks_are_all_counted)
{
    static pthread_t threads[THREADS];
    static int answers[THREADS];
    struct gate gate;
    bool queue = ops->can & POOL_CAN_QUEUE;
    int started;
    unless(POOL_UNBOUNDED); /* what is never full has no caller to run a job */
    deep_pool = contract_open(ops, &(struct pool_config){.workers = 1, .capacity = 1, .full = POOL_CALLER_RUNS});
    gate_init(&gate);
    gate_init(&deep_gate);
    if (queue) {
        contract_hold(ops, deep_pool, &gate, 1);
        equal(pool_submit(deep_pool, gate_job, &gate), 0);
    }
    started = start_threads(threads, answers);
    KIT_UNTIL(gate_entered(&deep_gate) == started);
    equal(pool_wait(deep_pool, 0), -ETIMEDOUT);
    equal(kit_stats(deep_pool).caller_runs, started * DEEP);
    equal(kit_stats(deep_pool).accepted, started * DEEP + (queue ? 2 : 0));
    equal(kit_stats(deep_pool).state, POOL_OPEN);
    equal(pool_close(deep_pool), 0);
    equal(pool_wait(deep_pool, 0), -ETIMEDOUT);
    gate_open(&deep_gate);
    gate_open(&gate);
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < started; i++)
        equal(answers[i], 0);
    equal(pool_wait(deep_pool, -1), 0);
    contract_law(ops, deep_pool);
    equal(kit_stats(deep_pool).state, POOL_DRAINED);
    equal(pool_free(deep_pool), 0);
    if (started < THREADS)
        cr_skip_test("only %d threads here: too few for more than 65,535 callers", started);
}
