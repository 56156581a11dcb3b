/* table.c - what is printed of a run: it fits the width, and what
 * had no room is named. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/program.h"

static int longest_line(void)
{
    int longest = 0;
    for (const char *line = out; *line;) {
        const char *end = strchr(line, '\n');
        int length = (int)(end ? end - line : (long)strlen(line));
        longest = length > longest && strncmp(line, "noise ", 6) ? length : longest;
        line = end ? end + 1 : line + length;
    }
    return longest;
}

CLI_TEST(table, fits_its_columns)
{
    static const char command[] = "run -p mutex,ring -w empty -w cpu:size=100ns -w depth:jobs=10 "
                                  "-t 1,2 --pin core,none --rounds 1 --budget 5ms --no-figures -o %s";
    char words[512];
    setenv("COLUMNS", "80", 1);
    snprintf(words, sizeof words, command, "x.json");
    cr_assert(run(words) == 0, "%s", err);
    cr_assert(longest_line() <= 80, "%d: %s", longest_line(), out);
    cr_assert(strstr(out, "(no room for: ") && strstr(out, "columns would do"), "%s", out);
    setenv("COLUMNS", "200", 1);
    snprintf(words, sizeof words, command, "y.json");
    cr_assert(run(words) == 0, "%s", err);
    cr_assert(longest_line() <= 200 && !strstr(out, "(no room for: "), "%s", out);
    unsetenv("COLUMNS");
}
