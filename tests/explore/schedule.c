/* schedule.c - what a seed decides, that it decides all, and what may be asked from inside. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "pools/core/futex.h"
#include "pools/core/pool.h"
#include "tests/explore/kit.h"
#include "tests/explore/litmus.h"

enum { SCHEDULES = 300, DECISIONS = 4096 };
static struct tried tried;
static struct explore_verdict verdict;

static int ran;

static int job(void *arg)
{
    (void)arg;
    return ran++, 0;
}

/* Two jobs on two workers of a pool; what a pool of ours does. */
static void two_jobs(void *arg)
{
    struct pool *pool;
    struct pool_config config = {.workers = 2, .capacity = 2};
    ran = 0;
    if (pool_open(&pool, pool_find(arg), &config))
        explore_fail("cannot open");
    for (int i = 0; i < 2; i++)
        if (pool_submit(pool, job, NULL))
            explore_fail("refused");
    if (pool_wait(pool, -1) || ran != 2)
        explore_fail("%d ran", ran);
    pool_close(pool);
    if (pool_free(pool))
        explore_fail("results are left");
}

Test(schedule, own_pools_are_clean_under_each_model_and_strategy, .timeout = 100)
{
    static char *const pools[] = {"textbook", "mutex", "ring", "steal", "spawn", "inline"};
    for (size_t i = 0; i < sizeof pools / sizeof *pools; i++)
        for (int memory = EXPLORE_SC; memory <= EXPLORE_TSO; memory++)
            for (int strategy = EXPLORE_POS; strategy <= EXPLORE_RANDOM; strategy++) {
                struct explore_knobs knobs = {.run = two_jobs,
                                              .arg = pools[i],
                                              .leaks = true,
                                              .memory = (enum explore_memory)memory,
                                              .strategy = (enum explore_strategy)strategy};
                kit_try(&tried, &knobs, SCHEDULES, false, NULL);
                cr_assert(!tried.odd, "%s, schedule %d: %s", pools[i], tried.first, tried.verdict.words);
            }
}

static void run_with(struct explore_knobs *knobs, struct explore_switch *record, uint64_t seed)
{
    knobs->seed = seed;
    knobs->record = record;
    knobs->record_max = DECISIONS;
    explore_run(knobs, &verdict);
}

Test(schedule, a_seed_decides_everything, .timeout = 60)
{
    static struct explore_switch one[DECISIONS], two[DECISIONS];
    bool differ = false;
    cr_assert(explore_open(4, NULL) == 0);
    for (int memory = EXPLORE_SC; memory <= EXPLORE_C11; memory++) {
        struct explore_knobs knobs = {.run = two_jobs, .arg = "ring", .memory = (enum explore_memory)memory};
        for (uint64_t seed = 0; seed < 50; seed++) {
            uint32_t steps;
            size_t recorded;
            run_with(&knobs, one, seed);
            steps = verdict.steps;
            recorded = verdict.recorded;
            run_with(&knobs, two, seed + 1);
            differ = differ || verdict.recorded != recorded || memcmp(one, two, recorded * sizeof *one);
            run_with(&knobs, two, seed);
            cr_assert(verdict.kind == EXPLORE_GOOD && recorded > 0 && recorded < DECISIONS);
            cr_assert(verdict.steps == steps && verdict.recorded == recorded &&
                      !memcmp(one, two, recorded * sizeof *one));
        }
    }
    cr_assert(differ);
}

static const struct litmus_orders relaxed;

static void store_buffering(void *arg)
{
    (void)arg;
    litmus_sb.run(&relaxed);
}

