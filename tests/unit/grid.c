/* grid.c - tables fit their width, and say what had no room. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "bench/show/grid.h"
#include "bench/show/help_text.h"
#include "bench/show/terminal.h"

static char printed[65536];

static struct grid make(int rows)
{
    struct grid grid;
    grid_begin(&grid);
    grid_column(&grid, "pool", "", GRID_LEFT, 0);
    grid_column(&grid, "jobs/s", "", GRID_RIGHT, 0);
    grid_column(&grid, "+-95%", "", GRID_RIGHT, 3);
    grid_column(&grid, "switches", "per job", GRID_RIGHT, 1);
    for (int i = 0; i < rows; i++) {
        grid_row(&grid);
        grid_cell(&grid, "pool-%d", i);
        grid_cell(&grid, "%d", 100 * i);
        grid_cell(&grid, "1.5%%");
        grid_cell(&grid, "0.25");
    }
    return grid;
}

static void print(struct grid *grid, int width)
{
    FILE *out = fmemopen(printed, sizeof printed, "w");
    grid_print(grid, out, width, false);
    fclose(out);
    grid_end(grid);
}

Test(grid, columns_are_as_wide_as_what_is_in_them, .timeout = 10)
{
    struct grid grid = make(2);
    grid_note(&grid, "floor");
    print(&grid, 80);
    cr_assert_str_eq(printed, "pool    jobs/s  +-95%  switches\n"
                              "                        per job\n"
                              "pool-0       0   1.5%      0.25\n"
                              "pool-1     100   1.5%      0.25  floor\n");
}

Test(grid, the_least_wanted_column_goes_first_and_is_named, .timeout = 10)
{
    struct grid grid = make(1);
    print(&grid, 30);
    cr_assert_str_eq(printed, "pool    jobs/s  switches\n"
                              "                 per job\n"
                              "pool-0       0      0.25\n"
                              "(no room for: +-95% (jobs/s); 31 columns would do, the file has all)\n");
    grid = make(1);
    print(&grid, 10);
    cr_assert(strstr(printed, "pool    jobs/s\npool-0       0\n") == printed, "%s", printed);
    cr_assert(strstr(printed, "+-95% (jobs/s), switches"), "%s", printed);
}

Test(grid, no_row_is_left_out, .timeout = 10)
{
    enum { ROWS = 1000 };
    struct grid grid = make(ROWS);
    int lines = 0;
    print(&grid, 80);
    for (const char *c = printed; *c; c++)
        lines += *c == '\n';
    cr_assert(lines == ROWS + 2 && strstr(printed, "\npool-999 "), "%d", lines);
}

Test(grid, what_stands_in_place_of_cells_begins_behind_the_first, .timeout = 10)
{
    struct grid grid = make(1);
    grid_row(&grid);
    grid_cell(&grid, "inline");
    grid_note(&grid, "not supported");
    print(&grid, 80);
    cr_assert(strstr(printed, "\ninline  not supported\n"), "%s", printed);
}

/* None may go: the longest first cells have lines of their own, the others stay in line. */
Test(grid, a_first_cell_without_room_stands_on_its_own_line, .timeout = 10)
{
    struct grid grid = make(1);
    grid_row(&grid);
    grid_cell(&grid, "a-pool-with-a-name-that-is-longer-than-the-line");
    grid_cell(&grid, "7");
    grid_cell(&grid, "1.5%%");
    grid_cell(&grid, "0.25");
    grid_note(&grid, "note");
    print(&grid, 32);
    cr_assert_str_eq(printed, "pool                jobs/s\n"
                              "pool-0                   0\n"
                              "a-pool-with-a-name-that-is-longer-than-the-line\n"
                              "                         7  note\n"
                              "(no room for: +-95% (jobs/s), switches; 78 columns would do, the file has all)\n");
}

