/* explore.c - `poolbench explore` from outside: its words, its exit statuses, that schedules
 * are the same each time, and that nothing is left behind. What it finds: tests/mutants. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/cli/program.h"

CLI_TEST(explore_input, is_refused_in_one_line)
{
    EXPECT_BAD({"nosuch", "explore -p nosuch"}, {"\"steal\"", "explore -p stael"}, {"twice", "explore -p ring,ring"},
               {"names nothing", "explore -p ring,"}, {"--seconds", "explore --seconds 0"},
               {"--seconds", "explore --seconds soon"}, {"--seconds", "explore --seconds 1e9"},
               {"--schedules", "explore --schedules 0"}, {"--seed", "explore --seed -1"},
               {"--seed", "explore --seed 1x"}, {"--replay", "explore -p ring --replay 1:"},
               {"--replay", "explore -p ring --replay 1:2:zzzz"}, {"--replay", "explore -p ring --replay 1:2:+1a2"},
               {"--replay", "explore -p ring --replay 1:2:0x1a"}, {"--replay", "explore -p ring --replay 1:2:1a2"},
               {"--replay", "explore -p ring --replay 1:2:1a2b3"}, {"--replay", "explore -p ring --replay 1:2:"},
               {"--replay", "explore -p ring --replay ring"}, {"--replay", "explore -p ring --replay 1:-2"},
               {"--replay", "explore -p ring --replay ''"}, {"another build", "explore -p ring --replay 1:2:0000"},
               {"9223372036854775807", "explore --seed 9223372036854775808"},
               {"--seed", "explore -p ring --replay 1:2 --seed 7"}, {"--seed", "explore -p ring --seed 7 --replay 1:2"},
               {"--seconds", "explore -p ring --replay 1:2 --seconds 3"},
               {"--schedules", "explore -p ring --replay 1:2 --schedules 3"}, {"--lines", "explore --lines --seed 3"},
               {"--lines", "explore --jobs 4"}, {"65536", "explore --lines --jobs 65537"},
               {"--jobs", "explore --lines --jobs 0"}, {"--jobs", "explore --lines --jobs many"},
               {"--jobs", "explore --lines --jobs 1e3"}, {"one pool", "explore --replay 1:2"},
               {"another build", "explore -p ring --replay 1:2:0001"}, {"tso", "explore --memory arm"},
               {"pct", "explore --strategy luck"}, {"\"close\"", "explore --scenario clos"},
               {"--freeze", "explore --scenario freeze"}, {"lock-free", "explore -p mutex --freeze"},
               {"--lines", "explore --lines --freeze"}, {"--lines", "explore -t 2"},
               {"junit", "explore --lines --format junit"}, {"--lines", "explore --lines --seconds 1"},
               {"64", "explore --lines -t 65"}, {"junit", "explore --format xml"}, {".json", "explore -o result.txt"},
               {"/nonexistent", "explore -o /nonexistent/x.json"}, {"--format", "explore --frmat json"},
               {"extra", "explore extra"}, {"wants a value", "explore -p"},
               {"nosuch.so", "explore --plugin ./nosuch.so"});
}

/* Files that are no plug-in, or none that could be loaded here. */
CLI_TEST(explore_input, that_is_no_plug_in_is_refused_in_one_line)
{
    static const struct {
        const char *file, *word;
    } files[] = {{"./pipe", "pipe"},
                 {"./folder", "folder"},
                 {"./empty.so", "empty.so"},
                 {"./short.so", "short.so"},
                 {"./cut.so", "cut.so"},
                 {"./loop.so", "loop.so"},
                 {"./hooks.so", "calls __tsan_nobody, a hook"},
                 {"/dev/null", "/dev/null"},
                 {"''", "\"\""}};
    cr_assert(system("mkfifo pipe; mkdir folder; : >empty.so; printf '\\177ELF' >short.so; ln -s loop.so loop.so;"
                     "echo 'void __tsan_nobody(void); void go(void) { __tsan_nobody(); }' >hooks.c;"
                     "cc -shared -fPIC -o hooks.so hooks.c; head -c 300 hooks.so >cut.so") == 0);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char arguments[64];
        snprintf(arguments, sizeof arguments, "explore --plugin %s", files[i].file);
        cr_assert(run(arguments) == 2 && lines(err) == 1 && !*out && strstr(err, files[i].word), "%s: %s%s", arguments,
                  out, err);
    }
}

