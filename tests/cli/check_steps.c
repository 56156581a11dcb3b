/* check_steps.c - the kind "preempted" from outside: a thread that stands still at one step
 * does no harm to the manual's pool, nor to ours; mutants of it that need just that (and
 * run well for years otherwise) are caught. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tests/cli/program.h"

static int check(const char *plugin)
{
    char full[8192], own[4096];
    snprintf(own, sizeof own, "%s", program);
    *strrchr(own, '/') = '\0';
    snprintf(full, sizeof full, "check -f preempted --plugin '%s/build/plugins/%s.so'", own, plugin);
    return run(full);
}

/* Within some runs, in these words: beside other programs another step may show it first, or none in one run,
 * which says "not seen" then. */
static bool caught_in(const char *plugin, const char *words)
{
    enum { RUNS = 10 };
    bool found = false;
    for (int i = 0; i < RUNS && !found; i++) {
        int status = check(plugin);
        cr_assert(status == 1 || (status == 0 && strstr(out, "not seen")), "%s", out);
        found = status == 1 && strstr(out, words);
    }
    return found;
}

CLI_TEST(check_steps, harm_no_sound_pool)
{
    cr_assert(check("mine") == 0 && strstr(out, ", 3 not seen") && !strstr(out, "FAIL"), "%s", out);
    cr_assert(run("check -f preempted -p mutex,textbook") == 0 && !strstr(out, "FAIL"), "%s", out);
}

/* The end is told without the lock: who looked before, and sleeps after, sleeps for ever. */
CLI_TEST(check_steps, catch_an_end_that_is_missed)
{
    cr_assert(caught_in("mine-missed", "hang: pool_free does not return, when "), "%s", out);
}

/* A job comes between the look and the sleep. */
CLI_TEST(check_steps, catch_a_wake_up_that_is_lost)
{
    cr_assert(caught_in("mine-blind", " (its step "), "%s", out);
    cr_assert(strstr(out, "hang: pool_") && strstr(out, "replay "), "%s", out);
}

/* The last worker falls asleep between a submit's look and its lock. */
CLI_TEST(check_steps, catch_a_look_without_the_lock)
{
    cr_assert(caught_in("mine-glance", "hang: pool_wait does not return, when the caller"), "%s", out);
}

CLI_TEST(check_steps, catch_workers_that_outlive_free)
{
    cr_assert(check("mine-unjoined") == 1, "%s", out);
    cr_assert(strstr(out, "pool_free returned while a thread of the pool stood") || strstr(out, "died of signal") ||
                  strstr(out, "hang: "),
              "%s", out);
}
