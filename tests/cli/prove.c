/* prove.c - where `make prove-*` puts its tables: tests/prove/write.sh. */
#include <stdio.h>

#include "tests/cli/program.h"

static void file(const char *name, const char *text)
{
    FILE *stream = fopen(name, "w");
    cr_assert(stream && fputs(text, stream) >= 0 && fclose(stream) == 0);
}

static int written(const char *keep)
{
    char command[128];
    snprintf(command, sizeof command, "KEEP=%s sh \"$OWN/tests/prove/write.sh\" 'cat new' page.md", keep);
    return program_shell(".", command);
}

static void expect_page(const char *text)
{
    char page[512];
    slurp("page.md", page, sizeof page);
    cr_assert_str_eq(page, text);
}

static const char other[] = "| status | what |\n|---|---|\n| 0 | good |\n\nWords.\n\n";

static void page_begins(void)
{
    program_tools();
    file("page.md",
         "| status | what |\n|---|---|\n| 0 | good |\n\nWords.\n\n"
         "| pool | load | off |\n|---|--:|--:|\n| a | 1 | 2% |\n| b | 1 | 3% |\n\nMeasured long ago.\n\nEnd.\n");
}

CLI_TEST(prove, a_table_takes_the_place_of_the_one_that_begins_as_it_does)
{
    char page[512];
    page_begins();
    file("new", "| pool | load | off | chance |\n|---|--:|--:|--:|\n| b | 1 | 4% | 1% |\n\nMeasured now.\n");
    cr_assert(written("") == 0, "%s", out);
    snprintf(page, sizeof page, "%s%s", other,
             "| pool | load | off | chance |\n|---|--:|--:|--:|\n| b | 1 | 4% | 1% |\n\nMeasured now.\n\nEnd.\n");
    expect_page(page);
}

CLI_TEST(prove, rows_are_kept_that_were_not_made_again)
{
    char page[512];
    page_begins();
    file("new", "| pool | load | off |\n|---|--:|--:|\n| b | 1 | 4% |\n");
    cr_assert(written("yes") == 0, "%s", out);
    snprintf(page, sizeof page, "%s%s", other,
             "| pool | load | off |\n|---|--:|--:|\n| a | 1 | 2% |\n| b | 1 | 4% |\n\nMeasured long ago.\n\nEnd.\n");
    expect_page(page);
}

CLI_TEST(prove, a_table_with_no_place_is_shown_and_not_written)
{
    char page[512];
    page_begins();
    slurp("page.md", page, sizeof page);
    file("new", "| workers | load |\n|---|--:|\n| 1 | 2 |\n");
    cr_assert(written("") == 1, "%s", out);
    cr_assert(strstr(out, "| 1 | 2 |") && strstr(out, "page.md has no table"), "%s", out);
    expect_page(page);
    cr_assert(files_here() == 2);
}