CLI_TEST(explore_words, help_is_the_same_both_ways)
{
    static char first[65536];
    cr_assert(run("explore --help") == 0 && strstr(out, "Exit status") && !*err);
    snprintf(first, sizeof first, "%s", out);
    cr_assert(run("help explore") == 0 && !strcmp(first, out));
    cr_assert(run("--help") == 0 && strstr(out, "  explore"));
    cr_assert(run("explore --list") == 0 && strstr(out, "free ") && strstr(out, "two-pools ") && lines(out) > 20);
}

CLI_TEST(explore_words, without_its_program_is_said)
{
    cr_assert(symlink("/dev/null", "nothing") == 0);
    snprintf(err, sizeof err, "cp %s ./poolbench", program);
    cr_assert(system(err) == 0 && realpath("poolbench", program));
    cr_assert(run("explore") == 3 && lines(err) == 1 && strstr(err, "poolbench-explore"), "%s", err);
}

/* Each pool keeps its promises in so many schedules: always these. */
static void holds(const char *pool)
{
    char call[64], words[64];
    snprintf(call, sizeof call, "explore -p %s --schedules 30000", pool);
    snprintf(words, sizeof words, "%s: no failure in 30.0 k schedules", pool);
    cr_assert(run(call) == 0 && strstr(out, words), "%s%s", out, err);
    cr_assert(!strstr(out, "FAILS") && files_here() == 0, "%s", out);
}

