/* check_kinds.c - each kind of bug from public reports (faults/kinds) is caught, by its own
 * name, in a pool that has exactly that one (tests/plugins/faulty.c); the same pool without
 * holds under all of them. */
#include <jansson.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/program.h"

/* All verdicts of a plug-in of the tests. */
static json_t *check_plugin(const char *plugin, const char *options)
{
    char words[512];
    snprintf(words, sizeof words, "check --plugin %s/build/plugins/%s.so --format json %s", root, plugin, options);
    run(words);
    return json_loads(out, 0, NULL);
}

/* Of the pool with this bug. */
static json_t *check(const char *bug, const char *options)
{
    json_t *document;
    setenv("FAULTY", bug, 1);
    document = check_plugin("faulty", options);
    unsetenv("FAULTY");
    return document;
}

static bool is(const json_t *cell, const char *key, const char *text)
{
    return !strcmp(json_string_value(json_object_get(cell, key)), text);
}

/* Names of all kinds, as the program lists them. Returns how many. */
static int kinds(char names[][40], int most)
{
    int count = 0;
    cr_assert(run("check --list") == 0);
    for (char *line = strtok(out, "\n"); line && count < most; line = strtok(NULL, "\n")) {
        char group[40];
        if (sscanf(line, "%39s %39s", names[count], group) == 2 && strcmp(group, "known") != 0)
            count++;
    }
    return count;
}

/* As a stranger reads it: the account adds up, calls and states are told apart, answers have their names. */
CLI_TEST(check_kinds, evidence_can_be_read)
{
    char words[512];
    snprintf(words, sizeof words, "check --plugin %s/build/plugins/faulty.so -f inside-full,cancel-sticks", root);
    setenv("FAULTY", "inside-full", 1);
    run(words);
    cr_assert(strstr(out, "  ledger of 8 jobs: 5 accepted 3 started\n  client 0 waits in pool_wait, for "), "%s", out);
    setenv("FAULTY", "cancel-sticks", 1);
    run(words);
    cr_assert(strstr(out, "  ledger of 10 jobs: 7 accepted 3 refused 3 started 3 finished 4 cancelled\n"), "%s", out);
    setenv("FAULTY", "under-parallel", 1);
    snprintf(words, sizeof words, "check --plugin %s/build/plugins/faulty.so -f close-forgets", root);
    run(words);
    cr_assert(strstr(out, "  client 0 waits for the arrival of jobs, for "), "%s", out);
    cr_assert(!strstr(out, "in 1 slices"), "%s", out);
    snprintf(words, sizeof words, "check --plugin %s/build/plugins/faulty.so -f time-out-wraps", root);
    setenv("FAULTY", "time-out-wraps", 1);
    run(words);
    cr_assert(strstr(out, " with -ETIMEDOUT"), "%s", out);
    unsetenv("FAULTY");
}

#define TOO_LONG "takes too long"

/* As check; asks again while somebody else has the CPUs so long that cells are given up. */
static json_t *check_calmly(const char *bug, const char *options)
{
    enum { TRIES = 5 };
    json_t *document = check(bug, options);
    for (int i = 1; i < TRIES && document && !strstr(out, "\"stalled\": 0"); i++) {
        json_decref(document);
        document = check(bug, options);
    }
    cr_assert(document, "%s%s", out, err);
    return document;
}

/* Asks once. *unseen: it does not hold, either: what shows by chance did not, or did so in the pool's plain
 * life, where it has no name, or others had the CPUs. */
static bool caught_once(const char *bug, const char *kind, bool *unseen)
{
    char options[80];
    json_t *document, *cell;
    bool found = false;
    size_t i;
    snprintf(options, sizeof options, "-f %s --limit 5s", kind);
    document = check(bug, options);
    cr_assert(document, "%s: %s%s", kind, out, err);
    *unseen = false;
    json_array_foreach (json_object_get(document, "cells"), i, cell) {
        found |= is(cell, "verdict", "FAILS") && json_is_true(json_object_get(cell, "by_its_name"));
        *unseen |= is(cell, "verdict", "FAILS") || is(cell, "verdict", "STALLED") || is(cell, "verdict", "not seen") ||
                   strstr(json_string_value(json_object_get(cell, "finding")), TOO_LONG);
    }
    json_decref(document);
    return found;
}

/* What shows by chance is asked again; so is all else, a little: beside other programs what
 * goes wrong may get no CPU in the time that it is given. */
