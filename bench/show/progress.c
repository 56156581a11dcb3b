/* progress.c - see progress.h. */
#include "bench/show/progress.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "workloads/core/workload.h"

enum { LOG_EVERY_S = 10, TERMINAL_EVERY_MS = 100, BAR = 12 };

static bool terminal;
static const char *unit;
static int64_t told_ns;
static double least_s; /* the least that was told: what is left may stand still, but never rises */

void progress_begin(const char *steps)
{
    const char *term = getenv("TERM");
    terminal = isatty(STDERR_FILENO) && term && strcmp(term, "dumb");
    told_ns = terminal ? 0 : workload_now_ns(); /* what ends soon tells a log nothing */
    least_s = INFINITY;
    unit = steps;
}

void progress_tell(const char *what, int step, int steps, double left_s)
{
    int64_t now = workload_now_ns();
    int64_t every = terminal ? TERMINAL_EVERY_MS * INT64_C(1000000) : LOG_EVERY_S * INT64_C(1000000000);
    char bar[BAR + 1], left[32] = "";
    if (told_ns && now - told_ns < every)
        return;
    if (!terminal && !(left_s >= LOG_EVERY_S)) /* soon done: nothing to tell a log */
        return;
    told_ns = now;
    if (left_s >= 0) {
        least_s = fmin(least_s, left_s);
        snprintf(left, sizeof left, " %.0f s left", least_s);
    }
    if (!terminal) {
        fprintf(stderr, "%s %d of %d, about%s\n", unit, step + 1, steps, left);
        return;
    }
    for (int i = 0; i < BAR; i++)
        bar[i] = i < BAR * step / steps ? '#' : '-';
    bar[BAR] = '\0';
    fprintf(stderr, "\r\033[K%-40.40s  %d/%d [%s]%s", what, step + 1, steps, bar, left);
}

void progress_end(void)
{
    if (terminal)
        fputs("\r\033[K", stderr);
}
