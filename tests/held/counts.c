/* counts.c - a pool that has run 10^15 jobs already: its counters are put there; and one
 * whose counters go on while somebody reads them. */
#include <criterion/criterion.h>

#include "pools/core/head.h"
#include "tests/core/kit.h"
#include "tests/held/held.h"

static struct pool *counted_pool;

/* On its submitter's stack: not quiet, and its child is counted as well. */
static int look_inside(void *child)
{
    struct pool_head *head = pool_head_of(counted_pool);
    if (child && pool_submit(counted_pool, look_inside, NULL))
        return -EIO;
    return pool_quiet_look(head) ? -EBUSY : 0;
}

/* So that the count of those that were accepted passes the end of its 32 bits, and is
 * far beyond 46, while jobs run. */
Test(counts, of_jobs_on_their_submitters_stacks_never_wrap, .timeout = 60)
{
    const uint64_t before = (UINT64_C(1000000000000000) | UINT32_MAX) - 4;
    for (int i = 0; i < pool_count(); i++) {
        const struct pool_ops *ops = pool_at(i);
        struct pool_config config = {.workers = 1, .capacity = 1, .full = POOL_CALLER_RUNS};
        struct pool_head *head;
        struct pool_stats stats;
        struct gate gate;
        uint64_t held = ops->can & POOL_CAN_QUEUE ? 2 : 0;
        cr_assert(pool_open(&counted_pool, ops, &config) == 0);
        head = pool_head_of(counted_pool);
        atomic_fetch_add(&head->caller_done, before);
        atomic_fetch_add(&head->caller_word, POOL_CALLER_ACCEPT * before);
        gate_init(&gate);
        for (uint64_t n = 0; n < held; n++) {
            cr_assert(pool_submit(counted_pool, gate_job, &gate) == 0);
            KIT_UNTIL(gate_entered(&gate) == 1);
        }
        for (int turn = 0; turn < 8; turn++)
            cr_assert(pool_submit(counted_pool, look_inside, counted_pool) == 0);
        stats = kit_stats(counted_pool);
        cr_assert(stats.accepted == before + 16 + held && stats.caller_runs == before + 16 && stats.failed == 0,
                  "pool %s: accepted %llu, failed %llu", ops->name, (unsigned long long)stats.accepted,
                  (unsigned long long)stats.failed);
        cr_assert(pool_wait(counted_pool, 0) == (held ? -ETIMEDOUT : 0), "pool %s", ops->name);
        gate_open(&gate);
        cr_assert(pool_wait(counted_pool, -1) == 0);
        stats = kit_stats(counted_pool);
        cr_assert(stats.done == stats.accepted && stats.started == stats.accepted && stats.state == POOL_OPEN);
        cr_assert(pool_free(counted_pool) == 0);
    }
}

static struct pool_stats slow_stats;

static void *read_slowly(void *pool)
{
    slow_stats = kit_stats(pool);
    return NULL;
}

static int nothing(void *unused)
{
    (void)unused;
    return 0;
}

enum { MANY = 100 };

/* The first one takes the only slot; the others run here. */
static int many_children(void *pool)
{
    for (int i = 0; i < MANY; i++)
        cr_assert(pool_submit(pool, nothing, NULL) == 0);
    return 0;
}

/* A reader stands while many jobs come and go: what it has read by then, and what it reads
 * afterwards, still obey the law. */
Test(counts, obey_the_law_for_a_reader_who_stands, .timeout = 60)
{
    for (int i = 0; i < pool_count(); i++) {
        const struct pool_ops *ops = pool_at(i);
        struct pool_config config = {.workers = 1, .capacity = 1, .full = POOL_CALLER_RUNS};
        struct held held = HELD_AT("stats: jobs begun are counted");
        const struct pool_stats *s = &slow_stats;
        struct pool *pool;
        pthread_t reader;
        cr_assert(pool_open(&pool, ops, &config) == 0);
        held_arm(&held);
        pthread_create(&reader, NULL, read_slowly, pool);
        KIT_UNTIL(held_there(&held));
        cr_assert(pool_submit(pool, many_children, pool) == 0);
        cr_assert(pool_wait(pool, -1) == 0);
        held_let_go(&held);
        pthread_join(reader, NULL);
        cr_assert(s->done + s->failed <= s->started && s->started <= s->accepted && s->caller_runs <= s->started,
                  "pool %s: started %d, on their submitters' stacks %d, accepted %d", ops->name, (int)s->started,
                  (int)s->caller_runs, (int)s->accepted);
        cr_assert(s->done + s->failed + s->cancelled + s->dropped <= s->accepted);
        cr_assert(kit_stats(pool).caller_runs >= MANY - 1);
        cr_assert(pool_free(pool) == 0);
    }
}
