/* history_move.c - what goes into the history and out of it, from outside: through pipes, of other versions, with
 * names that are taken, of one machine and of all. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/cli/program.h"

static json_t *base; /* a small result */

static void begin(void)
{
    program_begin();
    setenv("POOLBENCH_HISTORY", "h.db", 1);
    cr_assert(run("run -p mutex -w empty -t 1 --rounds 1 --budget 5ms --no-floor --no-figures --no-history -o "
                  "base.json") == 0,
              "%s", err);
    base = json_load_file("base.json", 0, NULL);
    cr_assert(base);
}

static void end(void)
{
    json_decref(base);
    program_end();
}
#define MOVE_TEST(name) Test(history_move, name, .timeout = 120, .init = begin, .fini = end)

/* The result as NAME.json, of that machine and day of January. */
static void write_one(const char *name, const char *machine, int day)
{
    char text[64];
    snprintf(text, sizeof text, "2026-01-%02dT00:00:00Z", day);
    json_object_set_new(base, "date", json_string(text));
    json_object_set_new(base, "revision", json_string(name));
    json_object_set_new(json_object_get(base, "machine"), "name", json_string(machine));
    snprintf(text, sizeof text, "%s.json", name);
    cr_assert(json_dump_file(base, text, JSON_REAL_PRECISION(9)) == 0);
}

static void expect_refused(const char *arguments, const char *word)
{
    int status = run(arguments);
    cr_assert(status == 2 && lines(err) == 1 && strstr(err, word) && !*out, "[%s] exit %d: %s%s", arguments, status,
              err, out);
}

/* By a shell, with redirections of its own; what it prints is in `out`. */
static int shell(const char *command)
{
    setenv("PROGRAM", program, 1);
    return program_shell(".", command);
}

/* A pipe has its bytes once, and the files are looked at before they are taken. */
MOVE_TEST(a_pipe_is_imported_as_a_file_is)
{
    write_one("one", "a", 1);
    write_one("two", "a", 2);
    cr_assert(run("history import one.json two.json") == 0 && run("history baseline main 1") == 0, "%s", err);
    cr_assert(
        shell("$PROGRAM history export >one.jsonl && $PROGRAM history export | POOLBENCH_HISTORY=other.db $PROGRAM "
              "history import /dev/stdin") == 0,
        "%s", out);
    cr_assert_str_eq(out, "2 added, 0 already there\n");
    cr_assert(shell("POOLBENCH_HISTORY=other.db $PROGRAM history export | cmp - one.jsonl") == 0, "%s", out);
    cr_assert(shell("head -c 300 one.jsonl | POOLBENCH_HISTORY=third.db $PROGRAM history import /dev/stdin") == 2 &&
                  lines(out) == 1 && strstr(out, "damaged") && access("third.db", F_OK) != 0,
              "%s", out);
    cr_assert(shell(": | POOLBENCH_HISTORY=third.db $PROGRAM history import /dev/stdin") == 2 && strstr(out, "empty"),
              "%s", out);
}

/* Where there is no room to keep what came, that is said, and not that it is damaged. */
MOVE_TEST(a_pipe_for_which_there_is_no_room_is_not_damaged)
{
    write_one("one", "a", 1);
    cr_assert(run("history import one.json") == 0 && shell("$PROGRAM history export >one.jsonl") == 0, "%s", err);
    cr_assert(shell("i=0; while [ $i -lt 200 ]; do cat one.jsonl; i=$((i+1)); done 2>/dev/null | "
                    "{ ulimit -f 8; POOLBENCH_HISTORY=third.db $PROGRAM history import /dev/stdin; }") == 2 &&
                  lines(out) == 1 && strstr(out, "File too large") && !strstr(out, "damaged"),
              "%s", out);
}