/* What the decisions were leads there again, drained stores and early timers among them. */
Test(schedule, decisions_can_be_followed, .timeout = 60)
{
    static struct explore_switch again[DECISIONS];
    struct explore_knobs knobs = {.run = store_buffering, .memory = EXPLORE_TSO};
    kit_try(&tried, &knobs, 3000, false, litmus_sb.odd);
    cr_assert(tried.first >= 0);
    knobs.strategy = EXPLORE_FOLLOW;
    knobs.follow = tried.decisions;
    knobs.follow_count = tried.verdict.recorded;
    run_with(&knobs, again, tried.verdict.seed);
    cr_assert(litmus_sb.odd() && verdict.recorded == tried.verdict.recorded && verdict.steps == tried.verdict.steps);
    cr_assert(!memcmp(again, tried.decisions, verdict.recorded * sizeof *again));
    knobs.follow_count = 0; /* one thread after the other */
    run_with(&knobs, again, tried.verdict.seed);
    cr_assert(!litmus_sb.odd() && verdict.kind == EXPLORE_GOOD);
    knobs = (struct explore_knobs){.run = two_jobs, .arg = "ring", .early = 1};
    for (uint64_t seed = 0; seed < 100; seed++) {
        uint32_t steps;
        knobs.strategy = EXPLORE_MIX;
        run_with(&knobs, tried.decisions, seed);
        steps = verdict.steps;
        knobs.strategy = EXPLORE_FOLLOW;
        knobs.follow = tried.decisions;
        knobs.follow_count = verdict.recorded;
        run_with(&knobs, again, seed);
        cr_assert(verdict.steps == steps && verdict.recorded == knobs.follow_count &&
                  !memcmp(again, tried.decisions, verdict.recorded * sizeof *again));
    }
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic int passed;

static void *locks(void *arg)
{
    pthread_mutex_lock(&lock);
    explore_point();
    pthread_mutex_unlock(&lock);
    return arg;
}

static void *goes_by(void *arg)
{
    for (int i = 0; i < 10; i++)
        explore_point();
    passed++;
    return arg;
}

static bool two_passed(void *arg)
{
    (void)arg;
    return passed >= 1 + (explore_frozen() < 0);
}

static void locking(void *arg)
{
    pthread_t threads[2];
    pthread_mutex_init(&lock, NULL);
    passed = 0;
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, arg ? goes_by : locks, NULL);
    if (arg)
        explore_until(two_passed, NULL);
    else
        for (int i = 0; i < 2; i++)
            pthread_join(threads[i], NULL);
    if (explore_frozen() >= 0)
        explore_count(0, 1);
    explore_end();
}

Test(schedule, one_thread_stands_still_and_the_others_must_go_on, .timeout = 60)
{
    struct explore_search search = {.knobs = {.run = locking, .freeze = 1}, .seed = 1, .count = 20000, .go_on = true};
    struct explore_counts counts;
    uint64_t k;
    cr_assert(explore_open(4, NULL) == 0);
    cr_assert(explore_search(&search, &counts, &verdict, &k) == 0);
    cr_assert(counts.kinds[EXPLORE_FROZEN] > 0 && counts.failures == counts.kinds[EXPLORE_FROZEN], "%s", verdict.words);
    cr_assert(verdict.kind == EXPLORE_FROZEN && verdict.frozen > 0 &&
              verdict.threads[verdict.frozen].state == EXPLORE_STANDS);
    search.knobs.arg = &search;
    cr_assert(explore_search(&search, &counts, &verdict, &k) == 0);
    cr_assert(counts.failures == 0 && counts.user[0] > 0 && counts.frozen >= counts.user[0], "%s", verdict.words);
}

/* Settle: all others sleep, so that what comes then meets nobody who looks anyway. */
static void settles(void *arg)
{
    pthread_t thread;
    (void)arg;
    passed = 0;
    pthread_create(&thread, NULL, goes_by, NULL);
    explore_settle();
    if (passed != 1)
        explore_fail("somebody was not done");
    pthread_join(thread, NULL);
}

/* A mark of another thread's store tells whether it has been seen. */
static struct explore_mark mark;
static bool marked;

static void *marks(void *arg)
{
    mark = explore_mark();
    marked = true;
    return arg;
}

static bool is_marked(void *arg)
{
    (void)arg;
    return marked;
}

static void asks(void *arg)
{
    pthread_t thread;
    marked = false;
    pthread_create(&thread, NULL, marks, NULL);
    explore_until(is_marked, NULL);
    explore_count(explore_happened(mark) ? 1 : 2, 1);
    pthread_join(thread, NULL);
    if (!explore_happened(mark))
        explore_fail("joined, and yet not known");
    (void)arg;
}

