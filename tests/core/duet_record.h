/* duet_record.h - recorded processes in a file, so that a second try needs none anew. */
#ifndef DUET_RECORD_H
#define DUET_RECORD_H

#include <jansson.h>

#include "bench/measure/plan.h"

enum { RECORD_BENCHMARKS_MAX = 64, RECORD_PROCESSES_MAX = 1000 };

/* What the processes of a row have found; NaN where one has no value. */
struct record_values {
    int processes;
    double took_s; /* all of them together */
    double change[RECORD_PROCESSES_MAX][RECORD_BENCHMARKS_MAX];
    double again[RECORD_PROCESSES_MAX][RECORD_BENCHMARKS_MAX];
};

/* A document without rows for this plan; or what is in the file, if there is one. NULL: it
 * is of other benchmarks or cannot be read, which a line on stderr says. Owner: the caller. */
json_t *record_new(const struct plan *plan);
json_t *record_load(const char *path, const struct plan *plan);

/* The row of that name ("quiet:same"), begun where there is none. `fresh`: begun anew. */
json_t *record_row(json_t *document, const char *name, bool fresh);

/* Puts the row of one document into another. */
void record_take(json_t *document, const json_t *from, const char *name);

/* A trial of a process (round_events.trial); and the process is through: `took_s`. */
void record_trial(json_t *row, const json_t *trial, int benchmarks);
void record_process(json_t *row, double took_s);

/* Whether this program may add to the row (NULL: to none): it is of the revision that it was begun by. A table that was
 * written makes a tree "-dirty", and no other program. */
bool record_is_ours(const json_t *row);

/* A run of real processes is through: how often it accused each of so many benchmarks. And: how many are through
 * (record_reals), in how many of them anything was accused: *accusing. */
void record_real(json_t *row, const int *accused, int benchmarks);
int record_reals(const json_t *row, int *accusing);

/* Of a row: how many processes it has; all of them; which revision and day it is of. */
int record_processes(const json_t *row);
void record_read(const json_t *row, struct record_values *record);
const char *record_revision(const json_t *row);
const char *record_date(const json_t *row);

#endif