/* One line of it is wrong, and nothing is taken. */
MOVE_TEST(lines_of_another_version_are_refused)
{
    static const struct {
        const char *change, *word;
    } cases[] = {{"s/\"poolbench_history\":1/\"poolbench_history\":2/", "another version"},
                 {"s/\"poolbench_history\":1/\"poolbench_history\":\"1\"/", "another version"},
                 {"s/\"baselines\":\\[\\]/\"baselines\":\"main\"/", "no list of names"},
                 {"s/\"baselines\":\\[\\]/\"baselines\":[\"17\"]/", "no name that can be"},
                 {"s/\"baselines\":\\[\\]/\"baselines\":[\"a,b\"]/", "no name that can be"},
                 {"s/\"baselines\":\\[\\]/\"baselines\":[7]/", "no name that can be"},
                 {"s/\"revision\":\"one\"/\"revision\":\"a\\\\u001b[2J\"/", "revision: control characters"}};
    write_one("one", "a", 1);
    cr_assert(run("history import one.json") == 0, "%s", err);
    setenv("POOLBENCH_HISTORY", "other.db", 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char command[256];
        snprintf(command, sizeof command,
                 "POOLBENCH_HISTORY=h.db $PROGRAM history export >was.jsonl; sed '%s' was.jsonl >bad.jsonl; ! cmp -s "
                 "was.jsonl bad.jsonl",
                 cases[i].change);
        cr_assert(shell(command) == 0, "[%s] changes nothing", cases[i].change);
        expect_refused("history import bad.jsonl", cases[i].word);
        cr_assert(strstr(err, "bad.jsonl, line 1: ") && access("other.db", F_OK) != 0, "%s", err);
    }
}

/* Whoever reads slowly gets what there was when he began, and keeps nobody from removing it. */
MOVE_TEST(an_export_is_of_one_moment)
{
    char name[32], words[64];
    for (int i = 1; i <= 28; i++) {
        snprintf(name, sizeof name, "r%d", i);
        json_object_set_new(base, "padding", json_sprintf("%04000d", i)); /* so that no pipe holds all of it */
        write_one(name, "a", i);
        snprintf(words, sizeof words, "history import r%d.json", i);
        cr_assert(run(words) == 0, "%s", err);
    }
    cr_assert(shell("mkfifo fifo; $PROGRAM history export >fifo & exec 3<fifo; dd bs=10 count=1 <&3 >all 2>/dev/null; "
                    "$PROGRAM history prune --keep 1 >pruned; cat <&3 >>all; wait $! && cat pruned && wc -l <all && "
                    "$PROGRAM history export | wc -l") == 0,
              "%s", out);
    cr_assert_str_eq(out, "27 runs removed\n28\n1\n");
}

/* What somebody else calls main does not take ours away. */
MOVE_TEST(a_baseline_that_is_there_stays)
{
    write_one("one", "a", 1);
    write_one("two", "a", 2);
    cr_assert(run("history import two.json") == 0 && run("history baseline main") == 0, "%s", err);
    cr_assert(shell("$PROGRAM history export >theirs.jsonl") == 0);
    setenv("POOLBENCH_HISTORY", "other.db", 1);
    cr_assert(run("history import one.json") == 0 && run("history baseline main") == 0, "%s", err);
    cr_assert(run("history import theirs.jsonl") == 0 && !strcmp(out, "1 added, 0 already there\n"), "%s%s", out, err);
    cr_assert(strstr(err, "note: @main stays run 1 here; theirs.jsonl has it for run 2"), "%s", err);
    cr_assert(run("history import theirs.jsonl") == 0 && !strcmp(out, "0 added, 1 already there\n"), "%s%s", out, err);
    cr_assert(shell("$PROGRAM history export | grep '\"baselines\":\\[\"main\"\\]' | grep -c '\"revision\":\"one\"'") ==
                  0,
              "%s", out);
}

