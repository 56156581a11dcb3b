/* ci_servers.c - the shell in docs/ci/github.yml and gitlab.yml, as the servers run it: against what a change is held,
 * and that what a server refuses decides nothing. Their own programs are made up here. No time decides. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/cli/ci_kit.h"
#include "tests/cli/program.h"

/* A shell's command; what it says is in `out`. */
static int shell(const char *command)
{
    return program_shell(".", command);
}

/* Some command's place is taken: $HERE/bin is looked at first. */
static void put_program(const char *name, const char *script)
{
    char path[64];
    FILE *file;
    snprintf(path, sizeof path, "bin/%s", name);
    mkdir("bin", 0755);
    file = fopen(path, "w");
    cr_assert(file && fprintf(file, "#!/bin/sh\n%s\n", script) > 0 && fclose(file) == 0 && chmod(path, 0755) == 0);
}

/* A commit that does not build and was mended, a change that began at it, and both merged, as servers check it out. So
 * whoever takes for the base what the change began with can be told. */
static void make_merged(void)
{
    ci_kit_repository();
    unsetenv("OUT");
    cr_assert(shell("cd repo && mkdir ci && cp \"$OWN/docs/ci/duet.sh\" ci && echo poolbench-ci >>.gitignore && "
                    "git add -A && git commit -qm ci && echo 'int x = ;' >>mine.c && git commit -qam broken && "
                    "git branch topic && git revert --no-edit HEAD && git branch base && git checkout -q topic && "
                    "touch more && git add more && git commit -qm more && git checkout -q --detach base && "
                    "git merge -q --no-ff -m merged topic") == 0,
              "%s", out);
}

static void set_here(void)
{
    char path[5000], here[1024];
    cr_assert(getcwd(here, sizeof here));
    snprintf(path, sizeof path, "%s/bin:%.3900s", here, getenv("PATH"));
    setenv("HERE", here, 1);
    setenv("PATH", path, 1);
}

/* Of Python's YAML, which yamllint comes with: a step of GitHub's job, or the script of GitLab's, in `step`. */
static void take_step(const char *file, const char *of)
{
    char command[512];
    program_tools();
    snprintf(command, sizeof command,
             "python3 -c 'import sys, yaml; all = yaml.safe_load(open(sys.argv[1])); print(%s)' \"$OWN/docs/ci/%s\" "
             ">step && test -s step",
             of, file);
    cr_assert(shell(command) == 0, "%s", out);
    set_here();
}
#define GITHUB(name)                                                                                                   \
    take_step("github.yml",                                                                                            \
              "[s for s in all[\"jobs\"][\"measure\"][\"steps\"] if s.get(\"name\") == \"" name "\"][0][\"run\"]")
#define GITLAB() take_step("gitlab.yml", "\"\\n\".join(all[\".duet\"][\"script\"])")

/* As each of them says that it does: GitHub without, GitLab with pipefail. Both in the repository. */
static int github_runs(const char *variables)
{
    char command[1024];
    snprintf(command, sizeof command, "cd repo && %s bash -e \"$HERE/step\"", variables);
    return shell(command);
}

static int gitlab_runs(const char *variables)
{
    char command[1024];
    snprintf(command, sizeof command, "cd repo && %s bash -eo pipefail \"$HERE/step\"", variables);
    return shell(command);
}

static void expect_measured(int status)
{
    cr_assert((status == 0 || status == 1) && strstr(ci_kit_page("repo/poolbench-ci"), "<code>mine/empty/t1</code>"),
              "exit %d: %s", status, out);
}

/* The base that the event names is the broken one. */
CLI_TEST(ci_servers, github_holds_a_change_against_what_it_is_merged_with)
{
    char said[64];
    int status;
    make_merged();
    GITHUB("Duet");
    status = github_runs("GITHUB_EVENT_NAME=pull_request BEFORE= BASE=\"$(git merge-base base topic)\" "
                         "GITHUB_OUTPUT=../output GITHUB_STEP_SUMMARY=../summary");
    cr_assert(status == 0, "%s", out);
    expect_measured(status);
    slurp("output", said, sizeof said);
    cr_assert(!strcmp(said, "status=0\n") || !strcmp(said, "status=1\n"), "%s", said);
    cr_assert(shell("cmp summary repo/poolbench-ci/comment.md") == 0, "%s", out);
}

/* After a push what was there before it; of a new branch there is none, and that is a status, and a page. */
CLI_TEST(ci_servers, github_holds_a_push_against_what_was_before)
{
    char said[64];
    make_merged();
    GITHUB("Duet");
    cr_assert(github_runs("GITHUB_EVENT_NAME=push BEFORE=\"$(git rev-parse base)\" GITHUB_OUTPUT=../output "
                          "GITHUB_STEP_SUMMARY=../summary") == 0,
              "%s", out);
    expect_measured(0);
    cr_assert(github_runs("GITHUB_EVENT_NAME=push BEFORE=0000000000000000000000000000000000000000 "
                          "GITHUB_OUTPUT=../new GITHUB_STEP_SUMMARY=../summary") == 0,
              "%s", out);
    slurp("new", said, sizeof said);
    cr_assert_str_eq(said, "status=3\n");
    cr_assert(strstr(ci_kit_page("repo/poolbench-ci"), "nothing was measured"));
}

