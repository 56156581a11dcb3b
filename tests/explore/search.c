/* search.c - schedules in a process of their own: what crashes, ends or does not come on is
 * a verdict of one schedule, and the others go on. */
#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/explore/kit.h"

enum { THREADS = 4 };

static struct explore_counts counts;
static struct explore_verdict verdict;
static uint64_t k;

static void search(void (*run)(void *), uint64_t schedules, bool go_on, bool fork_each)
{
    struct explore_search wanted = {
        .knobs = {.run = run}, .seed = 1, .count = schedules, .go_on = go_on, .fork_each = fork_each};
    cr_assert(explore_open(THREADS, NULL) == 0);
    cr_assert(explore_search(&wanted, &counts, &verdict, &k) == 0);
}

/* In a tenth of the schedules. */
static bool unlucky(void)
{
    return explore_draw(10) == 0;
}

static int *volatile nowhere = (int *)16;

static void crashes(void *arg)
{
    (void)arg;
    explore_count(3, 1);
    if (unlucky())
        *nowhere = 1;
}

Test(search, a_crash_is_a_verdict_and_the_rest_is_run, .timeout = 60)
{
    search(crashes, 200, true, false);
    cr_assert(counts.schedules == 200 && counts.user[3] == 200, "%lu, %lu", counts.schedules, counts.user[3]);
    cr_assert(counts.failures > 5 && counts.failures < 60 && counts.failures == counts.kinds[EXPLORE_SIGNAL]);
    cr_assert(verdict.kind == EXPLORE_SIGNAL && verdict.address == (void *)16 && verdict.depth == 0, "%s",
              verdict.words);
    cr_assert(strstr(verdict.words, "signal 11") && verdict.threads[0].depth > 1, "%s", verdict.words);
    cr_assert(verdict.seed == explore_seed(1, k));
}

static void fails(void *arg)
{
    (void)arg;
    if (unlucky())
        explore_fail("so it is, %d", 7);
}

Test(search, stops_at_the_first_failure, .timeout = 60)
{
    search(fails, 1000, false, false);
    cr_assert(counts.failures == 1 && counts.schedules == k + 1 && !strcmp(verdict.words, "so it is, 7"), "%s",
              verdict.words);
}

Test(search, a_process_for_each_schedule_says_the_same, .timeout = 60)
{
    uint64_t first;
    search(fails, 100, true, false);
    first = k;
    cr_assert(explore_search(
                  &(struct explore_search){
                      .knobs = {.run = fails}, .seed = 1, .count = 100, .go_on = true, .fork_each = true},
                  &counts, &verdict, &k) == 0);
    cr_assert(counts.schedules == 100 && k == first && verdict.kind == EXPLORE_FAILED);
}

static void aborts(void *arg)
{
    (void)arg;
    if (unlucky())
        abort();
}

static int warmed;

/* What a first schedule leaves in static data is the program's own here, and stays. */
static void counts_runs(void *arg)
{
    (void)arg;
    explore_count(0, (uint64_t)++warmed);
}

static void dies_at_once(void *arg)
{
    explore_count(1, 1);
    crashes(arg);
    abort();
}

Test(search, the_first_run_is_no_schedule_and_may_crash, .timeout = 60)
{
    search(counts_runs, 1, true, false);
    cr_assert(counts.user[0] == 2, "%lu", counts.user[0]);
    search(dies_at_once, 3, true, false);
    cr_assert(counts.schedules == 3 && counts.failures == 3 && counts.user[1] == 3, "%lu", counts.user[1]);
    search(aborts, 50, true, false);
    cr_assert(counts.schedules == 50 && counts.failures && strstr(verdict.words, "thread 0 aborts"), "%s",
              verdict.words);
}

static void ends_process(void *arg)
{
    (void)arg;
    if (unlucky())
        exit(3);
}

Test(search, an_exit_in_a_schedule_is_a_verdict, .timeout = 60)
{
    search(ends_process, 50, true, false);
    cr_assert(counts.schedules == 50 && counts.kinds[EXPLORE_SIGNAL] == counts.failures && counts.failures);
    cr_assert(strstr(verdict.words, "ends with status 3"), "%s", verdict.words);
}

static void loops(void *arg)
{
    (void)arg;
    for (volatile int i = 1; i;)
        ;
}

static void blocks(void *arg)
{
    (void)arg;
    pause();
}

static void stays(void (*run)(void *))
{
    struct explore_search wanted = {.knobs = {.run = run}, .count = 3, .stuck_ns = 100000000};
    cr_assert(explore_open(THREADS, NULL) == 0);
    cr_assert(explore_search(&wanted, &counts, &verdict, &k) == 0);
    cr_assert(verdict.kind == EXPLORE_STUCK && !counts.failures && counts.kinds[EXPLORE_STUCK] == 1, "%s",
              verdict.words);
    cr_assert(!explore_accuses(verdict.kind) && verdict.threads[0].depth > 0, "%d", verdict.threads[0].depth);
}

Test(search, a_loop_without_a_hook_is_told_and_accuses_nobody, .timeout = 60)
{
    stays(loops);
}

Test(search, a_call_that_blocks_is_told_and_accuses_nobody, .timeout = 60)
{
    stays(blocks);
}

static bool stop_at_once(void *arg, const struct explore_counts *seen)
{
    (void)seen;
    ++*(int *)arg;
    return false;
}

static void nothing(void *arg)
{
    (void)arg;
}

Test(search, who_started_it_may_stop_it, .timeout = 60)
{
    int asked = 0;
    struct explore_search wanted = {
        .knobs = {.run = nothing}, .count = UINT64_MAX, .progress = stop_at_once, .progress_arg = &asked};
    cr_assert(explore_open(THREADS, NULL) == 0);
    cr_assert(explore_search(&wanted, &counts, &verdict, &k) == 0);
    cr_assert(asked == 1 && counts.schedules > 0 && verdict.kind == EXPLORE_GOOD);
}

static void *sleeps(void *arg)
{
    return usleep(10000000), arg;
}

Test(search, a_thread_that_runs_already_is_refused, .timeout = 60)
{
    pthread_t thread;
    cr_assert(pthread_create(&thread, NULL, sleeps, NULL) == 0);
    cr_assert(explore_open(THREADS, NULL) == -EBUSY);
}
