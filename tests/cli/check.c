/* check.c - `poolbench check` from outside: the thirteen, exit statuses, what
 * other programs read, and that nothing is left behind. */
#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/cli/program.h"

enum { THIRTEEN = 13 };
static const char *const names[THIRTEEN] = {"missing-close",     "late-add",     "worker-close",   "racy-counter",
                                            "undrained-results", "no-recover",   "ignored-cancel", "lost-results",
                                            "double-close",      "zero-workers", "slow-consumer",  "spurious-zero",
                                            "count-mismatch"};

CLI_TEST(check_input, is_refused_in_one_line)
{
    EXPECT_BAD({"nosuch", "check -f nosuch"}, {"\"late-add\"", "check -f lateadd"}, {"nosuch", "check -p nosuch"},
               {"\"steal\"", "check -p stael"}, {"twice", "check -p ring,ring"},
               {"twice", "check -f late-add,late-add"}, {"names nothing", "check -f ''"},
               {"names nothing", "check -p ring,"}, {"-t", "check -t 1"}, {"16", "check -t 17"}, {"-t", "check -t x"},
               {"--repeat", "check --repeat 0"}, {"from 1 to 64", "check --at-once 65"},
               {"--at-once", "check --at-once 0"}, {"--at-once", "check --at-once 2 --contract"},
               {"--at-once", "check --at-once 2 --cross"}, {"--limit", "check --limit 1ms"},
               {"junit", "check --format xml"}, {".json", "check -o result.txt"},
               {"/nonexistent", "check -o /nonexistent/x.json"}, {"job-gate", "check --without luck"},
               {"--format", "check --frmat tap"}, {"extra", "check extra"}, {"wants a value", "check -p"},
               {"calls", "check -g nosuch"}, {"--all", "check --all -f late-add"},
               {"twice", "check -g calls -f inside-full,inside-full"}, {"--cross", "check --cross -o x.json"});
}

CLI_TEST(check_words, list_names_the_thirteen_in_order)
{
    char *line = out;
    cr_assert(run("explain") == 0 && !*err);
    for (int i = 0; i < THIRTEEN; i++) {
        size_t length = strcspn(line, " ");
        cr_assert(length == strlen(names[i]) && !strncmp(line, names[i], length), "%s: %.40s", names[i], line);
        line = strchr(line, '\n') + 1;
    }
    cr_assert(!*line);
}

/* A line each: name, group, what it is, and in brackets where it was reported. */
CLI_TEST(check_words, list_shows_group_and_source)
{
    int kinds = 0;
    cr_assert(run("check --list") == 0 && !*err);
    for (char *line = strtok(out, "\n"); line; line = strtok(NULL, "\n"), kinds++) {
        char name[64], group[64];
        cr_assert(sscanf(line, "%63s %63s", name, group) == 2, "%s", line);
        if (kinds < THIRTEEN)
            cr_assert(!strcmp(name, names[kinds]) && !strcmp(group, "known"), "%s", line);
        else
            cr_assert(strcmp(group, "known") != 0 && /* a report, a manual, a source that was read, a measurement */
                          (strstr(line, "#") || strstr(line, "(documented") || strstr(line, ".c: ") ||
                           strstr(line, "(measured in ")),
                      "%s", line);
        cr_assert(line[strlen(line) - 1] == ')' && strstr(line, " ("), "%s", line);
    }
    cr_assert(kinds > THIRTEEN);
}

CLI_TEST(check_words, a_group_is_all_its_bugs)
{
    json_t *document, *cell;
    size_t i;
    cr_assert(run("check -p mutex -g known --format json") == 0);
    document = json_loads(out, 0, NULL);
    cr_assert(json_array_size(json_object_get(document, "cells")) > 30);
    json_array_foreach (json_object_get(document, "cells"), i, cell)
        cr_assert(!strcmp(json_string_value(json_object_get(cell, "group")), "known"));
    json_decref(document);
    cr_assert(run("check -p mutex -f inside-full -g calls") == 0 && !strstr(out, "not asked"), "%s%s", out, err);
    /* in the order of the words */
    cr_assert(run("check -p mutex -g calls -f late-add") == 0 && strstr(out, "late-add") &&
                  strstr(out, "inside-full") && strstr(out, "\nchild-pool            holds "),
              "%s%s", out, err);
    cr_assert(!strstr(out, "missing-close"), "%s", out);
}

CLI_TEST(check_words, help_is_the_same_both_ways)
{
    static char first[65536];
    cr_assert(run("check --help") == 0 && strstr(out, "Exit status") && !*err);
    snprintf(first, sizeof first, "%s", out);
    cr_assert(run("help check") == 0 && !strcmp(first, out));
    cr_assert(run("--help") == 0 && strstr(out, "  check"));
}