/* 2 s of a CPU: beside others it may take a minute. */
#define HOLDS(pool)                                                                                                    \
    Test(explore_pools, pool##_holds, .timeout = 900, .init = program_begin, .fini = program_end)                      \
    {                                                                                                                  \
        holds(#pool);                                                                                                  \
    }
HOLDS(inline)
HOLDS(mutex)
HOLDS(ring)
HOLDS(spawn)
HOLDS(steal)
HOLDS(textbook)

CLI_TEST(explore_pools, are_all_explored_where_none_is_named)
{
    static const char *const names[] = {"inline", "mutex", "ring", "spawn", "steal", "textbook"};
    cr_assert(run("explore --schedules 200") == 0, "%s%s", out, err);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char words[64];
        snprintf(words, sizeof words, "%s: no failure in 200 schedules", names[i]);
        cr_assert(strstr(out, words), "%s: %s", words, out);
    }
}

/* Each of these accused good pools once, where the ledger took a nested job for a second worker's, a close that found
 * the pool being freed for the first, a pool's grandchild by way of another pool for a stranger, and what a receive
 * that had not returned got for lost. */
CLI_TEST(explore_pools, are_not_accused_of_what_is_mixed)
{
    cr_assert(run("explore -p mutex --scenario medley --schedules 2000") == 0, "%s%s", out, err);
    cr_assert(run("explore -p inline --scenario medley-two --schedules 400") == 0, "%s%s", out, err);
    cr_assert(run("explore -p spawn --scenario free-any --schedules 500") == 0, "%s%s", out, err);
    cr_assert(run("explore -p mutex,ring,steal --scenario trees --schedules 500") == 0, "%s%s", out, err);
}

CLI_TEST(explore_pools, hold_where_memory_is_weaker)
{
    cr_assert(run("explore -p mutex,ring,steal,textbook --memory c11 --schedules 1500") == 0, "%s%s", out, err);
}

CLI_TEST(explore_pools, ring_goes_on_when_one_thread_stands_still)
{
    cr_assert(run("explore -p ring --freeze --schedules 3000") == 0, "%s%s", out, err);
}

/* Where addresses are not the same in each process it is said with each failure. */
CLI_TEST(explore_replay, may_be_another_one_where_addresses_move)
{
    setenv("POOLBENCH_EXPLORE_AGAIN", "1", 1);
    cr_assert(run("explore -p ring --replay 7:3") == 0 && strstr(out, "other addresses"), "%s%s", out, err);
    unsetenv("POOLBENCH_EXPLORE_AGAIN");
    cr_assert(run("explore -p ring --replay 7:3") == 0 && !strstr(out, "other addresses"), "%s%s", out, err);
}

/* Seeds are schedules: told twice, step by step, they are the same; another one differs. */
CLI_TEST(explore_replay, is_the_same_each_time)
{
    static char first[PROGRAM_OUTPUT];
    char *steps;
    cr_assert(run("explore -p ring --replay 7:3 -v --scenario plain") == 0, "%s%s", out, err);
    steps = strstr(out, "\nstep ");
    cr_assert(steps && lines(steps) > 50, "%s", out);
    snprintf(first, sizeof first, "%s", steps);
    cr_assert(run("explore -p ring --replay 7:3 -v --scenario plain") == 0);
    cr_assert(strstr(out, "\nstep ") && !strcmp(first, strstr(out, "\nstep ")), "%s\n%s", first, out);
    cr_assert(run("explore -p ring --replay 7:4 -v --scenario plain") == 0);
    cr_assert(strstr(out, "\nstep ") && strcmp(first, strstr(out, "\nstep ")));
}

/* Arguments with the path of a plug-in of build/plugins in the place of %s. */
static int run_with(const char *plugin, const char *format)
{
    char path[4200], arguments[8400];
    snprintf(path, sizeof path, "%s/build/plugins/%s.so", root, plugin);
    snprintf(arguments, sizeof arguments, format, path);
    return run(arguments);
}

/* Of the schedules in which a job waited for its child, in how many only a timer helped. */
static json_int_t only_a_timer_helped(json_int_t *awaited)
{
    json_t *document = json_loads(out, 0, NULL), *pool = json_array_get(json_object_get(document, "pools"), 0);
    json_int_t child = json_integer_value(json_object_get(pool, "only_a_timer_helped_the_child"));
    json_int_t any = json_integer_value(json_object_get(pool, "only_a_timer_helped"));
    *awaited = json_integer_value(json_object_get(pool, "child_awaited"));
    json_decref(document);
    cr_assert(*awaited > 0 && *awaited <= 300 && child <= *awaited && child <= any && any <= 300, "%s", out);
    return child;
}

/* One whose workers nap is helped by nothing else. Those of our own are called, by a signal for each job or by the
 * child of a job that waits for it (it were 26 in 100). */
CLI_TEST(explore_timers, that_alone_helped_a_child_are_counted)
{
    json_int_t awaited, child;
    cr_assert(run_with("naps", "explore --plugin %s --scenario needs-child --schedules 300 --format json") == 0, "%s%s",
              out, err);
    child = only_a_timer_helped(&awaited);
    cr_assert(child > 0, "%s", out);
    for (int i = 0; i < 4; i++) {
        char call[128];
        snprintf(call, sizeof call, "explore -p %s --scenario needs-child --schedules 300 --format json",
                 (const char *const[]){"mutex", "ring", "steal", "textbook"}[i]);
        cr_assert(run(call) == 0, "%s%s", out, err);
        cr_assert(only_a_timer_helped(&awaited) <= awaited / 100, "%s", out);
    }
    cr_assert(run("explore -p ring --scenario needs-child --schedules 300 -v") == 0);
    cr_assert(strstr(out, "a job waited for its child"), "%s", out);
}

CLI_TEST(explore_plugin, is_followed_or_taken_as_it_is)
{
    static const char *const plugins[] = {"followed", "mine"};
    for (int i = 0; i < 2; i++) {
        json_t *document, *pool;
        cr_assert(run_with(plugins[i], "explore --plugin %s --schedules 300 --format json") == 0, "%s%s", out, err);
        document = json_loads(out, 0, NULL);
        pool = json_array_get(json_object_get(document, "pools"), 0);
        cr_assert(json_is_true(json_object_get(pool, "instrumented")) == (i == 0), "%s", out);
        json_decref(document);
        cr_assert(run_with(plugins[i], "explore --plugin %s --schedules 50") == 0 &&
                      !strstr(out, "only its calls are points") == (i == 0),
                  "%s%s", out, err);
    }
}

/* A batch is single submits there, and no free can know of who stands between two of them. */
CLI_TEST(explore_plugin, is_not_accused_of_what_its_calls_cannot_know)
{
    cr_assert(run_with("mine", "explore --plugin %s --scenario free-blocked --schedules 1500") == 0, "%s%s", out, err);
    cr_assert(run_with("followed", "explore --plugin %s --scenario free-blocked --schedules 1500") == 0, "%s%s", out,
              err);
}

/* A worker may begin a job that came later first, so that the queue has room again and nobody ever waits for it. */
CLI_TEST(explore, does_not_wait_for_who_has_returned)
{
    cr_assert(run("explore -p mutex --scenario free-blocked --memory tso --schedules 6000") == 0, "%s%s", out, err);
}

/* It fails, is told, shown in XML and on a page, and fails again in the same way by the command that is printed. */
CLI_TEST(explore_plugin, that_loses_jobs_fails)
{
    char *replay, again[8400], words[256];
    cr_assert(run_with("loses", "explore --plugin %s --schedules 2000 --format junit") == 1, "%s%s", out, err);
    cr_assert(strstr(out, "<failure type="), "%s", out);
    cr_assert(run_with("loses", "explore --plugin %s --schedules 2000 -o x.json") == 1, "%s%s", out, err);
    cr_assert(strstr(out, "FAILS: ") && strstr(out, "at the end") && access("x.json", F_OK) == 0, "%s", out);
    snprintf(words, sizeof words, "%.*s", (int)strcspn(strstr(out, "FAILS: "), "\n"), strstr(out, "FAILS: "));
    replay = strstr(out, "replay    poolbench ");
    cr_assert(replay, "%s", out);
    snprintf(again, sizeof again, "%s", replay + strlen("replay    poolbench "));
    again[strcspn(again, "\n")] = '\0';
    cr_assert(run("report x.json") == 0, "what was written has a page: %s%s", out, err);
    cr_assert(run(again) == 1 && strstr(out, words), "%s: %s%s", again, out, err);
}

/* What is not seen is not counted. */
CLI_TEST(explore_plugin, has_lines_where_its_accesses_are_seen)
{
    cr_assert(run_with("followed", "explore --lines -t 2 --plugin %s") == 0 && strstr(out, "mine"), "%s%s", out, err);
    cr_assert(run("explore -p inline --schedules 1") == 0 && strstr(out, "  1 schedule in "), "%s%s", out, err);
    cr_assert(run_with("mine", "explore --lines -t 2 --plugin %s -o x.json") == 3, "%s%s", out, err);
    cr_assert(lines(err) == 1 && strstr(err, "docs/explore.md") && !*out && files_here() == 0, "%s%s", out, err);
    cr_assert(run_with("mine", "explore --lines -t 2 --plugin %s -p mine,ring") == 3, "%s%s", out, err);
    cr_assert(lines(err) == 1 && strstr(out, "  - "), "%s%s", out, err);
    setenv("COLUMNS", "80", 1);
    cr_assert(
        run_with("followed", "explore --lines -t 16 --plugin %s -p inline,mutex,ring,spawn,steal,textbook,mine") == 0 &&
            strstr(out, "--format json has all"),
        "%s%s", out, err);
}

/* It does not count who is blocked, and is no worse for that. */
CLI_TEST(explore_plugin, that_counts_no_waiters_is_not_accused)
{
    cr_assert(run_with("sound", "explore --plugin %s --schedules 2000") == 0, "%s%s", out, err);
}

/* Of wrong.c, with what the environment names. */
static int run_wrong(const char *plugin, const char *what, const char *format)
{
    int status;
    setenv("WRONG", what, 1);
    status = run_with(plugin, format);
    unsetenv("WRONG");
    return status;
}

static const char *const wrong[] = {"wrong", "wrong-followed"};

CLI_TEST(explore_plugin, that_is_right_in_a_rare_way_is_not_accused)
{
    static const char *const ways[] = {"", "robust", "inherits", "polls", "picky"};
    for (size_t i = 0; i < 2 * sizeof ways / sizeof *ways; i++)
        cr_assert(run_wrong(wrong[i % 2], ways[i / 2], "explore --plugin %s --schedules 1500") == 0, "%s: %s%s",
                  ways[i / 2], out, err);
}

/* Five bugs, by their names, by calls alone and by each access; and again by the command that is printed. */
CLI_TEST(explore_plugin, that_is_wrong_is_found_and_found_again)
{
    static const struct {
        const char *bug, *kind;
    } bugs[] = {{"lost-wakeup", "FAILS: deadlock: "},
                {"double-run", "FAILS: ran twice: "},
                {"lock-order", "FAILS: deadlock: "},
                {"early-wait", "FAILS: early return: "},
                {"leaves", "FAILS: use after free: "}};
    for (size_t i = 0; i < 2 * sizeof bugs / sizeof *bugs; i++) {
        char *replay, again[8400];
        const char *bug = bugs[i / 2].bug, *kind = bugs[i / 2].kind;
        cr_assert(run_wrong(wrong[i % 2], bug, "explore --plugin %s --schedules 20000") == 1, "%s: %s%s", bug, out,
                  err);
        cr_assert(strstr(out, kind) && !strstr(out, "came to something else"), "%s: %s", bug, out);
        replay = strstr(out, "replay    poolbench ");
        cr_assert(replay, "%s", out);
        snprintf(again, sizeof again, "%s", replay + strlen("replay    poolbench "));
        again[strcspn(again, "\n")] = '\0';
        setenv("WRONG", bug, 1);
        cr_assert(run(again) == 1 && strstr(out, kind), "%s: %s%s", again, out, err);
    }
}

/* What is not followed is said at once, and accuses nobody. */
CLI_TEST(explore_plugin, that_goes_where_nobody_follows_is_told_so)
{
    static const struct {
        const char *way, *words;
    } ways[] = {{"waitv", "futex_waitv"},   {"forks", "calls fork,"}, {"forks-bare", "calls _Fork,"},
                {"clones", "calls clone,"}, {"spawns", "clone3"},     {"spins", "does not come on"}};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        cr_assert(run_wrong("wrong", ways[i].way, "explore --plugin %s --seconds 30") == 3, "%s: %s%s", ways[i].way,
                  out, err);
        cr_assert(strstr(out, "cannot be followed: cannot follow: ") && strstr(out, ways[i].words) &&
                      !strstr(out, "no failure"),
                  "%s: %s", ways[i].way, out);
    }
}

