/* ci.c - what docs/ci gives to pools of others: that its files are clean, and its script run, on a
 * repository of a pool with two revisions. No time decides here. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/cli/ci_kit.h"
#include "tests/cli/program.h"

/* A shell's command; what it says is in `out`. */
static int shell(const char *command)
{
    return program_shell(".", command);
}

CLI_TEST(ci, files_are_clean)
{
    program_tools();
    cr_assert(shell("shellcheck \"$OWN/docs/ci/duet.sh\"") == 0, "%s", out);
    cr_assert(shell("sh -n \"$OWN/docs/ci/duet.sh\"") == 0, "%s", out);
    cr_assert(shell("yamllint -s -d '{extends: default, rules: {line-length: {max: 120}, document-start: disable, "
                    "truthy: {check-keys: false}, comments: {min-spaces-from-content: 1}}}' \"$OWN\"/docs/ci/*.yml") ==
                  0,
              "%s", out);
}

static int run_script(const char *words)
{
    char command[256];
    snprintf(command, sizeof command, "cd repo && sh \"$OWN/docs/ci/duet.sh\" %s", words);
    return shell(command);
}

static const char *page(void)
{
    return ci_kit_page("kept");
}

/* One worktree is the repository itself; and nothing of it has changed. */
static void expect_clean(void)
{
    cr_assert(shell("cd repo && git worktree list | wc -l && git status --short") == 0);
    cr_assert_str_eq(out, "1\n");
}

CLI_TEST(ci, the_script_measures_both_revisions)
{
    struct stat info;
    json_t *document;
    const char *verdict;
    int status, regressions;
    ci_kit_repository();
    status = run_script("HEAD~1");
    document = json_load_file("kept/duet.json", 0, NULL);
    cr_assert(document, "exit %d: %s", status, out);
    regressions = (int)json_integer_value(json_object_get(json_object_get(document, "duet"), "regressions"));
    cr_assert(status == (regressions > 0), "exit %d: %s", status, out);
    cr_assert(!strncmp(page(), "**poolbench duet: ", 18) && strstr(page(), "<code>mine/empty/t1</code>"), "%s", page());
    cr_assert(stat("kept/junit.xml", &info) == 0 && info.st_size > 0);
    cr_assert(stat("kept/history.db", &info) == 0 && info.st_size > 0);
    verdict = json_string_value(json_object_get(document, "revision"));
    cr_assert(verdict && strlen(verdict) >= 7, "it is not said which revision was measured");
    json_decref(document);
    expect_clean();
}

/* Undecided is 4 where somebody wants that: of so few processes it is. */
CLI_TEST(ci, undecided_may_fail)
{
    json_t *document, *benchmark;
    int status;
    ci_kit_repository();
    setenv("UNDECIDED", "fail", 1);
    status = run_script("HEAD~1");
    document = json_load_file("kept/duet.json", 0, NULL);
    cr_assert(document, "exit %d: %s", status, out);
    benchmark = json_object_get(json_array_get(json_object_get(document, "benchmarks"), 0), "finding");
    if (!strcmp(json_string_value(json_object_get(benchmark, "verdict")), "cannot tell"))
        cr_assert(status == 4, "exit %d: %s", status, out);
    else
        cr_assert(status == json_is_true(json_object_get(benchmark, "regression")), "exit %d: %s", status, out);
    json_decref(document);
    unsetenv("UNDECIDED");
}

/* A checkout beside has no submodules by itself, and without them the base would not build. */
CLI_TEST(ci, a_base_has_its_submodules)
{
    int status;
    ci_kit_repository();
    setenv("GIT_CONFIG_COUNT", "1", 1); /* submodules from a folder */
    setenv("GIT_CONFIG_KEY_0", "protocol.file.allow", 1);
    setenv("GIT_CONFIG_VALUE_0", "always", 1);
    cr_assert(shell("mkdir part && cd part && git init -q . && echo >part.h && git add -A && "
                    "git -c user.name=t -c user.email=t@t commit -qm part && cd ../repo && "
                    "git submodule --quiet add \"$PWD/../part\" part && echo '#include \"part/part.h\"' >>mine.c && "
                    "git commit -qam three && echo '/* four */' >>mine.c && git commit -qam four") == 0,
              "%s", out);
    status = run_script("HEAD~1");
    cr_assert((status == 0 || status == 1) && strstr(page(), "<code>mine/empty/t1</code>"), "exit %d: %s", status, out);
    expect_clean();
    unsetenv("GIT_CONFIG_COUNT");
}

/* How often each series of the history was measured. */
static int rows_of(json_t *series, size_t which)
{
    return (int)json_array_size(json_object_get(json_array_get(series, which), "points"));
}