/* Who asks for one machine means that one. */
MOVE_TEST(one_machine_is_not_all)
{
    write_one("one", "a", 1);
    write_one("two", "a", 2);
    write_one("three", "b", 3);
    write_one("four", "b", 4);
    cr_assert(run("history import one.json two.json three.json four.json") == 0, "%s", err);
    cr_assert(run("history baseline ours --machine a") == 0 && !strcmp(out, "ours is run 2\n"), "%s%s", out, err);
    cr_assert(run("history baseline all") == 0 && !strcmp(out, "all is run 4\n"), "%s%s", out, err);
    expect_refused("history baseline none --machine c", "machine c");
    cr_assert(run("history baseline newest 4 --machine b") == 0 && !strcmp(out, "newest is run 4\n"), "%s%s", out, err);
    expect_refused("history baseline newest 1 --machine b", "run 1 is not of machine b");
    expect_refused("history baseline newest ours --machine b", "run 2 is not of machine b");
    expect_refused("history baseline newest 1 --machine c", "run 1 is not of machine c");
    cr_assert(run("history baseline also newest") == 0 && !strcmp(out, "also is run 4\n"), "%s%s", out, err);
    cr_assert(run("history prune --keep 0 --machine b") == 0 && !strcmp(out, "1 run removed\n"), "%s%s", out, err);
    cr_assert(run("history") == 0 && strstr(out, " one ") && strstr(out, " two ") && !strstr(out, " three "), "%s",
              out);
    expect_refused("history prune --before 2026", "not a date");
    expect_refused("history prune --before 2026-02-31", "not a date");
}

/* From now on the program runs as somebody who may not write everywhere: root gives that up. */
static void give_up_rights(void)
{
    static const char words[] = "setpriv --bounding-set=-all --inh-caps=-all";
    char whole[sizeof program], command[128];
    if (geteuid())
        return;
    snprintf(command, sizeof command, "%s true 2>/dev/null", words);
    if (system(command))
        cr_skip("root may write everywhere, and cannot give that up here");
    strcpy(whole, program);
    snprintf(program, sizeof program, "%s %.4000s", words, whole);
}

/* It can be read. That nothing can be appended is said before two minutes are spent on what would not be kept. */
MOVE_TEST(a_protected_history_is_seen_before_time_is_spent)
{
    write_one("one", "a", 1);
    cr_assert(run("history import one.json") == 0 && chmod("h.db", 0444) == 0, "%s", err);
    cr_assert(mkdir("locked", 0) == 0);
    give_up_rights();
    cr_assert(run("history") == 0 && lines(out) == 2, "%s%s", out, err);
    expect_refused("run -p mutex -w empty -t 1 --rounds 1 --budget 5ms -o x.json",
                   "h.db: cannot be opened for writing: Permission denied");
    cr_assert(access("x.json", F_OK) != 0, "time was spent");
    expect_refused("history import base.json", "h.db: cannot be opened for writing: Permission denied");
    setenv("POOLBENCH_HISTORY", "locked/h.db", 1);
    expect_refused("history", "locked/h.db: cannot be opened for writing: Permission denied");
}

/* None is ignored. */
MOVE_TEST(each_option_goes_with_its_words)
{
    write_one("one", "a", 1);
    cr_assert(run("history import one.json") == 0, "%s", err);
    expect_refused("history --keep 1", "history: --keep goes with prune");
    expect_refused("history show mutex --before 2026-01-01", "history show: --before goes with prune");
    expect_refused("history export --threshold 5%", "--threshold goes with show and changes");
    expect_refused("history changes --no-figures", "--no-figures goes with show");
    expect_refused("history baseline main --revision x", "--revision goes with import");
    expect_refused("history export --format json", "--format goes with show, changes and the list");
    cr_assert(run("history --format json") == 0 && run("history changes --threshold 5%") == 0, "%s", err);
}

/* Nothing is compared with a duet: it has been. */
MOVE_TEST(a_duet_is_no_baseline)
{
    write_one("one", "a", 1);
    cr_assert(run("history import one.json") == 0, "%s", err);
    program_tools(); /* OWN */
    cr_assert(shell("$PROGRAM history import \"$OWN/tests/exports/duet.json\" --machine a") == 0, "%s", out);
    cr_assert(run("history baseline main") == 0 && !strcmp(out, "main is run 1\n"), "%s%s", out, err);
    expect_refused("history baseline other 2", "run 2 is none that could be compared with");
}
