/* history.c - `poolbench history` from outside: what goes in comes out, whatever is in the
 * way, and whoever is killed. */
#include <jansson.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/cli/program.h"

#define SHORT "run -p mutex -w empty -t 1 --rounds 1 --budget 5ms --no-floor --no-figures "

static void begin_history(void)
{
    program_begin();
    setenv("POOLBENCH_HISTORY", "h.db", 1);
}
#define HISTORY_TEST(name) Test(history, name, .timeout = 300, .init = begin_history, .fini = program_end)

/* A small result, base.json. */
static json_t *make_base(void)
{
    json_t *document;
    cr_assert(run(SHORT "--no-history -o base.json") == 0, "%s", err);
    document = json_load_file("base.json", 0, NULL);
    cr_assert(document);
    return document;
}

/* A copy of it as N.json, of a revision of that name. */
static void write_variant(json_t *base, int number)
{
    char name[32];
    snprintf(name, sizeof name, "rev-%d-", number);
    json_object_set_new(base, "revision", json_string(name));
    snprintf(name, sizeof name, "%d.json", number);
    cr_assert(json_dump_file(base, name, JSON_REAL_PRECISION(9)) == 0);
}

static void sql(const char *path, const char *text)
{
    sqlite3 *db;
    cr_assert(sqlite3_open(path, &db) == SQLITE_OK);
    cr_assert(sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

static void expect_refused(const char *arguments, const char *word)
{
    int status = run(arguments);
    cr_assert(status == 2, "[%s] exit %d: %s", arguments, status, err);
    cr_assert(lines(err) == 1 && strstr(err, word) && !*out, "[%s] wants %s: %s%s", arguments, word, err, out);
}

static void export_to(const char *path)
{
    char command[4300];
    snprintf(command, sizeof command, "%s history export >%s", program, path);
    cr_assert(system(command) == 0);
}

HISTORY_TEST(runs_are_appended)
{
    cr_assert(run(SHORT "-o a.json --machine fleet --revision abc") == 0 && strstr(out, "history  h.db, run 1"), "%s%s",
              out, err);
    cr_assert(run("sweep -p mutex -w empty -t 1,2 --rounds 1 --budget 5ms --no-floor --no-figures -o b.json") == 0,
              "%s", err);
    cr_assert(run("history") == 0 && lines(out) == 3, "%s%s", out, err);
    cr_assert(strstr(out, "fleet") && strstr(out, "abc") && strstr(out, "sweep"), "%s", out);
    cr_assert(run("history --machine fleet") == 0 && lines(out) == 2, "%s", out);
    cr_assert(run("history import a.json b.json") == 0 && !strcmp(out, "0 added, 2 already there\n"), "%s%s", out, err);
}

HISTORY_TEST(is_where_it_is_said)
{
    unsetenv("POOLBENCH_HISTORY");
    expect_refused("history", "results/history.db");
    cr_assert(run(SHORT "-o a.json") == 0 && access("results/history.db", F_OK) == 0, "%s", err);
    cr_assert(run(SHORT "-o b.json --no-history") == 0 && run("history") == 0 && lines(out) == 2, "%s%s", out, err);
    setenv("POOLBENCH_HISTORY", "", 1);
    cr_assert(run(SHORT "-o c.json") == 0 && !strstr(out, "history  "), "%s", out);
    expect_refused("history", "POOLBENCH_HISTORY");
    setenv("POOLBENCH_HISTORY", "nowhere/h.db", 1);
    expect_refused(SHORT "-o d.json", "nowhere/h.db");
    cr_assert(access("d.json", F_OK) != 0);
}

/* Nobody asked for one where no folder can be made: the result counts. */
HISTORY_TEST(is_not_asked_for_where_it_cannot_be)
{
    if (geteuid() == 0)
        cr_skip("root may write everywhere");
    unsetenv("POOLBENCH_HISTORY");
    cr_assert(system("mkdir -p locked && chmod a-w locked") == 0);
    cr_assert(chdir("locked") == 0 && run(SHORT "-o /tmp/$$.json && rm -f /tmp/$$.json") == 0, "%s", err);
    cr_assert(strstr(err, "note: no history is kept"), "%s", err);
}

HISTORY_TEST(export_comes_back_byte_for_byte)
{
    json_t *base = make_base();
    for (int i = 0; i < 3; i++)
        write_variant(base, i);
    cr_assert(run("history import 0.json 1.json 2.json") == 0 && !strcmp(out, "3 added, 0 already there\n"), "%s", err);
    export_to("one.jsonl");
    cr_assert(system("test $(wc -l <one.jsonl) = 3") == 0);
    setenv("POOLBENCH_HISTORY", "other.db", 1);
    cr_assert(run("history import one.jsonl") == 0 && !strcmp(out, "3 added, 0 already there\n"), "%s", err);
    export_to("two.jsonl");
    cr_assert(system("cmp one.jsonl two.jsonl") == 0);
    json_decref(base);
}

HISTORY_TEST(prune_keeps_the_newest)
{
    static const char *const dates[] = {"2026-01-03T00:00:00Z", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"};
    json_t *base = make_base();
    for (int i = 0; i < 3; i++) {
        json_object_set_new(base, "date", json_string(dates[i]));
        write_variant(base, i);
    }
    cr_assert(run("history import 0.json 1.json 2.json") == 0 && run("history import 2.json --machine other") == 0);
    expect_refused("history prune", "--keep");
    expect_refused("history prune --before someday", "someday");
    cr_assert(run("history prune --keep 2") == 0 && !strcmp(out, "1 run removed\n"), "%s%s", out, err);
    cr_assert(run("history") == 0 && !strstr(out, "rev-1-") && lines(out) == 4, "%s", out);
    cr_assert(run("history prune --before 2026-01-03") == 0 && !strcmp(out, "2 runs removed\n"), "%s%s", out, err);
    cr_assert(run("history") == 0 && strstr(out, "rev-0-") && lines(out) == 2, "%s", out);
    json_decref(base);
}

HISTORY_TEST(bad_words_are_refused)
{
    json_t *base = make_base(), *list = json_object_get(base, "configurations");
    json_array_append_new(list, json_deep_copy(json_array_get(list, 0)));
    cr_assert(!json_dump_file(base, "twins.json", 0));
    json_decref(base);
    expect_refused("history import base.json twins.json", "is there twice");
    expect_refused("history frob", "show, changes, baseline, import, export");
    expect_refused("history import", "FILE");
    expect_refused("history export more", "more");
    expect_refused("history import base.json nosuch.json", "nosuch.json");
    cr_assert(
        system("head -c 500 base.json >half.json; echo '{\"a\":1}' >foreign.json; : >empty.json; "
               "cat base.json base.json >twice.json; sed 's/\"date\": \"2/\"date\": \"x2/' base.json >date.json") == 0);
    expect_refused("history import base.json half.json", "half.json");
    expect_refused("history import foreign.json", "foreign.json");
    expect_refused("history import empty.json", "empty");
    expect_refused("history import twice.json", "more than one");
    expect_refused("history import date.json", "date");
    expect_refused("history import .", "cannot be read");
    cr_assert(access("h.db", F_OK) != 0, "a database was made of bad input");
}

/* A database that cannot be used is seen before time is spent, and stays as it is. */
HISTORY_TEST(foreign_and_newer_ones_are_left_alone)
{
    json_t *base = make_base();
    write_variant(base, 1);
    json_decref(base);
    cr_assert(system("cat base.json base.json base.json >h.db; cp h.db was") == 0);
    expect_refused("history", "not a history");
    expect_refused("history import 1.json", "not a history");
    expect_refused(SHORT "-o x.json", "--no-history");
    cr_assert(system("cmp h.db was") == 0 && access("x.json", F_OK) != 0);
    unlink("h.db");
    sql("h.db", "CREATE TABLE other(a)");
    expect_refused("history import 1.json", "not a history");
    unlink("h.db");
    cr_assert(run("history import 1.json") == 0, "%s", err);
    sql("h.db", "PRAGMA user_version = 99");
    expect_refused("history", "newer poolbench");
    expect_refused(SHORT "-o x.json", "newer poolbench");
    sql("h.db", "PRAGMA user_version = 2");
    cr_assert(run("history") == 0 && lines(out) == 2, "%s", err);
}

HISTORY_TEST(a_damaged_page_is_named)
{
    json_t *base = make_base();
    for (int i = 0; i < 8; i++)
        write_variant(base, i);
    json_decref(base);
    cr_assert(run("history import ?.json") == 0, "%s", err);
    cr_assert(system("head -c 4096 /dev/urandom | dd of=h.db bs=4096 seek=2 conv=notrunc 2>dd.txt; cp h.db was") == 0);
    expect_refused("history", "damaged");
    expect_refused("history export", "damaged");
    expect_refused(SHORT "-o x.json", "damaged");
    cr_assert(system("cmp h.db was") == 0);
}

/* A document of which a byte changed is not believed. */
HISTORY_TEST(a_changed_document_is_named)
{
    json_t *base = make_base();
    write_variant(base, 1);
    json_decref(base);
    cr_assert(run("history import 1.json") == 0, "%s", err);
    sql("h.db", "UPDATE runs SET key = replace(key, substr(key, 1, 1), 'x')");
    expect_refused("history export", "not what was written");
}

/* The result is kept, and a line says how the rest is done later. The log cannot begin anew while
 * somebody reads, so that it is longer than what may be written. */
HISTORY_TEST(a_full_disk_loses_no_result)
{
    char whole[4096];
    sqlite3 *reader;
    json_t *base = make_base();
    write_variant(base, 0);
    cr_assert(run("history import 0.json") == 0, "%s", err);
    cr_assert(sqlite3_open("h.db", &reader) == SQLITE_OK);
    cr_assert(sqlite3_exec(reader, "BEGIN; SELECT * FROM runs", NULL, NULL, NULL) == SQLITE_OK);
    for (int i = 1; i < 10; i++) {
        write_variant(base, i);
        snprintf(whole, sizeof whole, "history import %d.json", i);
        cr_assert(run(whole) == 0, "%s", err);
    }
    cr_assert(system("test $(wc -c <h.db-wal) -gt 102400 && test $(wc -c <base.json) -lt 50000") == 0);
    strcpy(whole, program);
    snprintf(program, sizeof program, "trap '' XFSZ; ulimit -f 100; %.4000s", whole); /* of 512 or 1024 bytes */
    cr_assert(run(SHORT "-o x.json") == 2, "%s%s", out, err);
    cr_assert(strstr(err, "not in the history: h.db: ") && strstr(err, "history import x.json"), "%s", err);
    strcpy(program, whole);
    sqlite3_close(reader);
    json_decref(base);
    cr_assert(run("history") == 0 && lines(out) == 11, "%s%s", out, err);
    cr_assert(run("history import x.json") == 0 && !strcmp(out, "1 added, 0 already there\n"), "%s%s", out, err);
}

/* A name is taken for a file by compare, and goes where export and import go. */
HISTORY_TEST(a_baseline_is_compared_with)
{
    json_t *base = make_base();
    for (int i = 0; i < 2; i++)
        write_variant(base, i);
    json_decref(base);
    expect_refused("compare @main 1.json", "@main");
    cr_assert(run("history import 0.json 1.json") == 0, "%s", err);
    cr_assert(run("history baseline main") == 0 && !strcmp(out, "main is run 2\n"), "%s%s", out, err);
    cr_assert(run("history baseline old/one 1") == 0 && !strcmp(out, "old/one is run 1\n"), "%s%s", out, err);
    cr_assert(run("history") == 0 && strstr(out, "@main") && strstr(out, "@old/one"), "%s", out);
    cr_assert(run("compare @main 0.json") == 0 && strstr(out, "mutex/empty/t1"), "%s%s", out, err);
    cr_assert(run("compare 0.json @1") == 0 && strstr(out, "mutex/empty/t1"), "%s%s", out, err);
    expect_refused("compare @nosuch 0.json", "nosuch");
    expect_refused("history baseline 17", "no name");
    expect_refused("history baseline 'a b'", "no name");
    expect_refused("history baseline x 99", "99");
    export_to("one.jsonl");
    setenv("POOLBENCH_HISTORY", "other.db", 1);
    cr_assert(run("history import one.jsonl") == 0 && run("compare @old/one 1.json") == 0, "%s", err);
    export_to("two.jsonl");
    cr_assert(system("cmp one.jsonl two.jsonl") == 0);
}

/* Changes. */

/* Imports runs a day apart, of revisions rev-0-, rev-1-, ..., with the speed of the one benchmark that
 * `speed` gives each. */
static void make_course(int count, double (*speed)(int number))
{
    json_t *base = make_base(),
           *summary = json_object_get(json_array_get(json_object_get(base, "configurations"), 0), "summary");
    FILE *lines = fopen("course.jsonl", "w");
    cr_assert(lines && json_array_size(json_object_get(base, "configurations")) == 1);
    for (int i = 0; i < count; i++) {
        char date[32], revision[32];
        time_t day = 1767225600 + 86400 * (time_t)i; /* 2026-01-01 */
        struct tm utc;
        double value = speed(i) * (1 + 0.002 * ((i * 7) % 5 - 2));
        strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&day, &utc));
        snprintf(revision, sizeof revision, "rev-%d-", i);
        json_object_set_new(base, "date", json_string(date));
        json_object_set_new(base, "revision", json_string(revision));
        json_object_set_new(summary, "jobs_per_s",
                            json_pack("{s:f, s:f, s:f}", "median", value, "low", value * 0.99, "high", value * 1.01));
        json_t *line = json_pack("{s:i, s:O}", "poolbench_history", 1, "document", base);
        cr_assert(json_dumpf(line, lines, JSON_COMPACT) == 0 && fputc('\n', lines) == '\n');
        json_decref(line);
    }
    cr_assert(fclose(lines) == 0 && run("history import course.jsonl") == 0, "%s", err);
    json_decref(base);
}

static double steps(int number)
{
    return number < 12 ? 1e6 : number < 25 ? 0.9e6 : 1.1e6;
}

HISTORY_TEST(changes_are_named_by_their_revision)
{
    json_t *list;
    make_course(40, steps);
    cr_assert(run("history changes") == 0, "%s%s", out, err);
    cr_assert(strstr(out, "-10.0%") && strstr(out, "from rev-12- (2026-01-13)") && strstr(out, "1.00 M/s -> 900 k/s"),
              "%s", out);
    cr_assert(strstr(out, "+22.2%") && strstr(out, "from rev-25- (2026-01-26)"), "%s", out);
    cr_assert(strstr(out, "\n2 changes in 1 series, 1 for the worse\n"), "%s", out);
    cr_assert(run("history changes --threshold 15%") == 0 && strstr(out, "1 change in"), "%s", out);
    cr_assert(run("history changes --format json") == 0, "%s", err);
    list = json_loads(out, 0, NULL);
    cr_assert(json_array_size(list) == 2);
    json_decref(list);
    expect_refused("history changes ring/nosuch/t9", "mutex/empty/t1");
    expect_refused("history changes --machine nosuch", "nosuch");
}

HISTORY_TEST(a_course_is_shown_and_drawn)
{
    make_course(40, steps);
    cr_assert(run("history show mutex/empty/t1") == 0, "%s%s", out, err);
    cr_assert(strstr(out, "rev-39-") && strstr(out, "<- -10.0%, p ") && strstr(out, "\n2 changes in 40 runs"), "%s",
              out);
    cr_assert(strstr(out, "figure   h/mutex-empty-t1.svg"), "%s%s", out, err);
    cr_assert(access("h/mutex-empty-t1.svg", F_OK) == 0 && access("h/mutex-empty-t1.png", F_OK) == 0);
    cr_assert(system("test $(wc -l <h/mutex-empty-t1.tsv) = 41") == 0);
    cr_assert(system("grep -q rev-12- h/mutex-empty-t1.svg") == 0, "the change is not named in the figure");
    cr_assert(run("history show 'mutex/*' --no-figures") == 0 && !strstr(out, "figure"), "%s", out);
    expect_refused("history show", "BENCHMARK");
    expect_refused("history show mutex/empty/t2", "did you mean");
}

/* What lies before the newest 200 runs is not looked at, and that is no "no change" there. */
HISTORY_TEST(of_a_long_series_it_is_said_what_was_looked_at)
{
    make_course(240, steps);
    cr_assert(
        run("history changes") == 0 &&
            strstr(out, "\n0 changes in 1 series, 0 for the worse; of 1 only the newest 200 runs were looked at\n"),
        "%s", out);
    cr_assert(run("history show mutex/empty/t1 --no-figures") == 0 &&
                  strstr(out, "\n0 changes in the newest 200 of 240 runs; the earlier ones were not looked at\n"),
              "%s", out);
    cr_assert(run("report h.db -o h.html") == 0, "%s", err);
    cr_assert(system("grep -q 'only the newest 200 runs were looked at' h.html") == 0, "the page does not say it");
}

static double creeping(int number)
{
    return number < 15 ? 1e6 : 1e6 * (1 - 0.01 * (number - 14));
}

/* No step is above 1%, and after 15 weeks it is 15%: against the best level. */
HISTORY_TEST(a_creep_is_held_against_the_best_level)
{
    make_course(30, creeping);
    cr_assert(run("history changes") == 0, "%s%s", out, err);
    cr_assert(strstr(out, "creeps: against its best level (rev-") && strstr(out, "1 change in 1 series, 1 for"), "%s",
              out);
    cr_assert(strstr(out, ", since rev-14- in 15 runs, about 1% each"), "%s", out);
}

static double creeping_up(int number)
{
    return 1e6 * (1 + 0.01 * number);
}

/* Nor does one for the better begin where a step fits best, in its middle. */
HISTORY_TEST(a_creep_for_the_better_is_held_against_where_it_began)
{
    make_course(20, creeping_up);
    cr_assert(run("history changes") == 0, "%s%s", out, err);
    cr_assert(strstr(out, "creeps: against its earlier level (rev-0-") && strstr(out, ", since rev-0- in 19 runs"),
              "%s", out);
}

static double steady(int number)
{
    (void)number;
    return 1e6;
}

HISTORY_TEST(quiet_and_short_series_accuse_nobody)
{
    make_course(9, steps);
    cr_assert(run("history changes") == 0 && strstr(out, "\n0 changes in 1 series") && strstr(out, "fewer than 10"),
              "%s", out);
    unlink("h.db");
    make_course(40, steady);
    cr_assert(run("history changes") == 0 && strstr(out, "\n0 changes in 1 series"), "%s", out);
}

/* Kills. */

enum { WRITERS = 2, MAX_KILLS = 2000 };

static pid_t start_import(int number)
{
    char file[32];
    pid_t pid;
    snprintf(file, sizeof file, "%d.json", number);
    pid = fork();
    if (pid)
        return pid;
    cr_assert(freopen("kills.out", "a", stdout) && freopen("kills.err", "a", stderr));
    execl(program, "poolbench", "history", "import", file, (char *)NULL);
    _exit(127);
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* All that were said to be there are there, whole. */
static void expect_kept(const bool *done, int count)
{
    static char text[1 << 16];
    char name[32];
    export_to("/dev/null");
    cr_assert(run("history --format json") == 0, "%s", err);
    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof name, "\"rev-%d-\"", i);
        cr_assert(!done[i] || strstr(out, name), "%d was appended, and is lost", i);
    }
    slurp("kills.err", text, sizeof text);
    cr_assert(!*text, "%s", text);
}

