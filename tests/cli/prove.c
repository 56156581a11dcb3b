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
