/* tool.h - the one way in which other people's programs are started: gnuplot, cc, diff,
 * detectors, and the known bugs.
 *
 * Each runs in a process group of its own, dies with this process, and is awaited only
 * so long. What it has started itself is ended with it. */
#ifndef TOOL_H
#define TOOL_H

#include <signal.h>
#include <sys/types.h>

enum { TOOL_SECONDS = 60 }; /* more than any of them takes */

/* Zero: the default. Descriptors are 3 or more (those of streams_open are no tool's). */
struct tool {
    char *const *words;                /* the program, found by PATH, and its arguments; NULL ends them */
    const char *const *settings;       /* NAME=VALUE for its environment; NULL ends them */
    int in;                            /* what it reads; default: /dev/null */
    int out;                           /* takes its stdout and its stderr */
    int third;                         /* its descriptor 3; default: none */
    int folder;                        /* where it runs; default: here */
    long output_max;                   /* bytes of a file that it writes; default: no limit */
    int seconds;                       /* how long it may take; default: TOOL_SECONDS */
    const volatile sig_atomic_t *stop; /* not 0: it is ended; default: never */
};

/* Starts it. Returns its process, or -errno: -ENOENT where there is no such program. */
pid_t tool_start(const struct tool *tool);

/* Runs it to its end. Returns 0 and its status as of wait(2) in *status; -ETIMEDOUT or
 * -EINTR (*stop) where it was killed; -errno where it did not start. */
int tool_run(const struct tool *tool, int *status);

#endif
