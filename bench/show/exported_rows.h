/* exported_rows.h - the figures of a document, one by one, as other tools want them: of a run
 * times, costs and latencies of each benchmark, of a search its rate, of a duet the ratio.
 * Only what is in the document; what is not there has no row. */
#ifndef EXPORTED_ROWS_H
#define EXPORTED_ROWS_H

#include <jansson.h>
#include <stdbool.h>

#include "bench/history/record.h"

struct exported_row {
    char benchmark[RECORD_NAME]; /* by which the history knows it */
    const json_t *of;            /* the configuration; NULL: of a search or a duet. Borrowed */
    char metric[96];             /* "time", "cpu-time", "latency-p99", "rate-kept", "ratio", "start-p50" */
    enum workload_unit unit;     /* a time in ns; a rate per second */
    bool more_is_better, per_job;
    const char *bound;       /* of a rate: as result_rate_bound says; NULL: none */
    double value, low, high; /* low and high: its 95% interval, or NaN */
    double coverage;         /* of that interval; 0: not known */
    int samples;             /* rounds, processes, probes; 0: not known */
};

struct exported_rows {
    struct exported_row *all; /* [count]; exported_rows_free */
    int count, room;
};

/* Fills rows. Aborts the program with a line where memory is out, as the rest of show/ does. */
void exported_rows_make(const json_t *document, struct exported_rows *rows);
void exported_rows_free(struct exported_rows *rows);

/* Medians over processes: of each benchmark of a duet that is judged by a time, one side's
 * times, in order, of the session that its finding is of. Returns how many; in ns. */
int exported_rows_side(const json_t *benchmark, const char *side, double *values, int max);

#endif
