/* terminal.c - on a terminal: colours, and a line that is written over and over; none of
 * it where TERM is dumb, and no colours where NO_COLOR says so. */
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/cli/program.h"

/* Runs the program on a terminal of 90 columns, with these variables; what it wrote to
 * stdout and stderr is in `out`. Returns its exit status. */
static int run_on_terminal(const char *variables, const char *arguments)
{
    struct winsize window = {.ws_row = 40, .ws_col = 90};
    char command[8192];
    size_t used = 0;
    ssize_t got;
    int terminal, status;
    pid_t child;
    snprintf(command, sizeof command, "env -u NO_COLOR -u COLUMNS %s %s %s", variables, program, arguments);
    child = forkpty(&terminal, NULL, NULL, &window);
    cr_assert(child >= 0);
    if (!child) {
        execl("/bin/sh", "sh", "-c", command, NULL);
        _exit(127);
    }
    while (used + 1 < sizeof out && (got = read(terminal, out + used, sizeof out - 1 - used)) > 0)
        used += (size_t)got; /* ends with EIO: nobody has the other side any more */
    out[used] = '\0';
    close(terminal);
    cr_assert(waitpid(child, &status, 0) == child && WIFEXITED(status));
    return WEXITSTATUS(status);
}

#define QUICK "run -p mutex -w empty -w wakeup:gap=1us -t 1 --rounds 2 --budget 300ms --no-figures -o x.json"

static bool has_colours(void)
{
    return strstr(out, "\033[1m") || strstr(out, "\033[2m");
}

CLI_TEST(terminal, has_colours_and_a_line_that_updates)
{
    cr_assert(run_on_terminal("TERM=xterm", QUICK) == 0, "%s", out);
    cr_assert(has_colours() && strstr(out, "\r\033[K"), "%s", out);
    for (const char *line = out; *line; line += strcspn(line, "\n") + (line[strcspn(line, "\n")] == '\n'))
        cr_assert(strncmp(line, "pool ", 5) || strcspn(line, "\r\n") <= 90, "%s", line);
}

CLI_TEST(terminal, that_is_dumb_gets_plain_text)
{
    cr_assert(run_on_terminal("TERM=dumb", QUICK) == 0, "%s", out);
    cr_assert(!strchr(out, '\033'), "%s", out);
    cr_assert(run_on_terminal("TERM=xterm NO_COLOR=1", QUICK) == 0 && !has_colours(), "%s", out);
    cr_assert(run_on_terminal("TERM=dumb", "limits") == 0 && !strchr(out, '\033'), "%s", out);
}

/* Nobody knows how long the limits take. */
CLI_TEST(terminal, says_no_time_left_that_it_does_not_know)
{
    cr_assert(run_on_terminal("TERM=xterm", "limits") == 0, "%s", out);
    cr_assert(strstr(out, "\r\033[K") && !strstr(out, "s left"), "%s", out);
}