static bool caught_as(const char *bug, const char *kind)
{
    enum { TRIES = 20, TRIES_CERTAIN = 4 };
    bool unseen = true, found = false;
    for (int i = 0; i < TRIES && (unseen || i < TRIES_CERTAIN) && !found; i++)
        found = caught_once(bug, kind, &unseen);
    if (!found)
        fprintf(stderr, "%s", out);
    return found;
}

static bool caught(const char *kind)
{
    return caught_as(kind, kind);
}

/* Costs are said, and not judged; so are nice values. Where there is one CPU its sharing cannot be seen. Results have a
 * pool of their own; and so have the last eight (check_slips). */
CLI_TEST(check_kinds, each_is_caught_by_its_name)
{
    static const char *const others[] = {"herd",          "idle-burn",          "push-walk",
                                         "late-backstop", "inherited-priority", "inherited-affinity",
                                         "time-out-late", "results-stream",     "room-untold",
                                         "odd-size",      "woken-in-vain",      "worker-interrupted",
                                         "end-untold",    "child-pool",         "status-misread",
                                         "null-argument"};
    static char names[128][40];
    int count = kinds(names, 128);
    cr_assert(count > 30);
    for (int i = 0; i < count; i++) {
        bool other = false;
        for (size_t j = 0; j < sizeof others / sizeof *others; j++)
            other |= !strcmp(names[i], others[j]);
        cr_assert(other || caught(names[i]), "%s", names[i]);
    }
}

/* The verdicts of a kind of results, of the pool with this bug there: how many accuse it, by its name. Asks again
 * where a cell was given up, and where none does though there is a bug. */
static int accused_stream(const char *bug, const char *options, int tries)
{
    json_t *document, *cell;
    int accused = 0;
    size_t i;
    setenv("STREAM", bug, 1);
    document = check_plugin("stream", options);
    unsetenv("STREAM");
    cr_assert(document, "%s%s", out, err);
    json_array_foreach (json_object_get(document, "cells"), i, cell)
        accused += is(cell, "verdict", "FAILS") && json_is_true(json_object_get(cell, "by_its_name"));
    json_decref(document);
    if (tries > 1 && !accused && (strcmp(bug, "none") != 0 || !strstr(out, "\"stalled\": 0")))
        return accused_stream(bug, options, tries - 1);
    return accused;
}

CLI_TEST(check_kinds, results_for_a_slow_consumer_are_followed)
{
    enum { TRIES = 5 };
    static const char *const bugs[] = {"overwrites", "twice", "forgets", "endless", "unwoken", "statuses", "silent"};
    for (size_t i = 0; i < sizeof bugs / sizeof *bugs; i++)
        cr_assert(accused_stream(bugs[i], "-f results-stream", TRIES) > 0, "%s: %s", bugs[i], out);
    cr_assert(accused_stream("none", "-f results-stream", TRIES) == 0 && strstr(out, "\"holds\": 3"), "%s", out);
    cr_assert(accused_stream("none", "-g known", TRIES) == 0 && strstr(out, "\"fails\": 0"), "%s", out);
}

/* A worker stands at a free, of its own memory, which nothing but malloc and free shows. */
CLI_TEST(check_kinds, malloc_and_free_are_steps)
{
    enum { TRIES = 5 };
    static const char *const twins[][2] = {{"untidy", "FAILS"}, {"tidy", "not seen"}};
    for (size_t i = 0; i < sizeof twins / sizeof *twins; i++) {
        bool seen = false;
        for (int try = 0; try < TRIES && !seen; try++) {
            json_t *document = check_plugin(twins[i][0], "-f preempted"),
                   *cell = json_array_get(json_object_get(document, "cells"), 2);
            cr_assert(!i || !is(cell, "verdict", "FAILS"), "%s", out);
            seen = is(cell, "verdict", twins[i][1]) &&
                   (i || strstr(json_string_value(json_object_get(cell, "finding")), "stood before free"));
            json_decref(document);
        }
        cr_assert(seen, "%s", out);
    }
}

/* Its first job takes 0.4 s, as others may have the CPUs: that is no slow pool. */
CLI_TEST(check_kinds, a_busy_moment_is_no_slow_pool)
{
    enum { TRIES = 5, ASKED = 5 };
    size_t i, asked = 0;
    for (int try = 0; try < TRIES && asked < ASKED; try++) {
        json_t *document =
                   check("slow-at-first", "-f growth-per-job,leak-per-pool,index-wraps,push-walk,lost-under-load"),
               *cell;
        asked = 0;
        json_array_foreach (json_object_get(document, "cells"), i, cell) {
            cr_assert(!is(cell, "verdict", "FAILS"), "%s", out);
            asked += is(cell, "verdict", "holds") || is(cell, "verdict", "not seen");
        }
        json_decref(document);
    }
    cr_assert(asked >= ASKED, "%s", out);
}

