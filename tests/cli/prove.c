/* prove.c - where `make prove-*` puts its tables: tests/prove/write.sh. */
#include <stdio.h>

#include "tests/cli/program.h"

static void file(const char *name, const char *text)
{
    FILE *stream = fopen(name, "w");
    cr_assert(stream && fputs(text, stream) >= 0 && fclose(stream) == 0);
}

static const char
    other[] = "| status | what |\n|---|---|\n| 0 | good |\n\nWords.\n\n",
    here[] = "| pool | load | off |\n|---|--:|--:|\n| a | 1 | 2% |\n| b | 1 | 3% |\n\nMeasured long ago.\n\nEnd.\n";

static void make_page(char *page, size_t size, const char *table)
{
    snprintf(page, size, "%s%s", other, table);
}

/* Into a page with two tables. */
static int write_table(const char *keep, const char *table)
{
    char text[512];
    program_tools();
    make_page(text, sizeof text, here);
    file("page.md", text);
    file("new", table);
    snprintf(text, sizeof text, "KEEP=%s sh \"$OWN/tests/prove/write.sh\" 'cat new' page.md", keep);
    return program_shell(".", text);
}

static void expect_page(const char *table)
{
    char page[512], wanted[512];
    make_page(wanted, sizeof wanted, table);
    slurp("page.md", page, sizeof page);
    cr_assert_str_eq(page, wanted);
}

CLI_TEST(prove, a_table_takes_the_place_of_the_one_that_begins_as_it_does)
{
    cr_assert(write_table(
                  "", "| pool | load | off | chance |\n|---|--:|--:|--:|\n| b | 1 | 4% | 1% |\n\nMeasured now.\n") == 0,
              "%s", out);
    expect_page("| pool | load | off | chance |\n|---|--:|--:|--:|\n| b | 1 | 4% | 1% |\n\nMeasured now.\n\nEnd.\n");
}

CLI_TEST(prove, rows_are_kept_that_were_not_made_again)
{
    cr_assert(write_table("yes", "| pool | load | off |\n|---|--:|--:|\n| b | 1 | 4% |\n") == 0, "%s", out);
    expect_page("| pool | load | off |\n|---|--:|--:|\n| a | 1 | 2% |\n| b | 1 | 4% |\n\nMeasured long ago.\n\nEnd.\n");
}

CLI_TEST(prove, a_table_with_no_place_is_shown_and_not_written)
{
    cr_assert(write_table("", "| workers | load |\n|---|--:|\n| 1 | 2 |\n") == 1, "%s", out);
    cr_assert(strstr(out, "| 1 | 2 |") && strstr(out, "page.md has no table"), "%s", out);
    expect_page(here);
    cr_assert(files_here() == 2);
}

/* What a run printed, as tests/prove/printed.c prints it. */
static const char
    printed[] =
        "two   2 workers\n\npool   fate  x\n             ns\nring   a     7\nmutex  b     8\nb, mutex: it is not\n"
        "  as it was.\n\none   2 workers\n\npool   x\nring   2\nmutex  3\n\nnoise    quiet\n",
    before[] = "# A\n\n<!-- results/a.json -->\n\n    one   2 workers\n\n    pool   x\n    ring   1\n\nWords.\n\n"
               "<!-- results/a.json, some lines -->\n\n    two   2 workers\n\n    pool   fate  y\n"
               "    mutex  b     1\n    b, ring: it was\n      so.\n\nEnd.\n\n    mutex  b     1\n";

static int put_tables(const char *check, const char *page)
{
    char command[256];
    program_tools();
    file("page.md", page);
    file("text", printed);
    file("printed", "cat text\n");
    snprintf(command, sizeof command, "chmod +x printed; CHECK=%s sh \"$OWN/tests/prove/printed.sh\" ./printed page.md",
             check);
    return program_shell(".", command);
}

CLI_TEST(prove, tables_of_a_kept_result_are_put_into_a_page)
{
    static const char after[] =
        "# A\n\n<!-- results/a.json -->\n\n    one   2 workers\n\n    pool   x\n    ring   2\n    mutex  "
        "3\n\nWords.\n\n"
        "<!-- results/a.json, some lines -->\n\n    two   2 workers\n\n    pool   fate  x\n                 ns\n"
        "    mutex  b     8\n    b, mutex: it is not\n      as it was.\n\nEnd.\n\n    mutex  b     1\n";
    char page[1024];
    cr_assert(put_tables("yes", before) == 1 && strstr(out, "page.md is not what the results say"), "%s", out);
    slurp("page.md", page, sizeof page);
    cr_assert_str_eq(page, before);
    cr_assert(put_tables("", before) == 0 && !*out, "%s", out);
    slurp("page.md", page, sizeof page);
    cr_assert_str_eq(page, after);
    cr_assert(put_tables("yes", after) == 0 && !*out, "%s", out);
}

