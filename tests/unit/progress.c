/* progress.c - what is said on a terminal while a run goes on. */
#include <criterion/criterion.h>
#include <math.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/show/progress.h"

static int terminal;

/* stderr is a terminal from here on. */
static void begin(void)
{
    int ours;
    cr_assert(openpty(&terminal, &ours, NULL, NULL, NULL) == 0);
    setenv("TERM", "xterm", 1);
    setvbuf(stderr, NULL, _IONBF, 0);
    cr_assert(dup2(ours, STDERR_FILENO) == STDERR_FILENO);
    close(ours);
    progress_begin("round");
}

/* What is on the line after this; more often than that it is not written again. */
static const char *told(double left_s)
{
    static const struct timespec pause = {.tv_nsec = 110000000};
    static char text[1024];
    ssize_t got;
    nanosleep(&pause, NULL);
    progress_tell("ring/empty/t1", 0, 12, left_s);
    got = read(terminal, text, sizeof text - 1);
    text[got > 0 ? got : 0] = '\0';
    return text;
}

Test(progress, time_left_never_rises, .timeout = 20, .init = begin)
{
    cr_assert(strstr(told(80), " 80 s left") && strstr(told(60), " 60 s left"));
    cr_assert(strstr(told(75), " 60 s left"), "a slow round takes it no higher");
    cr_assert(!strstr(told(NAN), "left"));
    cr_assert(strstr(told(59), " 59 s left") && strstr(told(1e9), " 59 s left"));
    progress_begin("round"); /* of another run */
    cr_assert(strstr(told(100), " 100 s left"));
}

Test(progress, time_that_is_not_known_is_not_said, .timeout = 20, .init = begin)
{
    cr_assert(!strstr(told(-1), "left") && !strstr(told(NAN), "left") && strstr(told(50), " 50 s left"));
}

/* However long it is reckoned to take: the first figures are of one slow step, maybe. */
Test(progress, in_a_log_begins_after_a_while, .timeout = 20)
{
    char text[64];
    int ends[2];
    cr_assert(pipe(ends) == 0 && dup2(ends[1], STDERR_FILENO) == STDERR_FILENO);
    setvbuf(stderr, NULL, _IONBF, 0);
    progress_begin("cell");
    progress_tell("ring", 1, 231, 600);
    progress_end();
    close(ends[1]);
    close(STDERR_FILENO);
    cr_assert(read(ends[0], text, sizeof text) == 0);
}
