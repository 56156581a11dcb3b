/* lockfree.c - POOL_LOCK_FREE, earned: any one thread is frozen at any step of submit,
 * take and settle, and the others go on. The steps are not listed here: a run without
 * a freeze says which ones there are, for submitters and for workers.
 *
 * In `make test` the others have gone on when they ran for 40 ms, and workers ran 2,000 jobs.
 * With LOCK_FREE_JOBS=1000000 they have to run so many each time: `make lock-free`. What a
 * submitter runs itself, or drops, says of no worker that it goes on, and does not count. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pools/core/futex.h"
#include "pools/core/ring.h"
#include "tests/core/kit.h"
#include "tests/held/held.h"

enum {
    SUBMITTERS = 2,
    WORKERS = 2,
    BATCH = 8,
    BURST = 512,              /* jobs that workers run; then a submitter rests, and they park */
    BURST_TRIES = 64 * BURST, /* or so many submits: there may be no room, nor a worker awake */
    WARM = 2000,              /* jobs before a freeze, and for which it is waited for */
    AT_LEAST = 2000,          /* jobs of the others, however long it takes */
    BREED = 16,               /* of so many jobs one has a child */
};

static const int64_t enough_ns = 40000000; /* then AT_LEAST will do */
static const int64_t stuck_ns = INT64_C(20000000000);

/* That the others have to complete, however long it takes; 0: they were not asked to. */
static uint64_t jobs_asked(void)
{
    const char *text = getenv("LOCK_FREE_JOBS");
    return text ? strtoull(text, NULL, 10) : 0;
}

struct load {
    struct pool *pool;
    pthread_t threads[SUBMITTERS];
    _Atomic bool over;
    _Atomic uint64_t ran, accepted;
    _Atomic uint64_t worked; /* of those that ran: on a worker */
};
static struct load load;
static __thread bool submits;

static bool is_submitter(void)
{
    return submits;
}

static bool is_worker(void)
{
    return !submits;
}

static int leaf(void *unused)
{
    (void)unused;
    atomic_fetch_add_explicit(&load.ran, 1, memory_order_relaxed);
    if (!submits)
        atomic_fetch_add_explicit(&load.worked, 1, memory_order_relaxed);
    return 0;
}

static int breeds(void *unused)
{
    if (pool_submit(load.pool, leaf, NULL) == 0)
        atomic_fetch_add_explicit(&load.accepted, 1, memory_order_relaxed);
    return leaf(unused);
}

/* After each submit. Few of them get in where a worker must come for each: a burst is as
 * long as it has work for the workers. */
static void rest_after_burst(unsigned turn, unsigned *tries, uint64_t *until)
{
    enum { EVERY = 16 };
    uint64_t worked;
    if (turn % EVERY)
        return;
    *tries += EVERY;
    worked = atomic_load_explicit(&load.worked, memory_order_relaxed);
    if (worked < *until && *tries < BURST_TRIES)
        return;
    kit_nap();
    *tries = 0;
    *until = atomic_load_explicit(&load.worked, memory_order_relaxed) + BURST;
}

static void *submitter_main(void *unused)
{
    struct pool_job batch[BATCH];
    unsigned tries = 0;
    uint64_t until = BURST;
    submits = true;
    for (int i = 0; i < BATCH; i++)
        batch[i] = (struct pool_job){leaf, NULL};
    for (unsigned turn = 1; !atomic_load(&load.over); turn++) {
        int n = turn % BREED == 1 ? pool_submit_batch(load.pool, batch, BATCH)
                                  : pool_submit(load.pool, turn % BREED ? leaf : breeds, NULL) == 0;
        if (n > 0)
            atomic_fetch_add_explicit(&load.accepted, (uint64_t)n, memory_order_relaxed);
        rest_after_burst(turn, &tries, &until);
    }
    return unused;
}

/* No function finds a place for a number any more: each job lies in a box. */
static void fill_functions(struct pool *pool)
{
    struct pool_functions *functions = &((struct ring_pool *)pool)->functions;
    for (size_t i = 1; i < (size_t)1 << POOL_FUNCTION_BITS; i++)
        atomic_store(&functions->table[i], gate_job);
}

struct shape {
    size_t capacity;
    enum pool_full full;
    bool boxed;
};

static void load_begins(const struct pool_ops *ops, struct shape shape)
{
    struct pool_config config = {.workers = WORKERS, .capacity = shape.capacity, .full = shape.full};
    atomic_store(&load.over, false);
    atomic_store(&load.ran, 0);
    atomic_store(&load.accepted, 0);
    atomic_store(&load.worked, 0);
    cr_assert(pool_open(&load.pool, ops, &config) == 0);
    if (shape.boxed)
        fill_functions(load.pool);
    for (int i = 0; i < SUBMITTERS; i++)
        cr_assert(pthread_create(&load.threads[i], NULL, submitter_main, NULL) == 0);
    while (atomic_load(&load.worked) < WARM)
        kit_nap();
}