CLI_TEST(prove, a_page_whose_table_no_result_has_stays_as_it_is)
{
    static const char page[] =
        "<!-- results/a.json, some lines -->\n\n    two   2 workers\n\n    spawn  b     1\n\nEnd.\n";
    char text[1024];
    cr_assert(put_tables("", page) == 1 && lines(out) == 1 && strstr(out, "no line \"spawn  b     1\""), "%s", out);
    slurp("page.md", text, sizeof text);
    cr_assert_str_eq(text, page);
    cr_assert(put_tables("", "<!-- results/a.json -->\n\n    three\n") == 1 && strstr(out, "no table \"three\""), "%s",
              out);
}

/* The README shows what the program prints of the results that are kept: `make reference-tables`. */
CLI_TEST(prove, the_readme_says_what_the_kept_results_say)
{
    program_tools();
    cr_assert(program_shell(root, "CHECK=yes sh tests/prove/printed.sh build/prove-printed README.md") == 0, "%s", out);
}

/* And so does docs/peers.md: each row of that table is there. */
CLI_TEST(prove, the_page_of_peers_says_what_its_kept_result_says)
{
    program_tools();
    cr_assert(program_shell(
                  root, "rows=$(build/prove-printed --beside mutex results/reference/peers.json) && "
                        "test $(echo \"$rows\" | wc -l) -gt 10 && ! echo \"$rows\" | grep -vxFf docs/peers.md") == 0,
              "%s", out);
}

/* A tree with two kept runs, and a program that measures nothing and says that it is of this revision. */
static void make_kept(void)
{
    program_tools();
    cr_assert(program_shell(".",
                            "mkdir -p repo/tests/prove repo/results/reference repo/docs && cd repo && "
                            "cp \"$OWN/tests/prove/reference.sh\" tests/prove && "
                            "touch README.md docs/peers.md pool.c results/reference/suite.json && "
                            "echo old >results/reference/search.json && git init -q . && git config user.name t && "
                            "git config user.email t@t && git add -A && git commit -qm one") == 0,
              "%s", out);
    file("repo/poolbench",
         "[ \"$1\" != --version ] || { echo \"poolbench 0 ($(git describe --always --abbrev=10)$MORE)\"; "
         "exit $STATUS; }\n"
         "for last; do :; done; echo \"$1\" >\"$last\"; exit $STATUS\n");
}

static int keep(const char *setting, const char *words)
{
    char command[512];
    snprintf(command, sizeof command, "cd repo && chmod +x poolbench && %s sh tests/prove/reference.sh %s", setting,
             words);
    return program_shell(".", command);
}

static void expect_kept(const char *wanted)
{
    char text[64];
    slurp("repo/results/reference/search.json", text, sizeof text);
    cr_assert_str_eq(text, wanted);
}

/* After a run that was disturbed: what the others have changed is no matter. */
CLI_TEST(prove, one_kept_run_is_made_again_beside_the_others)
{
    make_kept();
    cr_assert(program_shell(".",
                            "cd repo/results/reference && echo new >suite.json && cd ../.. && echo new >README.md && "
                            "echo new >docs/peers.md") == 0);
    cr_assert(keep("ONLY=search STATUS=0", "") == 0 && strstr(out, "== search\n") && !strstr(out, "== suite"), "%s",
              out);
    expect_kept("sweep\n");
    cr_assert(keep("ONLY=search STATUS=1", "") == 0, "a promise that is broken: %s", out);
    cr_assert(keep("ONLY=search STATUS=3", "") == 3, "%s", out);
    cr_assert(keep("ONLY=serach", "") == 2 && lines(out) == 1 && strstr(out, "serach"), "%s", out);
}

/* But what is measured is what is committed. */
CLI_TEST(prove, no_kept_run_is_made_of_what_is_not_committed)
{
    make_kept();
    cr_assert(keep("ONLY=search MORE=-dirty", "") == 2 && lines(out) == 1 && strstr(out, "./poolbench is not of"), "%s",
              out);
    cr_assert(keep("", "--revision") == 0 && strlen(out) == 11, "%s", out);
    cr_assert(program_shell(".", "echo x >>repo/pool.c") == 0);
    cr_assert(keep("ONLY=search", "") == 2 && lines(out) == 1 && strstr(out, "not clean"), "%s", out);
    cr_assert(keep("", "--revision") == 2 && lines(out) == 1, "%s", out);
    expect_kept("old\n");
}

/* A program that says what a check would, counts how often it was asked, and has an end after the words
 * in `last`. */