Test(grid, a_long_note_is_indented_and_a_vague_head_explained, .timeout = 10)
{
    struct grid grid;
    grid_begin(&grid);
    grid.elsewhere = "nobody has all";
    grid_column(&grid, "proved", "", GRID_RIGHT, 0);
    grid_column(&grid, "there", "", GRID_RIGHT, 1);
    grid_column(&grid, "broken", "", GRID_RIGHT, 0);
    grid_column(&grid, "there", "", GRID_RIGHT, 2);
    grid_row(&grid);
    for (int i = 0; i < 4; i++)
        grid_cell(&grid, "%d", i);
    grid_note(&grid, "the generator is the limit");
    print(&grid, 16);
    cr_assert_str_eq(printed, "proved  broken\n"
                              "     0       2\n"
                              "    the generator is the limit\n"
                              "(no room for: there (proved), there (broken); 28 columns would do, nobody has all)\n");
}

Test(terminal, columns_are_believed_but_eighty_are_the_least, .timeout = 10)
{
    setenv("COLUMNS", "120", 1);
    cr_assert(terminal_width(stdout) == 120);
    setenv("COLUMNS", "40", 1);
    cr_assert(terminal_width(stdout) == TERMINAL_LEAST);
    setenv("COLUMNS", "wide", 1);
    cr_assert(terminal_width(stdout) >= TERMINAL_LEAST);
    unsetenv("COLUMNS");
}

Test(terminal, words_are_broken_into_lines, .timeout = 10)
{
    FILE *out = fmemopen(printed, sizeof printed, "w");
    setenv("COLUMNS", "80", 1);
    terminal_print(out, 2, "%050d %050d end\nnext", 1, 2);
    fclose(out);
    cr_assert(strstr(printed, "01\n  0000") && strstr(printed, "02 end\nnext\n"), "%s", printed);
}

Test(terminal, blanks_of_a_line_stay_and_a_line_is_broken_only_where_it_must, .timeout = 10)
{
    FILE *out = fmemopen(printed, sizeof printed, "w");
    setenv("COLUMNS", "150", 1);
    terminal_print(out, 2, "    %050d   %050d", 1, 2);
    terminal_line(out, 2, "  %050d   %050d   end", 3, 4);
    fclose(out);
    cr_assert(strstr(printed, "    0000") == printed && strstr(printed, "01\n  0000"), "%s", printed);
    cr_assert(strstr(printed, "\n  0000") && strstr(printed, "03   0000") && strstr(printed, "04   end\n"), "%s",
              printed);
    unsetenv("COLUMNS");
}

Test(terminal, help_is_filled_and_its_entries_hang, .timeout = 10)
{
    static const char text[] =
        "A paragraph that is broken\nby hand goes on from line to line as far as the terminal goes.\n\n"
        "  poolbench run -p ring -w cpu:size=1us,dist=exp --slo p99=5ms --budget 20s -t 1,2\n"
        "  poolbench run -p a,b --name $(a -b) --other 'a longer word -c' --more $(git rev-parse --short HEAD) -t 1\n\n"
        "      --limit TIME   an entry, too long for eighty columns, which hangs below its\n"
        "                     own text, however it was broken\n"
        "  -h, --help         this\n";
    static const char expected[] = "A paragraph that is broken by hand goes on from line to line as far as the\n"
                                   "terminal goes.\n\n"
                                   "  poolbench run -p ring -w cpu:size=1us,dist=exp --slo p99=5ms --budget 20s \\\n"
                                   "      -t 1,2\n"
                                   "  poolbench run -p a,b --name $(a -b) --other 'a longer word -c' \\\n"
                                   "      --more $(git rev-parse --short HEAD) -t 1\n\n"
                                   "      --limit TIME   an entry, too long for eighty columns, which hangs below\n"
                                   "                     its own text, however it was broken\n"
                                   "  -h, --help         this\n";
    FILE *out = fmemopen(printed, sizeof printed, "w");
    setenv("COLUMNS", "80", 1);
    help_text(out, text);
    fclose(out);
    unsetenv("COLUMNS");
    cr_assert_str_eq(printed, expected);
}