/* Of a pool that starts all its workers with the first job; its twin gives them the opener's mask. */
CLI_TEST(check_kinds, one_cpu_for_all_is_caught)
{
    cpu_set_t set;
    json_t *document;
    if (sched_getaffinity(0, sizeof set, &set) || CPU_COUNT(&set) < 2)
        cr_skip_test("there is one CPU");
    cr_assert(caught("inherited-affinity"));
    document = check_calmly("kept-affinity", "-f inherited-affinity");
    cr_assert(json_integer_value(json_object_get(json_object_get(document, "summary"), "holds")) == 3, "%s", out);
    cr_assert(!strstr(out, "one CPU"), "%s", out);
    json_decref(document);
}

/* Kinds that show themselves in more than one way: a bug, and what it is called. */
struct form {
    const char *bug, *kind;
};

static void are_caught(const struct form *forms, size_t count)
{
    for (size_t i = 0; i < count; i++)
        cr_assert(caught_as(forms[i].bug, forms[i].kind), "%s", forms[i].bug);
}
#define ARE_CAUGHT(...)                                                                                                \
    do {                                                                                                               \
        static const struct form forms[] = {__VA_ARGS__};                                                              \
        are_caught(forms, sizeof forms / sizeof *forms);                                                               \
    } while (0)

CLI_TEST(check_kinds, other_forms_of_growth_are_caught)
{
    ARE_CAUGHT({"small-leak", "leak-per-pool"}, {"key-per-pool", "leak-per-pool"},
               {"descriptor-per-job", "growth-per-job"}, {"page-per-job", "growth-per-job"},
               {"kept-when-refused", "growth-per-job"}, {"kept-when-cancelled", "growth-per-job"},
               {"descriptor-in-vain", "growth-per-job"});
}

CLI_TEST(check_kinds, other_forms_of_calls_and_time_are_caught)
{
    ARE_CAUGHT({"cancel-ends-wait", "early-wait"}, {"inside-wait-briefly", "inside-wait"},
               {"overwrites", "inside-full"}, {"fork-in-job-restarts", "fork-in-job"},
               {"whole-seconds", "time-out-wraps"}, {"endless-is-over", "time-out-wraps"},
               {"begins-anew", "time-out-ignored"}, {"submit-begins-anew", "full-timeout"},
               {"submit-by-wall-clock", "wall-clock"}, {"drops-locked", "callback-locked"});
}

CLI_TEST(check_kinds, other_forms_of_an_end_are_caught)
{
    ARE_CAUGHT({"second-pool-stops", "second-pool"}, {"second-pool-waits", "second-pool"},
               {"second-pool-slots", "second-pool"}, {"napping-helper", "tail-after-free"},
               {"destroys-conditions", "free-leaves-blocked"});
}

CLI_TEST(check_kinds, other_forms_of_blocked_submitters_are_caught)
{
    ARE_CAUGHT({"cancel-tells-one", "cancel-keeps-blocked"}, {"close-tells-one", "close-leaves-blocked"},
               {"close-lets-in", "close-leaves-blocked"}, {"close-leaves-polling", "close-leaves-blocked"});
}

CLI_TEST(check_kinds, other_forms_of_threads_and_order_are_caught)
{
    ARE_CAUGHT({"thread-refused-later", "thread-refused"}, {"counts-refused", "thread-refused"},
               {"idle-twice", "under-parallel"}, {"takes-two", "under-parallel"}, {"batch-reversed", "order-broken"},
               {"order-of-many", "order-broken"}, {"two-locks", "preempted"}, {"one-condition", "lost-under-load"});
}

CLI_TEST(check_kinds, other_forms_of_cancels_and_room_are_caught)
{
    ARE_CAUGHT({"batch-over", "over-capacity"}, {"cancel-uncounted", "cancel-abandons"},
               {"cancel-keeps-room", "cancel-sticks"}, {"idle-cancel-sticks", "cancel-sticks"},
               {"refusal-keeps-room", "full-rejects"}, {"drops-unsaid", "inside-full"});
}

