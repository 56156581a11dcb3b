/* duet_record.h - recorded processes in a file, so that a second try needs none anew. */
#ifndef DUET_RECORD_H
#define DUET_RECORD_H

#include <jansson.h>

#include "tests/prove/duet_again.h"

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

/* Of a row: how many processes it has; all of them; which revision and day it is of. */
int record_processes(const json_t *row);
void record_read(const json_t *row, struct again_record *record);
const char *record_revision(const json_t *row);
const char *record_date(const json_t *row);

#endif
