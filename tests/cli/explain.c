/* explain.c - `poolbench explain` from outside: the thirteen to read and to run. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/cli/program.h"

/* What is certain of each wrong version, run by itself; NULL: it depends. */
static const struct {
    const char *bug, *seen;
} bugs[] = {{"missing-close", "hang"},        {"late-add", NULL},
            {"worker-close", "crash"},        {"racy-counter", NULL},
            {"undrained-results", "nothing"}, {"no-recover", "crash"},
            {"ignored-cancel", "nothing"},    {"lost-results", "hang"},
            {"double-close", "crash"},        {"zero-workers", "hang"},
            {"slow-consumer", "nothing"},     {"spurious-zero", "no end"},
            {"count-mismatch", NULL}};
enum { BUGS = sizeof bugs / sizeof *bugs };

CLI_TEST(explain, lists_shows_asks_and_answers)
{
    cr_assert(run("explain") == 0 && lines(out) == BUGS && !*err);
    for (int i = 0; i < BUGS; i++) {
        char line[64];
        snprintf(line, sizeof line, "explain %s", bugs[i].bug);
        cr_assert(run(line) == 0 && strstr(out, "int main(void)") && strstr(out, "a crash, a hang"), "%s: %s", line,
                  err);
        snprintf(line, sizeof line, "explain %s --answer", bugs[i].bug);
        cr_assert(run(line) == 0 && strstr(out, "symptom  ") && strstr(out, "\n-") && strstr(out, "\n+"), "%s: %s",
                  line, err);
    }
}

CLI_TEST(explain, input_is_refused_in_one_line)
{
    EXPECT_BAD({"\"late-add\"", "explain lateadd"}, {"helgrind", "explain late-add --under magic"},
               {"--repeat", "explain late-add --run --repeat 0"}, {"--limit", "explain late-add --run --limit 1ms"},
               {"which bug", "explain --run"}, {"one bug", "explain late-add no-recover"},
               {"--answr", "explain late-add --answr"}, {"wants a value", "explain late-add --under"},
               {"tsv", "explain late-add --run --format xml"});
    cr_assert(run("explain --help") == 0 && strstr(out, "Exit status"));
    cr_assert(run("help explain") == 0 && strstr(out, "Exit status"));
}

/* Whether with that limit the right version shows nothing, and the wrong one what it must. */
static bool shows_the_bug(int i, const char *limit)
{
    char line[96], wanted[64];
    snprintf(line, sizeof line, "explain %s --run --limit %s", bugs[i].bug, limit);
    cr_assert(run(line) == 0, "%s: %s", line, err);
    snprintf(wanted, sizeof wanted, "\n  wrong  %s", bugs[i].seen ? bugs[i].seen : "");
    return strstr(out, "\n  right  nothing") && strstr(out, wanted);
}

/* What takes long beside other programs is given longer: most of the wrong ones never end. */
CLI_TEST(explain, runs_both_versions)
{
    for (int i = 0; i < BUGS; i++)
        cr_assert(shows_the_bug(i, "3s") || shows_the_bug(i, "20s"), "%s: %s", bugs[i].bug, out);
    cr_assert(run("explain racy-counter --run --repeat 3 --format tsv") == 0 && lines(out) == 2 &&
                  strstr(out, "racy-counter\tright\tplain\t0\t3"),
              "%s", out);
}

CLI_TEST(explain, runs_under_a_detector)
{
    cr_assert(run("explain racy-counter --under tsan") == 0, "%s", err);
    cr_assert(strstr(out, "wrong  report of tsan") && strstr(out, "right  nothing"), "%s", out);
}

/* Without a compiler it says so, and leaves nothing behind. */
CLI_TEST(explain, without_a_compiler_is_said)
{
    char command[8192];
    snprintf(command, sizeof command, "mkdir none && PATH=none TMPDIR=. %s explain late-add --run >o 2>e", program);
    cr_assert(WEXITSTATUS(system(command)) == 3);
    slurp("e", err, sizeof err);
    cr_assert(lines(err) == 1 && strstr(err, "no C compiler"), "%s", err);
    cr_assert(files_here() == 3); /* none, o, e */
}

/* However it ends: SIGKILL of all its group leaves nothing either. */
CLI_TEST(explain, that_is_killed_leaves_no_file)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGKILL};
    cr_assert(system("mkdir temporary") == 0);
    for (size_t i = 0; i < 2 * sizeof signals / sizeof *signals; i++) {
        pid_t child = fork();
        if (child == 0) {
            char command[4600];
            setpgid(0, 0);
            snprintf(command, sizeof command,
                     "TMPDIR=$PWD/temporary exec %s explain missing-close --run --repeat 1000 >/dev/null 2>&1",
                     program);
            execl("/bin/sh", "sh", "-c", command, NULL);
            _exit(127);
        }
        /* while it compiles, and while it runs */
        while (system(i % 2 ? "[ -n \"$(find temporary -name wrong)\" ]" : "[ -n \"$(ls temporary)\" ]"))
            poll(NULL, 0, 1);
        cr_assert(kill(-child, signals[i / 2]) == 0);
        cr_assert(waitpid(child, NULL, 0) == child);
        while (system("[ -z \"$(ls -A temporary)\" ]")) /* until the test's own limit */
            poll(NULL, 0, 10);
    }
}

/* A compiler that leaves a file, and one that fails without a word. */
CLI_TEST(explain, a_compiler_that_fails_is_said)
{
    char command[8192];
    cr_assert(system("mkdir bin && printf '#!/bin/sh\necho x >$TMPDIR/left\nexit 1\n' >bin/cc && chmod +x bin/cc") ==
              0);
    snprintf(command, sizeof command, "PATH=$PWD/bin:$PATH TMPDIR=$PWD %s explain late-add --run >o 2>e", program);
    cr_assert(WEXITSTATUS(system(command)) == 3);
    slurp("e", err, sizeof err);
    cr_assert(lines(err) == 1 && strstr(err, "cc failed without a word"), "%s", err);
    cr_assert(files_here() == 3); /* bin, o, e */
}