CLI_TEST(check_kinds, what_comes_after_a_while_is_caught)
{
    ARE_CAUGHT({"submit-wraps-late", "full-timeout"}, {"order-after-wrap", "order-broken"},
               {"batch-wraps", "batch-tail"}, {"leaves-threads", "thread-refused"},
               {"caller-uncounted", "full-caller-runs"}, {"cancel-to-the-end", "cancel-abandons"});
}

CLI_TEST(check_kinds, other_forms_of_callers_and_workers_are_caught)
{
    ARE_CAUGHT({"counts-first", "early-wait"}, {"runs-locked", "full-caller-runs"}, {"signals-of-one", "signal-mask"},
               {"stack-of-one", "small-stack"}, {"kept-by-calls", "growth-per-job"},
               {"stats-await-quiet", "inside-wait"});
}

/* Its bound is another one, and who goes beyond what was asked for comes back later: before the close it went in. */
CLI_TEST(check_kinds, who_comes_back_after_the_close_may_have_gone_in_before)
{
    json_t *document = check_calmly("slow-submit", "-f close-leaves-blocked");
    cr_assert(strstr(out, "\"fails\": 0") && strstr(out, "\"holds\": 0"), "%s", out);
    json_decref(document);
}

/* A pool whose end hangs in any case does not hang because a thread was refused, or one CPU is there. */
CLI_TEST(check_kinds, what_goes_wrong_without_the_scenario_is_not_its_bug)
{
    json_t *document = check_calmly("join-locked",
                                    "-f thread-refused,one-cpu,second-pool,close-race,stop-missed,lost-under-load"),
           *cell;
    size_t i;
    json_array_foreach (json_object_get(document, "cells"), i, cell)
        cr_assert(is(cell, "verdict", "FAILS") && !json_is_true(json_object_get(cell, "by_its_name")) &&
                      is(cell, "finding", "hang: pool_free does not return"),
                  "%s", out);
    cr_assert(i > 6);
    json_decref(document);
}

/* In each of its cells, whichever job it is that lies there; and what happens only now and then. */
CLI_TEST(check_kinds, a_stranded_job_is_called_so)
{
    json_t *document = check_calmly("under-parallel", "-f under-parallel");
    const json_t *cells = json_object_get(document, "cells"), *cell;
    size_t i;
    cr_assert(json_array_size(cells) == 5);
    json_array_foreach (cells, i, cell)
        cr_assert(is(cell, "verdict", "FAILS") && json_is_true(json_object_get(cell, "by_its_name")), "%s", out);
    json_decref(document);
    document = check_calmly("strands-rarely", "-f under-parallel");
    cr_assert(strstr(out, "again and again") && strstr(out, "1 of them does not start though workers are idle (round "),
              "%s", out);
    json_decref(document);
}

CLI_TEST(check_kinds, one_is_told_in_the_singular)
{
    json_decref(check_calmly("drops-unsaid", "-f inside-full"));
    cr_assert(strstr(out, "\"1 job neither ran nor came back, "), "%s", out);
}

/* Nor do jobs that nobody was called for say that one which failed took a worker away. */
CLI_TEST(check_kinds, who_is_not_called_was_not_lost)
{
    static const char *const bugs[] = {"under-parallel", "wrong-wake", "idle-twice"};
    for (size_t i = 0; i < sizeof bugs / sizeof *bugs; i++) {
        json_decref(check_calmly(bugs[i], "-f no-recover"));
        cr_assert(!strstr(out, "the pool shrank"), "%s: %s", bugs[i], out);
        if (!strcmp(bugs[i], "wrong-wake")) /* which may leave a single job to nobody, and hang */
            continue;
        json_decref(check_calmly(bugs[i], "-f inherited-affinity,inherited-priority"));
        cr_assert(!strstr(out, "hang"), "%s: %s", bugs[i], out);
    }
}

/* Nor is what goes wrong before a thread was refused. */
CLI_TEST(check_kinds, what_goes_wrong_before_a_refusal_is_not_its_bug)
{
    json_t *document = check_calmly("join-locked-later", "-f thread-refused"),
           *cells = json_object_get(document, "cells");
    for (size_t i = 0; i < 3; i++)
        cr_assert(is(json_array_get(cells, i), "verdict", "FAILS") &&
                      is(json_array_get(cells, i), "finding", "hang: pool_free does not return"),
                  "%s", out);
    json_decref(document);
}

