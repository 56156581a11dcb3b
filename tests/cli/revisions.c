/* revisions.c - our own pools of one revision against another's: `make compare`, and what the gate says of
 * the previous revision. On a clone of this repository, with commits of the test's; no time decides. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/cli/program.h"

/* A shell's command in the clone; what it says is in `out`. */
static int shell(const char *command)
{
    return program_shell("clone", command);
}

/* Of what lies in this tree, committed or not, with a history of its own. Pools are built without
 * optimisation: faster, and nothing here asks how fast they are. */
static void make_clone(void)
{
    program_tools();
    setenv("POOLBENCH", program, 1);
    setenv("CFLAGS", "-O0", 1);
    setenv("PREVIOUS_BUDGET", "500ms", 1);
    cr_assert(
        shell("mkdir clone && cd clone && git init -q . && git config user.name t && git config user.email t@t && "
              "cp -r \"$OWN/Makefile\" \"$OWN/pools\" \"$OWN/workloads\" \"$OWN/.ci\" . && echo /build >.gitignore && "
              "git add -A && git commit -qm one") == 0,
        "%s", out);
}

/* No worktree, no folder and no change of a file is left. */
static void expect_clean(void)
{
    cr_assert(
        shell("git worktree list | wc -l; git status --short; ls -d build/compare.* 2>/dev/null; git branch | wc -l") ==
        0);
    cr_assert_str_eq(out, "1\n1\n");
}

static const char *last_line(void)
{
    size_t length = strlen(out);
    while (length && out[length - 1] == '\n')
        out[--length] = '\0';
    return strrchr(out, '\n') ? strrchr(out, '\n') + 1 : out;
}

/* `make compare` ends as its script does, but for the number. */
static void refused(const char *base, const char *why)
{
    char command[256];
    snprintf(command, sizeof command, "sh pools/plugin/compare.sh '%s'", base);
    cr_assert(shell(command) == 2, "[%s] %s", base, out);
    cr_assert(!strncmp(last_line(), "compare: ", 9) && strstr(last_line(), why), "[%s] %s", base, out);
    expect_clean();
}

/* The gate goes on: one line, status 0. */
static void passed_over(const char *base, const char *why)
{
    setenv("PREVIOUS", base, 1);
    cr_assert(shell("sh .ci/previous") == 0, "[%s] %s", base, out);
    cr_assert(lines(out) == 1 && strstr(out, "previous: not measured: ") && strstr(out, why), "[%s] %s", base, out);
    expect_clean();
}

CLI_TEST(revisions, unknown_ones_are_refused)
{
    make_clone();
    refused("", "which revision");
    refused("nosuch", "no revision \"nosuch\"");
    passed_over("nosuch", "no revision nosuch");
    unsetenv("PREVIOUS");
    cr_assert(shell("sh .ci/previous") == 0 && lines(out) == 1 && strstr(out, "no revision HEAD~1 here"), "%s", out);
    expect_clean();
}

/* A comparison that was killed leaves a worktree; the next one takes it away, and no other's. */
CLI_TEST(revisions, what_a_killed_one_has_left_is_taken_away)
{
    make_clone();
    cr_assert(shell("mkdir -p build/compare.999999999 build/compare.$$ && "
                    "git worktree add --quiet --detach build/compare.999999999/tree HEAD && "
                    "{ sh pools/plugin/compare.sh nosuch; ls -d build/compare.*; rmdir build/compare.$$; }") == 0,
              "%s", out);
    cr_assert(strstr(out, "no revision \"nosuch\"") && !strstr(out, "compare.999999999") && strstr(out, "compare."),
              "%s", out);
    expect_clean();
}

/* Nobody awaits it, in a container without an init: its number is there, and it does not run. */
CLI_TEST(revisions, what_a_zombie_has_left_is_taken_away)
{
    make_clone();
    cr_assert(
        shell(
            "sh -c 'sleep 0.2 & echo $! >../zombie; exec sleep 60' >../o 2>&1 & sleeper=$!; "
            "for i in $(seq 200); do grep -q ') Z' /proc/$(cat ../zombie)/stat && break; sleep 0.05; done 2>/dev/null; "
            "mkdir -p build/compare.$(cat ../zombie); sh pools/plugin/compare.sh nosuch; kill $sleeper; "
            "ls -d build/compare.*") != 0,
        "%s", out);
    expect_clean();
}

CLI_TEST(revisions, without_git_it_says_so)
{
    make_clone();
    cr_assert(shell("rm -rf .git; sh pools/plugin/compare.sh HEAD") == 2, "%s", out);
    cr_assert(lines(out) == 1 && strstr(out, "compare: no git repository here (fatal: "), "%s", out);
}

CLI_TEST(revisions, another_contract_is_refused_with_the_reason)
{
    make_clone();
    cr_assert(
        shell("sed -i 's/^#define POOL_ABI .*/#define POOL_ABI 2/' pools/core/pool.h && git commit -qam old && "
              "git revert --no-edit HEAD && git rm -qr pools && git commit -qm none && git revert --no-edit HEAD") == 0,
        "%s", out);
    refused("HEAD~3", "HEAD~3 has version 2 of the pool contract, this tree has ");
    passed_over("HEAD~3", "has version 2 of the pool contract");
    refused("HEAD~1", "has no pools to compare with");
}

CLI_TEST(revisions, one_that_does_not_build_is_refused)
{
    make_clone();
    cr_assert(shell("echo 'int x = ;' >>pools/core/pool.h && git commit -qam broken && git revert --no-edit HEAD") == 0,
              "%s", out);
    refused("HEAD~1", "the pools of HEAD~1 do not build");
    passed_over("HEAD~1", "the pools of HEAD~1 do not build");
    cr_assert(shell("echo 'int x = ;' >>pools/core/pool.h") == 0); /* not committed */
    cr_assert(shell("sh pools/plugin/compare.sh HEAD") == 2 &&
                  strstr(last_line(), "the pools of this tree do not build"),
              "%s", out);
    cr_assert(shell("git checkout -q pools") == 0);
    expect_clean();
}

/* What was changed since and not committed is what is measured; the base is what was committed. */
CLI_TEST(revisions, the_previous_one_is_measured_and_decides_nothing)
{
    struct stat info;
    make_clone();
    cr_assert(
        shell("echo '/* two */' >>pools/inline.c && git commit -qam two && echo '/* three */' >>pools/inline.c") == 0);
    unsetenv("PREVIOUS");
    cr_assert(shell("sh .ci/previous") == 0 && strstr(out, "previous: paired: both in every process"), "%s", out);
    cr_assert(strstr(out, "previous: HEAD~1 (") && !strcmp(last_line(), "previous: it is said, and decides nothing"),
              "%s", out);
    cr_assert(stat("clone/build/previous.json", &info) == 0 && info.st_size > 0);
    cr_assert(shell("git worktree list | wc -l; git status --short; ls -d build/compare.* 2>/dev/null") != -1);
    cr_assert_str_eq(out, "1\n M pools/inline.c\n");
}