CLI_TEST(check_words, without_its_program_is_said)
{
    cr_assert(symlink("/dev/null", "nothing") == 0);
    snprintf(err, sizeof err, "cp %s ./poolbench", program);
    cr_assert(system(err) == 0 && realpath("poolbench", program));
    cr_assert(run("check") == 3 && lines(err) == 1 && strstr(err, "poolbench-check"), "%s", err);
}

/* On stderr is nothing but how far it has come, and that only where it takes long: beside other programs. */
static bool tells_progress_only(void)
{
    for (const char *line = err; *line; line = strchr(line, '\n') + 1)
        if (strncmp(line, "cell ", 5) != 0 || !strchr(line, '\n'))
            return false;
    return true;
}

CLI_TEST(check_matrix, holds_and_names_all)
{
    cr_assert(run("check") == 0, "%s%s", out, err);
    for (int i = 0; i < THIRTEEN; i++)
        cr_assert(strstr(out, names[i]), "%s", names[i]);
    cr_assert(strstr(out, " 0 missed") && !strstr(out, "FAIL") && !strstr(out, "STALLED"), "%s", out);
    cr_assert(tells_progress_only() && files_here() == 0, "%s", err);
}

/* Of the kinds from public reports; docs/check.md says why the others are not. */
CLI_TEST(check_matrix, arms_these_kinds_too)
{
    static const char *const armed[] = {"inside-wait",
                                        "inside-free",
                                        "wait-rearmed",
                                        "one-waiter",
                                        "early-wait",
                                        "cancel-abandons",
                                        "cancel-sticks",
                                        "cancel-keeps-blocked",
                                        "time-out-wraps",
                                        "time-out-ignored",
                                        "full-rejects",
                                        "full-timeout",
                                        "full-caller-runs",
                                        "batch-tail",
                                        "close-leaves-blocked",
                                        "open-after-close",
                                        "free-leaves-blocked",
                                        "results-stream",
                                        "close-forgets",
                                        "child-at-close",
                                        "cancel-twice",
                                        "callback-locked",
                                        "full-drops",
                                        "wait-interrupted",
                                        "over-capacity",
                                        "small-stack",
                                        "signal-mask",
                                        "thread-refused",
                                        "one-cpu",
                                        "over-parallel",
                                        "under-parallel",
                                        "helping-lock",
                                        "second-pool",
                                        "tail-after-free",
                                        "end-untold",
                                        "exit-open",
                                        "room-untold",
                                        "odd-size",
                                        "woken-in-vain",
                                        "child-pool",
                                        "worker-interrupted",
                                        "wall-clock"};
    json_t *document, *cell;
    char words[1024] = "check -p mutex,ring,steal,spawn,textbook --format json -f ";
    size_t i, found[sizeof armed / sizeof *armed] = {0}, others = 0;
    for (size_t a = 0; a < sizeof armed / sizeof *armed; a++)
        snprintf(words + strlen(words), sizeof words - strlen(words), "%s%s", a ? "," : "", armed[a]);
    cr_assert(run(words) == 0, "%s", out);
    document = json_loads(out, 0, NULL);
    json_array_foreach (json_object_get(document, "cells"), i, cell) {
        const char *fault = json_string_value(json_object_get(cell, "fault"));
        size_t a = 0;
        if (strcmp(json_string_value(json_object_get(cell, "kind")), "armed") != 0 ||
            !strcmp(json_string_value(json_object_get(cell, "group")), "known"))
            continue;
        while (a < sizeof armed / sizeof *armed && strcmp(armed[a], fault) != 0)
            a++;
        cr_assert(a < sizeof armed / sizeof *armed, "%s", fault);
        if (strcmp(json_string_value(json_object_get(cell, "verdict")), "caught") != 0)
            others += strcmp(json_string_value(json_object_get(cell, "verdict")), "not supported") != 0;
        else
            found[a]++;
    }
    for (size_t a = 0; a < sizeof armed / sizeof *armed; a++)
        cr_assert(found[a] >= (strcmp(armed[a], "worker-interrupted") ? 5 : 3), "%s: %zu", armed[a], found[a]);
    cr_assert(others == 0, "%zu", others);
    json_decref(document);
}

/* Asked only by its name, or with all: many pools. */
CLI_TEST(check_matrix, arms_a_pool_that_leaves_stacks_behind_and_one_that_does_not_open)
{
    cr_assert(run("check -f leak-per-pool -p mutex,spawn") == 0, "%s", out);
    cr_assert(strstr(out, ", 3 armed caught, 0 missed"), "%s", out);
}