/* Schedules in which it cannot be opened are not drawn: and so with this, the same again. */
CLI_TEST(explore_plugin, is_not_asked_for_what_it_refuses)
{
    json_t *document, *pool;
    cr_assert(run_with("mine", "explore --plugin %s --schedules 300 --format json") == 0, "%s%s", out, err);
    document = json_loads(out, 0, NULL);
    pool = json_array_get(json_object_get(document, "pools"), 0);
    cr_assert(json_integer_value(json_object_get(pool, "judged")) == 300, "%s", out);
    cr_assert_str_eq(json_string_value(json_object_get(pool, "pool_open_refuses")),
                     "full=reject, full=timeout, full=caller-runs");
    json_decref(document);
    cr_assert(run_wrong("wrong", "picky", "explore --plugin %s --schedules 300") == 0, "%s%s", out, err);
    cr_assert(strstr(out, "capacity 1, capacity 2\n") && !strstr(out, "pool_open failed"), "%s", out);
    cr_assert(run_with("mine", "explore --plugin %s --replay 1:17 -v") == 0, "%s%s", out, err);
    cr_assert(strstr(out, "full=block"), "%s", out);
}

/* The command that is printed can be given to a shell, wherever the plug-in lies. */
CLI_TEST(explore_plugin, whose_path_has_blanks_is_found_again)
{
    char command[8400], *replay;
    snprintf(command, sizeof command, "mkdir \"it's $HOME\" && cp %s/build/plugins/loses.so \"it's $HOME\"", root);
    setenv("HOME", "a b", 1);
    cr_assert(system(command) == 0);
    cr_assert(run("explore --plugin \"it's a b/loses.so\" --schedules 2000") == 1, "%s%s", out, err);
    replay = strstr(out, "replay    poolbench ");
    cr_assert(replay, "%s", out);
    snprintf(command, sizeof command, "%s", replay + strlen("replay    poolbench "));
    command[strcspn(command, "\n")] = '\0';
    cr_assert(run(command) == 1 && strstr(out, "FAILS: "), "%s: %s%s", command, out, err);
}