static void load_ends(void)
{
    struct pool_stats stats;
    atomic_store(&load.over, true);
    for (int i = 0; i < SUBMITTERS; i++)
        pthread_join(load.threads[i], NULL);
    cr_assert(pool_wait(load.pool, -1) == 0);
    stats = kit_stats(load.pool);
    cr_assert(stats.accepted == atomic_load(&load.accepted) && stats.done == atomic_load(&load.ran));
    cr_assert(stats.done + stats.dropped == stats.accepted);
    cr_assert(pool_free(load.pool) == 0);
}

/* Jobs go in and workers run them while one thread stands. */
static void others_go_on(const struct shape *shape, const char *step)
{
    uint64_t worked = atomic_load(&load.worked), accepted = atomic_load(&load.accepted), asked = jobs_asked(), more = 0;
    uint64_t least = asked ? asked : AT_LEAST, before = 0;
    int64_t begin = pool_clock_ns(), now = begin, moved = begin;
    while (more < least || (!asked && now - begin < enough_ns)) {
        uint64_t in = atomic_load(&load.accepted) - accepted;
        kit_nap();
        more = atomic_load(&load.worked) - worked;
        more = in < more ? in : more;
        now = pool_clock_ns();
        if (more >= before + AT_LEAST) {
            before = more;
            moved = now;
        }
        cr_assert(now - moved < stuck_ns, "frozen at \"%s\" (policy %d, capacity %zu%s): %d jobs", step,
                  (int)shape->full, shape->capacity, shape->boxed ? ", boxed" : "", (int)more);
    }
}

/* Returns whether a thread came to the step. */
static bool freeze(const struct pool_ops *ops, struct shape shape, const char *step, bool (*who)(void))
{
    struct held held = {.step = step, .who = who};
    bool there;
    uint64_t until;
    load_begins(ops, shape);
    until = atomic_load(&load.worked) + 10 * WARM;
    held_arm(&held);
    while (!(there = held_there(&held)) && atomic_load(&load.worked) < until)
        kit_nap();
    if (there)
        others_go_on(&shape, step);
    held_let_go(&held);
    load_ends();
    return there;
}

static int steps_of(const struct pool_ops *ops, struct shape shape, bool (*who)(void),
                    const char *steps[HELD_STEPS_MAX])
{
    held_list_from(who);
    load_begins(ops, shape);
    load_ends();
    return held_list(steps);
}

static void freeze_each(const struct pool_ops *ops, struct shape shape)
{
    bool (*const roles[])(void) = {is_submitter, is_worker};
    const char *steps[HELD_STEPS_MAX];
    for (int role = 0; role < 2; role++) {
        int n = steps_of(ops, shape, roles[role], steps), frozen = 0;
        for (int i = 0; i < n; i++)
            frozen += freeze(ops, shape, steps[i], roles[role]);
        cr_assert(frozen > n / 2, "only %d of %d steps were come to a second time", frozen, n);
        if (jobs_asked()) {
            printf("%s: policy %d, capacity %zu%s: a %s frozen at each of %d steps, %llu jobs of the others each\n",
                   ops->name, (int)shape.full, shape.capacity, shape.boxed ? ", boxed" : "",
                   role ? "worker" : "submitter", frozen, (unsigned long long)jobs_asked());
            fflush(stdout); /* some minutes before the next */
        }
    }
}

static void freeze_under(enum pool_full full)
{
    static const size_t capacities[] = {1, 64};
    int tried = 0;
    for (int i = 0; i < pool_count(); i++) {
        const struct pool_ops *ops = pool_at(i);
        if (!(ops->can & POOL_LOCK_FREE))
            continue;
        tried++;
        for (size_t c = 0; c < sizeof capacities / sizeof *capacities; c++)
            freeze_each(ops, (struct shape){capacities[c], full, false});
        freeze_each(ops, (struct shape){4, full, !strcmp(ops->name, "ring")});
    }
    if (!tried)
        cr_skip_test("no pool is lock-free on this processor");
}

Test(lock_free, whoever_is_frozen_under_reject_the_others_go_on, .timeout = 3600)
{
    freeze_under(POOL_REJECT);
}

Test(lock_free, whoever_is_frozen_under_drop_oldest_the_others_go_on, .timeout = 3600)
{
    freeze_under(POOL_DROP_OLDEST);
}

Test(lock_free, whoever_is_frozen_under_caller_runs_the_others_go_on, .timeout = 3600)
{
    freeze_under(POOL_CALLER_RUNS);
}