/* What each pool may call not supported; nobody else and nothing else. */
CLI_TEST(check_matrix, only_these_are_not_supported)
{
    static const char *const allowed[] = {"late-add",     "no-recover",    "ignored-cancel",
                                          "zero-workers", "spurious-zero", "count-mismatch"};
    json_t *document, *cell;
    size_t i;
    int unsupported = 0;
    cr_assert(run("check -g known --format json") == 0);
    document = json_loads(out, 0, NULL);
    json_array_foreach (json_object_get(document, "cells"), i, cell) {
        const char *pool = json_string_value(json_object_get(cell, "pool"));
        const char *fault = json_string_value(json_object_get(cell, "fault"));
        bool known = false;
        if (strcmp(json_string_value(json_object_get(cell, "verdict")), "not supported") != 0)
            continue;
        for (size_t a = 0; a < sizeof allowed / sizeof *allowed; a++)
            known = known || !strcmp(allowed[a], fault);
        cr_assert(!strcmp(pool, "inline") && known, "%s, %s", pool, fault);
        unsupported++;
    }
    cr_assert(unsupported == 15, "%d", unsupported);
    json_decref(document);
}

CLI_TEST(check_matrix, one_cell_explains_itself)
{
    cr_assert(run("check -f late-add -p ring -v") == 0);
    cr_assert(strstr(out, "diagnosis") && strstr(out, "remedy") && strstr(out, "ledger of 4 jobs"), "%s", out);
    cr_assert(run("check -f missing-close -p mutex -v") == 0);
    cr_assert(strstr(out, "client 0 waits in pool_receive, for ") && strstr(out, "workers parked") &&
                  strstr(out, "glibc "),
              "%s", out);
}

CLI_TEST(check_status, is_1_when_a_cell_is_missed)
{
    cr_assert(run("check -f late-add -p ring -t 4 --without birth-gate") == 1);
    cr_assert(strstr(out, ", 1 missed") && strstr(out, "replay       poolbench check -f late-add -p ring -t 4 -v"),
              "%s", out);
}

CLI_TEST(check_status, is_1_when_a_cell_is_stalled)
{
    cr_assert(run("check -f missing-close -p ring --without proof --limit 1s") == 1);
    cr_assert(strstr(out, ", 2 STALLED") && strstr(out, "no proof"), "%s", out);
}

CLI_TEST(check_format, json_counts_its_cells)
{
    static const char *const counts[] = {"holds",  "not_seen", "named",   "caught",
                                         "missed", "fails",    "stalled", "not_supported"};
    json_t *document, *summary;
    json_int_t sum = 0;
    cr_assert(run("check -p ring,inline --format json") == 0 && tells_progress_only(), "%s", err);
    document = json_loads(out, 0, NULL);
    cr_assert(document && json_integer_value(json_object_get(document, "check_format")) == 1);
    summary = json_object_get(document, "summary");
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        sum += json_integer_value(json_object_get(summary, counts[i]));
    cr_assert((size_t)sum == json_array_size(json_object_get(document, "cells")) && sum > 50);
    json_decref(document);
}

static int count_text(const char *text, const char *what)
{
    int count = 0;
    for (; (text = strstr(text, what)); text++)
        count++;
    return count;
}

CLI_TEST(check_format, tap_has_a_line_for_each_cell)
{
    int plan = 0;
    cr_assert(run("check -g known -p ring,inline --format tap") == 0);
    cr_assert(sscanf(out, "TAP version 13\n1..%d\n", &plan) == 1 && plan > 50);
    cr_assert(count_text(out, "\nok ") == plan && !count_text(out, "not ok") && count_text(out, "# SKIP") == 15);
    cr_assert(run("check -p ring -f late-add --without birth-gate --format tap") == 1);
    cr_assert(count_text(out, "\nnot ok ") == 1 && strstr(out, "  ---\n") && strstr(out, "  ...\n"), "%s", out);
}

CLI_TEST(check_format, junit_has_a_case_for_each_cell)
{
    int tests = 0;
    cr_assert(run("check -g known -p ring,inline --format junit") == 0);
    cr_assert(sscanf(out,
                     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"poolbench check\" tests=\"%d\"",
                     &tests) == 1);
    cr_assert(tests > 50 && count_text(out, "<testcase ") == tests && count_text(out, "<skipped ") == 15);
    cr_assert(count_text(out, "<testsuite ") == 2 && strstr(out, "</testsuites>\n"));
    cr_assert(run("check -p ring -f late-add --without birth-gate --format junit") == 1);
    cr_assert(strstr(out, "failures=\"1\"") && strstr(out, "<failure type=\"missed\""), "%s", out);
}