static void make_check(void)
{
    program_tools();
    file("page.md", "| what | pool, or kind | of runs |\n|---|---|---|\n| accused | old | 0 of 7 |\n");
    file("check",
         "case \"$*\" in\n"
         "--version) echo \"poolbench 0 ($(cat revision))\" ;;\n"
         "'list pools') echo 'one  a pool' ;;\n"
         "'check --list') printf 'close-race  end  x\\nherd  idle  x\\nleak-per-pool  growth  x\\n' ;;\n"
         "*) echo \"$*\" >>asked; ! grep -qxF -e \"$*\" last 2>/dev/null || exit 130\n"
         "   case \"$*\" in *--plugin*) clean='4 of 4' armed=- ;; *) clean=$(cat clean) armed='3 of 3' ;; esac\n"
         "   echo \"| close-race | one | $clean | - | $armed | 1 ms | 2 ms |\" ;;\n"
         "esac\n");
    file("revision", "abc");
    file("clean", "0 of 4");
    cr_assert(program_shell(".", "chmod +x check && mkdir bin") == 0);
}

static int prove_kinds(const char *only)
{
    char command[256];
    snprintf(command, sizeof command,
             "POOLBENCH=./check RECORD=rows MANY=100 SOME=50 AT_ONCE=5 ONLY=%s "
             "sh \"$OWN/tests/prove/kinds.sh\" bin page.md",
             only);
    return program_shell(".", command);
}

/* By the words that it was given; the third part is the one with eight workers. */
CLI_TEST(prove, a_proof_that_was_interrupted_is_gone_on_with)
{
    char text[2048];
    make_check();
    file("last", "check -p one -t 8 -f leak-per-pool --repeat 2 --at-once 2\n");
    cr_assert(prove_kinds("one") == 1 && strstr(out, "exit status 130"), "%s", out);
    slurp("asked", text, sizeof text);
    cr_assert(lines(text) == 7 && strstr(text, "check -p one -f leak-per-pool --repeat 2 --at-once 2\n"
                                               "check -p one -f close-race --repeat 2 --at-once 5\n"
                                               "check -p one -f close-race --repeat 46 --at-once 5\n"
                                               "check -p one -f leak-per-pool --repeat 2 --at-once 2\n"
                                               "check -p one -f close-race --repeat 2 --at-once 2\n"
                                               "check -p one -f close-race --repeat 21 --at-once 2\n"),
              "so many more that the row has 100, and 50: %s", text);
    slurp("page.md", text, sizeof text);
    cr_assert(!strstr(text, "one"), "%s", text);
    cr_assert(program_shell(".", "rm asked last") == 0 && prove_kinds("one") == 0, "%s", out);
    slurp("asked", text, sizeof text);
    cr_assert(lines(text) == 6, "the first two ways were there: %s", text);
    slurp("page.md", text, sizeof text);
    cr_assert(strstr(text, "| accused | old | 0 of 7 |\n"), "%s", text);
    cr_assert(strstr(text, "| accused | one | 0 of 12 | 0 of 12 | 0 of 12 | 0 of 12 | abc, 100 and 50 |\n"), "%s",
              text);
}

/* What is armed is counted for each kind; where one of the pools is accused then, that is a row, too. */
CLI_TEST(prove, what_is_armed_and_what_is_caught_are_rows_of_a_kind)
{
    static const char armed[] = "| armed | close-race | 6 of 6 | 6 of 6 | 6 of 6 | 6 of 6 | abc, 100 and 50 |\n",
                      caught[] = "| caught | close-race | 4 of 4 | 4 of 4 | 4 of 4 | 4 of 4 | abc, 100 and 50 |\n";
    char text[2048];
    make_check();
    cr_assert(prove_kinds("close-race") == 0, "%s", out);
    slurp("asked", text, sizeof text);
    cr_assert(strstr(text, "check -p one -f close-race --repeat 65 --at-once 5\n") &&
                  strstr(text, "check --plugin bin/faulty.so -f close-race --repeat 100 --at-once 5\n"),
              "%s", text);
    slurp("page.md", text, sizeof text);
    cr_assert(strstr(text, armed) && strstr(text, caught) && !strstr(text, "our own"), "%s", text);
    file("clean", "1 of 4");
    cr_assert(program_shell(".", "rm rows") == 0 && prove_kinds("close-race") == 1, "%s", out);
    slurp("page.md", text, sizeof text);
    cr_assert(strstr(text, armed) && strstr(text, "| accused | our own, of close-race | 2 of 8 |"), "%s", text);
}

/* Nor with fewer runs, which would be another count. */
CLI_TEST(prove, nothing_is_taken_from_the_record_of_another_program)
{
    char text[2048];
    make_check();
    cr_assert(prove_kinds("one") == 0 && prove_kinds("one") == 0, "%s", out);
    slurp("asked", text, sizeof text);
    cr_assert(lines(text) == 12, "%s", text);
    file("revision", "def");
    cr_assert(prove_kinds("one") == 0, "%s", out);
    slurp("asked", text, sizeof text);
    cr_assert(lines(text) == 24, "%s", text);
    cr_assert(program_shell(".", "cp check check-check") == 0 && prove_kinds("one") == 0, "%s", out);
    slurp("asked", text, sizeof text);
    cr_assert(lines(text) == 36, "%s", text);
}