/* What fails once and not again is told so, and no steps of another schedule. */
CLI_TEST(explore_plugin, that_asks_what_no_seed_knows_is_told_so)
{
    cr_assert(run_with("guesses", "explore --plugin %s --schedules 2000") == 1, "%s%s", out, err);
    cr_assert(strstr(out, "FAILS: ") && strstr(out, "it came to something else") && !strstr(out, "submits job"), "%s",
              out);
    cr_assert(remove("first") == 0);
    cr_assert(run_with("guesses", "explore --plugin %s --schedules 2000 --format json") == 1, "%s%s", out, err);
    cr_assert(strstr(out, "\"repeats\": false"), "%s", out);
}

/* Nothing was submitted, so nothing holds. */
CLI_TEST(explore_plugin, that_never_opens_is_no_good_pool)
{
    cr_assert(run_with("never", "explore --plugin %s --schedules 100") == 3, "%s%s", out, err);
    cr_assert(strstr(out, "cannot be followed: ") && strstr(out, "pool_open returns -12"), "%s", out);
    cr_assert(run_with("never", "explore --plugin %s --schedules 100 --format json") == 3, "%s%s", out, err);
    cr_assert(strstr(out, "\"judged\": 0,") && !strstr(out, "\"holds\""), "%s", out);
}