/* The first base stays, and what comes after it is a course of ratios to it; the verdict is the change's own. */
CLI_TEST(ci, the_history_is_of_one_build_that_stays)
{
    json_t *series, *document;
    int status;
    ci_kit_repository();
    setenv("REFERENCE", "../kept/reference.so", 1);
    cr_assert(run_script("HEAD~1") < 2 && shell("cp kept/reference.so was.so") == 0, "%s", out);
    for (int i = 0; i < 2; i++) {
        cr_assert(shell("cd repo && echo \"int more$(wc -l <mine.c);\" >>mine.c && git commit -qam more") == 0, "%s",
                  out);
        status = run_script("HEAD~1");
        cr_assert(status < 2, "exit %d: %s", status, out);
    }
    cr_assert(shell("cmp kept/reference.so was.so") == 0, "%s", out);
    setenv("POOLBENCH_HISTORY", "kept/history.db", 1);
    cr_assert(run("history show 'duet/*' --format json") == 0, "%s", err);
    series = json_loads(out, 0, NULL);
    cr_assert(json_array_size(series) == 1 && rows_of(series, 0) == 3, "%s", out);
    json_decref(series);
    document = json_load_file("kept/duet.json", 0, NULL);
    cr_assert(document &&
              strstr(json_string_value(json_object_get(json_object_get(document, "duet"), "base")), "/base.so"));
    json_decref(document);
    unsetenv("REFERENCE");
}

/* Against a base that has gone on, its changes count as well: that is said, on the page too. */
CLI_TEST(ci, what_the_base_has_and_the_tree_has_not_is_said)
{
    int status;
    ci_kit_repository();
    cr_assert(shell("cd repo && git branch base && git reset -q --hard HEAD~1 && echo '/* ours */' >>mine.c && "
                    "git commit -qam ours") == 0,
              "%s", out);
    status = run_script("base");
    cr_assert((status == 0 || status == 1) && strstr(page(), "note: this tree lacks 1 of the revisions of base"),
              "exit %d: %s", status, out);
    status = run_script("\"$(git merge-base base HEAD)\"");
    cr_assert((status == 0 || status == 1) && *page() && !strstr(page(), "this tree lacks"), "exit %d: %s", status,
              out);
    expect_clean();
}

/* A run that was killed leaves a worktree; the next one takes it away. */
CLI_TEST(ci, what_a_killed_run_has_left_is_taken_away)
{
    ci_kit_repository();
    setenv("TMPDIR", folder, 1);
    cr_assert(shell("cd repo && mkdir ../poolbench-duet.999999999.abcdef && "
                    "git worktree add --quiet --detach ../poolbench-duet.999999999.abcdef/base HEAD~1") == 0,
              "%s", out);
    setenv("BUILD", "false", 1);
    cr_assert(run_script("HEAD~1") == 3 && strstr(out, "does not build"), "%s", out);
    expect_clean();
    cr_assert(shell("ls -d poolbench-duet.* 2>/dev/null") != 0, "%s is left", out);
    unsetenv("BUILD");
    unsetenv("TMPDIR");
}

/* Without a repository, and in one that git does not trust: its own reason. */
CLI_TEST(ci, no_repository_is_said)
{
    ci_kit_repository();
    cr_assert(shell("sh \"$OWN/docs/ci/duet.sh\" HEAD~1") == 2 && lines(out) == 1, "%s", out);
    cr_assert(strstr(out, "no git repository here (fatal: not a git repository"), "%s", out);
    setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1", 1);
    cr_assert(run_script("HEAD~1") == 2 && lines(out) == 1 && strstr(out, "dubious ownership"), "%s", out);
    unsetenv("GIT_TEST_ASSUME_DIFFERENT_OWNER");
}

/* What cannot be measured is said, on the page too, and no worktree is left. */
CLI_TEST(ci, what_is_not_there_or_does_not_build_is_said)
{
    ci_kit_repository();
    cr_assert(run_script("") == 2 && lines(out) == 1 && strstr(out, "which revision"), "%s", out);
    cr_assert(run_script("nosuch") == 3 && lines(out) == 1 && strstr(out, "nosuch"), "%s", out);
    cr_assert(strstr(page(), "nothing was measured") && strstr(page(), "nosuch"), "%s", page());
    cr_assert(shell("cd repo && echo 'int x = ;' >>mine.c && git commit -qam three") == 0);
    cr_assert(run_script("HEAD~1") == 1 && strstr(out, "this tree does not build"), "%s", out);
    expect_clean();
    cr_assert(shell("cd repo && git revert --no-edit HEAD") == 0);
    cr_assert(run_script("HEAD~1") == 3 && strstr(out, "HEAD~1 does not build"), "%s", out);
    cr_assert(strstr(page(), "does not build"), "%s", page());
    expect_clean();
    setenv("POOLBENCH", "/nonexistent/poolbench", 1);
    cr_assert(run_script("HEAD~2") == 2 && lines(out) == 1 && strstr(out, "no program"), "%s", out);
}

/* A duet that refuses: its reason is what the pull request shows. */
CLI_TEST(ci, why_a_duet_refuses_is_on_the_page)
{
    ci_kit_repository();
    setenv("BUILD", "mkdir -p build && echo this is no library >build/plugin.so", 1);
    cr_assert(run_script("HEAD~1") == 2, "%s", out);
    cr_assert(strstr(out, "base.so") && strstr(page(), "status 2") && strstr(page(), "    poolbench: ") &&
                  strstr(page(), "base.so"),
              "%s: %s", out, page());
    setenv("BUILD", "mkdir -p build && cp \"$OWN/build/plugins/version.so\" build/plugin.so", 1);
    cr_assert(run_script("HEAD~1") == 2 && strstr(page(), "contract"), "%s: %s", out, page());
    unsetenv("BUILD");
    setenv("DUET", "-w empty -t 1 --no-such-option", 1);
    cr_assert(run_script("HEAD~1") == 2 && strstr(page(), "    poolbench: ") && strstr(page(), "--no-such-option"),
              "%s: %s", out, page());
    expect_clean();
}
