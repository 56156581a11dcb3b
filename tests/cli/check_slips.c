/* check_slips.c - further bugs of the kinds in faults/kinds, in a pool that was written otherwise
 * (tests/plugins/slips.c): each is caught by its name, and its unusual but correct twins are not accused. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/program.h"

struct slip {
    const char *name, *kind;
};

/* All verdicts, of the pool with this slip. */
static json_t *check(const char *slip, const char *options)
{
    char words[512];
    snprintf(words, sizeof words, "check --plugin %s/build/plugins/slips.so --format json %s", root, options);
    setenv("SLIP", slip, 1);
    run(words);
    unsetenv("SLIP");
    return json_loads(out, 0, NULL);
}

static bool is(const json_t *cell, const char *key, const char *text)
{
    return !strcmp(json_string_value(json_object_get(cell, key)), text);
}

/* How many cells accuse it, by its name. */
static int accused(const char *slip, const char *kind)
{
    char options[80];
    int count = 0;
    size_t i;
    json_t *document, *cell;
    snprintf(options, sizeof options, "-f %s --limit 5s", kind);
    document = check(slip, options);
    cr_assert(document, "%s: %s%s", slip, out, err);
    json_array_foreach (json_object_get(document, "cells"), i, cell)
        count += is(cell, "verdict", "FAILS") && json_is_true(json_object_get(cell, "by_its_name"));
    json_decref(document);
    return count;
}

/* Beside other programs what goes wrong may get no CPU in the time that it is given. */
static void are_caught(const struct slip *slips, size_t count)
{
    enum { TRIES = 5 };
    for (size_t i = 0; i < count; i++) {
        bool caught = false;
        for (int j = 0; j < TRIES && !caught; j++)
            caught = accused(slips[i].name, slips[i].kind) > 0;
        cr_assert(caught, "%s as %s: %s", slips[i].name, slips[i].kind, out);
    }
}
#define ARE_CAUGHT(...)                                                                                                \
    do {                                                                                                               \
        static const struct slip slips[] = {__VA_ARGS__};                                                              \
        are_caught(slips, sizeof slips / sizeof *slips);                                                               \
    } while (0)

/* Whether these kinds accuse it of nothing; where cells were given up, in a further try. */
static void is_clean(const char *slip, const char *kinds)
{
    enum { TRIES = 5 };
    bool calm = false;
    for (int i = 0; i < TRIES && !calm; i++) {
        json_t *document = check(slip, kinds);
        cr_assert(document, "%s%s", out, err);
        cr_assert(strstr(out, "\"fails\": 0"), "%s: %s", slip, out);
        calm = strstr(out, "\"stalled\": 0");
        json_decref(document);
    }
    cr_assert(calm, "%s: %s", slip, out);
}

CLI_TEST(check_slips, room_that_nobody_is_told_of_is_caught)
{
    ARE_CAUGHT({"told-once", "room-untold"}, {"told-at-empty", "room-untold"}, {"timed-out-ticket", "room-untold"});
}

CLI_TEST(check_slips, sizes_that_are_not_the_usual_ones_are_asked)
{
    ARE_CAUGHT({"one-place-less", "odd-size"}, {"masks", "odd-size"}, {"caller-counts", "odd-size"});
}

/* Which is another bug. */
CLI_TEST(check_slips, a_null_that_is_refused_is_not_the_second_pools_room)
{
    cr_assert_eq(accused("null-refused", "second-pool"), 0, "%s", out);
}

CLI_TEST(check_slips, a_status_is_told_apart_by_its_sign_only)
{
    ARE_CAUGHT({"status-is-error", "status-misread"}, {"status-in-a-byte", "status-misread"},
               {"status-is-retry", "status-misread"});
    is_clean("none", "-f status-misread");
}

/* The first job of each ledger has NULL, too: who refuses it has not failed to count a failure. */
CLI_TEST(check_slips, null_is_an_argument)
{
    ARE_CAUGHT({"null-refused", "null-argument"}, {"null-refused-in-batch", "null-argument"},
               {"null-is-empty", "null-argument"}, {"null-ends-worker", "null-argument"});
    is_clean("none", "-f null-argument");
    is_clean("null-refused", "-f no-recover");
}

CLI_TEST(check_slips, who_trusts_a_wake_up_is_caught)
{
    ARE_CAUGHT({"worker-trusts", "woken-in-vain"}, {"submitter-trusts", "woken-in-vain"},
               {"waiter-trusts", "woken-in-vain"}, {"free-trusts", "woken-in-vain"}, {"last-is-trusted", "preempted"},
               {"signal-is-a-job", "worker-interrupted"}, {"signal-ends-worker", "worker-interrupted"});
}

CLI_TEST(check_slips, other_forms_of_policies_are_caught)
{
    ARE_CAUGHT({"drops-after-close", "full-drops"}, {"batch-says-error", "full-rejects"});
}

CLI_TEST(check_slips, what_opens_leave_that_fail_is_caught)
{
    ARE_CAUGHT({"failed-open-leaks", "leak-per-pool"}, {"failed-open-keeps", "leak-per-pool"},
               {"invalid-leaks", "leak-per-pool"});
    is_clean("none", "-f leak-per-pool");
}

CLI_TEST(check_slips, a_record_of_each_submitter_is_caught)
{
    json_decref(check("record-per-submitter", "-f growth-per-job"));
    if (strstr(out, "takes too long"))
        cr_skip_test("threads take too long to start here: nothing can be told of many");
    ARE_CAUGHT({"record-per-submitter", "growth-per-job"});
    is_clean("none", "-f growth-per-job");
}

CLI_TEST(check_slips, counts_of_sleeps_that_wrap_are_caught)
{
    ARE_CAUGHT({"sleeps-wrap", "index-wraps"});
    is_clean("none", "-f index-wraps");
}

/* The parent's pools and threads are gone when it forks. */
CLI_TEST(check_slips, a_pool_that_is_dead_in_each_child_is_caught)
{
    ARE_CAUGHT({"dead-in-child", "child-pool"});
    is_clean("none", "-f child-pool");
}

CLI_TEST(check_slips, workers_that_come_back_as_more_are_caught)
{
    ARE_CAUGHT({"retires-more", "over-parallel"});
    is_clean("retires", "-f over-parallel");
}

/* Whose thread sleeps for a short time only, and looks at the clock in turn. */
CLI_TEST(check_slips, who_looks_at_the_wall_clock_is_caught)
{
    ARE_CAUGHT({"wall-clock-looks", "wall-clock"});
    is_clean("by-looks", "-f wall-clock");
}

/* Not that free held a lock which they need. */
CLI_TEST(check_slips, workers_that_nobody_calls_at_the_end_are_told_of)
{
    ARE_CAUGHT({"close-calls-one-worker", "end-untold"}, {"close-calls-submitters", "end-untold"});
    cr_assert_eq(accused("close-calls-one-worker", "join-locked"), 0, "%s", out);
}

/* The contract wants them when wait has returned; that is asked with --contract. */
CLI_TEST(check_slips, failed_jobs_that_are_counted_later_are_waited_for)
{
    is_clean("failed-late", "-f no-recover");
}

CLI_TEST(check_slips, pools_without_are_not_accused)
{
    static const char *const twins[] = {"none", "retires", "by-semaphore", "by-looks"};
    for (size_t i = 0; i < sizeof twins / sizeof *twins; i++)
        is_clean(twins[i], "-g bounds,policies,workers,timeouts,idle");
}
