/* alone.c - who never sleeps, who has the only CPU, and who goes on alone in another process. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/explore/kit.h"

enum { SCHEDULES = 300 };
static struct tried tried;
static volatile int stop, made;

static void *polls(void *arg)
{
    while (!stop)
        explore_point();
    return arg;
}

/* Looking for work again and again is no livelock of who waits until all others sleep. */
static void never_asleep(void *arg)
{
    pthread_t one;
    stop = 0;
    pthread_create(&one, NULL, polls, arg);
    if (explore_settle() || explore_settle())
        explore_fail("who polls is said to sleep");
    stop = 1;
    pthread_join(one, NULL);
}

Test(alone, to_settle_is_given_up_where_somebody_polls, .timeout = 60)
{
    struct explore_knobs knobs = {.run = never_asleep};
    kit_try(&tried, &knobs, SCHEDULES, false, NULL);
    cr_assert(tried.verdict.kind == EXPLORE_GOOD, "%s", tried.verdict.words);
}

static void *makes(void *arg)
{
    explore_point();
    made = 1;
    return arg;
}

/* Fair, this comes to an end; on one CPU, with priorities, the other one may be below. */
static void spins(void *arg)
{
    pthread_t one;
    made = 0;
    pthread_create(&one, NULL, makes, arg);
    while (!made)
        sched_yield();
    pthread_join(one, NULL);
}

Test(alone, who_yields_to_a_lower_priority_never_ends, .timeout = 60)
{
    struct explore_knobs knobs = {.run = spins};
    kit_try(&tried, &knobs, SCHEDULES, false, NULL);
    cr_assert(tried.verdict.kind == EXPLORE_GOOD, "%s", tried.verdict.words);
    knobs.strict = true;
    kit_try(&tried, &knobs, SCHEDULES, false, NULL);
    cr_assert(tried.verdict.kind == EXPLORE_LIVELOCK, "%s", tried.verdict.words);
}

/* Processes: what the child of a fork does, by `what`. */
static enum { NOTHING, BEGINS_ANOTHER, FAILS, ABORTS, ENDS_ODDLY, WAITS } what;

static void *sleeps(void *arg)
{
    while (!stop)
        explore_point();
    return arg;
}

static bool never(void *arg)
{
    (void)arg;
    return false;
}

static void in_the_child(void)
{
    pthread_t own;
    if (what == BEGINS_ANOTHER && (pthread_create(&own, NULL, makes, NULL) || pthread_join(own, NULL) || !made))
        explore_fail("a thread of the child's own did not run");
    if (what == FAILS)
        explore_fail("the child says so");
    if (what == ABORTS)
        abort();
    if (what == WAITS)
        explore_until(never, NULL);
    _exit(what == ENDS_ODDLY ? 3 : 0);
}

static void branches(void *bare)
{
    pthread_t other;
    stop = made = 0;
    pthread_create(&other, NULL, sleeps, NULL);
    explore_point();
    if (explore_fork(bare != NULL) == 0)
        in_the_child();
    if (made)
        explore_fail("what the child has done is seen here");
    stop = 1;
    pthread_join(other, NULL);
}

static struct explore_verdict verdict;

static void comes_to(enum explore_kind kind, const char *words)
{
    for (int bare = 0; bare < 2; bare++) {
        struct explore_search search = {
            .knobs = {.run = branches, .arg = bare ? &tried : NULL, .leaks = true}, .seed = 1, .count = 20};
        struct explore_counts counts;
        uint64_t k;
        cr_assert(explore_search(&search, &counts, &verdict, &k) == 0);
        cr_assert(verdict.kind == kind && strstr(verdict.words, words), "%s: %s", explore_kind_name(verdict.kind),
                  verdict.words);
    }
}

Test(alone, the_child_of_a_fork_goes_on_alone, .timeout = 60)
{
    cr_assert(explore_open(4, NULL) == 0);
    what = NOTHING;
    comes_to(EXPLORE_GOOD, "");
    what = BEGINS_ANOTHER;
    comes_to(EXPLORE_GOOD, "");
}

Test(alone, what_goes_wrong_in_the_child_is_the_verdict, .timeout = 60)
{
    cr_assert(explore_open(4, NULL) == 0);
    what = FAILS;
    comes_to(EXPLORE_FAILED, "the child says so");
    what = ABORTS;
    comes_to(EXPLORE_SIGNAL, "aborts");
    what = ENDS_ODDLY;
    comes_to(EXPLORE_SIGNAL, "ends with status 3");
    what = WAITS;
    comes_to(EXPLORE_DEADLOCK, "the child of a fork waits for ever");
}