CLI_TEST(explore_plugin, that_cannot_be_followed_is_one_line)
{
    cr_assert(run_with("linked", "explore --plugin %s") == 2 && lines(err) == 1 && strstr(err, "link without"), "%s",
              err);
    cr_assert(run_with("threads", "explore --plugin %s") == 2 && lines(err) == 1 && strstr(err, "thread"), "%s", err);
}

/* One that cannot be asked holds up no other; and what is promised by ours is asked of ours. */
CLI_TEST(explore_scenarios, are_asked_of_those_who_can)
{
    cr_assert(run("explore -p textbook,mutex,inline --scenario forks --schedules 50") == 3, "%s%s", out, err);
    cr_assert(strstr(out, "textbook: cannot be followed: cannot run: it says that it cannot") &&
                  strstr(out, "mutex: no failure in 50 schedules") && strstr(out, "inline: cannot be followed: "),
              "%s", out);
    for (int i = 0; i < 2; i++) {
        cr_assert(run_with("mine", i ? "explore --plugin %s --scenario room"
                                     : "explore --plugin %s --scenario room --format json") == 3,
                  "%s%s", out, err);
        cr_assert(strstr(out, "not asked of plug-ins"), "%s", out);
    }
    cr_assert(run_with("mine", "explore --plugin %s --scenario room -p mine --replay 1:2 --format junit") == 3);
}

CLI_TEST(explore_formats, are_read_by_programs)
{
    json_t *document, *pool;
    cr_assert(run("explore -p textbook --schedules 200 --format json -o x.json") == 0, "%s%s", out, err);
    document = json_loads(out, 0, NULL);
    cr_assert(document, "%s", out);
    pool = json_array_get(json_object_get(document, "pools"), 0);
    cr_assert_str_eq(json_string_value(json_object_get(pool, "verdict")), "holds");
    cr_assert(json_integer_value(json_object_get(pool, "schedules")) == 200);
    json_decref(document);
    document = json_load_file("x.json", 0, NULL);
    cr_assert(document && !strcmp(json_string_value(json_object_get(document, "program")), "poolbench"));
    json_decref(document);
    cr_assert(run("explore -p textbook,inline --schedules 50 --format junit") == 0);
    cr_assert(strstr(out, "<testsuites name=\"poolbench explore\" tests=\"2\" failures=\"0\""), "%s", out);
}