/* Two programs append at once, and are killed whenever it may be: what was appended stays,
 * what was not can be appended again. POOLBENCH_KILLS says how often (make prove-kills). */
HISTORY_TEST(kills_lose_nothing)
{
    static bool done[MAX_KILLS * WRITERS];
    const char *asked = getenv("POOLBENCH_KILLS");
    int kills = asked ? atoi(asked) : 20, count = 0, killed = 0;
    json_t *base = make_base();
    double begin = now_s(), takes;
    cr_assert(kills > 0 && kills <= MAX_KILLS);
    write_variant(base, 0);
    cr_assert(run("history import 0.json") == 0, "%s", err);
    takes = now_s() - begin;
    unlink("h.db");
    srandom(1);
    while (killed < kills && count + WRITERS <= MAX_KILLS * WRITERS) {
        pid_t pids[WRITERS];
        for (int w = 0; w < WRITERS; w++) {
            write_variant(base, count + w);
            pids[w] = start_import(count + w);
        }
        usleep((useconds_t)(takes * 1e6 * (double)random() / RAND_MAX));
        for (int w = 0; w < WRITERS; w++) {
            int status;
            kill(pids[w], SIGKILL);
            cr_assert(waitpid(pids[w], &status, 0) == pids[w]);
            done[count + w] = WIFEXITED(status) && WEXITSTATUS(status) == 0;
            killed += WIFSIGNALED(status);
            cr_assert(WIFSIGNALED(status) || done[count + w], "status %d", status);
        }
        count += WRITERS;
        if (count % 64 == 0 && access("h.db", F_OK) == 0)
            expect_kept(done, count);
    }
    cr_assert(killed >= kills, "only %d of %d were killed in time", killed, kills);
    cr_assert(run("history import 0.json") == 0, "%s", err); /* so that there is one */
    expect_kept(done, count);
    for (int i = 0; i < count; i++)
        killed -= done[i];
    printf("history: %d imports, two at once, %d of them killed; what was appended is there\n", count, kills);
    json_decref(base);
}