Test(schedule, scenarios_may_ask_what_has_happened, .timeout = 60)
{
    struct explore_search search = {.knobs = {.run = settles}, .seed = 1, .count = 500};
    struct explore_counts counts;
    uint64_t k;
    cr_assert(explore_open(4, NULL) == 0);
    cr_assert(explore_search(&search, &counts, &verdict, &k) == 0 && counts.failures == 0, "%s", verdict.words);
    search.knobs = (struct explore_knobs){.run = asks};
    cr_assert(explore_search(&search, &counts, &verdict, &k) == 0 && counts.user[2] == 0 && counts.user[1] == 500);
    search.knobs.memory = EXPLORE_C11; /* nothing orders the two before the join */
    cr_assert(explore_search(&search, &counts, &verdict, &k) == 0 && counts.user[1] == 0 && counts.user[2] == 500, "%s",
              verdict.words);
}

/* Lines: who reads or writes what another has written moves it. */
static void one_alone(void *arg)
{
    uint64_t before;
    struct pool *pool;
    struct pool_config config = {.workers = 2, .capacity = 64};
    if (pool_open(&pool, pool_find(arg), &config))
        explore_fail("cannot open");
    explore_settle();
    before = explore_transfers();
    for (int i = 0; i < 32; i++)
        pool_submit(pool, job, NULL);
    pool_wait(pool, -1);
    explore_count(0, explore_transfers() - before);
    pool_free(pool);
}

Test(schedule, lines_move_the_same_each_time, .timeout = 60)
{
    struct explore_search search = {
        .knobs = {.run = one_alone, .arg = "textbook", .strategy = EXPLORE_CORES, .steps_max = 1000000}, .count = 1};
    struct explore_counts counts;
    uint64_t k, first;
    cr_assert(explore_open(4, NULL) == 0);
    cr_assert(explore_search(&search, &counts, &verdict, &k) == 0 && verdict.kind == EXPLORE_GOOD, "%s", verdict.words);
    first = counts.user[0];
    cr_assert(first > 32 && first < 32 * 40, "%lu", first);
    cr_assert(explore_search(&search, &counts, &verdict, &k) == 0 && counts.user[0] == first);
    search.knobs.arg = "inline"; /* one core only */
    cr_assert(explore_search(&search, &counts, &verdict, &k) == 0 && counts.user[0] == 0, "%lu", counts.user[0]);
}

/* The clock goes on for who only looks at it. */
static void looks_at_the_clock(void *arg)
{
    int64_t until = pool_clock_ns() + 10000;
    (void)arg;
    while (pool_clock_ns() < until)
        explore_count(0, 1);
}

Test(schedule, time_passes_with_a_core_for_each_thread, .timeout = 60)
{
    struct explore_search search = {
        .knobs = {.run = looks_at_the_clock, .strategy = EXPLORE_CORES, .steps_max = 100000}, .count = 1};
    struct explore_counts counts;
    uint64_t k;
    cr_assert(explore_open(4, NULL) == 0);
    cr_assert(explore_search(&search, &counts, &verdict, &k) == 0 && verdict.kind == EXPLORE_GOOD, "%s", verdict.words);
    cr_assert(counts.user[0] > 10 && counts.user[0] < 10000, "%lu", counts.user[0]);
}

static _Atomic int let_on;

static void *lets_on(void *arg)
{
    let_on = 1;
    return arg;
}

/* Whom it waits for goes on in the fair end at the latest. */
static void spins_for_another(void *arg)
{
    pthread_t one;
    let_on = 0;
    if (pthread_create(&one, NULL, lets_on, arg))
        explore_fail("no thread");
    while (!let_on)
        sched_yield();
    pthread_join(one, NULL);
}

Test(schedule, what_is_followed_may_end_fairly, .timeout = 60)
{
    static const struct explore_switch none;
    struct explore_knobs knobs = {
        .run = spins_for_another, .strategy = EXPLORE_FOLLOW, .follow = &none, .follow_fair = true};
    kit_try(&tried, &knobs, 20, false, NULL);
    cr_assert(tried.odd == 0, "%s", explore_kind_name(tried.verdict.kind));
    knobs.follow_fair = false;
    kit_try(&tried, &knobs, 1, false, NULL);
    cr_assert(tried.verdict.kind == EXPLORE_LIVELOCK);
}
