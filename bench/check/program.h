/* program.h - the known bugs as small programs: compiles them, runs them in
 * bounds, and says what was seen, with and without a detector. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "faults/core/fault.h"

enum program_tool { PROGRAM_PLAIN, PROGRAM_TSAN, PROGRAM_ASAN, PROGRAM_HELGRIND, PROGRAM_DRD, PROGRAM_TOOLS };

/* "plain", "tsan", ...: as on the command line. */
const char *program_tool_name(enum program_tool tool);

/* What a run looked like from outside. */
enum program_seen {
    PROGRAM_NOTHING,
    PROGRAM_CRASH,  /* a signal */
    PROGRAM_HANG,   /* proved: all its threads sleep for ever */
    PROGRAM_NO_END, /* none within the limit */
    PROGRAM_WRONG,  /* it says so itself: exit status 1 */
    PROGRAM_REPORT, /* the detector has something to say */
    PROGRAM_SEENS
};
const char *program_seen_name(enum program_seen seen);

struct program_run {
    enum program_seen seen;
    int signal;
    int64_t took_ns;
    char text[4096]; /* the beginning of what it printed */
};

/* Where its sources are; the text is for messages. Returns 0 or -ENOENT. */
int program_find(char *folder, size_t size);

/* The source of a fault's program: wrong or right. Returns the path's length. */
void program_source(const struct fault *fault, bool right, const char *folder, char *path, size_t size);

/* Compiles into `out`; what a compiler keeps meanwhile is in `folder`. Returns 0;
 * -ENOTSUP with one line in `why` when there is no compiler or no such detector here, or
 * it does not end; -EINTR when check_stop was set. */
int program_compile(const char *source, enum program_tool tool, const char *folder, const char *out, char *why,
                    size_t size);

/* Runs it once, for limit_ns at most; its output, its time and its processes are
 * bounded, its temporary files are in `folder`, and it dies with this process. Returns 0
 * or -errno; -EINTR when check_stop was set. */
int program_run(const char *program, enum program_tool tool, const char *folder, int64_t limit_ns,
                struct program_run *run);

#endif