CLI_TEST(check_format, a_result_file_and_a_figure)
{
    struct stat info;
    json_t *document;
    cr_assert(run("check -p ring,mutex -o c.json") == 0, "%s", err);
    document = json_load_file("c.json", 0, NULL);
    cr_assert(document && json_array_size(json_object_get(document, "cells")) > 50);
    json_decref(document);
    cr_assert(stat("c/matrix.png", &info) == 0 && info.st_size > 5000);
    cr_assert(stat("c/matrix.svg", &info) == 0 && info.st_size > 5000);
    cr_assert(system("grep -q 'each pool holds, and the bug, switched on, was caught' c/matrix.svg") == 0);
    cr_assert(run(program_filled("build/plugins", "check --plugin @/mine.so -f late-add -o d.json")) == 0 &&
                  system("grep -q 'no bug was switched on' d/matrix.svg && ! grep -q 'was caught' d/matrix.svg") == 0,
              "%s", err);
    cr_assert(run("check -p ring -f late-add --without birth-gate -o e.json") == 1 &&
                  system("grep -q 'this pool holds, and the bug' e/matrix.svg") == 0,
              "it does not hold of all: %s", err);
    cr_assert(run("check -p ring -f late-add -o no/such/folder/c.json") == 2 && strstr(err, "no/such/folder"), "%s",
              err);
}

/* Processes that run this very file. */
static int running(const char *path)
{
    DIR *folder_of_all = opendir("/proc");
    struct dirent *entry;
    int count = 0;
    while ((entry = readdir(folder_of_all))) {
        char link[300], target[4200];
        ssize_t length;
        snprintf(link, sizeof link, "/proc/%s/exe", entry->d_name);
        length = readlink(link, target, sizeof target - 1);
        if (length <= 0)
            continue;
        target[length] = '\0';
        count += !strcmp(target, path);
    }
    closedir(folder_of_all);
    return count;
}

/* Starts a long check from copies of the programs, so many cells at once, kills it, and sees its cells go. */
static int end_by(int signal_number, const char *at_once)
{
    char mine[4200];
    int status;
    pid_t child;
    snprintf(out, sizeof out, "cp %s ./poolbench && cp %s-check ./poolbench-check", program, program);
    cr_assert(system(out) == 0 && realpath("poolbench-check", mine));
    child = fork();
    if (child == 0) {
        dup2(open("out", O_WRONLY | O_CREAT, 0600), 1);
        dup2(1, 2);
        execl("./poolbench", "poolbench", "check", "-f", "missing-close", "--without", "proof", "--limit", "1min",
              "--repeat", "100", "--at-once", at_once, NULL);
        _exit(127);
    }
    while (running(mine) < (atoi(at_once) > 1 ? 1 + 2 * atoi(at_once) : 2)) /* each judge has a cell */
        usleep(1000);
    kill(child, signal_number);
    cr_assert(waitpid(child, &status, 0) == child);
    while (running(mine)) /* a moment for the kernel; the test's limit ends a wait for ever */
        usleep(1000);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

CLI_TEST(check_leaves, nothing_after_ctrl_c)
{
    for (int i = 0; i < 2; i++) {
        cr_assert(end_by(SIGINT, i ? "4" : "1") == 130);
        slurp("out", out, sizeof out);
        cr_assert(strstr(out, "interrupted"), "%s", out);
    }
}

CLI_TEST(check_leaves, nothing_when_it_is_killed)
{
    cr_assert(end_by(SIGKILL, "1") == -SIGKILL);
    cr_assert(end_by(SIGKILL, "4") == -SIGKILL);
}

/* That the machine refuses a thread is not the pool's fault, and that it opens nevertheless is
 * its promise: it is asked for as many as it got, and judged. */
CLI_TEST(check, a_pool_that_got_fewer_workers_is_judged_by_those)
{
    setenv("KIT_UNBORN", "4", 1); /* the inspector's, two workers', and this */
    cr_assert_eq(run_beside("unborn.so", "check -p mutex,ring,steal,textbook -f late-add"), 0, "%s", out);
    cr_assert(strstr(out, "judged by 2 workers in place of 3, 8 cells: the machine refused the others"), "%s", out);
    cr_assert(!strstr(out, "CANNOT") && strstr(out, ", 0 missed"), "%s", out);
    cr_assert_eq(run_beside("unborn.so", "check -p mutex -t 2 -f late-add"), 0, "%s", out);
    setenv("KIT_UNBORN", "3", 1); /* one worker is too few */
    cr_assert_eq(run_beside("unborn.so", "check -p mutex -t 2 -f late-add"), 3, "%s", out);
    cr_assert(strstr(out, "CANNOT") && !strstr(out, "judged by"), "%s", out);
    unsetenv("KIT_UNBORN");
}