/* The newest artefact that holds one. The first time there is none, and nothing fails. */
CLI_TEST(ci_servers, github_has_its_history_from_an_artefact)
{
    char text[64];
    mkdir("repo", 0755);
    GITHUB("History");
    put_program("gh", "[ \"$2\" = list ] && printf '%s\\n' $RUNS || { [ \"$3\" != 3 ] && mkdir \"$7\" && echo $3 "
                      ">\"$7/$([ $3 = 2 ] && echo comment.md || echo history.db)\"; }");
    cr_assert(github_runs("RUNS=") == 0 && access("repo/poolbench-ci", F_OK) != 0, "%s", out);
    cr_assert(github_runs("RUNS='3 2'") == 0 && access("repo/poolbench-ci", F_OK) != 0, "%s", out);
    cr_assert(github_runs("RUNS='3 2 1 0'") == 0, "%s", out);
    slurp("repo/poolbench-ci/history.db", text, sizeof text);
    cr_assert_str_eq(text, "1\n");
    put_program("gh", "exit 1");
    cr_assert(github_runs("") == 0 && strstr(out, "::warning::"), "%s", out);
    slurp("repo/poolbench-ci/history.db", text, sizeof text);
    cr_assert_str_eq(text, "1\n", "what is there stays");
}

/* The one comment is written anew. Where the token cannot, that is a warning, and the verdict goes on. */
CLI_TEST(ci_servers, github_comments_once_and_where_it_may)
{
    static const char variables[] = "NUMBER=7 GH_REPO=a/b";
    cr_assert(shell("mkdir -p repo/poolbench-ci && echo verdict >repo/poolbench-ci/comment.md") == 0);
    GITHUB("Comment");
    put_program("gh", "case \"$*\" in *--paginate*) printf '%s\\n' $IDS;; *) echo \"$*\" >>\"$HERE/done\";; esac");
    cr_assert(github_runs(variables) == 0 && shell("cat done; rm done") == 0, "%s", out);
    cr_assert_str_eq(out, "pr comment 7 --body-file body.md\n");
    setenv("IDS", "41 42", 1);
    cr_assert(github_runs(variables) == 0 && shell("cat done") == 0, "%s", out);
    cr_assert(strstr(out, "PATCH repos/a/b/issues/comments/41 "), "%s", out);
    slurp("repo/body.md", out, sizeof out);
    cr_assert_str_eq(out, "<!-- poolbench duet -->\nverdict\n");
    put_program("gh", "echo 'HTTP 403: Resource not accessible by integration' >&2; exit 1");
    cr_assert(github_runs(variables) == 0 && strstr(out, "::warning::poolbench: no comment"), "%s", out);
    unlink("repo/poolbench-ci/comment.md");
    cr_assert(github_runs(variables) == 0 && strstr(out, "::warning::poolbench: no comment"), "%s", out);
}

/* Of a merged result the target that it was merged with; else where the change began; else what was before the push. A
 * comment that is refused decides nothing. */
CLI_TEST(ci_servers, gitlab_holds_a_change_against_what_it_is_merged_with)
{
    static const char comments[] = "POOLBENCH_TOKEN=x CI_MERGE_REQUEST_IID=7 CI_API_V4_URL=https://x CI_PROJECT_ID=1";
    char variables[512];
    make_merged();
    GITLAB();
    put_program("curl", "echo \"$*\" >>\"$HERE/done\"; exit 22");
    snprintf(variables, sizeof variables,
             "%s CI_MERGE_REQUEST_TARGET_BRANCH_SHA=base CI_MERGE_REQUEST_DIFF_BASE_SHA=base~1", comments);
    expect_measured(gitlab_runs(variables));
    cr_assert(strstr(out, "poolbench: no comment could be written") && access("done", F_OK) == 0, "%s", out);
    expect_measured(gitlab_runs("CI_MERGE_REQUEST_DIFF_BASE_SHA=base CI_COMMIT_BEFORE_SHA=base~1"));
    cr_assert(gitlab_runs("CI_COMMIT_BEFORE_SHA=base~1") == 3 && strstr(out, "base~1 does not build"), "%s", out);
}

/* The server keeps a cache of what did well, unless it is told otherwise. */
CLI_TEST(ci_servers, gitlab_keeps_the_history_of_a_regression)
{
    char text[64];
    take_step("gitlab.yml", "all[\"duet-history\"][\"cache\"][\"when\"]");
    slurp("step", text, sizeof text);
    cr_assert_str_eq(text, "always\n");
}