/* A page; what a failure is shown with, of a document that is made up. */
CLI_TEST(explore_formats, have_a_page)
{
    static char page[PROGRAM_OUTPUT];
    json_t *document, *pool, *step;
    cr_assert(run("explore -p textbook --schedules 200 -o x.json") == 0 && run("report x.json") == 0, "%s%s", out, err);
    slurp("x.html", page, sizeof page);
    cr_assert(strstr(page, "Is there a schedule in which a pool fails?") &&
                  strstr(page, "In 200 schedules of textbook nothing was found"),
              "%s", page);
    document = json_load_file("x.json", 0, NULL);
    pool = json_array_get(json_object_get(document, "pools"), 0);
    step = json_pack("{s:i, s:i, s:s, s:s, s:{s:s, s:s, s:i}}", "step", 7, "thread", 1, "act", "load", "what", "tail",
                     "place", "function", "ring_pop", "file", "mine.c", "line", 9);
    json_object_set_new(pool, "verdict", json_string("FAILS"));
    json_object_set_new(pool, "finding", json_string("a job is lost & gone"));
    json_object_set_new(pool, "schedule",
                        json_pack("{s:s, s:s, s:s, s:[{s:s}, {s:s}], s:[o]}", "words", "one is lost", "replay",
                                  "poolbench explore --replay 1,2", "jobs", "job 1: queued", "threads", "name",
                                  "caller", "name", "worker <1>", "steps", step));
    cr_assert(json_dump_file(document, "x.json", 0) == 0 && run("report x.json") == 0, "%s", err);
    slurp("x.html", page, sizeof page);
    cr_assert(strstr(page, "textbook fails: a job is lost &amp; gone.") && strstr(page, "worker &lt;1&gt;") &&
              strstr(page, "load tail") && strstr(page, "poolbench explore --replay 1,2"));
    json_object_set_new(step, "thread", json_integer(2));
    cr_assert(json_dump_file(document, "x.json", 0) == 0 && run("report x.json") == 0, "%s", err);
    slurp("x.html", page, sizeof page);
    cr_assert(strstr(page, "thread 2"), "a thread without a name has its number");
    json_object_set_new(step, "thread", json_string("worker"));
    cr_assert(json_dump_file(document, "x.json", 0) == 0 && run("report x.json") == 2 && lines(err) == 1, "%s", err);
    cr_assert(strstr(err, "a step of it is none"), "%s", err);
    json_decref(document);
}

/* Once it searches, in a process of its own, it is told to end: what was seen by then is printed. */
CLI_TEST(explore_interrupted, says_so)
{
    char command[5000];
    snprintf(command, sizeof command,
             "%s explore -p textbook --seconds 1000 >said 2>&1 & p=$!; "
             "until [ -n \"$(cat /proc/$p/task/$p/children)\" ]; do sleep 0.01; done; kill -TERM $p; wait $p",
             program);
    cr_assert(WEXITSTATUS(system(command)) == 130);
    slurp("said", out, sizeof out);
    cr_assert(strstr(out, "textbook: no failure in "), "%s", out);
}

/* And what was not. */
CLI_TEST(explore_interrupted, names_what_was_not_reached)
{
    static const char *const formats[] = {"table", "json", "junit"};
    static const char *const left[] = {"\nnot reached: inline, ring\n",
                                       "\"pools_not_reached\": [\n  \"inline\",\n  \"ring\"\n ]",
                                       "<testcase classname=\"poolbench.explore\" name=\"ring\"><skipped "};
    char command[5000];
    for (int i = 0; i < 3; i++) {
        snprintf(command, sizeof command,
                 "%s explore -p textbook,inline,ring --seconds 1000 --format %s >said 2>&1 & p=$!; "
                 "until [ -n \"$(cat /proc/$p/task/$p/children)\" ]; do sleep 0.01; done; kill -TERM $p; wait $p",
                 program, formats[i]);
        cr_assert(WEXITSTATUS(system(command)) == 130);
        slurp("said", out, sizeof out);
        cr_assert(strstr(out, left[i]), "%s", out);
        cr_assert(i < 2 || (strstr(out, "skipped=\"3\"") && strstr(out, "><skipped message=\"no failure in ")), "%s",
                  out);
    }
}