CLI_TEST(check_kinds, what_is_freed_twice_is_seen)
{
    json_t *document = check_calmly("freed-twice", "-f cancel-sticks");
    cr_assert(strstr(out, "died of signal 6") && strstr(out, "\"fails\": 1"), "%s", out);
    json_decref(document);
}

/* 0 stands for the default in each field of a configuration. */
CLI_TEST(check_kinds, a_queue_of_the_default_size_is_asked_for)
{
    json_t *document = check_calmly("no-default", "-f wait-rearmed");
    cr_assert(strstr(out, "hang: pool_submit does not return") && strstr(out, "\"fails\": 1"), "%s", out);
    json_decref(document);
}

/* The pool calls all its workers for each job. */
CLI_TEST(check_kinds, costs_are_said_and_not_judged)
{
    static const char *const said[][2] = {{"herd", "for each single job threads go to sleep "},
                                          {"idle-burn", "% of a CPU"},
                                          {"push-walk", "with 10,000"},
                                          {"late-backstop", "only when a timed wait"},
                                          {"inherited-priority", "3 of 3 workers keep the nice value"}};
    enum { TRIES = 20 };
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        char options[80];
        bool is_said = false;
        snprintf(options, sizeof options, "-f %s", said[i][0]);
        for (int try = 0; try < TRIES && !is_said; try++) { /* beside other programs it may take too long */
            json_t *document = check(said[i][0], options),
                   *cell = json_array_get(json_object_get(document, "cells"), 0);
            const char *finding = json_string_value(json_object_get(cell, "finding"));
            is_said = is(cell, "verdict", "holds") && strstr(finding, said[i][1]);
            cr_assert(is(cell, "verdict", "holds") || is(cell, "verdict", "STALLED") || strstr(finding, TOO_LONG), "%s",
                      out);
            json_decref(document);
        }
        cr_assert(is_said, "%s", out);
    }
}

/* Whether in one of some looks a cell of this kind holds, and says so: beside other programs there may be nothing to
 * be seen. */
static bool says(const char *bug, const char *kind, size_t number, const char *text)
{
    enum { TRIES = 10 };
    char options[80];
    bool said = false;
    snprintf(options, sizeof options, "-f %s", kind);
    for (int try = 0; try < TRIES && !said; try++) {
        json_t *document = check_calmly(bug, options),
               *cell = json_array_get(json_object_get(document, "cells"), number);
        cr_assert(strstr(out, "\"fails\": 0"), "%s", out);
        said = is(cell, "verdict", "holds") && strstr(json_string_value(json_object_get(cell, "finding")), text);
        json_decref(document);
    }
    return said;
}

/* How late is no matter of right and wrong, and some count in seconds. */
CLI_TEST(check_kinds, a_time_out_that_is_rounded_up_is_told_of)
{
    json_t *document;
    cr_assert(says("time-out-late", "time-out-late", 0, "a time-out of "), "%s", out);
    cr_assert(says("late-moment", "time-out-late", 0, "a time-out of "), "%s", out);
    cr_assert(says("submit-late", "time-out-late", 1, "a time-out of 1.1 s "), "%s", out);
    document = check_calmly("none", "-f time-out-late");
    cr_assert(strstr(out, "\"fails\": 0") && !strstr(out, "a time-out of"), "%s", out);
    json_decref(document);
}

/* As many libraries do; of ours, and of what the contract suite asks, it is another matter. */
CLI_TEST(check_kinds, a_child_that_is_refused_at_close_is_told_of)
{
    json_t *document;
    cr_assert(says("child-refused", "child-at-close", 0, "refuses the child"), "%s", out);
    document = check_calmly("none", "-f child-at-close");
    cr_assert(strstr(out, "\"holds\": 1") && !strstr(out, "refuses the child"), "%s", out);
    json_decref(document);
}

/* Its first calls are quick, and the others are not, as where others have the CPUs: that is no stall. */
CLI_TEST(check_kinds, a_pool_that_slows_down_does_not_stall)
{
    json_t *document = check_calmly("slow-later", "-f growth-per-job,leak-per-pool"),
           *cells = json_object_get(document, "cells");
    size_t i, slow = 0;
    for (i = 0; i < json_array_size(cells); i++)
        slow += is(json_array_get(cells, i), "verdict", "not supported") &&
                strstr(json_string_value(json_object_get(json_array_get(cells, i), "finding")), TOO_LONG);
    cr_assert(strstr(out, "\"fails\": 0") && strstr(out, "\"stalled\": 0") && slow >= 3, "%s", out);
    json_decref(document);
}

