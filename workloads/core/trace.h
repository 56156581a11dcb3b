/* trace.h - a recorded load: when each job came, and how long it took. A reader that
 * holds a few kilobytes however long the trace is, and says of a wrong line which, and
 * what is allowed there.
 *
 * A trace is text, plain or gzipped, a line for each job, in the order of arrival:
 *
 *     arrival_s,service_s,class      a first line of names, which may be left out
 *     0.000000000,0.000212400,read   seconds; the class too may be left out
 *
 * Arrivals count from anywhere, so a time of day or of 1970 may be used; they never go
 * back. Numbers are decimal, also with an exponent, kept to the nanosecond. Every line
 * ends in a newline (or CR LF), the last one too: a file that was cut off is seen by
 * that. Blanks and capitals in the names, and a mark of UTF-8 before them, do not matter. There
 * are no empty lines, comments or quotes. */
#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "workloads/core/why.h"

enum {
    TRACE_CLASS_MAX = 63, /* letters (bytes) of a class */
    TRACE_LINE_MAX = 255, /* of a line */
};
#define TRACE_ARRIVAL_MAX_S INT64_C(9000000000) /* as ns it fits into 63 bits */
#define TRACE_SPAN_MAX_S INT64_C(31622400)      /* from the first to the last: 366 days */
#define TRACE_SERVICE_MAX_S INT64_C(86400)

struct trace_job {
    int64_t arrival_ns, service_ns;
    char class[TRACE_CLASS_MAX + 1]; /* "": none */
};

struct trace_reader; /* of one thread */

/* Opens a plain file (no pipe: a trace is read again in every round). Returns 0, -ENOMEM,
 * or -EINVAL and one line in `why`, also where it cannot be read. */
int trace_open(struct trace_reader **out, const char *path, struct why why);

/* The next job: 1 and *job; 0 at the end, of a trace that has one job at least; -EINVAL
 * and one line in `why`, which names the line. After that only trace_close. */
int trace_next(struct trace_reader *reader, struct trace_job *job, struct why why);

void trace_close(struct trace_reader *reader); /* NULL: nothing */

/* What a trace is, as a whole. */
struct trace_summary {
    int64_t jobs, first_ns, last_ns;
    double service_mean_ns, service_variation; /* squared coefficient of variation */
    int64_t service_max_ns;
};

/* Reads all of it. Returns 0, -ENOMEM or -EINVAL with a line, as trace_next. */
int trace_summarise(const char *path, struct trace_summary *summary, struct why why);

/* Whether a file of that name is to be gzipped: it ends in .gz. */
bool trace_is_gzipped(const char *path);

#endif