CLI_TEST(explore_scenarios, that_were_not_reached_are_named)
{
    cr_assert(run("explore -p textbook --schedules 3 -v") == 0 && strstr(out, "  not reached: ") &&
                  strstr(out, "  asked: "),
              "%s%s", out, err);
    cr_assert(run("explore -p textbook --schedules 3 --scenario plain") == 0 && !strstr(out, "not reached"), "%s%s",
              out, err);
    cr_assert(run("explore -p textbook --schedules 2000") == 0 && !strstr(out, "not reached"), "%s%s", out, err);
}

/* Cache lines that move are counted: the same number each time. */
CLI_TEST(explore_lines, are_the_same_each_time)
{
    static char first[PROGRAM_OUTPUT];
    cr_assert(run("explore --lines -p textbook,ring -t 1,2") == 0, "%s%s", out, err);
    snprintf(first, sizeof first, "%s", out);
    cr_assert(run("explore --lines -p textbook,ring -t 1,2") == 0 && !strcmp(first, out), "%s%s", first, out);
    cr_assert(strstr(out, "workers") && strstr(out, " / "), "%s", out);
    cr_assert(run("explore --lines -p textbook -t 1 -o x.json") == 0 && strstr(out, "saved    x.json"), "%s%s", out,
              err);
    cr_assert(run("explore --lines -p textbook -t 1 --format json") == 0 && strstr(out, "\"one_producer\": 0."), "%s",
              out);
}

/* The lines of the source add up to the count. */
CLI_TEST(explore_lines, are_told_by_source)
{
    double sum = 0, total = 0;
    char *at, *table;
    cr_assert(run("explore --lines -v -p mutex -t 4") == 0 && strstr(out, "where") && strstr(out, ", mutex.c:"), "%s%s",
              out, err);
    at = strstr(out, "4 producers: ");
    table = strrchr(out, '/');
    cr_assert(at && table, "%s", out);
    for (at = strchr(at, '\n'); at && at[1] != '\n'; at = strchr(at + 1, '\n'))
        sum += strtod(at + 1, NULL);
    total = strtod(table + 1, NULL);
    cr_assert(sum > total - 0.2 && sum < total + 0.2, "%g %g\n%s", sum, total, out);
}

/* Of a pool that does not come on it is said how far it came. */
CLI_TEST(explore_lines, that_have_no_end_say_why)
{
    setenv("WRONG", "spins", 1);
    cr_assert(run_with("wrong-followed", "explore --lines --plugin %s -t 1 --jobs 8") == 3, "%s%s", out, err);
    unsetenv("WRONG");
    cr_assert(lines(err) == 1 && strstr(err, "0 of 8 jobs have run by then, and somebody spins; ") &&
                  strstr(err, " is in worker"),
              "%s", err);
    cr_assert(run("explore --lines -p textbook -t 1 --jobs 1000") == 0 && strstr(out, "1000 jobs"), "%s%s", out, err);
}

/* Per job, with 16 workers and as many producers. */
static double lines_moved(const char *pool)
{
    char arguments[64];
    json_t *document;
    double moved;
    snprintf(arguments, sizeof arguments, "explore --lines -p %s -t 16 --format json", pool);
    cr_assert(run(arguments) == 0, "%s", err);
    document = json_loads(out, 0, NULL);
    moved = json_number_value(
        json_object_get(json_array_get(json_object_get(document, "transfers"), 0), "as_many_producers"));
    json_decref(document);
    cr_assert(moved > 0, "%s", out);
    return moved;
}

/* Many who race for one word do not take its line from each other at each step: who has
 * lost stands back (it were 62), and in the ring goes on to the next slot. */
CLI_TEST(explore_lines, do_not_move_at_each_step_of_a_race)
{
    double ring = lines_moved("ring");
    cr_assert(ring < 20, "%g", ring);
}