/* Callers that run jobs themselves nest them in pools that people use. */
CLI_TEST(check_kinds, children_nested_without_a_bound_are_said)
{
    static const char *const bugs[] = {"nests-for-ever", "none"};
    for (int i = 0; i < 2; i++) {
        json_t *document = check_calmly(bugs[i], "-f inside-full");
        bool said = strstr(out, "nests children without a bound");
        cr_assert(strstr(out, "\"holds\": 4") && said == !i, "%s", out);
        json_decref(document);
    }
}

/* It opens without a worker, and takes jobs; the pool without that bug does not open. */
CLI_TEST(check_kinds, a_first_thread_that_is_refused_is_told_of)
{
    static const char *const bugs[] = {"thread-refused-first", "none"};
    for (int i = 0; i < 2; i++) {
        json_t *document = check_calmly(bugs[i], "-f thread-refused"),
               *cell = json_array_get(json_object_get(document, "cells"), 3);
        bool said = strstr(json_string_value(json_object_get(cell, "finding")), "it opens without any");
        cr_assert(is(cell, "verdict", "holds") && said == !i, "%s", out);
        json_decref(document);
    }
}

/* Workers that are started in open do not know who submits. */
CLI_TEST(check_kinds, a_nice_submitter_is_nothing_to_workers_of_open)
{
    json_t *document = check_calmly("none", "-f inherited-priority"),
           *cell = json_array_get(json_object_get(document, "cells"), 0);
    cr_assert(is(cell, "verdict", "holds") && !strstr(out, "nice value of the thread"), "%s", out);
    json_decref(document);
}

/* Nothing wrong was seen in it; where it was given up, in a further try. */
static bool is_clean(const json_t *cell)
{
    char options[80];
    if (!is(cell, "verdict", "STALLED"))
        return is(cell, "verdict", "holds") || is(cell, "verdict", "not seen") || is(cell, "verdict", "named") ||
               is(cell, "verdict", "not supported");
    snprintf(options, sizeof options, "-f %s", json_string_value(json_object_get(cell, "fault")));
    json_decref(check_calmly("none", options));
    return strstr(out, "\"stalled\": 0") && strstr(out, "\"fails\": 0");
}

CLI_TEST(check_kinds, a_pool_without_holds_under_all)
{
    json_t *document = check("none", "--all"), *cell;
    size_t i;
    int asked = 0;
    cr_assert(document, "%s%s", out, err);
    json_array_foreach (json_object_get(document, "cells"), i, cell) {
        cr_assert(is_clean(cell), "%s: %s", json_string_value(json_object_get(cell, "fault")),
                  json_string_value(json_object_get(cell, "finding")));
        asked += !is(cell, "verdict", "not supported") && !is(cell, "group", "known");
    }
    cr_assert(asked > 40, "%d", asked);
    json_decref(document);
}

/* What shows itself by chance does not hold: it was not seen, in so many tries. */
CLI_TEST(check_kinds, not_seen_is_told_apart_from_holds)
{
    json_t *document = check_calmly("none", "-f stop-missed"),
           *cell = json_array_get(json_object_get(document, "cells"), 0);
    cr_assert(is(cell, "verdict", "not seen") && strstr(json_string_value(json_object_get(cell, "finding")), "tries"));
    cr_assert(json_integer_value(json_object_get(json_object_get(document, "summary"), "not_seen")) == 1);
    cr_assert(json_integer_value(json_object_get(json_object_get(document, "summary"), "holds")) == 0);
    json_decref(document);
    cr_assert(run("check -p mutex -f stop-missed --format tap") == 0);
    cr_assert(strstr(out, "\nok 1 - ") && strstr(out, "# not seen in "), "%s", out);
    cr_assert(run("check -p mutex -f stop-missed --format junit") == 0);
    cr_assert(strstr(out, "failures=\"0\"") && strstr(out, "<system-out>not seen in "), "%s", out);
    cr_assert(run("check -p mutex -f stop-missed") == 0);
    cr_assert(strstr(out, ", 1 not seen") && strstr(out, "not seen is no proof"), "%s", out);
}

CLI_TEST(check_kinds, what_was_not_asked_is_said)
{
    cr_assert(run("check -p mutex") == 0);
    cr_assert(strstr(out, "not asked, ") && strstr(out, "poolbench check --all"), "%s", out);
    cr_assert(run("check -p mutex --all") == 0);
    cr_assert(!strstr(out, "not asked, "), "%s", out);
}
